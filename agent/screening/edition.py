"""What a note was checked with, rule by rule, so that a later run knows which rules must look again.

Owns the digests. A rule's digest covers all that can change its findings: its definition with every `@list` and
disclosure written out, its pack, and whether it was in force. What acts on every rule (the engine itself, the lists
it reads by name, facts, points, waivers, the stage) is one digest, and so are the words sought behind disguises.
Cases and known problems are left out: they change no finding.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from agent.guardrails import Packs
from agent.guardrails.compiled import CompiledRule
from agent.guardrails.disguise_words import read_disguises
from agent.guardrails.terms import TermLists
from agent.models import Fact, Point, Stage, Waiver
from agent.paths import data_root

__all__ = ["ENGINE_LISTS", "LEXICAL", "Circumstances", "Edition", "edition_of"]

LEXICAL = ("term", "pattern", "combine")
# The lists that code reads by name, whoever else refers to them; `products-…`, `mentions-…` and `offer-…` come on top.
ENGINE_LISTS = (
    "benefit-words", "claim-goes-on", "education-words", "entry-words", "finance-words", "invest-words", "life-things",
    "life-words", "money-talk", "offer-words", "softened-promises",
)  # fmt: skip
_ENGINE_FAMILIES = ("products-", "mentions-", "offer-")
_SILENT = {"cases", "known_problems"}


@dataclass(frozen=True)
class Circumstances:
    """Hold what a whole run is checked under, apart from the packs themselves."""

    overlay: tuple[Path, ...] = ()
    as_of: date | None = None
    stage: Stage = "note"
    facts: tuple[Fact, ...] = ()
    points: tuple[Point, ...] = ()
    waivers: tuple[Waiver, ...] = ()


@dataclass(frozen=True)
class Edition:
    """Hold the digests of one state of the packs; `rules` keeps pack order, each with its digest and its kind."""

    rules: tuple[tuple[str, str, str], ...]
    words: str
    surroundings: str
    versions: tuple[tuple[str, str], ...]

    @property
    def digest(self) -> str:
        """Identify the whole: two runs with the same digest write the same reports."""
        return _digest(self.to_json())

    def to_json(self) -> str:
        """Return canonical JSON, to be stored."""
        return json.dumps([self.rules, self.words, self.surroundings, self.versions], ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Edition:
        """Read what `to_json` wrote."""
        rules, words, surroundings, versions = json.loads(text)
        return cls(tuple(map(tuple, rules)), words, surroundings, tuple(map(tuple, versions)))


def edition_of(packs: Packs, under: Circumstances) -> Edition:
    """Return the edition of these packs under these circumstances."""
    rules = tuple((c.rule.id, _rule_digest(c, packs, under), c.rule.kind) for c in packs.rules)
    folders = (data_root() / "guardrails" / "cn", *under.overlay)
    words = _digest([packs.vocabulary.disguisable, read_disguises(folders).model_dump(mode="json")])
    given = [[value.model_dump(mode="json") for value in values] for values in (under.facts, under.points)]
    waivers = [value.model_dump(mode="json") for value in under.waivers]
    surroundings = [
        _engine_digest(), _engine_lists(packs.lists), under.stage, given, waivers, waivers and str(under.as_of)
    ]  # fmt: skip
    return Edition(rules, words, _digest(surroundings), tuple(sorted(packs.versions.items())))


def _rule_digest(compiled: CompiledRule, packs: Packs, under: Circumstances) -> str:
    rule = compiled.rule
    definition = rule.model_dump(mode="json", by_alias=True, exclude=_SILENT)
    named = sorted({text for text in _strings(definition) if text.startswith("@")})
    lists = {name: packs.lists.expand((name,)) for name in named if name[1:] in packs.lists}
    wording = [packs.disclosures[number].texts for number in rule.match.disclosure]
    day = str(under.as_of) if rule.kind in ("metadata", "number") else ""
    return _digest([definition, lists, wording, compiled.pack.name, _in_force(compiled, under.as_of), day])


def _in_force(compiled: CompiledRule, as_of: date | None) -> bool:
    rule = compiled.rule
    if as_of is None:
        return rule.until is None
    return rule.effective <= as_of and (rule.until is None or as_of <= rule.until)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from _strings(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _strings(inner)


def _engine_lists(lists: TermLists) -> dict[str, tuple[str, ...]]:
    names = [n for n in lists.names if n in ENGINE_LISTS or n.startswith(_ENGINE_FAMILIES)]
    return {name: lists.expand((f"@{name}",)) for name in names}


@functools.cache
def _engine_digest() -> str:
    """Digest the code and the tables that check a note: an upgrade must look at everything again."""
    package = _code()
    digest = hashlib.sha256()
    for folder in ("guardrails", "models", "text"):
        for path in sorted((package / folder).rglob("*")):
            if path.is_file() and path.suffix in (".py", ".yaml", ".json", ".npz"):
                digest.update(path.relative_to(package).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()


def _code() -> Path:
    """Return the folder of the package itself."""
    return Path(__file__).resolve().parents[1]


def _digest(value: Sequence[Any] | str) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]
