"""Check the notes that stand against rules that take effect soon: a work list before the day, not a surprise on it.

Only the coming rules run, as of the day each begins, on what a note was written from. What was checked is kept by
text and rule set, and a look works for a bounded time: on a large library the list is complete after several looks.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from threading import Lock

from agent import guardrails
from agent.errors import GuardError
from agent.graph.submission import check_note
from agent.guardrails import Packs, Rule
from agent.library.shelf import ShelvedNote
from agent.library.validity import STANDING
from agent.models import Finding, Round, Waiver
from agent.record import Grounds, LibraryStore

__all__ = ["ComingRules", "Outlook", "Task", "coming_rules"]

BATCH = 20
_Key = tuple[str, str, date]  # run, hash of its text, the day a rule begins


@dataclass(frozen=True)
class Task:
    """Hold a standing note and the findings it will have from a day on, which it does not have yet.

    `failed` when a rule could not do its work: that is no pass, so a person must look.
    """

    note: ShelvedNote
    begins: date
    findings: tuple[Finding, ...]
    failed: bool = False


@dataclass(frozen=True)
class Outlook:
    """Hold the coming rules and the work they make so far; `checked` of `total` checks are done."""

    rules: tuple[Rule, ...]
    tasks: tuple[Task, ...]
    checked: int
    total: int

    @property
    def complete(self) -> bool:
        """Tell whether every standing note has been looked at."""
        return self.checked == self.total


def coming_rules(packs: Packs, *, today: date, days: int) -> tuple[Rule, ...]:
    """Return the rules that begin after today and within so many days, the soonest first."""
    rules = (compiled.rule for compiled in packs.rules)
    coming = (rule for rule in rules if today < rule.effective <= today + timedelta(days=days))
    return tuple(sorted(coming, key=lambda rule: (rule.effective, rule.id)))


class ComingRules:
    """Check notes ahead of time; safe to ask from several threads."""

    def __init__(
        self,
        store: LibraryStore,
        packs: Packs,
        waivers: Sequence[Waiver] = (),
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._packs = packs
        self._waivers = tuple(waivers)
        self._clock = clock
        self._found: dict[_Key, tuple[Finding, ...] | None] = {}
        self._subsets: dict[date, Packs] = {}
        self._lock = Lock()

    def outlook(self, notes: Iterable[ShelvedNote], *, today: date, days: int, seconds: float) -> Outlook:
        """Return what is known after working on it for about so many seconds."""
        rules = coming_rules(self._packs, today=today, days=days)
        begins = sorted({rule.effective for rule in rules})
        standing = {(n.run, n.stamp.text_hash): n for n in notes if n.status in STANDING and n.stamp.text_hash}
        wanted: dict[_Key, ShelvedNote] = {(*key, day): note for key, note in standing.items() for day in begins}
        with self._lock:
            self._found = {key: found for key, found in self._found.items() if key[:2] in standing}
            self._work({key: note for key, note in wanted.items() if key not in self._found}, seconds)
            found = {key: self._found[key] for key in wanted if key in self._found}
        tasks = [
            Task(wanted[key], key[2], findings or (), failed=findings is None)
            for key, findings in found.items()
            if findings is None or findings
        ]
        tasks.sort(key=lambda task: (task.begins, task.note.stamp.created_at, task.note.run))
        return Outlook(rules, tuple(tasks), checked=len(found), total=len(wanted))

    def _work(self, missing: dict[_Key, ShelvedNote], seconds: float) -> None:
        until = self._clock() + seconds
        keys = list(missing)
        for start in range(0, len(keys), BATCH):
            if self._clock() >= until:
                return
            some = {key: missing[key] for key in keys[start : start + BATCH]}
            texts = self._store.texts({(note.run, note.stamp.revision or 0) for note in some.values()})
            grounds = self._store.grounds({(note.run, note.stamp.grounds) for note in some.values()})
            for key, note in some.items():
                text = texts.get((note.run, note.stamp.revision or 0))
                ground = grounds.get((note.run, note.stamp.grounds))
                if text:
                    self._found[key] = self._check(text, ground, key[2])

    def _check(self, text: str, ground: str | None, begins: date) -> tuple[Finding, ...] | None:
        """Return the open findings of the rules that begin on this day; None when one could not do its work."""
        note = Round.model_validate_json(text).note
        check = functools.partial(guardrails.check, packs=self._beginning(begins), likeness=False)
        try:
            if ground is None:  # a text of before grounds were kept
                return check(note, as_of=begins, waivers=self._waivers).open()
            sources = Grounds.model_validate_json(ground).sources
            brief = sources.brief.model_copy(update={"as_of": begins})
            sources = sources.model_copy(update={"brief": brief})
            return check_note(note, sources, check=check, waivers=self._waivers).open()
        except GuardError:
            return None

    def _beginning(self, day: date) -> Packs:
        """Leave the rules that begin on this day; vocabulary and disguises stay whole, as a rule sees them."""
        if day not in self._subsets:
            rules = tuple(compiled for compiled in self._packs.rules if compiled.rule.effective == day)
            self._subsets[day] = replace(self._packs, rules=rules)
        return self._subsets[day]
