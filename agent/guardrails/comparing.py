"""What differs between two states of the rules, rule by rule and key by key: `agent rules diff`.

Owns the comparison. Word lists are written out first, so a word added to a list shows at every rule that names it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from agent.guardrails.compiled import CompiledRule
from agent.guardrails.loader import Packs
from agent.guardrails.terms import TermLists
from agent.models import Severity

__all__ = ["Comparison", "KeyChange", "RuleChange", "StaleVersion", "compare"]

_SILENT = ("cases.", "known_problems")  # change no finding, so they ask for no new version


@dataclass(frozen=True)
class KeyChange:
    """Tell how one key differs: entries added and removed for a list, else the old and the new value."""

    key: str
    old: str = ""
    new: str = ""
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


@dataclass(frozen=True)
class RuleChange:
    """Tell what became of one rule; `severity` holds old and new where they differ."""

    rule: str
    pack: str
    title: str
    change: Literal["added", "removed", "changed"]
    keys: tuple[KeyChange, ...] = ()
    severity: tuple[Severity, Severity] | None = None


@dataclass(frozen=True)
class StaleVersion:
    """Name a pack whose rules differ under one and the same version."""

    pack: str
    version: str


@dataclass(frozen=True)
class Comparison:
    """Hold all differences, in rule order, and packs that should have a new version."""

    rules: tuple[RuleChange, ...]
    stale: tuple[StaleVersion, ...]


def compare(old: Packs, new: Packs) -> Comparison:
    """Return what differs from the old rules to the new ones."""
    before = {compiled.rule.id: compiled for compiled in old.rules}
    after = {compiled.rule.id: compiled for compiled in new.rules}
    changes = [
        change
        for rule_id in sorted(before.keys() | after.keys())
        if (change := _change(before.get(rule_id), after.get(rule_id), old.lists, new.lists))
    ]
    touched = {change.pack for change in changes if _counts(change)}
    stale = (StaleVersion(p, v) for p, v in sorted(new.versions.items()) if p in touched and old.versions.get(p) == v)
    return Comparison(tuple(changes), tuple(stale))


def _counts(change: RuleChange) -> bool:
    return change.change != "changed" or any(not key.key.startswith(_SILENT) for key in change.keys)


def _change(
    old: CompiledRule | None, new: CompiledRule | None, old_lists: TermLists, new_lists: TermLists
) -> RuleChange | None:
    one = new or old
    assert one is not None
    told = (one.rule.id, one.pack.name, one.rule.title)
    if old is None or new is None:
        return RuleChange(*told, "added" if old is None else "removed")
    keys = tuple(_keys(_flat(old, old_lists), _flat(new, new_lists)))
    if not keys:
        return None
    graver = (old.rule.severity, new.rule.severity)
    return RuleChange(*told, "changed", keys, graver if graver[0] != graver[1] else None)


def _keys(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[KeyChange]:
    for key in dict.fromkeys((*old, *new)):
        before, after = old.get(key), new.get(key)
        if before == after:
            continue
        if isinstance(before or after, tuple):
            first, second = before or (), after or ()
            added, removed = tuple(e for e in second if e not in first), tuple(e for e in first if e not in second)
            yield KeyChange(key, added=added, removed=removed)
        else:
            yield KeyChange(key, _shown(before), _shown(after))


def _flat(compiled: CompiledRule, lists: TermLists) -> dict[str, Any]:
    """Return the rule as key → value, mappings opened (match.terms) and lists of texts with word lists written out."""
    flat: dict[str, Any] = {"pack": compiled.pack.name}
    for key, value in compiled.rule.model_dump(mode="json", by_alias=True).items():
        inner = value.items() if isinstance(value, dict) else ((None, value),)
        for name, entry in inner:
            flat[f"{key}.{name}" if name else key] = _entries(entry, lists) if isinstance(entry, list) else entry
    return flat


def _entries(values: list[Any], lists: TermLists) -> tuple[str, ...]:
    """Write every entry of a list as text; a group of alternatives counts word by word."""
    texts = [text for value in values for text in (value if isinstance(value, list) else [value])]
    if all(isinstance(text, str) for text in texts):
        return lists.expand(texts)
    return tuple(_shown(text) for text in texts)


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return "，".join(f"{key}: {_shown(entry)}" for key, entry in value.items() if entry not in ("", None, [], {}))
    return "" if value is None else str(value)
