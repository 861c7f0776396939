"""`/runs`: draft, look, edit, hand in, record where it was published. A run is worked on once, whoever waits for it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.responses import StreamingResponse

from agent.aside import aside
from agent.errors import KosnoteError, UsageError
from agent.people import Role
from agent.record import RunRecord, Store
from agent.web.api.answers import RunAnswer, RunPage, RunRow, Standing, VersionAnswer
from agent.web.api.beginning import Begun, begin
from agent.web.api.describing import problems
from agent.web.api.permits import Serving, changeable_run, is_shared, may_see_all, permit, visible_run
from agent.web.api.problems import ApiError, status_of
from agent.web.api.rewriting import edit_run
from agent.web.api.shapes import DraftBody, EditBody, PublicationBody, ReleaseBody, RunFilter, RunId, SubmissionBody
from agent.web.api.working import Works, ended, works_of
from agent.web.identity import Identity
from agent.web.services import Services

__all__ = ["router"]

router = APIRouter(tags=["runs"])
WRITING = (Role.EMPLOYEE, Role.CONTENT)
Drafter = Annotated[Identity, Depends(permit("draft", *WRITING))]
Writer = Annotated[Identity, Depends(permit("runs", *WRITING))]
Reader = Annotated[Identity, Depends(permit("runs", *Role))]
Key = Annotated[str, Header(alias="Idempotency-Key", pattern=r"^[A-Za-z0-9_.:-]{0,64}$")]
Prefer = Annotated[str, Header(max_length=200)]
LISTEN_SECONDS, LISTENS = 1.0, 600


def _works(request: Request) -> Works:
    return works_of(request.app)


Working = Annotated[Works, Depends(_works)]
DRAFTED: dict[int | str, dict[str, Any]] = {
    201: {"headers": {"Location": {"description": "Where the run is", "schema": {"type": "string"}}}},
    202: {"model": RunAnswer, "description": "Under way: ask the address in Location"},
}
TOLD: dict[int | str, dict[str, Any]] = {
    200: {"description": "Nodes as they end, then the outcome", "content": {"text/event-stream": {}}}
}


@router.post("/runs", status_code=201, responses=DRAFTED | problems(403, 409, 410, 502, 504))
async def draft(
    body: DraftBody, request: Request, response: Response, services: Serving, works: Working, identity: Drafter,
    key: Key = "", prefer: Prefer = "",
) -> RunAnswer:  # fmt: skip
    """Draft a note and wait for it, or get 202 at once with `Prefer: respond-async`.

    With an `Idempotency-Key` the same request again drafts nothing twice: it joins in, goes on with what was cut off,
    or returns what is there. Another request under the same key is refused with 409.
    """
    begun = await begin(body, services=services, works=works, identity=identity, key=key)
    response.headers["Location"] = f"{request.scope.get('root_path', '')}/runs/{begun.brief.id}"
    if "respond-async" in {each.strip().lower() for each in prefer.split(",")}:
        response.headers["Preference-Applied"] = "respond-async"
        return await _at_once(begun, services, response)
    return await _in_the_end(begun, services, response)


@router.get("/runs", responses=problems())
def list_runs(wanted: Annotated[RunFilter, Query()], services: Serving, identity: Reader) -> RunPage:
    """List runs, newest first: an employee's own, or everybody's."""
    owner = wanted.owner or None if may_see_all(identity) else identity.user
    after = _cursor(wanted.cursor, services, identity) if wanted.cursor else None
    found = services.store.runs(
        limit=wanted.limit + 1,
        outcome=wanted.outcome,
        search=wanted.search or None,
        owner=owner,
        account=wanted.account or None,
        after=after,
    )
    page = found[: wanted.limit]
    ids = [run.id for run in page]
    statuses, titles = services.store.library.statuses(ids), services.store.library.titles(ids)
    rows = (RunRow.of(run, status=statuses.get(run.id), title=titles.get(run.id, "")) for run in page)
    return RunPage(runs=tuple(rows), next=page[-1].id if len(found) > wanted.limit else None)


@router.get("/runs/{run_id}", responses=problems(404, 409, 410))
async def show(run_id: RunId, services: Serving, works: Working, identity: Reader) -> Standing:
    """Return a run with its note, its findings, and what people did to it."""
    run = await aside(visible_run, services, identity, run_id)
    return await standing(run, services, works)


@router.get("/runs/{run_id}/versions", responses=problems(404, 410))
def versions(run_id: RunId, services: Serving, identity: Reader) -> list[VersionAnswer]:
    """Return every text of a run with its check, oldest first."""
    run = visible_run(services, identity, run_id)
    return list(map(VersionAnswer.of, services.store.versions(run.id)))


@router.get(
    "/runs/{run_id}/events",
    response_class=StreamingResponse,
    responses=TOLD | problems(404, 410),
)
async def events(run_id: RunId, services: Serving, works: Working, identity: Reader) -> StreamingResponse:
    """Tell how a run goes, as server-sent events: `node` for each node that ends, `end` when the run has stopped."""
    run = await aside(visible_run, services, identity, run_id)
    return StreamingResponse(_told(run.id, services, works), media_type="text/event-stream")


@router.post("/runs/{run_id}/resume", responses=problems(404, 409, 410, 502, 504))
async def resume(run_id: RunId, services: Serving, works: Working, identity: Writer) -> Standing:
    """Go on with a run that was cut off; one that waits for a person or has ended is returned as it stands."""
    run = await aside(changeable_run, services, identity, run_id)
    working = works.of(run.id) or works.start(
        run.brief, owner=identity.user, work=lambda hear: services.drafting.resume(run.id, on_event=hear)
    )
    await ended(working)
    return await standing(run, services, works)


@router.post("/runs/{run_id}/edit", responses=problems(404, 409, 410, 502, 504))
async def edit(run_id: RunId, body: EditBody, services: Serving, identity: Writer) -> RunAnswer:
    """Change the note by hand; it is checked again, and an approval of the text before does not hold for it."""
    run = await aside(changeable_run, services, identity, run_id)
    return RunAnswer.of(await edit_run(run, body, drafting=services.drafting, by=identity.user))


@router.post("/runs/{run_id}/submit", responses=problems(404, 409, 410))
async def submit(run_id: RunId, body: SubmissionBody, services: Serving, works: Working, identity: Writer) -> Standing:
    """Hand the note in for review; the same text again changes nothing."""
    run = await aside(changeable_run, services, identity, run_id)
    await aside(services.desk.hand_in, run.id, text_hash=body.text_hash, by=identity.person, urgent=body.urgent)
    return await standing(run, services, works)


@router.post("/runs/{run_id}/publications", status_code=201, responses=problems(404, 409, 410))
async def publish(
    run_id: RunId, body: PublicationBody, services: Serving, works: Working, identity: Writer
) -> Standing:
    """Record where the approved text was published; the same address again changes nothing."""
    run = await aside(changeable_run, services, identity, run_id)
    await services.desk.publish(run.id, text_hash=body.text_hash, url=body.url, by=identity.person)
    return await standing(run, services, works)


@router.post("/runs/{run_id}/release", responses=problems(404, 409, 410))
async def release(
    run_id: RunId, body: ReleaseBody, services: Serving, works: Working, identity: Writer, key: Key = ""
) -> Standing:
    """Let one's own note go without a reviewer, where its lane allows that and nothing is open."""
    run = await aside(changeable_run, services, identity, run_id)
    await services.desk.release(run.id, text_hash=body.text_hash, by=identity.person, key=key)
    return await standing(run, services, works)


async def standing(run: RunRecord, services: Services, works: Works) -> Standing:
    """Return how a run stands; one under way or cut off has no outcome."""
    run = await aside(services.store.run, run.id)
    working = works.of(run.id) is not None
    result = RunAnswer.unfinished(run.brief, author=run.author) if working else await _result(run, services)
    return await aside(_standing, run, services.store, working=working, result=result)


def _standing(run: RunRecord, store: Store, *, working: bool, result: RunAnswer) -> Standing:
    return Standing(
        owner=run.owner,
        status=store.library.statuses((run.id,)).get(run.id),
        created_at=run.created_at,
        updated_at=run.updated_at,
        working=working,
        result=result,
        submissions=store.publishing.submissions(run.id),
        decisions=store.decisions(run.id),
        publications=store.publishing.publications(run.id),
    )


async def _result(run: RunRecord, services: Services) -> RunAnswer:
    if run.outcome is None:
        return RunAnswer.unfinished(run.brief, author=run.author)
    return RunAnswer.of(await services.drafting.peek(run.id))


async def _at_once(begun: Begun, services: Services, response: Response) -> RunAnswer:
    response.status_code = 202
    return RunAnswer.unfinished(begun.brief, author=services.drafting.casting.name)


async def _in_the_end(begun: Begun, services: Services, response: Response) -> RunAnswer:
    try:
        await ended(begun.working)
    except UsageError as error:
        if error.code != "run_being_decided":
            raise
        return await _at_once(begun, services, response)  # another process is at it and takes long
    return RunAnswer.of(await services.drafting.peek(begun.brief.id))


def _cursor(cursor: str, services: Services, identity: Identity) -> str:
    """Return the id a page begins after; one that is not theirs to see says no more than one that never was."""
    try:
        return visible_run(services, identity, cursor).id
    except ApiError:
        raise ApiError(422, "api_cursor_unknown") from None


async def _told(run_id: str, services: Services, works: Works) -> AsyncIterator[str]:
    working = works.of(run_id)
    if working is not None:
        try:
            async for event in working.follow():
                yield _event("node", event.model_dump(mode="json"))
        except KosnoteError as error:
            yield _event("error", {"status": status_of(error), "code": error.code})
            return
    elif is_shared(services):  # another process may be at it
        for _ in range(LISTENS):
            if (await aside(services.store.run, run_id)).outcome is not None:
                break
            yield ": \n\n"
            await asyncio.sleep(LISTEN_SECONDS)
    run = await aside(services.store.run, run_id)
    yield _event("end", {"run": run_id, "outcome": run.outcome})


def _event(kind: str, data: dict[str, Any]) -> str:
    return f"event: {kind}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"
