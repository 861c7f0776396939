"""What the bank offers and who speaks: facts, products, accounts, personas, and who asks. Read only."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from rapidfuzz import process

from agent.models import Persona, Product
from agent.people import Role
from agent.web.api.answers import AccountAnswer, FactAnswer, Me
from agent.web.api.describing import problems
from agent.web.api.permits import Serving, may_see_all, permit
from agent.web.api.problems import ApiError
from agent.web.api.shapes import Day, Word
from agent.web.api.speaking import what_it_may_say
from agent.web.guards.forgery import proof_of
from agent.web.identity import Identity

__all__ = ["router"]

router = APIRouter(tags=["bank"])
Reader = Annotated[Identity, Depends(permit("facts", *Role))]
Anybody = Annotated[Identity, Depends(permit(None))]
AsOf = Annotated[Day | None, Query()]


@router.get("/me", responses=problems())
def me(request: Request, identity: Anybody) -> Me:
    """Tell who asks, and what their changes must bring along."""
    return Me.of(identity, proof="" if identity.way == "token" else proof_of(request))


@router.get("/facts", responses=problems())
def facts(
    services: Serving, identity: Reader, product: Word = "", valid: bool | None = None, as_of: AsOf = None
) -> list[FactAnswer]:
    """List facts with their validity on a day: all, those that hold, or those that do not."""
    bank, day = services.workspace, as_of or services.today()
    wanted = bank.product(product).id if product else ""
    answers = (FactAnswer.of(fact, day) for fact in bank.facts if wanted in ("", fact.product))
    return [answer for answer in answers if valid is None or answer.valid is valid]


@router.get("/facts/{fact_id}", responses=problems(404))
def fact(fact_id: str, services: Serving, identity: Reader, as_of: AsOf = None) -> FactAnswer:
    """Return one fact."""
    known = {fact.id: fact for fact in services.workspace.facts}
    if fact_id not in known:
        nearest = process.extract(fact_id, list(known), limit=3)
        raise ApiError(404, "unknown_fact", value=fact_id, nearest="、".join(match[0] for match in nearest) or "—")
    return FactAnswer.of(known[fact_id], as_of or services.today())


@router.get("/products", responses=problems())
def products(services: Serving, identity: Reader) -> tuple[Product, ...]:
    """List the bank's products."""
    return services.workspace.products


@router.get("/accounts", responses=problems())
def accounts(services: Serving, identity: Reader, as_of: AsOf = None) -> list[AccountAnswer]:
    """List the accounts this person may speak for, with what each may say this week."""
    bank, day = services.workspace, as_of or services.today()
    mine = (account for account in bank.accounts if may_see_all(identity) or account.id in identity.accounts)
    return [what_it_may_say(account, bank, as_of=day, packs=services.chat.packs) for account in mine]


@router.get("/accounts/{account_id}", responses=problems(404))
def account(account_id: str, services: Serving, identity: Reader, as_of: AsOf = None) -> AccountAnswer:
    """Return one account; somebody else's is not there."""
    bank, day = services.workspace, as_of or services.today()
    found = next((account for account in bank.accounts if account.id == account_id), None)
    if found is None or not (may_see_all(identity) or found.id in identity.accounts):
        raise ApiError(404, "api_account_unknown", value=account_id)
    return what_it_may_say(found, bank, as_of=day, packs=services.chat.packs)


@router.get("/personas", responses=problems())
def personas(services: Serving, identity: Reader) -> list[Persona]:
    """List the personas this person may write as."""
    bank = services.workspace
    own = {account.persona for account in bank.accounts if account.id in identity.accounts} | {identity.persona}
    return [persona for persona in bank.personas if may_see_all(identity) or persona.id in own]
