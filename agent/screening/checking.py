"""Check rows and write their reports: what every worker does, on this machine or another.

Owns what becomes of one row: a report line, or a refusal with its reason. A guard that fails refuses the row (it never
counts as a pass) and the run goes on. Everything here is a function of its arguments: workers agree because they were
given the same.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from agent import garbage
from agent.errors import ConfigurationError, KosnoteError
from agent.guardrails import Packs, check, load_packs
from agent.guardrails.document import Document
from agent.guardrails.guessing import guessed_texts
from agent.guardrails.normalize import SEPARATOR
from agent.models import NoteInput, Verdict
from agent.screening.edition import Circumstances, edition_of
from agent.screening.rows import Columns, Row, read_note

__all__ = [
    "Checked",
    "Outcome",
    "Rejected",
    "Setup",
    "check_rows",
    "checked",
    "open_packs",
    "report_line",
    "reveals_of",
    "summarize",
    "verdict_in",
]


_BETWEEN = f"\n{SEPARATOR}\n"


@dataclass(frozen=True)
class Setup:
    """Tell a worker what to check with; `expected` is the edition it must find where it runs.

    `keep` wants the note and its planes back, for a store.
    """

    under: Circumstances
    expected: str
    columns: Columns = ()
    keep: bool = False


@dataclass(frozen=True, slots=True)
class Checked:
    """Hold one report; `telling` when it holds a finding that was not cleared.

    `rules` names open findings, `said` every rule that has a finding or an undetermined entry. The rest is for a store:
    the note, what was revealed in it, and its norm plane as written and in plain spelling.
    """

    place: int
    verdict: Verdict
    telling: bool
    line: str
    rules: tuple[str, ...] = ()
    said: tuple[str, ...] = ()
    note: str = ""
    reveals: str = ""
    norm: str = ""
    plain: str = ""


@dataclass(frozen=True, slots=True)
class Rejected:
    """Hold why a row has no report; `failed` when a guard could not do its work. `row` is the row as it was."""

    place: int
    line: str
    failed: bool
    row: Row


Outcome = Checked | Rejected


def check_rows(setup: Setup, rows: Sequence[Row]) -> list[Outcome]:
    """Return what became of each row, in order."""
    packs = open_packs(setup)
    return [_check_row(setup, packs, row) for row in rows]


@functools.lru_cache(maxsize=4)
def open_packs(setup: Setup) -> Packs:
    """Load the packs once a process; raise `ConfigurationError` when they are not those the run was begun with."""
    packs = load_packs(overlay=setup.under.overlay, examples=False)
    if edition_of(packs, setup.under).digest != setup.expected:
        raise ConfigurationError("screen_other_rules")
    garbage.settle()  # rules outlive every note: looking through them for garbage takes as long as a dozen notes
    return packs


def _check_row(setup: Setup, packs: Packs, row: Row) -> Outcome:
    try:
        note = read_note(row, setup.columns)
        return checked(setup, packs, note, row.place)
    except KosnoteError as error:
        if error.code == "note_not_text":
            return _not_text(row)
        return _rejected(row, error.code, error.message, failed=error.code == "guard_failed")
    except (UnicodeError, RecursionError):
        return _not_text(row)


def _not_text(row: Row) -> Rejected:
    return _rejected(row, "row_not_text", ConfigurationError("row_not_text").message, failed=False)


def checked(setup: Setup, packs: Packs, note: NoteInput, place: int) -> Checked:
    """Check one note with all rules."""
    under = setup.under
    report = check(
        note, packs=packs, as_of=under.as_of, stage=under.stage, facts=under.facts, points=under.points,
        waivers=under.waivers, likeness=False,
    )  # fmt: skip
    found = _summarize(place, report.model_dump(mode="json"))
    return _with_planes(found, note, packs) if setup.keep else found


def report_line(report: dict[str, Any]) -> str:
    """Return one report as a line of JSON, as `agent check --format jsonl` writes it."""
    line = json.dumps(report, ensure_ascii=False)
    line.encode()  # a text that no file can hold is refused here, by its row
    return line


def _summarize(place: int, report: dict[str, Any]) -> Checked:
    findings = report["findings"]
    said = dict.fromkeys(entry["rule"] for entry in (*findings, *report["undetermined"]))
    return Checked(
        place=place,
        verdict=report["verdict"],
        telling=any(finding["status"] != "cleared" for finding in findings),
        line=report_line(report),
        rules=tuple(finding["rule"] for finding in findings if finding["status"] == "open"),
        said=tuple(said),
    )


def summarize(place: int, report: dict[str, Any], *, like: Checked) -> Checked:
    """Return the outcome of a report that was put together from parts; note and planes are those of `like`."""
    found = _summarize(place, report)
    return replace(found, note=like.note, reveals=like.reveals, norm=like.norm, plain=like.plain)


def _with_planes(found: Checked, note: NoteInput, packs: Packs) -> Checked:
    document = Document(note)
    reveals = packs.disguises.reveal(document)
    return replace(
        found,
        note=note.model_dump_json(exclude_defaults=True),
        reveals=reveals_of(note, packs),
        norm=document.norm,
        plain=_BETWEEN.join([*([document.revealed(reveals).norm] if reveals else ()), *guessed_texts(note, packs)]),
    )


def reveals_of(note: NoteInput, packs: Packs) -> str:
    """Return what is revealed or guessed in a note, to be compared with what was stored."""
    reveals, guesses = packs.revealed(Document(note)), guessed_texts(note, packs)
    return repr((reveals, guesses)) if reveals or guesses else ""


def verdict_in(findings: Sequence[dict[str, Any]]) -> Verdict:
    """Return the verdict of findings in JSON form; see `agent.guardrails.findings.verdict_of`."""
    severities = {finding["severity"] for finding in findings if finding["status"] == "open"}
    return "block" if "block" in severities else "revise" if "fix" in severities else "pass"


def _rejected(row: Row, code: str, reason: str, *, failed: bool) -> Rejected:
    value = {"place": row.place, "code": code, "reason": reason, "row": row.text.decode("utf-8", "backslashreplace")}
    return Rejected(row.place, json.dumps(value, ensure_ascii=False), failed, row)
