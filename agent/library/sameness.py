"""Warn of notes that read alike across accounts: the platform takes them for one text spread by many hands.

Compares the prose (life and points) by the shingles the tone metric T23 and rule XHS-06 use, every note with every
other one exactly: no sketch stands in for a set. Only notes that changed are compared again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from heapq import nlargest
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from agent.library.shelf import ShelvedNote
from agent.text.shingles import shingles
from agent.tone.thresholds import load_thresholds

__all__ = ["Pair", "Sameness", "passages", "warns_at"]

SHORTEST = 8  # characters a shared passage needs to be worth showing
OUT = frozenset({"rejected", "refused"})  # what will never be seen beside another note

NEAREST = 20

_LEADING = "。，、；：！？…”’）》 \n"  # ends of the sentence before

Grams = NDArray[np.int64]
_Key = tuple[str, str]  # a run and the hash of its text


@dataclass(frozen=True)
class Pair:
    """Hold two notes of different accounts, the one begun first first, and how alike they are from 0 to 1."""

    first: ShelvedNote
    second: ShelvedNote
    share: float

    @property
    def shared(self) -> tuple[str, ...]:
        """Return the passages both have, in the order of the second."""
        return passages(self.second.prose, self.first.prose)


class Sameness:
    """Find pairs at least so alike; keeps what it has compared, so that a note that stands still costs nothing again.

    Of each note the nearest `NEAREST` are kept: a text spread by more hands than that is known by then.
    """

    def __init__(self, at_least: float) -> None:
        self.at_least = at_least
        self._grams: dict[_Key, Grams] = {}
        self._shares: dict[_Key, dict[_Key, float]] = {}
        self._lock = Lock()

    def pairs(self, notes: Iterable[ShelvedNote]) -> tuple[Pair, ...]:
        """Return the pairs, the most alike first."""
        live = {(note.run, note.stamp.text_hash): note for note in notes if note.prose and note.status not in OUT}
        with self._lock:
            self._compare(live)
            found = [
                _pair(live[one], live[other], share)
                for one, others in self._shares.items()
                for other, share in others.items()
            ]
        return tuple(sorted(found, key=lambda pair: (-pair.share, pair.first.run, pair.second.run)))

    def _compare(self, live: dict[_Key, ShelvedNote]) -> None:
        """Bring the shares up to date: drop notes that are gone, compare those that are new with all others."""
        fresh = [key for key in live if key not in self._grams]
        self._grams = {key: self._grams[key] if key in self._grams else _grams(live[key].prose) for key in live}
        self._shares = {
            one: {other: share for other, share in others.items() if other in live}
            for one, others in self._shares.items()
            if one in live
        }
        if fresh:
            self._compare_fresh(live, frozenset(fresh))

    def _compare_fresh(self, live: dict[_Key, ShelvedNote], fresh: frozenset[_Key]) -> None:
        keys = list(live)
        sizes = np.array([len(self._grams[key]) for key in keys])
        owners = np.repeat(np.arange(len(keys)), sizes)
        grams = np.concatenate([self._grams[key] for key in keys])
        order = np.argsort(grams, kind="stable")
        grams, owners = grams[order], owners[order]
        for place, key in enumerate(keys):
            if key not in fresh:
                continue
            common = np.bincount(_owners_of(self._grams[key], grams, owners), minlength=len(keys))
            shares = common / np.maximum(1, sizes + len(self._grams[key]) - common)
            near = [
                (float(shares[other]), keys[other])
                for other in np.flatnonzero(shares >= self.at_least).tolist()
                if (keys[other] not in fresh or other < place)
                and live[keys[other]].stamp.account != live[key].stamp.account
            ]
            self._shares[key] = {other: share for share, other in nlargest(NEAREST, near)}


def passages(text: str, other: str, *, shortest: int = SHORTEST) -> tuple[str, ...]:
    """Return the longest passages of a text that stand in another one word for word, from left to right."""
    found: list[str] = []
    start = 0
    while start + shortest <= len(text):
        end = start + shortest
        if text[start:end] not in other:
            start += 1
            continue
        while end < len(text) and text[start : end + 1] in other:
            end += 1
        found.append(text[start:end].lstrip(_LEADING).rstrip())
        start = end
    return tuple(passage for passage in dict.fromkeys(found) if len(passage) >= shortest)


def warns_at() -> float:
    """Return from where on two notes are worth a warning: the bound of the tone metric T23."""
    return load_thresholds().metrics["T23"].bound("max")


def _owners_of(wanted: Grams, grams: Grams, owners: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return whose each occurrence of these shingles is; all arrays are sorted by shingle."""
    begin, end = np.searchsorted(grams, wanted, "left"), np.searchsorted(grams, wanted, "right")
    counts = end - begin
    offsets = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    found: NDArray[np.int64] = owners[np.repeat(begin, counts) + offsets]
    return found


def _grams(prose: str) -> Grams:
    return np.unique(np.array([hash(gram) for gram in shingles(prose)], dtype=np.int64))


def _pair(one: ShelvedNote, other: ShelvedNote, share: float) -> Pair:
    first, second = sorted((one, other), key=lambda note: (note.stamp.created_at, note.run))
    return Pair(first, second, share)
