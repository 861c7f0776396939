"""Notice sentences that read like known violations although no rule's words stand in them.

A linear reader over character n-grams (one to four, hashed) scores every sentence and every pair of neighbours that
speaks of money; what scores high is put beside the nearest violating example of a rule. It never blocks and
clears nothing: sure, it asks for a change (`fix`), else for a look (`warn`), and it keeps silent where a rule has
spoken or a guard has cleared a rule. Built from rule cases and labelled texts
by `evals/build_likeness.py`; the numbers live in `data/likeness.npz`.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Final

import numpy as np
from numpy.typing import NDArray

from agent.guardrails.matchers import Matcher, build_matcher
from agent.guardrails.normalize import SEPARATOR

__all__ = ["BUCKETS", "Likeness", "Resemblance", "features", "load_likeness", "windows"]

BUCKETS: Final = 1 << 17
LONGEST: Final = 4  # characters of an n-gram
SHORTEST: Final = 10  # characters a window needs to mean something by itself
NEAREST: Final = 12  # examples that vote for the rule
_SENTENCE: Final = re.compile(f"[^。！？!?\n{SEPARATOR}]+[。！？!?]*")
_CLAUSE: Final = re.compile(f"[^,，、。！？!?;；:：\n{SEPARATOR}]+")
_PRIMES: Final = (0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D, 0x27D4EB2F)
_MIX: Final = 15

Floats = NDArray[np.float32]
Ids = NDArray[np.int64]


@dataclass(frozen=True)
class Resemblance:
    """Hold a window of the norm plane that reads like examples of a rule, the nearest first.

    `score` is the reader's probability; `telling` is the span of the clause that made it, in the whole text.
    """

    start: int
    end: int
    score: float
    rule: str
    examples: tuple[str, ...]
    telling: tuple[int, int]


def windows(text: str) -> Iterator[tuple[int, int]]:
    """Yield the span of every sentence, then of every two neighbours within a paragraph."""
    spans = [match.span() for match in _SENTENCE.finditer(text) if match.group().strip()]
    yield from ((start, end) for start, end in spans if end - start >= SHORTEST)
    for (start, stop), (begin, end) in itertools.pairwise(spans):
        if "\n" not in text[stop:begin]:
            yield start, end


def features(text: str) -> tuple[Ids, Floats]:
    """Return the buckets of a text's n-grams, ascending, and 1 + ln(count) of each."""
    hashed = _grams(_codes(text))
    if not hashed:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32)
    ids, counts = np.unique(np.concatenate(hashed), return_counts=True)
    return ids.astype(np.int64), (1 + np.log(counts)).astype(np.float32)


def _codes(text: str) -> NDArray[np.uint64]:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.uint64)


def _grams(codes: NDArray[np.uint64]) -> list[NDArray[np.uint64]]:
    """Return the buckets of all n-grams of each length, by where they begin."""
    hashed = []
    for length in range(1, min(LONGEST, len(codes)) + 1):
        grams = np.zeros(len(codes) - length + 1, dtype=np.uint64)
        for offset in range(length):
            grams = (grams + codes[offset : offset + len(grams)]) * np.uint64(_PRIMES[offset])
            grams ^= grams >> np.uint64(_MIX)
        hashed.append((grams + np.uint64(length)) % np.uint64(BUCKETS))
    return hashed


@functools.lru_cache(maxsize=8)
def _finder(words: tuple[str, ...]) -> Matcher:
    return build_matcher(words)


class Likeness:
    """Score windows and find the nearest example; see `evals/build_likeness.py` for how it is made."""

    def __init__(self, data: dict[str, NDArray[np.generic]]) -> None:
        self._idf = np.asarray(data["idf"], dtype=np.float32)
        self._weights = np.asarray(data["weights"], dtype=np.float32)
        self._intercept = float(data["intercept"])
        self.sure, self.maybe = float(data["sure"]), float(data["maybe"])
        self._ids = np.asarray(data["example_ids"], dtype=np.int64)
        self._values = np.asarray(data["example_values"], dtype=np.float32)
        self._starts = np.asarray(data["example_starts"], dtype=np.int64)
        told = np.asarray(data["examples"], dtype=np.uint8).tobytes().decode("utf-8").split("\x00")
        self._rules, self._examples = told[0::2], told[1::2]
        self.digest = np.asarray(data["digest"], dtype=np.uint8).tobytes().decode("ascii")

    def score(self, text: str) -> float:
        """Return how much a text reads like a violation, from 0 to 1."""
        ids, values = self._vector(text)
        return float(1 / (1 + np.exp(-(values @ self._weights[ids] + self._intercept))))

    def scores(self, text: str, spans: Sequence[tuple[int, int]]) -> list[float]:
        """Return the scores of spans of a text, each as `score` gives it for the span by itself, in one go."""
        if not spans:
            return []
        grams = _grams(_codes(text))
        keys = np.concatenate(
            [
                hashed[start : max(end - length, start)] + np.uint64(number * BUCKETS)
                for number, (start, end) in enumerate(spans)
                for length, hashed in enumerate(grams)
            ]
        )
        found, counts = np.unique(keys, return_counts=True)
        owners, ids = np.divmod(found.astype(np.int64), BUCKETS)
        values = (1 + np.log(counts)).astype(np.float32) * self._idf[ids]
        squares = np.bincount(owners, values * values, minlength=len(spans))
        sums = np.bincount(owners, values * self._weights[ids], minlength=len(spans))
        lengths = np.sqrt(np.where(squares > 0, squares, 1))
        scores: list[float] = (1 / (1 + np.exp(-(sums / lengths + self._intercept)))).tolist()
        return scores

    def telling(self, text: str) -> tuple[int, int]:
        """Return the span of the clause that speaks most for a violation."""
        clauses = [match.span() for match in _CLAUSE.finditer(text)] or [(0, len(text))]
        return max(clauses, key=lambda span: self._weight(text[slice(*span)]))

    def _weight(self, text: str) -> float:
        ids, values = features(text)
        return float((values * self._idf[ids]) @ self._weights[ids])

    def nearest(self, text: str, *, among: frozenset[str]) -> list[tuple[str, tuple[str, ...]]]:
        """Return the rules of the nearest examples, the one most speak for first, each with its nearest first."""
        ids, values = self._vector(text)
        query = np.zeros(BUCKETS, dtype=np.float32)
        query[ids] = values
        near = np.add.reduceat(query[self._ids] * self._values, self._starts)
        votes: dict[str, float] = {}
        best: dict[str, list[str]] = {}
        ranked = (int(number) for number in np.argsort(-near) if self._rules[int(number)] in among)
        for _, number in zip(range(NEAREST), ranked, strict=False):
            rule = self._rules[number]
            votes[rule] = votes.get(rule, 0.0) + float(near[number])
            best.setdefault(rule, []).append(self._examples[number])
        return [(rule, tuple(best[rule])) for rule in sorted(votes, key=lambda name: (votes[name], name), reverse=True)]

    def find(self, norm: str, *, anchors: Iterable[str], among: Mapping[str, Collection[str]]) -> list[Resemblance]:
        """Return the windows that hold an anchor word and read like an example of one of these rules.

        A rule that comes with subjects is named only for a window with one of them in it. Of overlapping windows the
        one with the highest score is kept.
        """
        anchored = [(start, end) for _, start, end in _finder(tuple(anchors)).find(norm)]
        held = [(a, b) for a, b in windows(norm) if any(a <= start and end <= b for start, end in anchored)]
        scored = [(score, *span) for score, span in zip(self.scores(norm, held), held, strict=True)]
        found: list[Resemblance] = []
        for score, start, end in sorted(scored, key=lambda one: (-one[0], one[1])):
            if score < self.maybe:
                break
            if any(start < other.end and other.start < end for other in found):
                continue
            if named := self._named(norm[start:end], among):
                first, last = self.telling(norm[start:end])
                found.append(Resemblance(start, end, score, *named, (start + first, start + last)))
        return sorted(found, key=lambda one: one.start)

    def _named(self, window: str, among: Mapping[str, Collection[str]]) -> tuple[str, tuple[str, ...]] | None:
        for rule, examples in self.nearest(window, among=frozenset(among)):
            if not among[rule] or any(subject in window for subject in among[rule]):
                return rule, examples
        return None

    def _vector(self, text: str) -> tuple[Ids, Floats]:
        ids, values = features(text)
        values = values * self._idf[ids]
        length = float(np.sqrt(values @ values))
        return ids, values / length if length else values


@functools.cache
def load_likeness() -> Likeness:
    """Return the shipped reader."""
    with files("agent.guardrails").joinpath("data/likeness.npz").open("rb") as file, np.load(file) as data:
        return Likeness(dict(data))
