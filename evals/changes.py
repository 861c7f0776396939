"""Compare the averages of two summaries, metric by metric, over the cases of both.

Sampled runs (`live`) get the paired test of `statistics` with its interval, verdict and smallest detectable change;
runs without chance get the plain difference against the margin. It refuses what averages cannot see: see `flips`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from evals.metrics import Metric, metrics
from evals.statistics import Clusters, Paired, adjust, cluster, detectable, mcnemar, paired_difference
from evals.values import Change, Summary, Verdict

__all__ = ["ALPHA", "exact_changes", "sampled_changes", "verdict_on"]

ALPHA = 0.05
TRIVIAL = 3  # a drop under margin / 3 is no regression however certain it is


@dataclass(frozen=True)
class Pair:
    """Hold the values of one metric by case in both runs, over the cases that have it in both."""

    metric: str
    spec: Metric
    base: dict[str, float]
    cand: dict[str, float]
    themes: dict[str, str]

    @property
    def differences(self) -> Clusters:
        """Return candidate less base, clustered by theme."""
        return cluster({case: self.cand[case] - self.base[case] for case in self.base}, self.themes)

    def level(self, values: Mapping[str, float]) -> float:
        """Return the mean over cases."""
        return cluster(values, self.themes).mean


def exact_changes(base: Summary, cand: Summary) -> tuple[Change, ...]:
    """Compare primaries of runs without chance: worse by more than the margin is a regression."""
    return tuple(_exact(pair) for pair in _pairs(base, cand))


def sampled_changes(base: Summary, cand: Summary) -> tuple[Change, ...]:
    """Compare primaries of sampled runs; the p-values of a fall are adjusted over all of them."""
    pairs = list(_pairs(base, cand))
    tests = [_tested(pair, k=min(base.k, cand.k)) for pair in pairs]
    worse = [_chance_of_worse(pair, test) for pair, test in zip(pairs, tests, strict=True)]
    return tuple(_sampled(pair, test, p) for pair, test, p in zip(pairs, tests, adjust(worse), strict=True))


def verdict_on(spec: Metric, test: Paired, p: float) -> Verdict:
    """Judge a paired test: `p` is the adjusted one-sided chance of a change this bad when nothing changed.

    REGRESSED: improbable and at least a third of the margin. OK: the interval excludes a loss as large as the margin.
    """
    sign = 1 if spec.better == "higher" else -1
    if p <= ALPHA and -sign * test.delta >= spec.margin / TRIVIAL:
        return "REGRESSED"
    bound = test.low if sign > 0 else test.high
    return "OK" if bound is not None and sign * bound > -spec.margin else "INCONCLUSIVE"


def _pairs(base: Summary, cand: Summary) -> Iterator[Pair]:
    shared = sorted(set(base.cases) & set(cand.cases))
    for name, spec in metrics().items():
        both = [case for case in shared if name in base.cases[case].means and name in cand.cases[case].means]
        if spec.tier == "primary" and both:
            yield Pair(
                metric=name,
                spec=spec,
                base={case: base.cases[case].means[name] for case in both},
                cand={case: cand.cases[case].means[name] for case in both},
                themes={case: cand.cases[case].theme for case in both},
            )


def _chance_of_worse(pair: Pair, test: Paired) -> float:
    return test.p_fall if pair.spec.better == "higher" else test.p_rise


def _exact(pair: Pair) -> Change:
    delta = pair.differences.mean
    loss = -delta if pair.spec.better == "higher" else delta
    return Change(
        metric=pair.metric,
        base=_short(pair.level(pair.base)),
        cand=_short(pair.level(pair.cand)),
        delta=_short(delta),
        n=len(pair.base),
        margin=pair.spec.margin,
        method="exact",
        verdict="REGRESSED" if loss > pair.spec.margin + 1e-9 else "OK",
    )


def _tested(pair: Pair, *, k: int) -> Paired:
    """Run the paired test; cases that say yes or no once, and stand alone, are counted by McNemar."""
    differences = pair.differences
    found = paired_difference(differences)
    alone = len(differences) == len(pair.base) and len(set(pair.themes.values())) == len(pair.base)
    if pair.spec.kind != "binary" or k != 1 or not alone:
        return found
    fall, rise = mcnemar(int((differences.sums < 0).sum()), int((differences.sums > 0).sum()))
    return Paired(found.delta, found.low, found.high, fall, rise, found.n, "mcnemar")


def _sampled(pair: Pair, test: Paired, p: float) -> Change:
    return Change(
        metric=pair.metric,
        base=_short(pair.level(pair.base)),
        cand=_short(pair.level(pair.cand)),
        delta=_short(test.delta),
        low=_short(test.low),
        high=_short(test.high),
        p=_short(p),
        n=test.n,
        margin=pair.spec.margin,
        mde=_short(detectable(pair.differences, paired=True)),
        method=test.method,
        verdict=verdict_on(pair.spec, test, p),
    )


def _short(value: float | None) -> float | None:
    return None if value is None else round(value, 6) + 0.0
