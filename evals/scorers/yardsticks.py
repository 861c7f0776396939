"""Read what scorers measure against: limits, money words, mandatory wording, bands where references are too few."""

from __future__ import annotations

import functools
from pathlib import Path

from pydantic import Field

from agent.models import Frozen, NoteType
from agent.yamlsource import read_yaml, validate

__all__ = ["BandTable", "Bounds", "Limits", "ShapeBands", "SimilarityBand", "Yardsticks", "yardsticks"]

FILE = Path(__file__).parents[1] / "data" / "yardsticks.yaml"
Bounds = tuple[float, float]


class Limits(Frozen):
    """Hold the platform's limits: title in units, body in characters, number of tags."""

    title: int
    body: int
    tags: int


class ShapeBands(Frozen):
    """Hold the bands of one note type: share of life, and place of the first sentence about money."""

    life_share: Bounds
    first_money: Bounds


class BandTable(Frozen):
    """Hold the bands used where fewer than `least` references stand.

    A band drawn from references leaves out `tail` on either side and adds `slack`.
    """

    least: int = Field(ge=2)
    tail: float = Field(ge=0, lt=0.5)
    slack: float = Field(ge=0)
    lifestyle: ShapeBands
    education: ShapeBands
    benefit: ShapeBands
    marketing: ShapeBands

    def of(self, note_type: NoteType) -> ShapeBands:
        """Return the bands of a note type."""
        found: ShapeBands = getattr(self, note_type)
        return found


class SimilarityBand(Frozen):
    """Say how many references make a band, and how wide it is."""

    least: int = Field(ge=3)
    deviations: float = Field(gt=0)


class Yardsticks(Frozen):
    """Hold everything scorers measure against."""

    version: str
    limits: Limits
    rounds: int = Field(ge=1)
    traced: float = Field(ge=0, le=1)
    standing: tuple[str, ...]
    label: tuple[str, ...]
    boilerplate: tuple[str, ...]
    money: tuple[str, ...]
    bands: BandTable
    similarity: SimilarityBand


@functools.cache
def yardsticks() -> Yardsticks:
    """Return the yardsticks; a broken file raises `ConfigurationError` with its place."""
    return validate(Yardsticks, read_yaml(FILE))
