"""Read data/metrics.yaml: what is measured, in which tier, which way is better, and by how much a change matters.

It refuses a table that the statistics could not carry: more than five primaries, a primary without a margin, or a
metric that gates and has no direction.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator

from agent.models import Frozen
from agent.yamlsource import read_yaml, validate
from evals.values import Lane, Tier

__all__ = [
    "MAX_PRIMARIES",
    "METRICS_FILE",
    "BatchMetric",
    "Better",
    "Metric",
    "MetricTable",
    "batch_metrics",
    "load_metrics",
    "metrics",
    "metrics_of",
]

METRICS_FILE = Path(__file__).parent / "data" / "metrics.yaml"
MAX_PRIMARIES = 5
Better = Literal["higher", "lower", "band"]


class Metric(Frozen):
    """Describe a metric of single samples; `margin` is in its unit, `absent_in` are lanes that cannot measure it."""

    tier: Tier
    better: Better
    kind: Literal["binary", "share", "count", "score"]
    title: str
    margin: float = Field(default=0.0, ge=0)
    absent_in: tuple[Lane, ...] = ()


class BatchMetric(Frozen):
    """Describe a metric of all notes of a run together: always diagnostic."""

    better: Better
    title: str


class MetricTable(Frozen):
    """Hold the whole file, in its order."""

    version: str
    metrics: dict[str, Metric] = Field(min_length=1)
    batch: dict[str, BatchMetric] = Field(default_factory=dict)

    @field_validator("metrics")
    @classmethod
    def _can_gate(cls, metrics: dict[str, Metric]) -> dict[str, Metric]:
        primaries = [name for name, metric in metrics.items() if metric.tier == "primary"]
        if len(primaries) > MAX_PRIMARIES:
            raise ValueError(f"{len(primaries)} primaries, at most {MAX_PRIMARIES} may gate")
        for name, metric in metrics.items():
            if metric.tier == "primary" and not metric.margin:
                raise ValueError(f"primary without a margin: {name}")
            if metric.tier != "diagnostic" and metric.better == "band":
                raise ValueError(f"a metric that gates needs a direction: {name}")
        return metrics


def load_metrics(path: Path = METRICS_FILE) -> MetricTable:
    """Read a table of metrics. Raises `ConfigurationError` naming file, line and column."""
    return validate(MetricTable, read_yaml(path))


def metrics() -> dict[str, Metric]:
    """Return the metrics of single samples by id."""
    return _shipped().metrics


def metrics_of(tier: Tier) -> tuple[str, ...]:
    """Return the ids of one tier, in the order of the file."""
    return tuple(name for name, metric in metrics().items() if metric.tier == tier)


def batch_metrics() -> dict[str, BatchMetric]:
    """Return the metrics of whole runs by id."""
    return _shipped().batch


@functools.cache
def _shipped() -> MetricTable:
    return load_metrics()
