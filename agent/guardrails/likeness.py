"""Notice sentences that read like known violations although no rule's words stand in them.

A linear reader over character n-grams (one to four, hashed) scores every sentence and every pair of neighbours; what
scores high is named by a second one, which knows the rule of each violating example, and put beside that rule's nearest
example. It never blocks and clears nothing: sure, it asks for a change (`fix`), else for a look (`warn`), and it keeps
silent where a rule has spoken or a guard has cleared a rule. Built from rule cases and labelled texts by
`evals/build_likeness.py`; the numbers live in `data/likeness.npz`.
"""

from __future__ import annotations

import functools
import itertools
import re
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from agent.guardrails.normalize import SEPARATOR
from agent.models import Category

__all__ = [
    "BUCKETS", "Likeness", "Resemblance", "Window", "features", "holds_one", "load_likeness", "sentences",
    "windows",
]  # fmt: skip

BUCKETS: Final = 1 << 17
LONGEST: Final = 4  # characters of an n-gram
SHORTEST: Final = 10  # characters a window needs to mean something by itself
SELLING, TELLTALE = 0.66, 2  # so many sentences of this score tell a seller
MANY: Final = 6  # sentences of which a share means something
TAG: Final = "#"
CLOSE: Final = 0.12  # a lead below which the first of two names is right less than half of the time
NEAREST: Final = 12  # examples put beside a window; the first that fits the note is shown
_SENTENCE: Final = re.compile(f"[^。！？!?\n{SEPARATOR}]+[。！？!?]*")
_CLAUSE: Final = re.compile(f"[^,，、。！？!?;；:：\n{SEPARATOR}]+")
_PRIMES: Final = (0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D, 0x27D4EB2F)
_MIX: Final = 15
_NARROW: Final = 2**32 // BUCKETS  # spans whose buckets are told apart by 32 bits
_TEXTS: Final = 8  # texts whose scores are kept: what a note sells, and what it says, is asked of the same sentences

Floats = NDArray[np.float32]
Ids = NDArray[np.int64]


@dataclass(frozen=True)
class Resemblance:
    """Hold a window of the norm plane that reads like examples of a rule, the nearest first.

    `score` is the reader's probability; `telling` is the span of the clause that made it, in the whole text; `other` is
    the rule that it resembles about as much, empty where there is none.
    """

    start: int
    end: int
    score: float
    rule: str
    examples: tuple[str, ...]
    telling: tuple[int, int]
    other: str = ""


class Window(NamedTuple):
    """Hold a span of a text and its score."""

    score: float
    start: int
    end: int

    def overlaps(self, other: Window) -> bool:
        """Tell whether two windows share a character."""
        return self.start < other.end and other.start < self.end


def holds_one(span: tuple[int, int], others: Sequence[tuple[int, int]]) -> bool:
    """Tell whether a span holds one of some others, which are in text order, whole."""
    begin, stop = span
    return any(end <= stop for _, end in others[bisect_left(others, (begin, 0)) : bisect_left(others, (stop, 0))])


def windows(text: str) -> Iterator[tuple[int, int]]:
    """Yield the span of every sentence, then of every two neighbours within a paragraph."""
    spans = sentences(text)
    yield from ((start, end) for start, end in spans if end - start >= SHORTEST)
    for (start, stop), (begin, end) in itertools.pairwise(spans):
        if "\n" not in text[stop:begin]:
            yield start, end


def sentences(text: str) -> list[tuple[int, int]]:
    """Return the span of every sentence."""
    return [match.span() for match in _SENTENCE.finditer(text) if match.group().strip()]


def _untagged(text: str) -> list[tuple[int, int]]:
    return [span for span in sentences(text) if TAG not in text[slice(*span)]]


def features(text: str) -> tuple[Ids, Floats]:
    """Return the buckets of a text's n-grams, ascending, and 1 + ln(count) of each."""
    hashed = _grams(_codes(text))
    if not hashed:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32)
    ids, counts = _counted(np.concatenate(hashed))
    return ids.astype(np.int64), (1 + np.log(counts)).astype(np.float32)


def _codes(text: str) -> NDArray[np.uint64]:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.uint64)


def _grams(codes: NDArray[np.uint64]) -> list[NDArray[np.uint64]]:
    """Return the buckets of all n-grams of each length, by where they begin; a longer one goes on from a shorter."""
    hashed = []
    grams = np.zeros(len(codes), dtype=np.uint64)
    for length in range(1, min(LONGEST, len(codes)) + 1):
        offset = length - 1
        grams = (grams[: len(codes) - offset] + codes[offset:]) * np.uint64(_PRIMES[offset])
        grams ^= grams >> np.uint64(_MIX)
        hashed.append((grams + np.uint64(length)) & np.uint64(BUCKETS - 1))
    return hashed


def _keys(grams: Sequence[NDArray[np.uint64]], spans: Sequence[tuple[int, int]]) -> NDArray[np.unsignedinteger]:
    """Return the buckets of all n-grams in some spans, those of each span apart from those of any other.

    Half as wide numbers are sorted in half the time, and hold what a note has.
    """
    longer = np.arange(len(grams))[:, np.newaxis]
    firsts, ends = np.array(spans, dtype=np.int64).T
    sizes = np.maximum(ends - longer - firsts, 0).ravel()
    begins = (firsts + np.cumsum([0, *map(len, grams[:-1])])[:, np.newaxis]).ravel()
    stops = np.cumsum(sizes)
    places = np.arange(stops[-1]) + np.repeat(begins - stops + sizes, sizes)
    width = np.uint32 if len(spans) <= _NARROW else np.uint64
    owners = np.repeat(np.tile(np.arange(len(spans)) * BUCKETS, len(grams)).astype(width), sizes)
    keys: NDArray[np.unsignedinteger] = np.concatenate(grams).astype(width)[places] + owners
    return keys


def _counted(keys: NDArray[np.unsignedinteger]) -> tuple[NDArray[np.unsignedinteger], Ids]:
    """Return each key once, ascending, and how often it stands there; the keys are sorted in place."""
    keys.sort()
    is_edge = np.ones(len(keys) + 1, dtype=bool)
    is_edge[1:-1] = keys[1:] != keys[:-1]
    edges = np.flatnonzero(is_edge)
    return keys[edges[:-1]], edges[1:] - edges[:-1]


def _unscored(text: str) -> tuple[dict[tuple[int, int], float], list[NDArray[np.uint64]]]:
    """Return an empty record of the scores of a text's spans, to be filled as somebody asks, and the text's n-grams."""
    return {}, _grams(_codes(text))


class Likeness:
    """Score windows and find the nearest example; see `evals/build_likeness.py` for how it is made."""

    def __init__(self, data: dict[str, NDArray[np.generic]]) -> None:
        self._idf = np.asarray(data["idf"], dtype=np.float32)
        self._weights = np.asarray(data["weights"], dtype=np.float32)
        self._told = np.stack([self._idf, self._weights], axis=1)  # side by side, for many look-ups
        self._intercept = float(data["intercept"])
        self.sure, self.maybe = float(data["sure"]), float(data["maybe"])
        self._name_starts = np.asarray(data["name_starts"], dtype=np.int64)
        self._name_rules = np.asarray(data["name_rules"], dtype=np.int64)
        self._name_values = np.asarray(data["name_values"], dtype=np.float32)
        self._name_intercepts = np.asarray(data["name_intercepts"], dtype=np.float32)
        self.rules = tuple(_parts(data["rules"]))
        told = _parts(data["examples"])
        self._examples: dict[str, list[str]] = {}
        for rule, example in zip(told[0::2], told[1::2], strict=True):
            self._examples.setdefault(rule, []).append(example)
        self._vectors: dict[str, tuple[Ids, tuple[Floats, ...]]] = {}  # of the examples of a rule, end to end
        self._read = functools.lru_cache(maxsize=_TEXTS)(_unscored)
        (self.digest,) = _parts(data["digest"])

    def score(self, text: str) -> float:
        """Return how much a text reads like a violation, from 0 to 1."""
        ids, values = self._vector(text)
        return float(1 / (1 + np.exp(-(values @ self._weights[ids] + self._intercept))))

    def scores(self, text: str, spans: Sequence[tuple[int, int]]) -> list[float]:
        """Return the scores of spans of a text, each as `score` gives it for the span by itself, once a span."""
        if not spans:
            return []
        known, grams = self._read(text)
        unknown = [span for span in spans if span not in known]
        if unknown:
            known.update(zip(unknown, self._scored(grams, unknown), strict=True))
        return [known[span] for span in spans]

    def _scored(self, grams: Sequence[NDArray[np.uint64]], spans: Sequence[tuple[int, int]]) -> list[float]:
        found, counts = _counted(_keys(grams, spans))
        owners, told = found // BUCKETS, self._told[found & (BUCKETS - 1)]
        values = (1 + np.log(counts)).astype(np.float32) * told[:, 0]
        squares = np.bincount(owners, values * values, minlength=len(spans))
        sums = np.bincount(owners, values * told[:, 1], minlength=len(spans))
        lengths = np.sqrt(np.where(squares > 0, squares, 1))
        scores: list[float] = (1 / (1 + np.exp(-(sums / lengths + self._intercept)))).tolist()
        return scores

    def sells(self, norm: str, money: Sequence[tuple[int, int]], *, telltale: int = TELLTALE) -> bool:
        """Tell whether sentences of a text about money read so much like violations that somebody is selling.

        money: where words about money stand, in text order; telltale: how many such sentences it takes. Tags say
        nothing.
        """
        if not any(holds_one(span, money) for span in _untagged(norm)):
            return False
        return sum(score >= SELLING for score in self._each(norm)) >= telltale

    def share(self, norm: str, *, many: int = MANY) -> float:
        """Return the share of the sentences of a text, tags apart, that read so much like violations.

        many: how many sentences it takes to tell; 1 is returned of a text that has fewer.
        """
        told = self._each(norm)
        return sum(score >= SELLING for score in told) / len(told) if len(told) >= many else 1.0

    def votes(self, norm: str, owners: Mapping[str, Category]) -> dict[Category, float]:
        """Count for which product the sentences of a text speak that read so much like violations.

        owners: the product that a rule is about, of rules about one. A sentence gives the lead of its product over the
        next one, one at most; a text that reads like one product alone, as where there are rules of no other, none.
        """
        told: dict[Category, float] = {}
        spans = [span for span in _untagged(norm) if span[1] - span[0] >= SHORTEST]
        for score, span in zip(self.scores(norm, spans), spans, strict=True):
            if score >= SELLING:
                for product, lead in self._leading(norm[slice(*span)], owners):
                    told[product] = told.get(product, 0.0) + min(1.0, lead)
        return told

    def _leading(self, text: str, owners: Mapping[str, Category]) -> Iterator[tuple[Category, float]]:
        """Yield the product that a text reads most like, and its lead over the next one, where there is one."""
        best: dict[Category, float] = {}
        for rule, weight in self.ranked(text, among=owners):
            if rule in owners:
                best.setdefault(owners[rule], weight)
        for (product, most), (_, next_most) in itertools.islice(itertools.pairwise(best.items()), 1):
            yield product, most - next_most

    def _each(self, norm: str) -> list[float]:
        return self.scores(norm, [span for span in _untagged(norm) if span[1] - span[0] >= SHORTEST])

    def telling(self, text: str, rule: str) -> tuple[int, int]:
        """Return the span of the clause that speaks most for a violation, in the sentence that reads most like a rule.

        Where two sentences are read together, the other may be a question, or break another rule.
        """
        spans = sentences(text) or [(0, len(text))]
        begin, stop = max(spans, key=lambda span: self.ranked(text[slice(*span)], among=(rule,))[0][1])
        clauses = [match.span() for match in _CLAUSE.finditer(text, begin, stop)] or [(begin, stop)]
        return max(clauses, key=lambda span: self._weight(text[slice(*span)]))

    def _weight(self, text: str) -> float:
        ids, values = features(text)
        return float((values * self._idf[ids]) @ self._weights[ids])

    def ranked(self, text: str, *, among: Collection[str]) -> list[tuple[str, float]]:
        """Return the known ones of these rules, with how much a text reads like each, the likeliest first."""
        ids, values = self._vector(text)
        starts = self._name_starts[ids]
        counts = self._name_starts[ids + 1] - starts
        places = np.repeat(starts - np.cumsum(counts) + counts, counts) + np.arange(counts.sum())
        weighed = np.repeat(values, counts) * self._name_values[places]
        told = np.bincount(self._name_rules[places], weighed, minlength=len(self.rules)) + self._name_intercepts
        weights, rules = told.tolist(), self.rules
        return [(rules[n], weights[n]) for n in np.argsort(-told, kind="stable").tolist() if rules[n] in among]

    def examples(self, rule: str, text: str) -> tuple[str, ...]:
        """Return the examples of a rule that a text resembles most, the nearest first."""
        known = self._examples.get(rule, [])
        if not known:
            return ()
        if rule not in self._vectors:
            ids_of, values_of = zip(*map(self._vector, known), strict=True)
            self._vectors[rule] = np.concatenate(ids_of), values_of
        ids, values = self._vector(text)
        query = np.zeros(BUCKETS, dtype=np.float32)
        query[ids] = values
        theirs, values_of = self._vectors[rule]
        ends = itertools.accumulate(map(len, values_of))
        shared = query[theirs]
        near = [shared[end - len(weights) : end].dot(weights) for end, weights in zip(ends, values_of, strict=True)]
        return tuple(known[number] for number in sorted(range(len(known)), key=lambda n: -near[n])[:NEAREST])

    def likely(self, norm: str, spans: Sequence[tuple[int, int]]) -> list[Window]:
        """Return those of some windows that read like a violation, the likeliest first."""
        scored = [Window(score, *span) for score, span in zip(self.scores(norm, spans), spans, strict=True)]
        return sorted((one for one in scored if one.score >= self.maybe), key=lambda one: (-one.score, one.start))

    def name(self, norm: str, likely: Iterable[Window], *, among: Mapping[str, Collection[str]]) -> list[Resemblance]:
        """Return those of the likely windows, the likeliest first, that read like an example of one of these rules.

        A rule that comes with subjects is named only for a window with one of them in it. Of overlapping windows the
        one with the highest score is kept.
        """
        found: list[Resemblance] = []
        taken: list[Window] = []
        for window in likely:
            text = norm[window.start : window.end]
            if any(map(window.overlaps, taken)) or not (rules := self._named(text, among)):
                continue
            taken.append(window)
            first, last = (window.start + place for place in self.telling(text, rules[0]))
            examples = self.examples(rules[0], text)
            found.append(
                Resemblance(window.start, window.end, window.score, rules[0], examples, (first, last), *rules[1:])
            )
        return sorted(found, key=lambda one: one.start)

    def _named(self, window: str, among: Mapping[str, Collection[str]]) -> tuple[str, ...]:
        """Return the fitting rule that a window reads most like, and the next where the two are hard to tell apart."""
        fitting = [
            (rule, weight)
            for rule, weight in self.ranked(window, among=among)
            if not among[rule] or any(subject in window for subject in among[rule])
        ][:2]
        return tuple(rule for rule, weight in fitting if fitting[0][1] - weight <= CLOSE)

    def _vector(self, text: str) -> tuple[Ids, Floats]:
        ids, values = features(text)
        values = values * self._idf[ids]
        length = float(np.sqrt(values @ values))
        return ids, values / length if length else values


def _parts(data: NDArray[np.generic]) -> list[str]:
    return np.asarray(data, dtype=np.uint8).tobytes().decode("utf-8").split("\x00")


@functools.cache
def load_likeness() -> Likeness:
    """Return the shipped reader."""
    with files("agent.guardrails").joinpath("data/likeness.npz").open("rb") as file, np.load(file) as data:
        return Likeness(dict(data))
