"""Thresholds, wording and word lists of the tone metrics: `agent/data/tone.yaml`, versioned, read once."""

from __future__ import annotations

import functools
import re
from typing import Literal

from pydantic import ConfigDict

from agent.models import Frozen
from agent.paths import package_data
from agent.yamlsource import read_yaml, validate

__all__ = ["Threshold", "Thresholds", "Words", "load_thresholds"]


class Threshold(Frozen):
    """Bound one metric; bounds of one metric alone (`window`, `title`, …) are read with `bound`."""

    model_config = ConfigDict(frozen=True, extra="allow")

    level: Literal["block", "warn"]
    message: str
    confidence: str
    min: float | None = None
    max: float | None = None

    def bound(self, name: str) -> float:
        """Return a bound by name."""
        value = (self.model_extra or {}).get(name, getattr(self, name, None))
        if value is None:
            raise KeyError(name)
        return float(value)

    def describe(self, **values: object) -> str:
        """Fill the message with these values and the bounds."""
        bounds = {key: _plain(value) for key, value in {**self.model_dump(), **values}.items()}
        return self.message.format_map(bounds)


class Words(Frozen):
    """Hold the word lists; families are patterns, the others plain phrases."""

    families: dict[str, tuple[str, ...]]
    openings: tuple[str, ...]
    closings: tuple[str, ...]
    calls: tuple[str, ...]
    drawbacks: tuple[str, ...]

    def families_in(self, text: str) -> tuple[str, ...]:
        """Name the families of stock phrasing that occur in a text."""
        return tuple(name for name, patterns in self.families.items() if re.search("|".join(patterns), text, re.I))


class Thresholds(Frozen):
    """Mirror the file."""

    version: str
    allowed_warnings: int
    metrics: dict[str, Threshold]
    words: Words


@functools.cache
def load_thresholds() -> Thresholds:
    """Read the shipped thresholds; raise `ConfigurationError` with line and column."""
    return validate(Thresholds, read_yaml(package_data("tone.yaml")))


def _plain(value: object) -> object:
    if isinstance(value, float):
        return int(value) if value == int(value) and abs(value) >= 1 else f"{value:.2f}"
    return value
