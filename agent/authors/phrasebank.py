"""Read the phrase banks of `agent/data/phrases`: scenes with their cues, common phrases, skeletons.

A phrase is asserted by nobody: no number, no experience, no product. Wording is data; this module owns its shape.
"""

from __future__ import annotations

import functools
import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from agent.models import Frozen, NoteType
from agent.paths import package_data
from agent.yamlsource import read_yaml, validate

__all__ = [
    "Anchored", "Bridges", "Common", "Facet", "Narrow", "Role", "Scene", "Skeleton",
    "load_bridges", "load_common", "load_scenes", "load_skeletons",
]  # fmt: skip

Role = Literal[
    "lead", "lines", "transition", "point", "steps", "caveat", "benefit", "fact", "drawback", "closing",
    "material", "ending",
]  # fmt: skip
SLOTS = frozenset({"topic", "lead", "keyword", "product", "step", "label"})
TOLD_SLOTS = SLOTS | {
    "word",
    "amount",
    "quote",
    "detail",
    "hint",
    "threshold",
    "employer",
    "full_name",
    "issuer",
    "object",
}


def _known(phrase: str, slots: frozenset[str]) -> str:
    unknown = set(re.findall(r"\{(\w*)\}", phrase)) - slots
    if unknown:
        raise ValueError(f"unknown slot {sorted(unknown)}; known: {sorted(slots)}")
    return phrase


def _known_slots(phrase: str) -> str:
    return _known(phrase, SLOTS)


def _known_told_slots(phrase: str) -> str:
    return _known(phrase, TOLD_SLOTS)


def _pattern(text: str) -> str:
    if re.compile(text).groups != 1:
        raise ValueError(f"one group holds what was said: {text}")
    return text


def _search_pattern(text: str) -> str:
    re.compile(text)
    return text


Phrase = Annotated[str, Field(min_length=2), AfterValidator(_known_slots)]
Phrases = tuple[Phrase, ...]
ToldPhrase = Annotated[str, Field(min_length=2), AfterValidator(_known_told_slots)]
ToldPhrases = Annotated[tuple[ToldPhrase, ...], Field(min_length=2)]
Pattern = Annotated[str, AfterValidator(_pattern)]
SearchPattern = Annotated[str, AfterValidator(_search_pattern)]


class Facet(Frozen):
    """Hold what fits only part of a scene: lines used when the topic names one of the cues."""

    cues: tuple[str, ...] = Field(min_length=1)
    lines: Phrases = Field(min_length=2)


class Narrow(Frozen):
    """Name words that fit only some topics of a scene (头灯: a climb, not a stroll), and what such topics say."""

    words: tuple[str, ...] = Field(min_length=1)
    topics: tuple[str, ...] = Field(min_length=1)


class Scene(Frozen):
    """Hold one scene family. One strong cue in the topic is enough to be in it; weak cues only add weight.

    A `never` word that holds a cue hides it (熊猫, 猫); any other rules the scene out.
    """

    id: str
    label: str
    strong: tuple[str, ...] = Field(min_length=3)
    weak: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    narrow: tuple[Narrow, ...] = ()
    leads: Phrases = Field(min_length=5)
    lines: Phrases = Field(min_length=14)
    facets: tuple[Facet, ...] = Field(min_length=3)
    closings: Phrases = Field(min_length=8)
    titles: Phrases = Field(min_length=6)
    covers: Phrases = Field(min_length=3)
    tags: tuple[str, ...] = Field(min_length=6)
    questions: Phrases = Field(min_length=2)

    @model_validator(mode="after")
    def _leads_begin_with_the_topic(self) -> Scene:
        if any("{lead}" not in lead for lead in self.leads):
            raise ValueError("every lead carries {lead}")
        return self


class Skeleton(Frozen):
    """Order the roles of a body, one inner list a paragraph; `lines` takes as many phrases as the length needs."""

    id: str
    note_types: tuple[NoteType, ...]
    material: bool = False
    paragraphs: tuple[tuple[Role, ...], ...]


class Common(Frozen):
    """Hold what every scene shares."""

    benefit_intros: Phrases
    benefit_drawbacks: Phrases
    product_intros: Phrases
    product_drawbacks: Phrases
    titles: Phrases
    covers: Phrases
    question_titles: Phrases
    topic_shifts: Phrases
    keyword_leads: Phrases
    drawback_marks: tuple[str, ...]
    short_titles: Phrases
    tags: tuple[str, ...]
    story_tags: tuple[str, ...]
    outside_questions: Phrases
    point_question: Phrase
    fact_question: Phrase
    time_heads: tuple[str, ...]
    tag_times: dict[str, tuple[str, ...]]
    prop_marks: tuple[str, ...]
    question_marks: tuple[str, ...]
    event_marks: tuple[str, ...]
    commands: tuple[str, ...]


class Anchored(Frozen):
    """Hold ways to go on from something the material holds; a kind without phrases is not used."""

    word: ToldPhrases | tuple[()] = ()
    amount: ToldPhrases | tuple[()] = ()
    quote: ToldPhrases | tuple[()] = ()
    detail: ToldPhrases | tuple[()] = ()
    hint: ToldPhrases | tuple[()] = ()
    object: ToldPhrases | tuple[()] = ()
    plain: ToldPhrases | tuple[()] = ()


class Thresholds(Frozen):
    """Hold what to say of a told sum beside the sum from which an offer holds."""

    below: ToldPhrases
    above: ToldPhrases


class Bridges(Frozen):
    """Hold the ways from what was told to the point and out of the note, the titles and the short mandatory lines."""

    points: Anchored
    onward: ToldPhrases
    benefits: Anchored
    thresholds: Thresholds
    closings: Anchored
    titles: Anchored
    own_line: ToldPhrase
    sold_line: ToldPhrase
    card_line: ToldPhrase
    card_line_never_with: tuple[str, ...]
    speech: tuple[Pattern, ...]
    own_subject: tuple[str, ...]
    saved: tuple[str, ...]
    spent: tuple[SearchPattern, ...]
    not_spent: tuple[SearchPattern, ...]
    piece_prices: tuple[str, ...]
    never_first: tuple[str, ...]
    hint_first: tuple[str, ...]
    telling: tuple[str, ...]
    speaks: tuple[str, ...]
    measures: str
    never_last: tuple[str, ...]
    verbs: tuple[str, ...]
    grammar: str
    about_sums: tuple[str, ...]
    about_any_sum: tuple[str, ...]


class _Skeletons(Frozen):
    skeletons: tuple[Skeleton, ...]


@functools.cache
def load_scenes(folder: Path | None = None) -> tuple[Scene, ...]:
    """Load all scene banks in the order of their file names; a wrong file raises `ConfigurationError`."""
    folder = folder or package_data("phrases", "scenes")
    return tuple(validate(Scene, read_yaml(path)) for path in sorted(folder.glob("*.yaml")))


@functools.cache
def load_common() -> Common:
    """Load the phrases all scenes share."""
    return validate(Common, read_yaml(package_data("phrases", "common.yaml")))


@functools.cache
def load_bridges() -> Bridges:
    """Load the phrases that take up something of the material."""
    return validate(Bridges, read_yaml(package_data("phrases", "bridges.yaml")))


@functools.cache
def load_skeletons() -> tuple[Skeleton, ...]:
    """Load the skeletons of every note type."""
    return validate(_Skeletons, read_yaml(package_data("phrases", "skeletons.yaml"))).skeletons
