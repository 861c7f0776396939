"""`/threads`: the chat for a bank's own front end. A thread is its owner's; nobody else's is there, whoever asks."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import StringConstraints

from agent.aside import aside
from agent.chat.session import ChatSession, Exchange
from agent.chat.values import Answer, Turn
from agent.errors import KosnoteError
from agent.models import Frozen
from agent.people import Role
from agent.record import ThreadRecord
from agent.web.api.describing import problems
from agent.web.api.permits import Serving, demand_speaker, permit
from agent.web.api.problems import status_of
from agent.web.identity import Identity
from agent.web.services import Services

__all__ = ["router"]

router = APIRouter(tags=["threads"])
Talker = Annotated[Identity, Depends(permit("draft", Role.EMPLOYEE, Role.CONTENT))]
ThreadId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,64}$")]
EVENTS = "text/event-stream"
TOLD: dict[int | str, dict[str, Any]] = {
    200: {"model": Answer, "description": "The answer; how it goes, when events are asked for", "content": {EVENTS: {}}}
}


class ThreadRow(Frozen):
    """Name one thread."""

    id: str
    title: str
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, thread: ThreadRecord) -> ThreadRow:
        """Return what is told of a thread."""
        return cls(id=thread.id, title=thread.title, created_at=thread.created_at, updated_at=thread.updated_at)


class Thread(Frozen):
    """Hold a thread with its turns, oldest first; `unfinished` is the turn that waits for its answer."""

    id: str
    turns: tuple[Exchange, ...]
    unfinished: Turn | None = None


@router.post("/threads", status_code=201, responses=problems())
def begin(services: Serving, identity: Talker) -> Thread:
    """Begin a thread."""
    return Thread(id=services.chat.session(identity.user).thread, turns=())


@router.get("/threads", responses=problems())
def list_threads(services: Serving, identity: Talker) -> list[ThreadRow]:
    """List one's own threads, the one used last first."""
    return list(map(ThreadRow.of, services.chat.threads(identity.user)))


@router.get("/threads/{thread_id}", responses=problems(404))
def read(thread_id: ThreadId, services: Serving, identity: Talker) -> Thread:
    """Return a thread with every turn and its answer."""
    session = services.chat.session(identity.user, thread_id)
    return Thread(id=session.thread, turns=session.history(), unfinished=session.unfinished())


@router.delete("/threads/{thread_id}", status_code=204, response_class=Response, responses=problems(404, 409))
async def forget(thread_id: ThreadId, services: Serving, identity: Talker) -> None:
    """Erase a thread and every run it led to, unless one was handed in, approved or published; hashes stay."""
    await services.chat.forget(identity.user, thread_id)


@router.post("/threads/{thread_id}/turns", response_model=None, responses=TOLD | problems(404, 409, 502, 504))
async def take(
    thread_id: ThreadId, turn: Turn, request: Request, services: Serving, identity: Talker,
    accept: Annotated[str, Header(max_length=200)] = "",
) -> Answer | StreamingResponse:  # fmt: skip
    """Do a turn and wait for its answer; with `Accept: text/event-stream` hear how it goes.

    The turn's `key` makes it happen once: sent again it joins in, or gets the same answer.
    """
    _demand_own(services, identity, turn)
    session = await aside(services.chat.session, identity.user, thread_id)
    if EVENTS in accept:
        return StreamingResponse(_told(session, turn), media_type=EVENTS)
    return await session.ask(turn)


def _demand_own(services: Services, identity: Identity, turn: Turn) -> None:
    """Refuse to speak as somebody else; names are looked up, so that one nobody has is told as such."""
    bank = services.workspace
    demand_speaker(
        services,
        identity,
        persona=bank.persona(turn.persona).id if turn.persona else "",
        account=bank.account(turn.account).id if turn.account else "",
    )


async def _told(session: ChatSession, turn: Turn) -> AsyncIterator[str]:
    """Tell each event as it comes; what keeps a turn from being answered ends the stream as `error`."""
    try:
        async for event in session.take(turn):
            yield f"event: {event.kind}\ndata: {event.model_dump_json()}\n\n"
    except KosnoteError as error:
        said = {"status": status_of(error), "code": error.code, "title": error.message}
        yield f"event: error\ndata: {json.dumps(said, ensure_ascii=False)}\n\n"
