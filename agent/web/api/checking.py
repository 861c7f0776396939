"""`/check`: any text against the rules and the bank's own facts; the report of `agent check --format json`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from agent.guardrails import check
from agent.models import Report
from agent.people import Role
from agent.web.api.answers import Reports
from agent.web.api.describing import problems
from agent.web.api.permits import Serving, demand_speaker, permit
from agent.web.api.shapes import NoteBody, NotesBody, WhatFor
from agent.web.identity import Identity
from agent.web.services import Services

__all__ = ["router"]

router = APIRouter(tags=["check"])
Checker = Annotated[Identity, Depends(permit("check", *Role))]
For = Annotated[WhatFor, Query()]


@router.post("/check", responses=problems(403))
def check_note(note: NoteBody, wanted: For, services: Serving, identity: Checker) -> Report:
    """Check one text."""
    return _reports((note,), wanted, services, identity)[0]


@router.post("/checks", responses=problems(403))
def check_notes(body: NotesBody, wanted: For, services: Serving, identity: Checker) -> Reports:
    """Check several texts in the order they are sent."""
    return Reports(reports=_reports(body.notes, wanted, services, identity))


def _reports(
    notes: tuple[NoteBody, ...], wanted: WhatFor, services: Services, identity: Identity
) -> tuple[Report, ...]:
    bank = services.workspace
    account = bank.account(wanted.account) if wanted.account else None
    if account is not None and not identity.is_any(Role.REVIEWER, Role.ADMIN):
        demand_speaker(services, identity, persona="", account=account.id)
    return tuple(
        check(
            note.to_note(),
            facts=bank.facts,
            points=bank.points,
            account=account,
            as_of=wanted.as_of or services.today(),
            packs=services.chat.packs,
            waivers=bank.waivers,
            stage=wanted.stage,
        )
        for note in notes
    )
