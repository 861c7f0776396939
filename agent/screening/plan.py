"""What a re-screen must do over: the difference between the edition a batch was checked with and today's.

Owns the decision and the putting together of a report from what stays and what is new. The result is the report a
full check would write: whatever acts on more than one rule makes the whole note be checked again.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from agent.guardrails import Packs, check
from agent.models import NoteInput, Verdict
from agent.screening.checking import (
    Checked,
    Outcome,
    Setup,
    check_rows,
    checked,
    open_packs,
    reveals_of,
    summarize,
    verdict_in,
)
from agent.screening.edition import LEXICAL, Edition
from agent.screening.rows import Row

__all__ = ["Plan", "Stored", "plan_between", "recheck_rows"]


@dataclass(frozen=True)
class Plan:
    """Say what is checked again.

    full: the engine or what acts on all rules has changed. words: what is sought behind disguises has changed, so a
    note is checked in full where something else is revealed now. fresh: rules to run, new or changed. gone: rules whose
    earlier findings are dropped, changed or removed. everywhere: one of them speaks about any note.
    """

    full: bool = False
    words: bool = False
    fresh: tuple[str, ...] = ()
    gone: frozenset[str] = frozenset()
    everywhere: bool = False

    @property
    def reads_all(self) -> bool:
        """Tell whether every note has to be read."""
        return self.full or self.words or self.everywhere


@dataclass(frozen=True, slots=True)
class Stored:
    """Hold a stored note; `look` when a changed rule could say something about it."""

    place: int
    verdict: Verdict
    note: str
    line: str
    reveals: str
    look: bool = True


def plan_between(old: Edition, new: Edition) -> Plan:
    """Return what differs between two editions."""
    before = {rule: (digest, kind) for rule, digest, kind in old.rules}
    after = {rule: (digest, kind) for rule, digest, kind in new.rules}
    fresh = tuple(rule for rule in after if before.get(rule) != after[rule])
    gone = frozenset(rule for rule in before if before[rule] != after.get(rule))
    kinds = {after[rule][1] for rule in fresh} | {before[rule][1] for rule in gone}
    return Plan(
        full=old.surroundings != new.surroundings,
        words=old.words != new.words,
        fresh=fresh,
        gone=gone,
        everywhere=not kinds <= set(LEXICAL),
    )


def recheck_rows(setup: Setup, task: tuple[Plan, Sequence[Stored | Row]]) -> list[Outcome]:
    """Return the outcome of each stored note, and of rows that were refused before."""
    plan, items = task
    packs = open_packs(setup)
    some = replace(packs, rules=tuple(packs[rule] for rule in plan.fresh))
    order = {compiled.rule.id: number for number, compiled in enumerate(packs.rules)}
    outcomes: list[Outcome] = []
    for item in items:
        if isinstance(item, Row):
            outcomes.extend(check_rows(setup, [item]))
        else:
            outcomes.append(_recheck(setup, plan, item, packs, some, order))
    return outcomes


def _recheck(setup: Setup, plan: Plan, item: Stored, packs: Packs, some: Packs, order: dict[str, int]) -> Checked:
    note = NoteInput.model_validate_json(item.note) if plan.full or plan.words or item.look else None
    if note is not None and (plan.full or (plan.words and reveals_of(note, packs) != item.reveals)):
        return checked(setup, packs, note, item.place)
    report = json.loads(item.line)
    report["findings"] = [entry for entry in report["findings"] if entry["rule"] not in plan.gone]
    report["undetermined"] = [entry for entry in report["undetermined"] if entry["rule"] not in plan.gone]
    if note is not None and plan.fresh and item.look:
        _add(report, note, setup, some)
    for key in ("findings", "undetermined"):
        report[key].sort(key=lambda entry: order[entry["rule"]])
    report["verdict"], report["packs"] = verdict_in(report["findings"]), packs.versions
    kept = Checked(item.place, item.verdict, False, "", note=item.note, reveals=item.reveals)
    return summarize(item.place, report, like=kept)


def _add(report: dict[str, Any], note: NoteInput, setup: Setup, some: Packs) -> None:
    """Add what the changed rules say."""
    under = setup.under
    fresh = check(
        note, packs=some, as_of=under.as_of, stage=under.stage, facts=under.facts, points=under.points,
        waivers=under.waivers, likeness=False,
    ).model_dump(mode="json")  # fmt: skip
    report["findings"] += fresh["findings"]
    report["undetermined"] += fresh["undetermined"]
