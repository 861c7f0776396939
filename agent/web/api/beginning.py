"""Begin a run, once for each key: the id of a keyed run follows from its owner and the key, so the record knows it."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from agent.aside import aside
from agent.briefs import Request, account_of, make_brief, new_run_id
from agent.chat.working import Working
from agent.errors import UsageError
from agent.models import Brief
from agent.people import Role
from agent.record import RunRecord
from agent.web.api.permits import demand_speaker, known_run
from agent.web.api.problems import ApiError
from agent.web.api.shapes import DraftBody
from agent.web.api.working import OnEvent, Works
from agent.web.identity import Identity
from agent.web.services import Services

__all__ = ["Begun", "begin"]


@dataclass(frozen=True)
class Begun:
    """Hold a run and the work on it, absent when it has stopped."""

    brief: Brief
    working: Working | None = None


async def begin(body: DraftBody, *, services: Services, works: Works, identity: Identity, key: str) -> Begun:
    """Begin a run, or find the one this key began; raise 409 when the key began something else."""
    run_id = _keyed(identity.user, key) if key else new_run_id(services.today())
    known = None if works.brief_of(run_id) else await aside(known_run, services, run_id)
    going = works.brief_of(run_id)  # after the wait: the same key may have come twice
    known = None if going else known
    if known is not None and known.erased_at is not None:
        raise UsageError("run_erased", run=run_id)
    before = going or ((known.brief, known.owner) if known else None)
    brief = _brief(body, services, identity, run_id, before[0] if before else None)
    if before is None:
        return Begun(brief, works.start(brief, owner=identity.user, work=_drafting(services, brief, identity.user)))
    if before != (brief, identity.user):
        raise ApiError(409, "api_key_reused", key=key)
    if known is None:
        return Begun(brief, works.of(run_id))
    return _found(known, services, works)


def _found(known: RunRecord, services: Services, works: Works) -> Begun:
    """Go on with what was cut off; while another process is at it, the work is to wait for that one."""
    if known.outcome is not None:
        return Begun(known.brief)
    drafting = services.drafting
    return Begun(
        known.brief,
        works.start(known.brief, owner=known.owner, work=lambda hear: drafting.resume(known.id, on_event=hear)),
    )


def _brief(body: DraftBody, services: Services, identity: Identity, run_id: str, before: Brief | None) -> Brief:
    """Return the brief, on the day its run began."""
    bank = services.workspace
    persona, account = body.persona, body.account
    if not persona and not account and not identity.is_any(Role.CONTENT):
        persona = identity.persona
        own = account_of(persona, bank)
        account = own if own in identity.accounts else next(iter(identity.accounts), "")
    request = Request(
        topic=body.topic, note_type=body.note_type, persona=persona, account=account, products=body.products,
        facts=body.facts, points=body.points, material_texts=body.material, keyword=body.keyword,
        audience=body.audience, language=body.language, seed=body.seed,
    )  # fmt: skip
    day = before.as_of if before else services.today()
    brief, _ = make_brief(request, workspace=bank, as_of=day, run_id=run_id)
    demand_speaker(services, identity, persona=brief.persona, account=brief.account)
    return brief


def _drafting(services: Services, brief: Brief, owner: str) -> Callable[[OnEvent], Awaitable[object]]:
    return lambda hear: services.drafting.draft(brief, owner=owner, on_event=hear)


def _keyed(user: str, key: str) -> str:
    return "k" + hashlib.sha256(f"{user}\0{key}".encode()).hexdigest()[:24]
