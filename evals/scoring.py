"""Score the samples of a run, each on its case against the pool of references, and all notes together.

The one place where runs meet the scorers; it refuses to draw.
"""

from __future__ import annotations

from collections.abc import Sequence

from evals.scorers import build_pool, score, scorer_versions
from evals.scorers.batch import score_batch
from evals.values import Case, Sample

__all__ = ["score_all", "score_together", "versions"]


def score_all(samples: Sequence[Sample], cases: Sequence[Case], pool: Sequence[Case]) -> list[Sample]:
    """Return the samples with their scores anew; an errored one keeps its error and has none."""
    references, known = build_pool(pool), {case.id: case for case in cases}
    return [
        sample.model_copy(update={"scores": {} if sample.error else score(sample, known[sample.case], references)})
        for sample in samples
    ]


def score_together(samples: Sequence[Sample]) -> dict[str, float]:
    """Return what only all notes of a run together show: variety, sameness, how repeats pass."""
    return score_batch(samples)


def versions() -> dict[str, str]:
    """Return the version of every scorer by its metric."""
    return scorer_versions()
