"""Measure a judge against other raters, and say whether its answers may gate: advisory until the bar is met.

Raw agreement flatters where one answer is common, so base rate, kappa with its interval, and both error rates stand
beside it. Pairs about one item stay together when kappa is resampled. Whoever rated is named as person, model or rule:
the agreement of two models says nothing about who is right.
"""

from __future__ import annotations

import functools
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from agent.models import Frozen
from agent.yamlsource import read_yaml, validate
from evals.errors import EvalError
from evals.ratings import RaterKind, Rating
from evals.statistics import SEED, wilson

__all__ = [
    "Agreement",
    "Bar",
    "Calibration",
    "Consistency",
    "Rate",
    "Rater",
    "calibrate",
    "rogan_gladen",
    "shipped_bar",
]

BAR = Path(__file__).parent / "data" / "judge" / "bar.yaml"
RESAMPLES = 4_000
Pair = tuple[str, str]


class Bar(Frozen):
    """Say what a judge must show; see the file for what each number means."""

    version: str
    pairs: int
    people: int
    people_kappa: float
    kappa_low: float
    self_consistency: float
    reruns: int


@dataclass(frozen=True)
class Rater:
    """Name one rater: what it is, how many pairs it answered, and how often at most."""

    name: str
    kind: RaterKind
    pairs: int
    repeats: int


@dataclass(frozen=True)
class Rate:
    """Hold a share with its Wilson interval."""

    hits: int
    total: int

    @property
    def value(self) -> float | None:
        """Return the share; None of nothing."""
        return self.hits / self.total if self.total else None

    @property
    def interval(self) -> tuple[float, float]:
        """Return the 95 % interval."""
        return wilson(self.hits, self.total)


@dataclass(frozen=True)
class Agreement:
    """Compare one rater with a reference over the pairs both answered; yes is the positive answer.

    `base_rate` is the reference's share of yes, `apparent` the rater's, `corrected` what Rogan and Gladen make of it.
    Kappa is None where both gave one answer only.
    """

    rater: Rater
    reference: Rater
    pairs: int
    items: int
    raw: float
    base_rate: float
    kappa: float | None
    kappa_low: float | None
    kappa_high: float | None
    tpr: Rate
    tnr: Rate
    apparent: float
    corrected: float | None


@dataclass(frozen=True)
class Consistency:
    """Tell how many pairs were answered again, how often at least, and how many of them the same each time."""

    same: Rate
    reruns: int


@dataclass(frozen=True)
class Calibration:
    """Hold a judge's whole calibration; `lacking` says what keeps it advisory, in Chinese."""

    judge: Rater
    raters: tuple[Rater, ...]
    agreements: tuple[Agreement, ...]
    people: tuple[Agreement, ...]
    consistency: Consistency
    lacking: tuple[str, ...]

    @property
    def may_gate(self) -> bool:
        """Tell whether the judge meets the whole bar."""
        return not self.lacking


def calibrate(
    ratings: Sequence[Rating], *, judge: str = "", share: float | None = None, bar: Bar | None = None
) -> Calibration:
    """Measure `judge` (the only model, when none is named) against every other rater, people first.

    `share` is the judge's share of yes where it is to be corrected, such as a whole run; else that of all its answers.

    Raises `EvalError` for an unknown judge, for several candidates, and when it shares no pair with anybody.
    """
    kinds = {rating.rater: rating.rater_kind for rating in ratings}
    name = _judge(kinds, judge)
    answers = {rater: _majorities(ratings, rater) for rater in kinds}
    raters = {rater: _rater(ratings, rater, kinds[rater]) for rater in kinds}
    others = sorted((rater for rater in kinds if rater != name), key=lambda rater: (kinds[rater] != "person", rater))
    found = [_agreement(raters[name], raters[rater], answers[name], answers[rater], share) for rater in others]
    agreements = tuple(one for one in found if one is not None)
    if not agreements:
        raise EvalError("judge_alone", judge=name)
    people = tuple(_between([raters[rater] for rater in others if kinds[rater] == "person"], answers))
    consistency = _consistency(ratings, name)
    return Calibration(
        judge=raters[name],
        raters=tuple(raters[rater] for rater in [name, *others]),
        agreements=agreements,
        people=people,
        consistency=consistency,
        lacking=tuple(_lacking(agreements, people, consistency, bar or shipped_bar())),
    )


def rogan_gladen(apparent: float, tpr: float | None, tnr: float | None) -> float | None:
    """Correct a share of yes for the rater's errors; None when it is no better than chance or a rate is unknown."""
    if tpr is None or tnr is None or tpr + tnr <= 1:
        return None
    return min(1.0, max(0.0, (apparent + tnr - 1) / (tpr + tnr - 1)))


@functools.cache
def shipped_bar() -> Bar:
    """Return the bar of data/judge/bar.yaml."""
    return validate(Bar, read_yaml(BAR))


def _judge(kinds: Mapping[str, RaterKind], asked: str) -> str:
    if asked:
        if asked not in kinds:
            raise EvalError("judge_unknown", judge=asked, known="、".join(sorted(kinds)))
        return asked
    models = sorted(rater for rater, kind in kinds.items() if kind == "model")
    if len(models) != 1:
        raise EvalError("judge_unclear", models="、".join(models) or "没有")
    return models[0]


def _rater(ratings: Iterable[Rating], name: str, kind: RaterKind) -> Rater:
    counts = _counts(ratings, name)
    return Rater(name, kind, pairs=len(counts), repeats=max(len(answers) for answers in counts.values()))


def _counts(ratings: Iterable[Rating], name: str) -> dict[Pair, list[bool]]:
    counts: dict[Pair, list[bool]] = defaultdict(list)
    for rating in ratings:
        if rating.rater == name:
            counts[rating.item, rating.question].append(rating.answer)
    return counts


def _majorities(ratings: Iterable[Rating], name: str) -> dict[Pair, bool]:
    """Return the answer most repeats gave; a tie is no answer."""
    counts = _counts(ratings, name)
    return {pair: 2 * sum(found) > len(found) for pair, found in counts.items() if 2 * sum(found) != len(found)}


def _agreement(
    rater: Rater,
    reference: Rater,
    given: Mapping[Pair, bool],
    wanted: Mapping[Pair, bool],
    share: float | None = None,
) -> Agreement | None:
    shared = sorted(set(given) & set(wanted))
    if not shared:
        return None
    kappa, low, high = _kappa(shared, given, wanted)
    tpr = Rate(sum(given[p] and wanted[p] for p in shared), sum(wanted[p] for p in shared))
    tnr = Rate(sum(not given[p] and not wanted[p] for p in shared), sum(not wanted[p] for p in shared))
    apparent = sum(given.values()) / len(given) if share is None else share
    return Agreement(
        rater=rater,
        reference=reference,
        pairs=len(shared),
        items=len({item for item, _ in shared}),
        raw=(tpr.hits + tnr.hits) / len(shared),
        base_rate=tpr.total / len(shared),
        kappa=kappa,
        kappa_low=low,
        kappa_high=high,
        tpr=tpr,
        tnr=tnr,
        apparent=apparent,
        corrected=rogan_gladen(apparent, tpr.value, tnr.value),
    )


def _kappa(
    shared: Sequence[Pair], given: Mapping[Pair, bool], wanted: Mapping[Pair, bool]
) -> tuple[float | None, float | None, float | None]:
    """Return Cohen's kappa with the 95 % interval of a bootstrap over items."""
    from sklearn.metrics import cohen_kappa_score

    first, second = [given[pair] for pair in shared], [wanted[pair] for pair in shared]
    if len({*first, *second}) == 1:
        return None, None, None
    low, high = _resampled_kappa(shared, given, wanted)
    return float(cohen_kappa_score(first, second)), low, high


def _resampled_kappa(
    shared: Sequence[Pair], given: Mapping[Pair, bool], wanted: Mapping[Pair, bool]
) -> tuple[float | None, float | None]:
    import numpy as np

    items = sorted({item for item, _ in shared})
    if len(items) < 2:
        return None, None
    cells = np.zeros((len(items), 4))
    for pair in shared:
        cells[items.index(pair[0]), 2 * int(given[pair]) + int(wanted[pair])] += 1
    weights = np.random.default_rng(SEED).multinomial(len(items), [1 / len(items)] * len(items), size=RESAMPLES)
    found = [kappa for kappa in map(_kappa_of, (weights @ cells).tolist()) if kappa is not None]
    low, high = np.quantile(found, [0.025, 0.975]).tolist()
    return float(low), float(high)


def _kappa_of(cells: Sequence[float]) -> float | None:
    """Return kappa of a two by two table (no/no, no/yes, yes/no, yes/yes); None when nothing is left to chance."""
    no_no, no_yes, yes_no, yes_yes = cells
    total = math.fsum(cells)
    rater, reference = (yes_no + yes_yes) / total, (no_yes + yes_yes) / total
    expected = rater * reference + (1 - rater) * (1 - reference)
    return None if expected == 1 else ((no_no + yes_yes) / total - expected) / (1 - expected)


def _between(people: Sequence[Rater], answers: Mapping[str, Mapping[Pair, bool]]) -> Iterable[Agreement]:
    for index, one in enumerate(people):
        for other in people[index + 1 :]:
            found = _agreement(one, other, answers[one.name], answers[other.name])
            if found is not None:
                yield found


def _consistency(ratings: Iterable[Rating], name: str) -> Consistency:
    again = [answers for answers in _counts(ratings, name).values() if len(answers) > 1]
    same = Rate(sum(len(set(answers)) == 1 for answers in again), len(again))
    return Consistency(same, min((len(answers) for answers in again), default=1))


def _lacking(
    agreements: Sequence[Agreement], people: Sequence[Agreement], consistency: Consistency, bar: Bar
) -> Iterable[str]:
    by_person = [one for one in agreements if one.reference.kind == "person"]
    if len(by_person) < bar.people:
        yield f"要 {bar.people} 个人评过，只有 {len(by_person)} 个"
    for one in people:
        if one.kappa is None or one.kappa < bar.people_kappa:
            names = f"{one.rater.name} 与 {one.reference.name}"
            yield f"{names} 两个人之间 κ {_number(one.kappa)}，不到 {bar.people_kappa}：先改题目"
    for one in by_person:
        if one.pairs < bar.pairs:
            yield f"与 {one.reference.name} 共同评的只有 {one.pairs} 对，要 {bar.pairs}"
        if one.kappa_low is None or one.kappa_low < bar.kappa_low:
            yield f"与 {one.reference.name} 的 κ 下限 {_number(one.kappa_low)}，不到 {bar.kappa_low}"
    if consistency.reruns < bar.reruns:
        yield f"自我一致要重评 {bar.reruns} 次，只有 {consistency.reruns} 次"
    elif (consistency.same.value or 0.0) < bar.self_consistency:
        yield f"自我一致 {_number(consistency.same.value)}，不到 {bar.self_consistency}"


def _number(value: float | None) -> str:
    return "算不出" if value is None else f"{value:.2f}"
