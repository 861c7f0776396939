"""Hand out what the library shows as sheets: the same query, the same notes, for whoever may see them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Annotated

from fastapi import Depends, FastAPI, Request
from fastapi.responses import Response

from agent.library import Library
from agent.library.coming import Task
from agent.library.shelf import ShelvedNote
from agent.library.validity import AffectedNote
from agent.web.access import require, services_of
from agent.web.identity import Identity
from agent.web.pages.library.asking import Asked, asked_in, sight_of
from agent.web.pages.library.pieces import day, moment
from agent.web.pages.library.warnings import FACT_DAYS, RULE_DAYS
from agent.web.pages.sheets import Row, sheet_answer, words_of
from agent.web.words import Words

__all__ = ["register"]

ENOUGH_SECONDS = 20.0  # for a sheet people wait longer than for a page
NOTE = (
    "run", "heading", "topic", "status", "type", "account", "owner", "persona", "products", "categories", "cited",
    "rules", "rounds", "created", "published",
)  # fmt: skip
ALIKE = (
    "share", "first_run", "first_heading", "first_account", "second_run", "second_heading", "second_account", "shared",
)  # fmt: skip
FACTS = ("fact", "validity", "ends", "claim", "run", "heading", "status", "account", "owner")
RULES = ("begins", "rule", "severity", "quoted", "message", "advice", "run", "heading", "status", "account", "owner")


def register(app: FastAPI) -> None:
    """Register `/library.csv`."""

    @app.get("/library.csv")
    def sheet(request: Request, identity: Annotated[Identity, Depends(require())]) -> Response:
        say, asked = words_of(request), asked_in(request.query_params)
        heads, rows = _table(say, asked, services_of(request).library, identity)
        return sheet_answer(f"library-{asked.leaf}", [say(f"library_column_{head}") for head in heads], rows)


def _table(say: Words, asked: Asked, library: Library, identity: Identity) -> tuple[Sequence[str], Iterator[Row]]:
    sight = sight_of(identity)
    if asked.leaf == "alike":
        pairs = library.pairs(sight)
        return ALIKE, ([p.share, *_short(p.first), *_short(p.second), " / ".join(p.shared)] for p in pairs)
    if asked.leaf == "facts":
        affected = library.affected_by_facts(sight, days=asked.days or FACT_DAYS[1])
        return FACTS, (_fact(say, one) for one in affected)
    if asked.leaf == "rules":
        outlook = library.outlook(sight, days=asked.days or RULE_DAYS[1], seconds=ENOUGH_SECONDS)
        return RULES, (row for task in outlook.tasks for row in _task(say, task))
    return NOTE, (_note(say, note) for note in library.find(asked.query, sight))


def _note(say: Words, note: ShelvedNote) -> Row:
    stamp = note.stamp
    return (
        note.run,
        note.title,
        note.topic,
        say(f"status_{note.status}"),
        say(f"library_type_{stamp.note_type}"),
        stamp.account,
        stamp.owner,
        stamp.persona,
        "、".join(note.products),
        "、".join(say(f"library_category_{category}") for category in note.categories),
        "、".join(sorted(note.cited)),
        "、".join(note.rules),
        stamp.rounds,
        day(stamp.created_at),
        moment(stamp.published_at) if stamp.published_at else "",
    )


def _fact(say: Words, one: AffectedNote) -> Row:
    claim = one.fact.claim if one.fact else ""
    return one.fact_id, say(f"facts_{one.validity}"), one.ends, claim, *_who(say, one.note)


def _task(say: Words, task: Task) -> Iterable[Row]:
    if task.failed:
        yield task.begins, "", "", "", say("library_check_failed"), "", *_who(say, task.note)
    for f in task.findings:
        severity = say(f"library_severity_{f.severity}")
        yield task.begins, f.rule, severity, f.text, f.message, f.advice, *_who(say, task.note)


def _short(note: ShelvedNote) -> Row:
    return note.run, note.heading, note.stamp.account


def _who(say: Words, note: ShelvedNote) -> Row:
    return note.run, note.heading, say(f"status_{note.status}"), note.stamp.account, note.stamp.owner
