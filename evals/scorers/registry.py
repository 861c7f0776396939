"""Know every scorer by its metric, run them on a sample, and say which version measured what."""

from __future__ import annotations

from evals.scorers import batch, effort, grounds, hard, primary, similarity, style
from evals.scorers.measured import Scorer
from evals.scorers.oracle import load_oracle
from evals.scorers.pool import Pool
from evals.scorers.yardsticks import yardsticks
from evals.values import Case, Sample, Score

__all__ = ["SCORERS", "score", "scorer_versions"]

SCORERS: dict[str, Scorer] = {
    scorer.metric: scorer
    for scorer in sorted(
        (
            *hard.SCORERS,
            *grounds.SCORERS,
            *primary.SCORERS,
            *similarity.SCORERS,
            *style.SCORERS,
            *effort.SCORERS,
        ),
        key=lambda scorer: scorer.metric,
    )
}


def score(sample: Sample, case: Case, pool: Pool) -> dict[str, Score]:
    """Score a sample on every metric, sorted by metric; a run that failed is no sample to score and gives none."""
    if sample.error:
        return {}
    case = case.in_lane(sample.lane)
    return {metric: _score(scorer, sample, case, pool) for metric, scorer in SCORERS.items()}


def scorer_versions() -> dict[str, str]:
    """Return what measures: the version of every scorer, of the measures of a whole run, and of their data."""
    beside = {
        "batch": batch.VERSION,
        "data:flavour": style.flavour().version,
        "data:oracle": load_oracle().version,
        "data:yardsticks": yardsticks().version,
    }
    return {**{metric: scorer.version for metric, scorer in SCORERS.items()}, **beside}


def _score(scorer: Scorer, sample: Sample, case: Case, pool: Pool) -> Score:
    found = scorer.measure(sample, case, pool)
    return Score(
        metric=scorer.metric,
        value=found.value,
        passed=found.passed,
        reason=found.reason,
        spans=found.spans,
        by=scorer.by,
        version=scorer.version,
    )
