"""What a note rests on and what has happened to it: facts, sources, a person's share, and its history."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from nicegui import ui

from agent.desk.values import CaseClaim, CaseFact
from agent.web.pages.desk.badges import day_and_time, short_hash
from agent.web.pages.desk.opened import Opened
from agent.web.pages.writing import attribute, text
from agent.web.words import Words

__all__ = ["show_claims", "show_facts", "show_history", "show_human", "show_near"]


def show_facts(opened: Opened) -> None:
    """List the facts a note tells, and whether they may be told today."""
    say = opened.say
    text(say("desk_facts"), "desk-section-title", tag="h2")
    if not opened.case.facts:
        text(say("desk_facts_none"), "desk-quiet")
        return
    with ui.element("ul").classes("desk-list"):
        for fact in opened.case.facts:
            _fact(say, fact)


def show_claims(opened: Opened) -> None:
    """Pair every piece of the body with what it rests on, in the words it was told or supplied."""
    say = opened.say
    text(say("desk_claims"), "desk-section-title", tag="h2")
    if not opened.case.claims:
        text(say("desk_claims_none"), "desk-quiet")
        return
    with ui.element("div").classes("desk-claims"):
        for claim in opened.case.claims:
            _claim(say, claim)


def show_human(opened: Opened) -> None:
    """Tell how much people changed in what the machine wrote, who and when."""
    say, human = opened.say, opened.case.human
    text(say("desk_human"), "desk-section-title", tag="h2")
    if not human.characters and not human.edits:
        text(say("desk_human_none"), "desk-quiet")
        return
    text(say("desk_human_share", count=human.characters, percent=round(human.share * 100)))
    meter = ui.element("meter").classes("desk-meter")
    attribute(meter, min="0", max="1", value=f"{human.share:.2f}", aria_label=say("desk_human"))
    with ui.element("ul").classes("desk-list"):
        for edit in human.edits:
            with ui.element("li"):
                with ui.element("div").classes("desk-inline"):
                    text(edit.name or edit.by, tag="bdi")
                    text(
                        say("desk_human_asked" if edit.asked else "desk_human_edit", count=edit.characters), tag="span"
                    )
                    text(day_and_time(edit.at), "desk-quiet", tag="span")
                if edit.reason:
                    text(edit.reason, "desk-quiet")


def show_history(opened: Opened) -> None:
    """Tell what has happened, newest first, and which text each step was about."""
    say, events = opened.say, sorted(_events(opened), key=lambda event: event.at, reverse=True)
    text(say("desk_history"), "desk-section-title", tag="h2")
    if not events:
        text(say("desk_history_none"), "desk-quiet")
        return
    with ui.element("ol").classes("desk-list desk-history"):
        for event in events:
            with ui.element("li"):
                with ui.element("div").classes("desk-inline"):
                    text(say(f"desk_did_{event.did}"), "desk-did", tag="span")
                    text(event.who, tag="bdi")
                    text(day_and_time(event.at), "desk-quiet", tag="span")
                if event.reason:
                    text(event.reason, "desk-reason")
                present = event.text_hash == opened.case.text_hash
                words = "desk_about_present" if present else "desk_about_earlier"
                text(say(words, hash=short_hash(event.text_hash)), "desk-quiet")


def show_near(opened: Opened) -> None:
    """Warn of notes that are nearly the same."""
    near = opened.case.item.near
    if not near:
        return
    text(opened.say("desk_near_notes"), "desk-section-title", tag="h2")
    for note in near:
        percent = round(note.score * 100)
        words = opened.say("desk_near", title=note.title, account=note.account, percent=percent)
        text(words, "desk-warning")


@dataclass(frozen=True)
class _Event:
    at: datetime
    did: str
    who: str
    reason: str
    text_hash: str


def _events(opened: Opened) -> Iterator[_Event]:
    say, case = opened.say, opened.case
    for handed in case.submissions:
        yield _Event(handed.at, "submit", handed.name or handed.by, "", handed.text_hash)
    for decision in case.decisions:
        who = decision.name or decision.by
        if decision.on_behalf_of:
            who = f"{who} · {say('desk_on_behalf', name=opened.view.name(decision.on_behalf_of))}"
        yield _Event(decision.at, decision.decision, who, decision.reason, decision.text_hash)
    for published in case.publications:
        yield _Event(published.at, "publish", opened.view.name(published.by), published.url, published.text_hash)
        if published.action and published.action_at:
            who = opened.view.name(published.action_by)
            yield _Event(published.action_at, published.action, who, published.action_reason, published.text_hash)


def _fact(say: Words, fact: CaseFact) -> None:
    with ui.element("li").classes("desk-fact" if fact.valid else "desk-fact desk-fact-invalid"):
        with ui.element("div").classes("desk-inline"):
            if not fact.valid:
                text(f"✕ {say('desk_fact_invalid')}", "desk-badge desk-late", tag="span")
            elif fact.days_left is None:
                text(f"✓ {say('desk_fact_valid')}", "desk-badge desk-well", tag="span")
            else:
                text(f"✓ {say('desk_fact_days_left', count=fact.days_left)}", "desk-badge desk-well", tag="span")
            until = fact.valid_to or say("desk_fact_open_end")
            text(say("desk_fact_period", since=fact.valid_from, until=until), "desk-quiet", tag="span")
        text(fact.claim, tag="bdi")
        known = (
            ("desk_fact_source", "source", fact.source),
            ("desk_fact_approval", "number", fact.approval_no),
            ("desk_fact_owner", "name", fact.owner),
        )
        text(" · ".join(say(words, **{name: value}) for words, name, value in known if value), "desk-quiet")
        text(fact.id, "desk-quiet desk-hash")


def _claim(say: Words, claim: CaseClaim) -> None:
    with ui.element("div").classes("desk-claim"):
        with ui.element("div"):
            text(say(f"desk_kind_{claim.kind}"), "desk-badge", tag="span")
            text(claim.text.strip(), "desk-words", tag="bdi")
        with ui.element("div").classes("desk-sources"):
            if not claim.sources:
                text(say("desk_no_sources"), "desk-quiet")
            for source in claim.sources:
                with ui.element("div").classes("desk-source"):
                    missing = " desk-late" if source.kind == "unknown" else ""
                    text(say(f"desk_source_{source.kind}"), f"desk-badge{missing}", tag="span")
                    text(source.text or source.id, tag="bdi")
                    if source.origin:
                        text(source.origin, "desk-quiet")
