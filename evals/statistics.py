"""The statistics of the evals: intervals, paired tests, multiplicity, power. Scipy and numpy are imported when called.

The unit is the case: repeats are averaged before anything here is called. Cases of one theme form a cluster, because
they are written and fail together. With fewer than 15 clusters the exact sign-flip test decides, and its interval is
the set of differences it does not reject (Hartigan 1969, typical values); from 15 on a BCa bootstrap of clusters (Efron
1987; Miller, arXiv 2411.00640). The seed is fixed: the same samples give the same numbers. It refuses verdicts.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, np.dtype[np.float64]]

__all__ = [
    "EXACT_BELOW",
    "RESAMPLES",
    "SEED",
    "Clusters",
    "Interval",
    "Paired",
    "adjust",
    "bootstrap_mean",
    "cluster",
    "detectable",
    "mcnemar",
    "paired_difference",
    "pass_all",
    "pass_at",
    "subset_means",
    "wilson",
]

RESAMPLES = 9_999
SEED = 20_261_127
EXACT_BELOW = 15
_TIE = 1e-12  # sums of differences that are equal on paper differ by rounding


@dataclass(frozen=True)
class Clusters:
    """Hold the sum and the number of cases of every cluster."""

    sums: Array
    sizes: Array

    def __len__(self) -> int:
        return len(self.sums)

    @property
    def mean(self) -> float:
        """Return the mean over cases."""
        return float(self.sums.sum() / self.sizes.sum())

    @property
    def standard_error(self) -> float | None:
        """Return the cluster-robust standard error of the mean; None for a single cluster."""
        if len(self) < 2:
            return None
        deviations = self.sums - self.mean * self.sizes
        correction = len(self) / (len(self) - 1)
        return float(math.sqrt(correction * float((deviations**2).sum())) / self.sizes.sum())

    @property
    def is_constant(self) -> bool:
        """Tell whether every cluster has the same mean, so that nothing can be resampled."""
        means = self.sums / self.sizes
        return bool(means.max() - means.min() <= _TIE)


@dataclass(frozen=True)
class Interval:
    """Hold an interval; a side is None where the data cannot bound it."""

    low: float | None
    high: float | None
    method: str


@dataclass(frozen=True)
class Paired:
    """Compare two runs on the cases of both: difference with interval, and the one-sided p of a fall and of a rise."""

    delta: float
    low: float | None
    high: float | None
    p_fall: float
    p_rise: float
    n: int
    method: str


def cluster(values: Mapping[str, float], themes: Mapping[str, str]) -> Clusters:
    """Group the values of cases by theme; when all are of one theme each case stands alone.

    Then the interval speaks about that theme only. Raises `ValueError` for no values.
    """
    import numpy as np

    if not values:
        raise ValueError("no values: nothing to estimate")
    alone = len({themes[case] for case in values}) == 1
    groups: dict[str, list[float]] = {}
    for case in sorted(values):
        groups.setdefault(case if alone else themes[case], []).append(values[case])
    return Clusters(
        np.array([math.fsum(groups[name]) for name in sorted(groups)], dtype=float),
        np.array([len(groups[name]) for name in sorted(groups)], dtype=float),
    )


def wilson(hits: int, total: int, confidence: float = 0.95) -> tuple[float, float]:
    """Return the Wilson interval of a share; (0, 1) for nothing."""
    if not total:
        return 0.0, 1.0
    from scipy.stats import binomtest

    found = binomtest(hits, total).proportion_ci(confidence_level=confidence, method="wilson")
    return float(found.low), float(found.high)


def bootstrap_mean(clusters: Clusters, confidence: float = 0.95, resamples: int = RESAMPLES) -> Interval:
    """Bound the mean over cases by resampling clusters: BCa where it is defined, else percentile."""
    if clusters.is_constant:
        return Interval(clusters.mean, clusters.mean, "constant") if len(clusters) > 1 else Interval(None, None, "none")
    return _bootstrap(clusters, confidence, resamples)[0]


def paired_difference(clusters: Clusters, confidence: float = 0.90, resamples: int = RESAMPLES) -> Paired:
    """Test differences per case: exact sign-flip under 15 clusters, a bootstrap of clusters from there.

    The two-sided 90 % interval holds the one-sided tests at 5 %.
    """
    if len(clusters) < EXACT_BELOW:
        interval, fall, rise = _sign_flip(clusters, confidence)
    elif clusters.is_constant:
        interval = Interval(clusters.mean, clusters.mean, "constant")
        fall, rise = (1.0 if sign * clusters.mean <= _TIE else 1 / (resamples + 1) for sign in (-1, 1))
    else:
        interval, means = _bootstrap(clusters, confidence, resamples)
        fall = (1 + int((means >= -_TIE).sum())) / (len(means) + 1)
        rise = (1 + int((means <= _TIE).sum())) / (len(means) + 1)
    return Paired(
        delta=clusters.mean,
        low=interval.low,
        high=interval.high,
        p_fall=fall,
        p_rise=rise,
        n=int(clusters.sizes.sum()),
        method=interval.method,
    )


def subset_means(clusters: Clusters) -> Array:
    """Return the mean of every nonempty subset of clusters: the differences a sign-flip test turns at."""
    import numpy as np

    members = (np.arange(1, 2 ** len(clusters))[:, None] >> np.arange(len(clusters))) & 1
    means: Array = (members @ clusters.sums) / (members @ clusters.sizes)
    return means


def mcnemar(lost: int, won: int) -> tuple[float, float]:
    """Return the exact one-sided p of a fall and of a rise from the cases that changed sides."""
    if lost + won == 0:
        return 1.0, 1.0
    from scipy.stats import binomtest

    fall = binomtest(lost, lost + won, 0.5, alternative="greater").pvalue
    rise = binomtest(won, lost + won, 0.5, alternative="greater").pvalue
    return float(fall), float(rise)


def adjust(values: Sequence[float]) -> list[float]:
    """Adjust p-values by Benjamini and Hochberg, in the order given."""
    if not values:
        return []
    from scipy.stats import false_discovery_control

    return [float(value) for value in false_discovery_control(list(values), method="bh")]


def detectable(clusters: Clusters, *, paired: bool, power: float = 0.80, alpha: float = 0.05) -> float | None:
    """Return the smallest change found with this power by a one-sided test; None where no spread was seen.

    Given differences (`paired`) their own spread counts. Given one run's levels, the spread of a difference is taken as
    √2 times theirs, which is too large where cases keep their level between runs: an upper bound.
    """
    error = clusters.standard_error
    if not error:
        return None
    from scipy.stats import t

    freedom = len(clusters) - 1
    reach = float(t.ppf(1 - alpha, freedom) + t.ppf(power, freedom))
    return reach * error * (1.0 if paired else math.sqrt(2))


def pass_at(total: int, passed: int, k: int) -> float:
    """Return pass@k: the chance that at least one of k of these repeats passes. Raises `ValueError` for k > total."""
    _drawable(total, passed, k)
    return 1 - math.comb(total - passed, k) / math.comb(total, k)


def pass_all(total: int, passed: int, k: int) -> float:
    """Return pass^k: the chance that all of k of these repeats pass. Raises `ValueError` for k > total."""
    _drawable(total, passed, k)
    return math.comb(passed, k) / math.comb(total, k)


def _drawable(total: int, passed: int, k: int) -> None:
    if not 0 <= passed <= total or not 1 <= k <= total:
        raise ValueError(f"cannot draw {k} of {total} repeats of which {passed} passed")


def _sign_flip(clusters: Clusters, confidence: float) -> tuple[Interval, float, float]:
    """Invert the exact test: with S(A) the sum over the flipped clusters, a fall is as extreme when S(A) ≥ 0."""
    import numpy as np

    means = np.sort(subset_means(clusters))
    count = len(means) + 1
    fall = (1 + int((means >= -_TIE).sum())) / count
    rise = (1 + int((means <= _TIE).sum())) / count
    reach = math.floor((1 - confidence) / 2 * count + _TIE)
    bounded = reach >= 1
    low, high = (float(means[reach - 1]), float(means[-reach])) if bounded else (None, None)
    return Interval(low, high, "sign-flip"), fall, rise


def _bootstrap(clusters: Clusters, confidence: float, resamples: int) -> tuple[Interval, Array]:
    import numpy as np
    from scipy.stats import bootstrap

    def mean(sums: Array, sizes: Array, axis: int) -> Array:
        found: Array = sums.sum(axis=axis) / sizes.sum(axis=axis)
        return found

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a degenerate BCa says so by NaN, which is handled below
        done = bootstrap(
            (clusters.sums, clusters.sizes),
            mean,
            paired=True,
            vectorized=True,
            n_resamples=resamples,
            confidence_level=confidence,
            method="BCa",
            rng=np.random.default_rng(SEED),
        )
    means: Array = done.bootstrap_distribution
    bounds = (float(done.confidence_interval.low), float(done.confidence_interval.high))
    if all(math.isfinite(bound) for bound in bounds):
        return Interval(*bounds, "bca"), means
    tail = (1 - confidence) / 2
    return Interval(float(np.quantile(means, tail)), float(np.quantile(means, 1 - tail)), "percentile"), means
