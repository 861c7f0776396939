"""Score samples: one function a metric, collected in a registry; `score` runs them all on one sample."""

from evals.scorers.pool import Pool, build_pool
from evals.scorers.registry import SCORERS, score, scorer_versions

__all__ = ["SCORERS", "Pool", "build_pool", "score", "scorer_versions"]
