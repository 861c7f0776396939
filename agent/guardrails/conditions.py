"""Detector over what surrounds a note: account, publication, origin (`metadata` rules).

Owns the closed set of comparisons. A value that was not given makes the rule undetermined; nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from agent.guardrails.compiled import CompiledRule
from agent.guardrails.evidence import Candidate, Detected, Evidence, Missing
from agent.guardrails.normalize import fold
from agent.guardrails.rules import Condition
from agent.guardrails.terms import TermLists

__all__ = ["detect_conditions"]

_ABSENT = object()


def detect_conditions(compiled: CompiledRule, evidence: Evidence, lists: TermLists) -> Detected:
    """Report when every `when` holds and some `must` does not."""
    needs: list[str] = []
    for condition in compiled.rule.match.when:
        outcome = _holds(condition, evidence, lists)
        if outcome is False:
            return []
        if outcome is None:
            needs.append(condition.path.split(".")[0])
    checks = [check for c in compiled.rule.match.must for check in _checks(c, evidence, lists)]
    if needs:
        return Missing(tuple(dict.fromkeys(needs)))
    broken = [path for path, outcome in checks if outcome is False]
    if broken:
        return [Candidate(None, "", "note", related=tuple(broken))]
    unknown = [path.split(".")[0] for path, outcome in checks if outcome is None]
    return Missing(tuple(dict.fromkeys(unknown))) if unknown else []


def _checks(condition: Condition, evidence: Evidence, lists: TermLists) -> list[tuple[str, bool | None]]:
    """Decide a condition, and an `each` for every entry: `publication.images[1].explicit_label`."""
    if condition.op != "each":
        return [(condition.path, _holds(condition, evidence, lists))]
    entries = _resolve(condition.path, evidence)
    if not isinstance(entries, list | tuple) or not all(isinstance(entry, Mapping) for entry in entries):
        return [(condition.path, None)]
    asked = condition.entries
    checks: list[tuple[str, bool | None]] = []
    for index, entry in enumerate(entries):
        place = f"{condition.path}[{index}]"
        applies = [(f"{place}.{c.path}", _holds(c, evidence, lists, roots=entry)) for c in asked.when]
        if any(outcome is False for _, outcome in applies):
            continue
        checks += [(path, None) for path, outcome in applies if outcome is None] or [
            (f"{place}.{c.path}", _holds(c, evidence, lists, roots=entry)) for c in asked.must
        ]
    return checks


def _holds(
    condition: Condition, evidence: Evidence, lists: TermLists, *, roots: Mapping[str, Any] | None = None
) -> bool | None:
    """Decide one condition; None when its value was not given. `roots` holds the values of one entry of a list."""
    value = _resolve(condition.path, evidence, roots)
    if condition.op in ("present", "absent"):
        if value is _ABSENT:
            return None
        return (value not in (None, "", (), [], {})) == (condition.op == "present")
    if value is _ABSENT or value is None:
        return None
    return _compare(condition, value, evidence, lists)


def _compare(condition: Condition, value: Any, evidence: Evidence, lists: TermLists) -> bool | None:
    match condition.op:
        case "in":
            return _as_set(value) & _as_set(condition.value) != set()
        case "not_in":
            return _as_set(value) & _as_set(condition.value) == set()
        case "true":
            return str(value).lower() == "true"
        case "false":
            return str(value).lower() == "false"
        case "covers_products":
            return _covers(condition.value, value, evidence, lists)
        case "not_expired":
            return None if evidence.as_of is None else date.fromisoformat(str(value)[:10]) >= evidence.as_of
        case "equals_text_hash":
            return str(value) == evidence.note.text_hash
        case "at_least":
            return _at_least(value, condition.value)
        case "equals":
            other = _resolve(str(condition.value), evidence)
            return None if other is _ABSENT or other is None else bool(value == other)
        case _:
            folded = fold(str(value))
            return not any(fold(term) in folded for term in lists.expand(sorted(_as_set(condition.value))))


def _at_least(value: Any, least: Any) -> bool | None:
    """Compare two numbers; a value that is no number is not known."""
    try:
        return Decimal(str(value)) >= Decimal(str(least))
    except InvalidOperation:
        return None


def _covers(needed: Any, value: Any, evidence: Evidence, lists: TermLists) -> bool:
    """Tell whether the value covers the note's products: the declared ones, or those the text speaks of.

    With a mapping (category → terms) each product that it lists needs one of its terms in the value, and others need
    none; without a mapping the value itself must name every product.
    """
    products = frozenset(evidence.note.products) or evidence.products
    if not isinstance(needed, Mapping):
        return products <= _as_set(value)
    held = [fold(entry) for entry in _as_set(value)]
    return all(
        any(fold(term) in entry for term in lists.expand(needed[product]) for entry in held)
        for product in products
        if product in needed
    )


def _as_set(value: Any) -> set[str]:
    return {str(v) for v in value} if isinstance(value, list | tuple | set | frozenset) else {str(value)}


def _resolve(path: str, evidence: Evidence, roots: Mapping[str, Any] | None = None) -> Any:
    """Follow a dotted path; `_ABSENT` when its first part was not given, None when an inner key is missing."""
    head, *rest = path.split(".")
    value = (_roots(evidence) if roots is None else roots).get(head, _ABSENT)
    if value is None:
        return _ABSENT
    for key in rest:
        if value is _ABSENT or value is None:
            return value
        value = value.get(key) if isinstance(value, Mapping) else getattr(value, key, None)
    return value


def _roots(evidence: Evidence) -> dict[str, Any]:
    note = evidence.note
    return {
        "account": evidence.account,
        "account_type": note.account_type or (evidence.account.type if evidence.account else None),
        "publication": evidence.publication,
        "origin": note.origin,
        "note_type": evidence.note_type,
        "field": note.field,
        "products": tuple(sorted(evidence.products)),
        "promotes": evidence.promotes,
        "as_of": evidence.as_of,
    }
