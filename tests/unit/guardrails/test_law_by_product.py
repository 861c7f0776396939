"""No product is told the law of another: a rule for several products names the law of each."""

from __future__ import annotations

from typing import get_args

import pytest

from agent.guardrails.loader import load_packs
from agent.guardrails.packs import Packs
from agent.guardrails.rules import Basis, Rule
from agent.models import Category

PACKS = ("advertising", "endorsement", "government", "inducement", "returns")
LAW: dict[Category, tuple[str, ...]] = {
    "fund": ("公开募集证券投资基金", "证券投资基金法"),
    "wm": ("理财公司理财", "理财产品"),
    "insurance": ("互联网保险", "保险销售", "保险法", "人身保险"),
}
PROMISES = ("IND-02", "GOV-01", "RET-01", "RET-03", "RET-04", "RET-05", "RET-08")


@pytest.fixture(scope="module")
def packs() -> Packs:
    return load_packs(examples=False)


def told(rule: Rule, product: Category) -> tuple[Basis, ...]:
    """Return the law that a rule tells of a product, where no words near it ask for more."""
    entries = (entry for entry in rule.for_products if product in entry.products and not entry.any_of)
    return next((entry.basis for entry in entries), ()) or rule.basis


def foreign(rule: Rule) -> list[tuple[str, str, str]]:
    """Return product and instrument wherever a rule tells a product the law of another."""
    return [
        (rule.id, product, basis.instrument)
        for product in rule.scope.products or get_args(Category)
        for basis in told(rule, product)
        for owner, names in LAW.items()
        if owner != product and basis.instrument.startswith(names)
    ]


def test_a_product_is_told_no_law_of_another(packs: Packs) -> None:
    rules = [compiled.rule for compiled in packs.rules if compiled.pack.name in PACKS]
    assert len(rules) > 20
    assert [pair for rule in rules for pair in foreign(rule)] == []


@pytest.mark.parametrize("rule_id", PROMISES)
def test_a_promise_has_a_remedy_for_cards_loans_insurance_and_deposits(packs: Packs, rule_id: str) -> None:
    rule = next(compiled.rule for compiled in packs.rules if compiled.rule.id == rule_id)
    spoken: set[str] = {product for entry in rule.for_products for product in entry.products}
    assert {"card", "loan", "insurance", "deposit"} <= spoken
