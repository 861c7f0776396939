"""Which rules apply is decided once for each sort of note, and differs wherever a sort does."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from agent.guardrails.loader import load_packs
from agent.guardrails.rules import Rule, Scope
from agent.guardrails.scoping import Applicable, Sort

TODAY = date(2026, 11, 24)
SORT = Sort(
    as_of=TODAY, note_type="lifestyle", field="note", origin="human", account_type="institution",
    products=frozenset({"fund", "card"}), promotes=True, promoted=frozenset({"fund"}),
)  # fmt: skip


def rule(scope: Scope, **changes: Any) -> Rule:
    return load_packs(examples=False)["RET-01"].rule.model_copy(update={"scope": scope, **changes})


@pytest.mark.parametrize(
    ("scope", "other"),
    [
        (Scope(note_types=("lifestyle",)), {"note_type": "marketing"}),
        (Scope(field="note"), {"field": "reply"}),
        (Scope(origin="human"), {"origin": "ai"}),
        (Scope(account_types=("institution",)), {"account_type": "unbound"}),
        (Scope(products=("fund",)), {"products": frozenset({"card"})}),
        (Scope(promotes=True), {"promotes": False}),
        (Scope(promotes=True, products=("fund",)), {"promoted": frozenset({"card"})}),
    ],
)
def test_a_rule_applies_to_one_sort_of_note_and_not_to_another(scope: Scope, other: dict[str, Any]) -> None:
    applicable = Applicable([rule(scope)])
    assert applicable.to(SORT) == {0}
    assert applicable.to(SORT._replace(**other)) == set()


def test_what_is_not_known_of_a_note_keeps_no_rule_away() -> None:
    applicable = Applicable([rule(Scope(account_types=("institution",), products=("gold",)))])
    assert applicable.to(SORT._replace(account_type=None, products=frozenset())) == {0}


def test_a_rule_applies_while_it_is_in_force_and_without_a_day_if_it_never_ends() -> None:
    days = {"effective": date(2026, 2, 1), "until": date(2026, 3, 1)}
    applicable = Applicable([rule(Scope(), **days), rule(Scope(), effective=date(2026, 2, 1), until=None)])
    found = {
        day: applicable.to(SORT._replace(as_of=day))
        for day in (date(2026, 1, 31), date(2026, 2, 1), date(2026, 3, 1), date(2026, 3, 2), None)
    }
    assert list(map(sorted, found.values())) == [[], [0, 1], [0, 1], [1], [1]]


def test_a_sort_met_before_is_not_decided_again() -> None:
    applicable = Applicable([rule(Scope())])
    assert applicable.to(SORT) is applicable.to(SORT._replace(products=frozenset({"card", "fund"})))
