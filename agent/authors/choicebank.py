"""Read `agent/data/phrases/choices.yaml`: what decides whether there is something to say, and what it goes with.

Wording is data; this module owns its shape. Words are regular expressions, searched in simplified characters.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from typing import Annotated

from pydantic import AfterValidator, Field

from agent.models import Frozen
from agent.paths import package_data
from agent.yamlsource import read_yaml, validate

__all__ = ["Ask", "Choices", "Day", "Kind", "Subject", "Trade", "load_choices", "matched"]


def _pattern(text: str) -> str:
    re.compile(text)
    return text


Pattern = Annotated[str, AfterValidator(_pattern)]
Patterns = tuple[Pattern, ...]


class Subject(Frozen):
    """Name a subject that takes no offer and no tips; a `but` word that holds one of its words hides it."""

    id: str
    words: Patterns = Field(min_length=1)
    but: Patterns = ()


class Trade(Frozen):
    """Pair words of an offer or a point (`about`) with what a story about it holds (`told`).

    A `sure` word decides by itself, wherever it stands. What matches `never` takes the story out of it, whatever else
    it holds.
    """

    about: tuple[str, ...] = Field(min_length=1)
    told: Patterns = Field(min_length=1)
    sure: Patterns = ()
    never: Patterns = ()


class Day(Frozen):
    """Say of a time an offer holds on (`claim`) what in a story agrees with it and what speaks against it."""

    claim: str
    agrees: Pattern
    against: Pattern


class Ask(Frozen):
    """Hold one question, and what it asks for; `answers` says by which words that was told already."""

    asks: str
    text: str


class Kind(Frozen):
    """Hold the questions for one kind of topic: a game, a place, a person, a thing."""

    id: str
    words: Patterns = Field(min_length=1)
    questions: tuple[Ask, ...] = Field(min_length=3)


class Choices(Frozen):
    """Hold the whole file."""

    sensitive: tuple[Subject, ...]
    kindness: Patterns
    places: Patterns
    open_heads: Patterns
    trades: tuple[Trade, ...]
    matters: tuple[Trade, ...]
    days: tuple[Day, ...]
    kinds: tuple[Kind, ...]
    gentle: tuple[Ask, ...] = Field(min_length=2)
    answers: dict[str, Patterns]


@functools.cache
def load_choices() -> Choices:
    """Load the file once; a wrong one raises `ConfigurationError` with its place."""
    return validate(Choices, read_yaml(package_data("phrases", "choices.yaml")))


def matched(patterns: Iterable[str], text: str) -> frozenset[str]:
    """Return the patterns that occur in a text."""
    return frozenset(pattern for pattern in patterns if re.search(pattern, text))
