"""`/review`, `/delegations`, `/notices`: the review desk for a front end of the bank's own.

Who may decide is the desk's to say: here are only the roles that get to ask it.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query

from agent.aside import aside
from agent.desk.values import CaseFile, CaseWaiver, Decided, Delegation, EditedText, Notice, QueueFilter, QueueItem
from agent.people import Role
from agent.web.api.answers import Corrected
from agent.web.api.describing import problems
from agent.web.api.permits import Serving, permit, visible_run
from agent.web.api.shapes import (
    DecisionBody,
    DelegationBody,
    Number,
    QueueQuery,
    RunId,
    SeenBody,
    WaiverBody,
    WithdrawalBody,
)
from agent.web.identity import Identity

__all__ = ["router"]

router = APIRouter(tags=["review"])
Insider = Annotated[Identity, Depends(permit("review", Role.CONTENT, Role.REVIEWER, Role.ADMIN))]
Reviewer = Annotated[Identity, Depends(permit("review", Role.REVIEWER))]
Delegating = Annotated[Identity, Depends(permit("review", Role.REVIEWER, Role.ADMIN))]
Anybody = Annotated[Identity, Depends(permit("runs", *Role))]
Key = Annotated[str, Header(alias="Idempotency-Key", pattern=r"^[A-Za-z0-9_.:-]{0,64}$")]


@router.get("/review/queue", responses=problems())
def queue(wanted: Annotated[QueueQuery, Query()], services: Serving, identity: Insider) -> tuple[QueueItem, ...]:
    """List what waits for a reviewer: overdue first, then urgent, then oldest."""
    return services.desk.queue(identity.person, QueueFilter.model_validate(wanted.model_dump()))


@router.get("/review/{run_id}", responses=problems(404, 409, 410))
async def case(run_id: RunId, services: Serving, identity: Insider) -> CaseFile:
    """Return all there is to decide on a note: what changed, what is open and why, facts, sources, who did what."""
    run = await aside(visible_run, services, identity, run_id)
    return await services.desk.case(run.id, identity.person)


@router.post("/review/{run_id}/decision", responses=problems(404, 409, 410, 502, 504))
async def decide(run_id: RunId, body: DecisionBody, services: Serving, identity: Reviewer, key: Key = "") -> Decided:
    """Approve, suggest changes, or reject; the same key again repeats nothing."""
    run = await aside(visible_run, services, identity, run_id)
    desk, said = services.desk, {"text_hash": body.text_hash, "reason": body.reason, "key": key}
    if body.decision == "approve":
        return await desk.approve(run.id, by=identity.person, **said)
    if body.decision == "reject":
        return await desk.reject(run.id, by=identity.person, **said)
    text = EditedText.model_validate(body.text.model_dump()) if body.text else None
    return await desk.suggest(run.id, by=identity.person, text=text, **said)


@router.post("/review/{run_id}/waivers", status_code=201, responses=problems(404, 409, 410))
async def waive(run_id: RunId, body: WaiverBody, services: Serving, identity: Reviewer) -> CaseWaiver:
    """Accept an open finding until a day; that of a block counts once a second reviewer agrees."""
    run = await aside(visible_run, services, identity, run_id)
    return await services.desk.waive(run.id, by=identity.person, **body.model_dump())


@router.post("/review/{run_id}/waivers/{waiver}/second", responses=problems(404, 409, 410))
async def second(run_id: RunId, waiver: Number, services: Serving, identity: Reviewer) -> CaseWaiver:
    """Agree to a waiver as the second person."""
    run = await aside(visible_run, services, identity, run_id)
    return await services.desk.second(run.id, waiver, by=identity.person)


@router.post("/runs/{run_id}/retractions", status_code=204, responses=problems(404, 409, 410))
def retract(run_id: RunId, body: WithdrawalBody, services: Serving, identity: Anybody) -> None:
    """Record that a publication is taken back; whose it is, is told to delete it."""
    run = visible_run(services, identity, run_id)
    services.desk.retract(run.id, url=body.url, reason=body.reason, by=identity.person)


@router.post("/runs/{run_id}/corrections", status_code=201, responses=problems(404, 409, 410))
async def correct(run_id: RunId, body: WithdrawalBody, services: Serving, identity: Anybody) -> Corrected:
    """Open a run that corrects a publication, or return the one that is open."""
    run = await aside(visible_run, services, identity, run_id)
    opened = await services.desk.correct(run.id, url=body.url, reason=body.reason, by=identity.person)
    return Corrected(run=opened, corrects=run.id)


@router.get("/delegations", responses=problems())
def delegations(services: Serving, identity: Delegating) -> tuple[Delegation, ...]:
    """List the delegations this person gave or holds; an admin sees all."""
    return services.desk.delegations(identity.person)


@router.post("/delegations", status_code=201, responses=problems(404))
def delegate(body: DelegationBody, services: Serving, identity: Reviewer) -> Delegation:
    """Hand a lane to another reviewer for a period."""
    return services.desk.delegate(by=identity.person, **dict(body))


@router.post("/delegations/{delegation}/revoke", responses=problems(404))
def revoke(delegation: Number, services: Serving, identity: Delegating) -> Delegation:
    """End a delegation now."""
    return services.desk.revoke(delegation, by=identity.person)


@router.get("/notices", responses=problems())
def notices(services: Serving, identity: Anybody) -> tuple[Notice, ...]:
    """List what this person is told, newest first."""
    return services.desk.notices(identity.person)


@router.post("/notices/seen", status_code=204, responses=problems())
def see(body: SeenBody, services: Serving, identity: Anybody) -> None:
    """Mark notices as seen."""
    services.desk.see(identity.person, body.notices)
