"""Open findings as a reviewer needs them: which words, why, by which clause in force since when, and how to mend it."""

from __future__ import annotations

from nicegui import ui

from agent.desk.values import CaseFinding
from agent.models import Basis
from agent.web.pages.controls import press
from agent.web.pages.desk.badges import grade
from agent.web.pages.desk.opened import Opened
from agent.web.pages.desk.waiving import waive_button
from agent.web.pages.writing import attribute, text
from agent.web.words import Words

__all__ = ["show_findings"]


def show_findings(opened: Opened) -> None:
    """List the open findings, then what was settled and what nobody could decide."""
    say, case = opened.say, opened.case
    text(say("desk_findings", count=len(case.open)), "desk-section-title", tag="h2")
    if not case.open:
        text(say("desk_findings_none"), "desk-quiet")
    for number, finding in enumerate(case.open, start=1):
        _finding(opened, number, finding)
    for words, lines in (
        ("desk_look", case.needs_look),
        ("desk_undetermined", case.undetermined),
        ("desk_tone", case.tone),
    ):
        if lines:
            text(say(words), "desk-section-title", tag="h3")
            with ui.element("ul").classes("desk-list"):
                for line in lines:
                    text(line, tag="li")
    if case.settled:
        _settled(opened)


def _finding(opened: Opened, number: int, finding: CaseFinding) -> None:
    say = opened.say
    with ui.element("article").classes(f"desk-finding desk-finding-{finding.severity}") as card:
        attribute(card, id=f"finding-{number}", tabindex="-1", aria_label=say("desk_finding_number", number=number))
        attribute(card, data_finding=True)
        with ui.element("div").classes("desk-finding-head"):
            text(str(number), "desk-number", tag="span")
            grade(say, finding.severity)
            text(finding.rule, "desk-rule", tag="span")
            text(say(f"desk_by_{finding.by}"), "desk-quiet", tag="span")
            text(say(f"desk_field_{finding.field}"), "desk-quiet", tag="span")
            if finding.start is not None:
                ui.link(say("desk_to_text"), f"#mark-{number}").classes("desk-link desk-push")
        if finding.text or finding.sentence:
            _quoted(finding)
        _explained(say, finding)
        if finding.fix is not None:
            _rewrite(say, finding)
        if opened.undecided and opened.may_send_back:
            with ui.element("div").classes("desk-finding-actions"):
                _suggest_button(opened, finding)
                if opened.case.permission.allowed:
                    waive_button(opened, finding)


def _quoted(finding: CaseFinding) -> None:
    """Quote the sentence with the words in question in it."""
    before, found, after = finding.sentence.partition(finding.text)
    with ui.element("blockquote").classes("desk-quote"):
        if finding.text and found:
            text(before, tag="span")
            text(found, tag="b")
            text(after, tag="span")
        else:
            text(finding.text or finding.sentence, tag="span")


def _explained(say: Words, finding: CaseFinding) -> None:
    with ui.element("dl").classes("desk-explained"):
        text(say("desk_why"), tag="dt")
        text(finding.message, tag="dd")
        text(say("desk_clause"), tag="dt")
        with ui.element("dd"):
            for basis in finding.clauses:
                _clause(say, basis)
            if not finding.clauses:
                text(say("desk_no_clause"), "desk-quiet")
        if finding.advice:
            text(say("desk_advice"), tag="dt")
            text(finding.advice, tag="dd")


def _clause(say: Words, basis: Basis) -> None:
    """Cite an article; one nobody has verified says so instead of being cited as if it had been."""
    with ui.element("div").classes("desk-clause"):
        text(basis.instrument, tag="cite")
        if basis.article:
            text(basis.article, tag="span")
        if not basis.verified:
            text(say("desk_unverified"), "desk-badge desk-unverified", tag="span")
        if basis.status != "in-force":
            text(say(f"desk_basis_{basis.status}"), "desk-badge", tag="span")
        since = say("desk_effective", date=basis.effective) if basis.effective else say("desk_effective_unknown")
        text(since, "desk-quiet", tag="span")


def _rewrite(say: Words, finding: CaseFinding) -> None:
    with ui.element("div").classes("desk-rewrite"):
        text(say("desk_rewrite"), "desk-quiet")
        with ui.element("p").classes("desk-words"):
            if finding.text:
                text(finding.text, tag="del")
            text(finding.fix or say("desk_drop_it"), tag="ins")


def _suggest_button(opened: Opened, finding: CaseFinding) -> None:
    say = opened.say

    def add() -> None:
        words = finding.text or finding.sentence or finding.rule
        if finding.fix is not None:
            line = say("desk_fix_line", text=words, fix=finding.fix or say("desk_drop_it"))
        else:
            line = say("desk_advice_line", text=words, advice=finding.advice or finding.message)
        if line not in opened.suggestion:
            opened.suggestion.append(line)
        ui.notify(say("desk_added_to_suggestion", count=len(opened.suggestion)), position="top")

    press(say("desk_add_to_suggestion"), add, icon="playlist_add", kind="quiet")


def _settled(opened: Opened) -> None:
    say, settled = opened.say, opened.case.settled
    with ui.element("details").classes("desk-settled"):
        text(say("desk_settled", count=len(settled)), tag="summary")
        with ui.element("ul").classes("desk-list"):
            for finding in settled:
                with ui.element("li"):
                    if finding.status != "open":
                        text(say(f"desk_status_{finding.status}"), "desk-badge", tag="span")
                    text(finding.rule, "desk-rule", tag="span")
                    text(finding.text or finding.sentence, tag="bdi")
                    text(finding.message, "desk-quiet")
