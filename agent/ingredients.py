"""Gather what a run may draw on: the values a brief names, or honest candidates where it names none.

Candidates are limited to what the account may speak of and what is valid on the day; the author chooses one.
"""

from __future__ import annotations

from collections.abc import Sequence

from agent.models import Brief, Fact, Note, Point, Product, Sources
from agent.record import EarlierNote
from agent.workspace import Workspace

__all__ = ["gather"]


def gather(workspace: Workspace, brief: Brief, *, earlier: Sequence[tuple[EarlierNote, Note]] = ()) -> Sources:
    """Resolve a brief; an unknown id raises `UsageError` naming the nearest."""
    account = workspace.account(brief.account) if brief.account else None
    facts = _with_terms(workspace, brief, _facts(workspace, brief, account.scope if account else ()))
    named = tuple(workspace.product(product) for product in brief.products)
    wanted = {product.id for product in named} | {fact.product for fact in facts}
    return Sources(
        brief=brief,
        institution=workspace.institution,
        products=tuple(product for product in workspace.products if product.id in wanted),
        facts=facts,
        points=_points(workspace, brief),
        persona=workspace.persona(brief.persona) if brief.persona else None,
        account=account,
        earlier=tuple(note for _, note in earlier),
        drafts=tuple(where.text_hash for where, _ in earlier if where.draft),
    )


def _facts(workspace: Workspace, brief: Brief, scope: tuple[str, ...]) -> tuple[Fact, ...]:
    if brief.facts:
        return tuple(workspace.fact(fact) for fact in brief.facts)
    candidates = _candidate_products(workspace, brief, scope)
    return tuple(
        fact
        for fact in workspace.facts
        if fact.product in {product.id for product in candidates}
        and fact.kind == "benefit"
        and fact.is_valid(brief.as_of)
    )


def _with_terms(workspace: Workspace, brief: Brief, facts: tuple[Fact, ...]) -> tuple[Fact, ...]:
    """Add the terms (rates, fees) of the products in play: mandatory lines take their numbers from the ledger too."""
    products = {*(workspace.product(product).id for product in brief.products), *(fact.product for fact in facts)}
    named = {fact.id for fact in facts}
    terms = (f for f in workspace.facts if f.kind == "term" and f.product in products and f.id not in named)
    return (*facts, *(fact for fact in terms if fact.is_valid(brief.as_of)))


def _candidate_products(workspace: Workspace, brief: Brief, scope: tuple[str, ...]) -> tuple[Product, ...]:
    if brief.products:
        return tuple(workspace.product(product) for product in brief.products)
    if brief.note_type not in ("benefit", "marketing"):
        return ()
    return tuple(
        product
        for product in workspace.products
        if product.category == "card" and (not scope or product.category in scope)
    )


def _points(workspace: Workspace, brief: Brief) -> tuple[Point, ...]:
    if brief.points:
        return tuple(workspace.point(point) for point in brief.points)
    return workspace.points
