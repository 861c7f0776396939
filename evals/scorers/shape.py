"""Measure the shape of a note: how much of it is life, and where money first becomes the subject.

The same measure serves notes of the program and reference notes, so it reads text, never segments.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterable
from dataclasses import dataclass

from agent.text.sentences import sentences
from evals.scorers.texts import fold
from evals.scorers.yardsticks import yardsticks

__all__ = ["Shape", "measure_shape", "written"]


@dataclass(frozen=True)
class Shape:
    """Hold both measures in 0…1; `first_money` is 1 when money is never the subject."""

    life_share: float
    first_money: float


def written(body: str) -> str:
    """Return a body without mandatory wording: disclosures, the employer line, the AI line."""
    marks = _folded((*yardsticks().boilerplate, *yardsticks().label))
    return "".join(span.text for span in sentences(body) if not _holds(span.text, marks)).strip()


def measure_shape(body: str, names: Iterable[str]) -> Shape | None:
    """Measure a body; a sentence with a money word, mandatory wording or the name of a product is not life.

    Lengths are those of the folded text; the AI line is left out. None when nothing else stands there.
    """
    sticks = yardsticks()
    label, marks = _folded(sticks.label), _folded((*sticks.money, *sticks.boilerplate, *names))
    kept = [span.text for span in sentences(body) if not _holds(span.text, label)]
    parts = [(len(fold(text).strip()), _holds(text, marks)) for text in kept]
    total = sum(length for length, _ in parts)
    if not total:
        return None
    life = sum(length for length, money in parts if not money)
    before = sum(length for length, _ in itertools.takewhile(lambda part: not part[1], parts))
    return Shape(life_share=life / total, first_money=before / total)


def _holds(text: str, marks: tuple[str, ...]) -> bool:
    folded = fold(text)
    return any(mark in folded for mark in marks)


@functools.lru_cache(maxsize=16)
def _folded(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(fold(word) for word in words)
