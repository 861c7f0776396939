"""Which rules are in force on a day and in scope for a sort of note.

Owns that decision and remembers it: an archive holds few sorts of notes. Refuses looking at any text.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Final, NamedTuple

from agent.guardrails.rules import Rule, Scope
from agent.models import Category, NoteType

if TYPE_CHECKING:
    from agent.guardrails.evidence import Evidence

__all__ = ["Applicable", "Sort", "sort_of"]

_SORTS: Final = 1024


class Sort(NamedTuple):
    """Say all about a note that decides which rules apply to it; `as_of` None leaves out rules that end."""

    as_of: date | None
    note_type: NoteType
    field: str
    origin: str
    account_type: str | None
    products: frozenset[Category]
    promotes: bool
    promoted: frozenset[Category]
    outvoted: frozenset[Category] = frozenset()


def sort_of(evidence: Evidence) -> Sort:
    """Return what sort of note this is."""
    note, account = evidence.note, evidence.account
    return Sort(
        as_of=evidence.as_of,
        note_type=evidence.note_type,
        field=note.field,
        origin=note.origin,
        account_type=note.account_type or (account.type if account else None),
        products=evidence.products,
        promotes=evidence.promotes,
        promoted=evidence.promoted,
        outvoted=evidence.outvoted,
    )


class Applicable:
    """Tell which of some rules apply."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = tuple(rules)
        self.to = functools.lru_cache(maxsize=_SORTS)(self._find)

    def _find(self, sort: Sort) -> frozenset[int]:
        """Return the places of the rules that are in force and in scope for a sort of note."""
        return frozenset(
            place
            for place, rule in enumerate(self._rules)
            if _in_force(rule, sort.as_of) and _in_scope(rule.scope, _owing(rule, sort))
        )


def _in_force(rule: Rule, as_of: date | None) -> bool:
    if as_of is None:
        return rule.until is None
    return rule.effective <= as_of and (rule.until is None or as_of <= rule.until)


def _owing(rule: Rule, sort: Sort) -> Sort:
    """Return the sort as a rule that asks for lines sees it: what is not on offer owes none."""
    return sort._replace(products=sort.products - sort.outvoted) if rule.kind == "require" else sort


def _in_scope(scope: Scope, sort: Sort) -> bool:
    if scope.products and sort.products and not sort.products & set(scope.products):
        return False
    if scope.note_types and sort.note_type not in scope.note_types:
        return False
    if scope.field not in ("any", sort.field) or scope.origin not in ("any", sort.origin):
        return False
    if scope.account_types and sort.account_type is not None and sort.account_type not in scope.account_types:
        return False
    if scope.promotes is None:
        return True
    return scope.promotes == sort.promotes and (not scope.promotes or _promotes_one(scope, sort))


def _promotes_one(scope: Scope, sort: Sort) -> bool:
    """Tell whether one of the rule's own products is promoted: one that is merely named beside it owes no line."""
    return not (scope.products and sort.promoted) or bool(sort.promoted & set(scope.products))
