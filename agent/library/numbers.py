"""Count what became of the notes begun in a span of days: the numbers of the dashboard, each with what it is out of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import numpy as np

from agent.library.shelf import ShelvedNote
from agent.record import STATUSES, BlockCount, LibraryStore, Milestones

__all__ = ["AccountRow", "Numbers", "ProductRow", "Spread", "WeekRow", "count"]

HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Spread:
    """Hold median and ninth decile of some hours; None where there are none."""

    number: int
    median: float | None
    p90: float | None


@dataclass(frozen=True)
class AccountRow:
    """Count the notes of one account; `with_product` of `written` texts tell of a product."""

    account: str
    begun: int
    written: int
    approved: int
    published: int
    with_product: int

    @property
    def share(self) -> float | None:
        """Return the share of its texts that tell of a product."""
        return self.with_product / self.written if self.written else None


@dataclass(frozen=True)
class ProductRow:
    """Count the texts that tell of one category of product; a text may tell of several."""

    category: str
    notes: int
    share: float


@dataclass(frozen=True)
class WeekRow:
    """Count the notes begun in the week of this Monday, and how long their approvals took."""

    monday: date
    begun: int
    approved: int
    published: int
    hours: Spread


@dataclass(frozen=True)
class Numbers:
    """Hold the numbers of the notes begun from `since` to `until`, both days included."""

    since: date
    until: date
    begun: int
    approved: int
    rejected: int
    published: int
    statuses: tuple[tuple[str, int], ...]
    rounds: tuple[tuple[int, int], ...]
    hours: Spread
    blocks: tuple[BlockCount, ...]
    accounts: tuple[AccountRow, ...]
    products: tuple[ProductRow, ...]
    weeks: tuple[WeekRow, ...]

    @property
    def approved_rate(self) -> float | None:
        """Return the share of approvals among the notes a person has decided on; None when nobody has on any."""
        decided = self.approved + self.rejected
        return self.approved / decided if decided else None

    @property
    def rounds_a_note(self) -> float | None:
        """Return the mean number of rounds of the notes that have a text."""
        notes = sum(number for _, number in self.rounds)
        return sum(rounds * number for rounds, number in self.rounds) / notes if notes else None


def count(store: LibraryStore, notes: Iterable[ShelvedNote], *, since: date, until: date) -> Numbers:
    """Count the notes begun from one day to another, both included, by the clock of this machine."""
    begun = [note for note in notes if since <= _day(note) <= until]
    span = _midnight(since), _midnight(until + timedelta(days=1))
    decided = {one.run: one for one in store.milestones(*span)}
    approved = {run: one for run, one in decided.items() if one.decision == "approve"}
    told = Counter(note.status for note in begun)
    rounds = Counter(note.stamp.rounds for note in begun if note.stamp.rounds)
    return Numbers(
        since=since,
        until=until,
        begun=len(begun),
        approved=len(approved),
        rejected=len(decided) - len(approved),
        published=sum(1 for note in begun if note.was_published),
        statuses=tuple((status, told[status]) for status in STATUSES if told[status]),
        rounds=tuple(sorted(rounds.items())),
        hours=_hours(approved.values()),
        blocks=store.blocks(*span),
        accounts=_accounts(begun, approved),
        products=_products(begun),
        weeks=_weeks(begun, approved),
    )


def _accounts(notes: Sequence[ShelvedNote], approved: dict[str, Milestones]) -> tuple[AccountRow, ...]:
    groups: dict[str, list[ShelvedNote]] = {}
    for note in notes:
        groups.setdefault(note.stamp.account, []).append(note)
    rows = (
        AccountRow(
            account=account,
            begun=len(group),
            written=sum(1 for note in group if note.text),
            approved=sum(1 for note in group if note.run in approved),
            published=sum(1 for note in group if note.was_published),
            with_product=sum(1 for note in group if note.categories),
        )
        for account, group in groups.items()
    )
    return tuple(sorted(rows, key=lambda row: (-row.begun, row.account)))


def _products(notes: Sequence[ShelvedNote]) -> tuple[ProductRow, ...]:
    written = [note for note in notes if note.text]
    told = Counter(category for note in written for category in note.categories)
    return tuple(ProductRow(name, number, number / len(written)) for name, number in told.most_common())


def _weeks(notes: Sequence[ShelvedNote], approved: dict[str, Milestones]) -> tuple[WeekRow, ...]:
    """Return every week from the first note's to the last one's, the empty ones too."""
    groups: dict[date, list[ShelvedNote]] = {}
    for note in notes:
        day = _day(note)
        groups.setdefault(day - timedelta(days=day.weekday()), []).append(note)
    if not groups:
        return ()
    first, last = min(groups), max(groups)
    mondays = (first + timedelta(weeks=number) for number in range((last - first).days // 7 + 1))
    return tuple(_week(monday, groups.get(monday, []), approved) for monday in mondays)


def _week(monday: date, notes: Sequence[ShelvedNote], approved: dict[str, Milestones]) -> WeekRow:
    mine = [approved[note.run] for note in notes if note.run in approved]
    published = sum(1 for note in notes if note.was_published)
    return WeekRow(monday, len(notes), len(mine), published, _hours(mine))


def _hours(milestones: Iterable[Milestones]) -> Spread:
    hours = [(one.decided_at - one.submitted_at) / HOUR for one in milestones]
    if not hours:
        return Spread(0, None, None)
    median, p90 = np.percentile(hours, (50, 90)).tolist()
    return Spread(len(hours), median, p90)


def _day(note: ShelvedNote) -> date:
    return note.stamp.created_at.astimezone().date()


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time()).astimezone()
