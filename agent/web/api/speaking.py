"""What an account may say this week: the gate asked for each type of note, and the facts that hold, end or begin."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import get_args

from agent import guardrails
from agent.graph.gatekeeping import refusals
from agent.ingredients import gather
from agent.models import Account, Brief, NoteType, Product, Report
from agent.web.api.answers import AccountAnswer, FactAnswer, Permission
from agent.workspace import Workspace

__all__ = ["what_it_may_say"]

WEEK = timedelta(days=7)
PROMOTING: tuple[NoteType, ...] = ("benefit", "marketing")


def what_it_may_say(account: Account, bank: Workspace, *, as_of: date, packs: guardrails.Packs) -> AccountAnswer:
    """Ask the gate about an account on a day; a promoting note is asked about with each product in its scope."""
    in_scope = tuple(product for product in bank.products if not account.scope or product.category in account.scope)
    ask = partial(_permission, account=account, bank=bank, as_of=as_of, check=partial(guardrails.check, packs=packs))
    allowed = tuple(product for product in in_scope if ask("benefit", (product,)).allowed)
    names = {product.id for product in allowed}
    answers = [FactAnswer.of(fact, as_of) for fact in bank.facts if fact.product in names]
    return AccountAnswer(
        account=account,
        as_of=as_of,
        types=tuple(ask(kind, (allowed or in_scope)[:1] if kind in PROMOTING else ()) for kind in get_args(NoteType)),
        products=allowed,
        facts=tuple(answer for answer in answers if answer.valid),
        ending=tuple(a for a in answers if a.valid and a.fact.valid_to and a.fact.valid_to <= as_of + WEEK),
        beginning=tuple(a for a in answers if as_of < a.fact.valid_from <= as_of + WEEK),
    )


def _permission(
    kind: NoteType, products: tuple[Product, ...], *, account: Account, bank: Workspace, as_of: date,
    check: Callable[..., Report],
) -> Permission:  # fmt: skip
    brief = Brief(
        id="may-say", topic=bank.institution.name, note_type=kind, account=account.id,
        products=tuple(product.id for product in products), as_of=as_of,
    )  # fmt: skip
    found = refusals(gather(bank, brief), check=check)
    return Permission(note_type=kind, allowed=not found, refusals=found)
