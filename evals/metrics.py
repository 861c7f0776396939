"""Load the list of metrics with their tiers, directions and margins.

`data/metrics.yaml` decides what is measured and what may fail a build; this module refuses a list that the
statistics could not carry: more than five primaries, a primary without a margin, or a similarity that gates.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from agent.models import Frozen
from agent.yamlsource import read_yaml, validate
from evals.values import Tier

__all__ = ["MAX_PRIMARIES", "METRICS_FILE", "BatchMetric", "MetricSpec", "Metrics", "load_metrics", "read_metrics"]

METRICS_FILE = Path(__file__).parent / "data" / "metrics.yaml"
MAX_PRIMARIES = 5
Direction = Literal["higher", "lower", "band"]


class BatchMetric(Frozen):
    """Describe a metric of a whole run, such as how alike its notes are."""

    better: Direction
    title: str


class MetricSpec(BatchMetric):
    """Describe a metric of one sample; `margin` is the change not worth a person's time, in the metric's unit."""

    tier: Tier
    kind: Literal["binary", "share", "count", "score"]
    margin: float = Field(default=0.0, ge=0)


class Metrics(Frozen):
    """Hold every metric by name, those of one sample and those of a whole run."""

    version: str
    metrics: dict[str, MetricSpec] = Field(min_length=1)
    batch: dict[str, BatchMetric] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _few_primaries_with_margins(self) -> Metrics:
        primaries = self.tier("primary")
        if len(primaries) > MAX_PRIMARIES:
            raise ValueError(f"{len(primaries)} primaries, at most {MAX_PRIMARIES} may gate")
        bare = [name for name in primaries if not self.metrics[name].margin]
        if bare:
            raise ValueError(f"primary without a margin: {', '.join(bare)}")
        unjudged = [name for name in (*primaries, *self.tier("hard")) if self.metrics[name].better == "band"]
        if unjudged:
            raise ValueError(f"a metric that gates needs a direction: {', '.join(unjudged)}")
        return self

    def tier(self, tier: Tier) -> tuple[str, ...]:
        """Return the names of one tier, as listed."""
        return tuple(name for name, spec in self.metrics.items() if spec.tier == tier)


@functools.cache
def load_metrics() -> Metrics:
    """Return the metrics of the evals."""
    return read_metrics(METRICS_FILE)


def read_metrics(file: Path) -> Metrics:
    """Read a list of metrics; a broken one raises `ConfigurationError` naming file, line and column."""
    return validate(Metrics, read_yaml(file))
