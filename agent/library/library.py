"""The library of a record: what its pages, sheets and warnings ask. One object a process: it keeps what it read.

Whoever asks says whose notes they may see; nothing here takes a request's word for it.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from functools import cached_property

from agent import guardrails
from agent.guardrails import Packs
from agent.library.coming import ComingRules, Outlook
from agent.library.notefile import NoteFile, open_file
from agent.library.numbers import Numbers, count
from agent.library.sameness import Pair, Sameness, warns_at
from agent.library.search import Page, Query, Sight, find, turn_to
from agent.library.shelf import Shelf, ShelvedNote
from agent.library.validity import AffectedNote, FactRow, affected_by_facts, fact_rows
from agent.record import Store
from agent.workspace import Workspace

__all__ = ["Library"]

PAGE = 20
FACT_DAYS = 14
RULE_DAYS = 180
LOOK_SECONDS = 0.5
NEAR_SECONDS = 5.0


class Library:
    """Answer for the notes of one record and the facts of one workspace; safe to ask from several threads."""

    def __init__(
        self,
        store: Store,
        workspace: Workspace,
        *,
        today: Callable[[], date],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._workspace = workspace
        self._today = today
        self._shelf = Shelf(store.library, workspace)
        self._sameness = Sameness(warns_at())
        self._clock = clock
        self._near: dict[str, tuple[tuple[ShelvedNote, float], ...]] = {}
        self._near_since = -math.inf

    def find(self, query: Query, sight: Sight) -> tuple[ShelvedNote, ...]:
        """Return the notes looked for, newest first."""
        return find(self._shelf.notes(), query, sight)

    def page(self, query: Query, sight: Sight, *, number: int = 1, size: int = PAGE) -> Page:
        """Return one page of the notes looked for, newest first."""
        return turn_to(self.find(query, sight), number, size=size)

    def note(self, run_id: str, sight: Sight) -> NoteFile | None:
        """Return all that is kept of a note; one that may not be seen is as absent as one that never was."""
        note = self._shelf.note(run_id)
        if note is None or not sight.shows(note):
            return None
        return open_file(self._store, self._workspace, note, today=self._today())

    def pairs(self, sight: Sight) -> tuple[Pair, ...]:
        """Return notes of different accounts that read alike, both of them visible, the most alike first."""
        found = self._sameness.pairs(self._shelf.notes())
        return tuple(pair for pair in found if sight.shows(pair.first) and sight.shows(pair.second))

    def near(self, run_id: str) -> tuple[tuple[ShelvedNote, float], ...]:
        """Return the notes of other accounts most like a run's, for whoever may see everybody's.

        A queue asks this of every note in it, so what was found is good for `NEAR_SECONDS`.
        """
        if self._clock() - self._near_since > NEAR_SECONDS:
            self._near, self._near_since = _by_run(self.pairs(Sight("", everything=True))), self._clock()
        return self._near.get(run_id, ())

    def affected_by_facts(self, sight: Sight, *, days: int = FACT_DAYS) -> tuple[AffectedNote, ...]:
        """Return the standing notes whose facts end within so many days or no longer hold."""
        seen = self.find(Query(), sight)
        return affected_by_facts(self._workspace, seen, today=self._today(), days=days)

    def outlook(self, sight: Sight, *, days: int = RULE_DAYS, seconds: float = LOOK_SECONDS) -> Outlook:
        """Return the rules that begin within so many days and the work they make, after working on it for a moment."""
        known = self._coming.outlook(self._shelf.notes(), today=self._today(), days=days, seconds=seconds)
        return replace(known, tasks=tuple(task for task in known.tasks if sight.shows(task.note)))

    def facts(self, sight: Sight) -> tuple[FactRow, ...]:
        """Return the ledger as it stands today, with the visible notes that cite each fact."""
        return fact_rows(self._workspace, self.find(Query(), sight), today=self._today())

    def numbers(self, *, since: date, until: date) -> Numbers:
        """Return the numbers of everybody's notes begun from one day to another, both included."""
        return count(self._store.library, self._shelf.notes(), since=since, until=until)

    def title_of(self, rule: str) -> str:
        """Return what a rule is called; its id when it is gone."""
        return self._titles.get(rule, rule)

    @cached_property
    def _packs(self) -> Packs:
        overlay = self._workspace.rules_overlay
        return guardrails.load_packs(overlay=(overlay,) if overlay else (), examples=False)

    @cached_property
    def _titles(self) -> dict[str, str]:
        return {rule.id: rule.title for _, rule in self._packs.entries()}

    @cached_property
    def _coming(self) -> ComingRules:
        return ComingRules(self._store.library, self._packs, self._workspace.waivers)


def _by_run(pairs: Iterable[Pair]) -> dict[str, tuple[tuple[ShelvedNote, float], ...]]:
    found: dict[str, tuple[tuple[ShelvedNote, float], ...]] = {}
    for pair in pairs:
        for one, other in ((pair.first, pair.second), (pair.second, pair.first)):
            found[one.run] = (*found.get(one.run, ()), (other, pair.share))
    return found
