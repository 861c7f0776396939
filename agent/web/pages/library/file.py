"""One note: its text as it would be published, what was found in it, what happened to it, and what it rests on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from nicegui import ui

from agent.guardrails.wording import cite
from agent.library.notefile import CitedFact, NoteFile
from agent.models import Finding, Note, Segment
from agent.people import Role
from agent.record import VersionRecord
from agent.web.pages.frame import View
from agent.web.pages.library.asking import LIBRARY
from agent.web.pages.library.pieces import account_name, day, moment, person_name, status_chip
from agent.web.pages.tables import table
from agent.web.pages.writing import attribute, text

__all__ = ["show_file"]

WRITING = (Role.EMPLOYEE, Role.CONTENT)  # who has a chat
MUST_SAY = frozenset({"condition", "disclosure", "role", "label"})
SHORT = 19  # of a hash: its kind and enough of it to compare by eye
Event = tuple[datetime, str, str, str]


def show_file(view: View, file: NoteFile) -> None:
    """Show everything that is kept of a note."""
    _head(view, file)
    with ui.element("div").classes("lib-columns"):
        with ui.element("div").classes("lib-column"):
            best = file.best
            if best is None:
                text(view.say("library_no_text"), "lib-empty")
            else:
                _note(best.round.note)
                _findings(view, best)
        with ui.element("div").classes("lib-column"):
            _history(view, file)
            _facts(view, file)
            _told(view, file)
            _versions(view, file)
            _evidence(view, file)


def _head(view: View, file: NoteFile) -> None:
    note, say = file.note, view.say
    ui.link(f"← {say('library_back')}", LIBRARY).classes("lib-back")
    with ui.element("div").classes("lib-note-line"):
        text(note.heading, "lib-title", tag="h1")
        status_chip(view, note.status)
    kind = say(f"library_type_{note.stamp.note_type}")
    parts = (account_name(view, note.stamp.account), person_name(view, note), kind, day(note.stamp.created_at))
    text(" · ".join(part for part in parts if part), "hint")
    text(say("library_topic", topic=note.topic), "hint")
    if note.stamp.owner == view.identity.user and view.identity.is_any(*WRITING):
        talk = ui.link(target=f"/chat?run={note.run}").classes("press press-main lib-talk")
        with talk:
            attribute(ui.icon("edit_note"), aria_hidden="true")
            text(say("library_talk"), tag="span")


def _note(note: Note) -> None:
    with ui.element("article").classes("lib-card lib-text"):
        if note.cover:
            text(note.cover, "lib-cover")
        text(note.title, "note-title", tag="h2")
        for paragraph in _paragraphs(note):
            with ui.element("p").classes("paragraph"):
                for segment in paragraph:
                    text(segment.text, "must-say" if segment.kind in MUST_SAY else "", tag="span")
        if note.tags:
            text(" ".join(f"#{tag}" for tag in note.tags), "lib-tags")


def _paragraphs(note: Note) -> list[list[Segment]]:
    """Return the body as it is posted: what follows in the same paragraph stands in the same line."""
    found: list[list[Segment]] = []
    for segment in note.segments:
        if segment.paragraph or not found:
            found.append([])
        found[-1].append(segment)
    return found


def _findings(view: View, version: VersionRecord) -> None:
    say = view.say
    shown = [finding for finding in version.round.report.findings if finding.status != "cleared"]
    with ui.element("section").classes("lib-part"):
        text(say("library_findings", count=len(shown)), "lib-part-title", tag="h2")
        if not shown:
            text(say("library_no_finding"), "hint")
        for finding in shown:
            _finding(view, finding)


def _finding(view: View, finding: Finding) -> None:
    say = view.say
    with ui.element("div").classes("lib-finding"):
        with ui.element("div").classes("lib-note-line"):
            text(f"{finding.rule} · {say(f'library_severity_{finding.severity}')}", "chip lib-rule", tag="span")
            if finding.status != "open":
                text(say(f"library_finding_{finding.status}", by=finding.status_by), "chip", tag="span")
        if finding.text:
            text(finding.text, "quote")
        text(finding.message)
        text("；".join(cite(basis) for basis in finding.basis), "hint")
        if finding.advice:
            text(finding.advice, "hint")


def _history(view: View, file: NoteFile) -> None:
    say = view.say
    with ui.element("section").classes("lib-part"):
        text(say("library_history"), "lib-part-title", tag="h2")
        with ui.element("ol").classes("lib-events"):
            for at, what, who, words in sorted(_events(view, file)):
                with ui.element("li"):
                    text(moment(at), "hint", tag="time")
                    text(f"{what} · {who}" if who else what)
                    if words:
                        text(words, "lib-words")


def _events(view: View, file: NoteFile) -> Iterator[Event]:
    """Yield what happened: when, what, who, and their words."""
    say = view.say
    yield file.record.created_at, say("library_event_begun"), _name(view, file.record.owner), ""
    for handed in file.submissions:
        yield handed.submitted_at, say("library_event_submitted"), _name(view, handed.submitted_by), ""
    for one in file.decisions:
        yield one.decided_at, say(f"library_event_{one.decision}"), _name(view, one.reviewer), one.reason
    for waiver in file.waivers:
        words = say("library_waived", reason=waiver.reason, day=day(waiver.expires_on))
        yield waiver.granted_at, say("library_event_waived", rule=waiver.rule), _name(view, waiver.approver), words
    for published in file.publications:
        yield published.published_at, say("library_event_published"), _name(view, published.published_by), published.url
    for asked in file.corrections:
        yield asked.asked_at, say(f"library_event_{asked.action}"), _name(view, asked.by), asked.reason


def _name(view: View, user: str) -> str:
    person = view.services.workspace.person(user)
    return person.name if person else user


def _facts(view: View, file: NoteFile) -> None:
    if not file.facts and not file.points:
        return
    with ui.element("section").classes("lib-part"):
        text(view.say("library_rests_on"), "lib-part-title", tag="h2")
        for cited in file.facts:
            _fact(view, cited)
        for point in file.points:
            with ui.element("div").classes("lib-finding"):
                text(point.id, "source-id", tag="span")
                text(point.title)
                text(view.say("library_source", source=point.source), "hint")


def _fact(view: View, cited: CitedFact) -> None:
    say, fact = view.say, cited.then
    with ui.element("div").classes("lib-finding"):
        with ui.element("div").classes("lib-note-line"):
            text(fact.id, "source-id", tag="span")
            text(say(f"facts_{cited.validity}"), f"chip facts-{cited.validity}", tag="span")
            if cited.changed:
                text(say("library_fact_changed"), "chip lib-rule", tag="span")
        text(fact.claim)
        until = day(fact.valid_to) if fact.valid_to else say("facts_for_good")
        text(say("facts_dates", since=day(fact.valid_from), until=until), "hint")
        text(say("library_source", source=fact.source), "hint")
        if fact.approval_no:
            text(say("facts_approved_as", number=fact.approval_no), "hint")


def _told(view: View, file: NoteFile) -> None:
    if not file.material:
        return
    with ui.element("section").classes("lib-part"):
        text(view.say("library_material"), "lib-part-title", tag="h2")
        for item in file.material:
            with ui.element("div").classes("material"):
                text(item.id, "source-id", tag="span")
                text(item.text, tag="span")


def _versions(view: View, file: NoteFile) -> None:
    if not file.versions:
        return
    say = view.say
    with ui.element("section").classes("lib-part"):
        text(say("library_versions", count=len(file.versions)), "lib-part-title", tag="h2")
        for version in reversed(file.versions):
            with ui.element("details").classes("fold lib-version"):
                verdict = say(f"library_verdict_{version.round.report.verdict}")
                line = say("library_version", number=version.revision, round=version.round.number, verdict=verdict)
                text(f"{line} · {moment(version.saved_at)}", tag="summary")
                for change in version.round.changes:
                    text(change, "hint")
                text(version.round.note.to_text(), "quote lib-whole")


def _evidence(view: View, file: NoteFile) -> None:
    say, best = view.say, file.best
    rows = [
        (say("library_run"), file.note.run),
        (say("library_author"), file.record.author),
        (say("library_workspace_day"), day(file.record.brief.as_of)),
    ]
    if best is not None:
        label = best.round.report.label
        packs = "、".join(f"{name} {number}" for name, number in sorted(best.round.report.packs.items()))
        rows += [
            (say("library_hash"), best.text_hash),
            (say("library_label"), "；".join(label.reasons) if label.required else say("library_label_none")),
            (say("library_prompts"), "、".join(best.round.prompts) or "—"),
            (say("library_packs"), packs or "—"),
        ]
    if file.grounds is not None:
        models = "、".join(f"{role} {model.name}" for role, model in sorted(file.grounds.models.items()))
        rows += [(say("library_program"), file.grounds.program), (say("library_models"), models or "—")]
        rows += [(say("library_rules_digest"), file.grounds.rules[:SHORT] or "—")]
    with ui.element("section").classes("lib-part"), ui.element("details").classes("fold") as more:
        attribute(more, open=False)
        text(say("library_evidence"), tag="summary")
        table(say("library_evidence"), (say("library_what"), say("library_value")), rows, classes="table-pairs")
