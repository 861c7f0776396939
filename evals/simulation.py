"""False alarms and power of the paired test on simulated runs: `python -m evals.simulation` prints the table.

Binary: every case passes with a chance near .8 in both runs, less the drop in the candidate. Score: between cases .12,
between repeats .08. `themes` groups cases that share part of a repeat's luck. The bootstrap here is the percentile one
with one set of resampling weights for all runs: the same test in a thousandth of the time (a test compares the two).
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from evals.statistics import EXACT_BELOW, SEED

if TYPE_CHECKING:
    from evals.statistics import Array

__all__ = ["Design", "binary_runs", "detected", "main", "naive_alarms", "score_runs"]

ALPHA = 0.05
NAIVE = 0.02
DROPS = (0.05, 0.10, 0.15)


@dataclass(frozen=True)
class Design:
    """Say how many cases, repeats and themes a run has; 0 themes means every case stands alone."""

    cases: int
    k: int
    themes: int = 0

    def __str__(self) -> str:
        return f"{self.cases} x {self.k}" + (f" ({self.themes} themes)" if self.themes else "")


def binary_runs(design: Design, drop: float, runs: int, *, seed: int = SEED) -> Array:
    """Return the difference of every case in every run (runs x cases), repeats averaged."""
    draw = np.random.default_rng(seed)
    spread = draw.normal(0, 0.05, (runs, design.cases))
    chance = np.clip(0.8 + spread, 0.02, 0.98)
    lower = np.clip(chance - drop, 0.02, 0.98)
    base, cand = (draw.binomial(design.k, level) / design.k for level in (chance, lower))
    found: Array = cand - base
    return found


def score_runs(design: Design, drop: float, runs: int, *, shared: float = 0.0, seed: int = SEED) -> Array:
    """Return differences of a continuous score; `shared` is the spread a theme's cases have in common in one run."""
    draw = np.random.default_rng(seed)
    noise = draw.normal(0, 0.08 * np.sqrt(2 / design.k), (runs, design.cases))
    if design.themes:
        common = draw.normal(0, shared * np.sqrt(2), (runs, design.themes))
        noise = noise + common[:, _theme_of(design)]
    found: Array = noise - drop
    return found


def detected(differences: Array, design: Design, *, resamples: int = 1999) -> float:
    """Return the share of runs in which a fall is found at 5 %, one-sided."""
    sums, sizes = _grouped(differences, design)
    weights = _subsets(len(sizes)) if len(sizes) < EXACT_BELOW else _resampled(len(sizes), resamples)
    means = (weights @ sums.T) / (weights @ sizes)[:, None]
    p = (1 + (means >= -1e-12).sum(axis=0)) / (len(weights) + 1)
    return float((p <= ALPHA).mean())


def naive_alarms(differences: Array) -> float:
    """Return the share of runs that a rule "the mean fell by two points" would fail."""
    return float((differences.mean(axis=1) <= -NAIVE + 1e-12).mean())


def main(runs: int = 4000) -> int:
    """Print power by drop, false alarms, and what the naive rule would have failed with nothing changed."""
    out = sys.stdout.write
    out(f"{'cases x k':24}" + "".join(f"{f'-{drop:.0%}':>8}" for drop in DROPS) + f"{'false':>8}{'naive':>8}\n")
    for size in ((20, 1), (20, 3), (40, 3), (40, 5), (60, 3), (100, 3)):
        _print_row(Design(*size), runs)
    _print_row(Design(60, 3, 12), runs)
    out("\nscore, drop .04 (between repeats .08)\n")
    for size in ((20, 1), (20, 3), (40, 3)):
        design = Design(*size)
        found, false = (detected(score_runs(design, drop, runs), design) for drop in (0.04, 0.0))
        out(f"{design!s:24}{found:8.2f}{'':16}{false:8.3f}\n")
    design = Design(60, 3, 12)
    false = detected(score_runs(design, 0.0, runs, shared=0.08), design)
    alone = detected(score_runs(design, 0.0, runs, shared=0.08), Design(60, 3))
    out(f"\nthemes share luck (.08): false alarms {false:.3f} clustered, {alone:.3f} with cases taken as independent\n")
    return 0


def _print_row(design: Design, runs: int) -> None:
    unchanged = binary_runs(design, 0.0, runs)
    power = [detected(binary_runs(design, drop, runs), design) for drop in DROPS]
    cells = "".join(f"{value:8.2f}" for value in power)
    sys.stdout.write(f"{design!s:24}{cells}{detected(unchanged, design):8.3f}{naive_alarms(unchanged):8.2f}\n")


def _theme_of(design: Design) -> np.ndarray[Any, np.dtype[np.intp]]:
    return np.arange(design.cases, dtype=np.intp) % design.themes


def _grouped(differences: Array, design: Design) -> tuple[Array, Array]:
    if not design.themes:
        return differences, np.ones(design.cases)
    members = (_theme_of(design)[:, None] == np.arange(design.themes)).astype(float)
    return differences @ members, members.sum(axis=0)


def _subsets(count: int) -> Array:
    found: Array = ((np.arange(1, 2**count)[:, None] >> np.arange(count)) & 1).astype(float)
    return found


def _resampled(count: int, resamples: int) -> Array:
    found: Array = np.random.default_rng(SEED).multinomial(count, [1 / count] * count, size=resamples).astype(float)
    return found


if __name__ == "__main__":
    sys.exit(main())
