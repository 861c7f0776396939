"""Find violating wordings with a frozen list and a matcher of its own, independent of the rule packs.

A note that the rules let through cannot be scored by the same rules. This module owns another reading of the law
(`data/oracle.yaml`) and never imports the rule engine. It reads wording only: what is missing is another scorer's.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import Field

from agent.models import Frozen
from agent.yamlsource import read_yaml, validate
from evals.scorers.texts import Posted, fold

__all__ = ["ORACLE_FILE", "Hit", "Oracle", "WordingFamily", "find_violations", "load_oracle"]

ORACLE_FILE = Path(__file__).parents[1] / "data" / "oracle.yaml"
GAP = "[^。！？!?;\n]{0,8}?"
_SENTENCE = re.compile(r"[^。！？!?\n]+")
_CLAUSE_MARKS = "，,；;：:。！？!?\n"


class WordingFamily(Frozen):
    """Hold the wordings of one prohibition; `near` asks for money in the sentence, `unless` spares it."""

    title: str
    law: str
    where: Literal["anywhere", "near"] = "anywhere"
    near: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()


class Oracle(Frozen):
    """Hold the whole list: what negates a wording before it, what frames a sentence as a warning, and the families."""

    version: str
    negations: tuple[str, ...] = Field(min_length=1)
    window: int
    frames: tuple[str, ...]
    near: tuple[str, ...]
    families: dict[str, WordingFamily]


@dataclass(frozen=True)
class Hit:
    """Name one violation: the family, its law, and the folded wording in its sentence."""

    family: str
    law: str
    text: str
    sentence: str


@functools.cache
def load_oracle() -> Oracle:
    """Read the list; a broken file raises `ConfigurationError` with line and column."""
    return validate(Oracle, read_yaml(ORACLE_FILE))


def find_violations(note: Posted) -> tuple[Hit, ...]:
    """Return the violations of a note, field by field; one family hits a sentence once."""
    oracle = load_oracle()
    fields = (note.title, note.cover, note.body, "\n".join(note.tags))
    return tuple(
        hit for text in fields for sentence in _SENTENCE.findall(fold(text)) for hit in _hits(sentence, oracle)
    )


def _hits(sentence: str, oracle: Oracle) -> Iterator[Hit]:
    if any(frame in sentence for frame in oracle.frames):
        return
    for name, family in oracle.families.items():
        if family.where == "near" and not any(word in sentence for word in family.near or oracle.near):
            continue
        if any(word in sentence for word in family.unless):
            continue
        for match in _pattern(name).finditer(sentence):
            if not _is_negated(sentence, match.start(), oracle):
                yield Hit(name, family.law, match.group(), sentence)
                break


def _is_negated(sentence: str, start: int, oracle: Oracle) -> bool:
    """Tell whether a negation stands in the same clause, at most `window` characters before the wording."""
    before = sentence[max(0, start - oracle.window) : start]
    clause = re.split(f"[{_CLAUSE_MARKS}]", before)[-1]
    return any(word in clause for word in oracle.negations)


@functools.cache
def _pattern(name: str) -> re.Pattern[str]:
    family = load_oracle().families[name]
    words = (GAP.join(re.escape(fold(part)) for part in word.split("…")) for word in family.words)
    return re.compile("|".join([*sorted(words, key=len, reverse=True), *family.patterns]))
