"""The small values that scorers return and the registry turns into `Score`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from evals.errors import tell
from evals.scorers.pool import Pool
from evals.values import Case, Sample

__all__ = ["PASSED", "Measured", "Scorer", "checked", "unscored"]

PASSED = frozenset({"ready", "in_review", "approved"})
By = Literal["rule", "oracle", "judge", "library"]


@dataclass(frozen=True)
class Measured:
    """Hold one measurement; None is unscored and says why, `passed` is for hard checks."""

    value: float | None
    passed: bool | None = None
    reason: str = ""
    spans: tuple[str, ...] = ()


@dataclass(frozen=True)
class Scorer:
    """Bind a metric to its function. Raise `version` whenever the same sample could score otherwise than before."""

    metric: str
    measure: Callable[[Sample, Case, Pool], Measured]
    version: str
    by: By = "rule"


def unscored(code: str, **parameters: object) -> Measured:
    """Say why a metric does not apply."""
    return Measured(None, reason=tell(code, **parameters))


def checked(code: str, problems: Iterable[str], **parameters: object) -> Measured:
    """Pass a hard check when there is no problem; the message takes them as `found`."""
    spans = tuple(problems)
    if not spans:
        return Measured(1.0, passed=True)
    return Measured(0.0, passed=False, reason=tell(code, found="；".join(spans), **parameters), spans=spans)
