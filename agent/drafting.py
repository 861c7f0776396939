"""Wire an author, the readers, a workspace and the record to the graph, and run it.

`Drafting` is the only place that knows all of them. The record is written from what the graph reports after each
checkpoint and every write is idempotent, so a killed run can be resumed without doubling anything.
"""

from __future__ import annotations

import asyncio
import functools
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.types import Command

from agent import guardrails
from agent.aside import aside
from agent.errors import UsageError
from agent.graph.build import build_graph
from agent.graph.checking import CheckedOnce
from agent.graph.checkpoints import erase_thread, explained, open_checkpoints
from agent.graph.context import DraftContext
from agent.graph.nodes import LANGUAGES_WITH_PACKS
from agent.graph.state import DraftState, Review
from agent.grounds import grounds_of
from agent.holding import holding, purpose_of
from agent.ingredients import gather
from agent.llm import OnText, total_usage
from agent.models import Brief, Note, Plan, Sources, Waiver
from agent.ownrules import demand_waivers, packs_of
from agent.record import DecisionRecord, EarlierNote, Grounds, RunRecord, Store
from agent.record.evidence import EVER
from agent.results import DraftResult, result_of
from agent.roles import Casting, open_casting
from agent.settings import Settings
from agent.watching import Watch, step, unwatched, watched_by
from agent.workspace import Workspace

__all__ = ["Drafting", "Event", "draft", "open_drafting"]


@dataclass(frozen=True)
class Event:
    """Report one finished node of a run, with what it settled."""

    run: str
    node: str
    round: int
    update: dict[str, Any]


OnEvent = Callable[[Event], None]
_Earlier = tuple[tuple[EarlierNote, Note], ...]


def _quiet(event: Event) -> None:
    """Ignore an event."""


def _nothing() -> None:
    """Demand nothing."""


@dataclass(frozen=True)
class Drafting:
    """Run briefs against one workspace, one record and one checkpoint store."""

    workspace: Workspace
    settings: Settings
    store: Store
    checkpointer: BaseCheckpointSaver[str]
    casting: Casting
    now: Callable[[], datetime]
    graph: Any  # compiled once: compiling costs more than running a node
    on_text: OnText | None = None
    watch: Watch = unwatched

    async def draft(self, brief: Brief, *, owner: str = "", on_event: OnEvent = _quiet) -> DraftResult:
        """Run a brief until a person is needed or the run ends; the run id is the brief's id, `owner` whose it is.

        Of several at once one works and the others find what it left; one that was cut off is carried on.
        """
        await aside(self._start, brief, owner)
        async with holding(self.store.claims, brief.id, ""):
            if (await self._snapshot(brief.id)).values:
                snapshot = await self._carried_on(await aside(self._run, brief.id), on_event)
                return await aside(self._settle, brief, snapshot.values)
            begin: DraftState = {"brief": brief, "max_rounds": self.settings.rounds, "review_on": self.settings.review}
            return await self._advance(brief, begin, on_event)

    async def reopen(self, brief: Brief, note: Note, *, owner: str = "", on_event: OnEvent = _quiet) -> DraftResult:
        """Begin a run with a text of people: it is checked and goes to a person, and no machine rewrites it.

        The gate is not asked: what it would refuse today may be the very thing to correct.
        """
        await aside(self._start, brief, owner)
        begin = {"brief": brief, "max_rounds": self.settings.rounds, "review_on": True, "refusal": [], "reviews": []}
        text = {"chosen_plan": Plan(angle=brief.topic, keyword=brief.keyword), "note": note, "revision": 1, "round": 1}
        with explained(self._checkpoints):
            await self.graph.aupdate_state(_config(brief.id), {**begin, **text, "human_text": True}, as_node="write")
        return await self._advance(brief, None, on_event, round_number=1)

    async def resume(self, run_id: str, *, on_event: OnEvent = _quiet) -> DraftResult:
        """Continue a run that was cut off; a run that waits for a person or has ended is returned as it stands."""
        run = await aside(self._run, run_id)
        snapshot = await self._snapshot(run.id)
        if not snapshot.values:
            return await self.draft(run.brief, on_event=on_event)
        if _is_cut_off(snapshot):
            async with holding(self.store.claims, run.id, ""):
                snapshot = await self._carried_on(run, on_event)
        return await aside(self._settle, run.brief, snapshot.values)

    async def peek(self, run_id: str) -> DraftResult:
        """Return a run as its last checkpoint left it, without moving it; a cut-off run raises `UsageError`."""
        run = await aside(self._run, run_id)
        snapshot = await self._snapshot(run.id)
        if _is_cut_off(snapshot) or "outcome" not in snapshot.values:
            raise UsageError("run_unfinished", run=run.id)
        return await aside(self._result, run.brief, snapshot.values)

    async def review(
        self, run_id: str, review: Review, *, on_event: OnEvent = _quiet, demand: Callable[[], None] = _nothing
    ) -> DraftResult:
        """Carry a person's decision into the run; it is refused unless it is about the text as it stands.

        Of several at once one gets through. A decision that was cut off is finished first, whoever comes next; the
        same one again is then confirmed, and any other finds the run as that one left it. `demand` raises what else
        speaks against it, while nobody else can move the run.
        """
        run = await aside(self._run, run_id)
        async with holding(self.store.claims, run.id, purpose_of(review)) as demand_held:
            snapshot = await self._snapshot(run.id)
            if _is_cut_off(snapshot):
                if not snapshot.values.get("reviews"):
                    raise UsageError("run_unfinished", run=run.id)
                snapshot = await self._carried_on(run, on_event)
            if _holds(snapshot, review):
                return await aside(self._settle, run.brief, snapshot.values)
            if not snapshot.interrupts:
                settled = await aside(self._settle, run.brief, snapshot.values)
                raise UsageError("run_not_in_review", run=run.id, outcome=settled.outcome)
            _demand_reviewable(run.id, snapshot.values, review)
            await aside(demand)
            await aside(demand_held)
            decision: Command[str] = Command(resume=review.model_dump(mode="json"))
            return await self._advance(run.brief, decision, on_event, round_number=snapshot.values.get("round", 0))

    async def forget(self, run_id: str, *, spare_evidence: bool = False, since: datetime = EVER) -> RunRecord:
        """Erase what is personal in a run, here and in its checkpoints, and leave hashes; safe to repeat.

        The record says "erased" only after the checkpoints are gone; they are erased once more for a process that
        was still at work on the run. With `spare_evidence` it raises `UsageError` for a run that is evidence since
        then (handed in, approved, published, taken back), and leaves it whole.
        """
        run = await aside(self.store.run, run_id)
        if spare_evidence and len(await aside(self.store.evidence, run.id, since=since)):
            raise UsageError("kept_as_evidence")
        await self._erase_thread(run.id)
        await aside(self.store.forget, run.id, erased_at=self.now(), spare_evidence=spare_evidence, since=since)
        await self._erase_thread(run.id)
        return await aside(self.store.run, run.id)

    def grounds(self, brief: Brief) -> Grounds:
        """Return what the run's next text would be written from and checked on."""
        earlier = self._earlier(brief)
        return self._ground(self._gather(brief, earlier), earlier, packs_of(self.workspace))

    def waivers(self, brief: Brief, *, today: date | None = None) -> tuple[Waiver, ...]:
        """Return what is accepted in a run's texts: by the workspace, and for this run alone unless it has expired.

        A text is checked on the day of its brief; what was accepted later counts from then.
        """
        day = today or self.now().astimezone().date()
        kept = (item for item in self.store.desk.waivers(brief.id) if day <= item.expires_on)
        return (*self.workspace.waivers, *(item.accepted(brief.as_of) for item in kept))

    async def probe(self) -> None:
        """Read from the checkpoints; raise `StorageError` when they cannot be reached."""
        with explained(self._checkpoints):
            await self.checkpointer.aget_tuple({"configurable": {"thread_id": "probe"}})

    async def _advance(self, brief: Brief, begin: Any, on_event: OnEvent, *, round_number: int = 0) -> DraftResult:
        with watched_by(self.watch), step("run", brief.id, begun_by=_beginning(begin)) as seen:
            result = await self._streamed(brief, begin, on_event, round_number)
            seen.facts |= {"outcome": result.outcome, "rounds": len(result.rounds)}
            return result

    async def _streamed(self, brief: Brief, begin: Any, on_event: OnEvent, round_number: int) -> DraftResult:
        config, context = _config(brief.id), await aside(self._context, brief)
        stream = self.graph.astream(begin, config, context=context, stream_mode="updates", durability="sync")
        with explained(self._checkpoints):
            async for updates in stream:
                for node, update in updates.items():
                    if node.startswith("__") or update is None:
                        continue
                    round_number = update.get("round", round_number)
                    if "versions" in update:
                        await aside(self._record, brief, update)
                    on_event(Event(run=brief.id, node=node, round=round_number, update=update))
        return await aside(self._settle, brief, (await self._snapshot(brief.id)).values)

    async def _carried_on(self, run: RunRecord, on_event: OnEvent) -> Any:
        """Carry on what was cut off, unless somebody has done so meanwhile, and return where it then stands."""
        snapshot = await self._snapshot(run.id)
        if not _is_cut_off(snapshot):
            return snapshot
        if run.author != self.casting.name:
            raise UsageError("resume_other_author", run=run.id, began=run.author, now=self.casting.name)
        await aside(self._record, run.brief, snapshot.values)  # before what they were checked on is gathered anew
        await self._advance(run.brief, None, on_event, round_number=snapshot.values.get("round", 0))
        return await self._snapshot(run.id)

    async def _snapshot(self, run_id: str) -> Any:
        with explained(self._checkpoints):
            return await self.graph.aget_state(_config(run_id))

    async def _erase_thread(self, run_id: str) -> None:
        with explained(self._checkpoints):
            await erase_thread(self.checkpointer, run_id)

    @property
    def _checkpoints(self) -> str:
        """Name where the checkpoints are, without a password."""
        return "PostgreSQL" if self.settings.database.get_secret_value() else str(self.settings.checkpoint_target)

    def _start(self, brief: Brief, owner: str) -> None:
        self.store.start_run(
            brief, author=self.casting.name, workspace=str(self.workspace.root), created_at=self.now(), owner=owner
        )

    def _record(self, brief: Brief, update: dict[str, Any]) -> None:
        for version in update.get("versions", ()):
            self.store.save_version(brief.id, version.revision, version.round, saved_at=self.now())

    def _settle(self, brief: Brief, values: dict[str, Any]) -> DraftResult:
        self._record(brief, values)
        result = self._result(brief, values)
        self.store.finish_run(
            brief.id,
            result.outcome,
            best_revision=values.get("best"),
            updated_at=self.now(),
            decisions=self._decisions(brief.id, values.get("reviews", ())),
        )
        return result

    def _decisions(self, run_id: str, reviews: Iterable[Review]) -> tuple[DecisionRecord, ...]:
        """Return every decision a run has had, as the record keeps it; those it has not kept yet are of now."""
        return tuple(
            DecisionRecord(
                run=run_id,
                decision=review.action,
                text_hash=review.text_hash,
                reviewer=review.reviewer,
                reason=review.reason,
                decided_at=self.now(),
                key=review.key,
                on_behalf_of=review.on_behalf_of,
            )
            for review in reviews
        )

    def _result(self, brief: Brief, values: dict[str, Any]) -> DraftResult:
        return result_of(
            brief,
            values,
            author=self.store.run(brief.id).author,
            sources=self._gather(brief, self._earlier(brief)),
            usage=total_usage(self.store.journal.entries(brief.id)),
        )

    def _run(self, run_id: str) -> RunRecord:
        run = self.store.run(run_id)
        if run.erased_at is not None:
            raise UsageError("run_erased", run=run.id)
        return run

    def _earlier(self, brief: Brief) -> _Earlier:
        return self.store.earlier(brief.account, before=brief.id) if brief.account else ()

    def _gather(self, brief: Brief, earlier: _Earlier) -> Sources:
        return gather(self.workspace, brief, earlier=earlier)

    def _ground(self, sources: Sources, earlier: _Earlier, packs: guardrails.Packs) -> Grounds:
        return grounds_of(
            sources,
            earlier=(where for where, _ in earlier),
            workspace=self.workspace,
            waivers=self.waivers(sources.brief),
            packs=packs,
            settings=self.settings,
            models=self.casting.models,
        )

    def _context(self, brief: Brief) -> DraftContext:
        earlier, packs = self._earlier(brief), packs_of(self.workspace)
        sources = self._gather(brief, earlier)
        self.store.keep_grounds(brief.id, self._ground(sources, earlier, packs))
        waivers = self.waivers(brief)
        roles = self.casting.roles(brief.id, packs=packs, waivers=waivers, on_text=self.on_text)
        return DraftContext(
            author=roles.author,
            check=CheckedOnce(functools.partial(guardrails.check, packs=packs)),
            critique=roles.critique,
            judge=roles.judge,
            trace=roles.trace,
            resolve=lambda _: sources,
            waivers=waivers,
        )


@asynccontextmanager
async def open_drafting(
    workspace: Workspace,
    settings: Settings,
    *,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    on_text: OnText | None = None,
) -> AsyncIterator[Drafting]:
    """Open record and checkpoints of these settings, created when missing; `on_text` hears a writer stream."""
    demand_waivers(workspace)
    async with open_checkpoints(settings.checkpoint_target) as checkpointer:
        with Store.open(settings.record_target) as store:
            async with open_casting(settings, workspace, store.journal) as casting:
                yield Drafting(
                    workspace=workspace,
                    settings=settings,
                    store=store,
                    checkpointer=checkpointer,
                    casting=casting,
                    now=now,
                    graph=build_graph(checkpointer),
                    on_text=on_text,
                )


def draft(
    brief: Brief,
    *,
    workspace: Workspace,
    settings: Settings,
    on_event: OnEvent = _quiet,
    on_text: OnText | None = None,
) -> DraftResult:
    """Run one brief and wait for it; see `Drafting.draft`."""

    async def once() -> DraftResult:
        async with open_drafting(workspace, settings, on_text=on_text) as drafting:
            return await drafting.draft(brief, on_event=on_event)

    return asyncio.run(once())


def _holds(snapshot: Any, review: Review) -> bool:
    """Tell whether a run holds this decision: by its key, or because it ended by the same person's same word."""
    reviews = snapshot.values.get("reviews", ())
    if review.key and any(kept.key == review.key for kept in reviews):
        return True
    return not snapshot.interrupts and bool(reviews) and _said(review) == _said(reviews[-1])


def _said(review: Review) -> tuple[str, str, str]:
    return review.action, review.reviewer, review.text_hash


def _beginning(begin: Any) -> str:
    """Name what sets a run going: a brief, a person's decision, or that it was cut off."""
    if begin is None:
        return "resume"
    return "review" if isinstance(begin, Command) else "draft"


def _is_cut_off(snapshot: Any) -> bool:
    """Tell whether a step is open that waits for nobody, be it that all its nodes ended before its checkpoint."""
    return bool(snapshot.tasks) and not snapshot.interrupts


def _demand_reviewable(run_id: str, values: dict[str, Any], review: Review) -> None:
    current = values["note"].text_hash
    if review.text_hash != current:
        raise UsageError("review_of_other_text", run=run_id, given=review.text_hash, current=current)
    blocks = values["last_report"].open("block")
    if review.action != "approve":
        return
    if blocks:
        raise UsageError("approve_with_block", run=run_id, rules="、".join(sorted({f.rule for f in blocks})))
    if values["brief"].language not in LANGUAGES_WITH_PACKS:
        raise UsageError("approve_without_packs", run=run_id, language=values["brief"].language)


def _config(run_id: str) -> dict[str, Any]:
    return {"configurable": {"thread_id": run_id}}
