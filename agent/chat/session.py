"""The chat itself: one `Chat` a process, one `ChatSession` for a user and a thread, and turns that are done once.

A turn is kept before anything is done for it, then what it will do, then the work, then its answer: whatever is cut
off, the same key carries on where it stopped. Every read and write names the user; a thread of somebody else is not
there. The same session drives a terminal and a page.
"""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import cached_property, partial
from weakref import WeakValueDictionary

from agent import guardrails
from agent.aside import aside
from agent.catalogue import say
from agent.chat import editing, gathering, handing, telling, tying
from agent.chat.asking import ask_route
from agent.chat.context import Told, TurnContext
from agent.chat.naming import RuleNames
from agent.chat.narrating import Narrator
from agent.chat.opening import open_about, thread_title
from agent.chat.presenting import told
from agent.chat.routing import route
from agent.chat.state import Request, ThreadState, Work
from agent.chat.streaming import SentenceStream
from agent.chat.values import Answer, Answered, ChatEvent, Intent, NodeDone, TextPiece, Turn, TurnBegan
from agent.chat.working import Emit, Working, noting
from agent.drafting import Drafting, Event, open_drafting
from agent.errors import UsageError
from agent.models import Frozen
from agent.prompting import load_prompts
from agent.record import ThreadRecord, TurnRecord
from agent.record.evidence import EVER
from agent.settings import Settings
from agent.watching import Step, step, watched_by
from agent.workspace import Workspace

__all__ = ["Chat", "ChatSession", "Exchange", "open_chat"]

LEASE_SECONDS = 30.0
WAIT_SECONDS = 60.0
ASK_AGAIN_SECONDS = 0.2
LONGEST_USER = 128
logger = logging.getLogger(__name__)

Prepare = Callable[[TurnContext, Request, ThreadState], Awaitable[Work | Told]]
Perform = Callable[[TurnContext, Work], Awaitable[Told]]


class Exchange(Frozen):
    """Hold one turn of the history with its answer; both are absent when they were erased."""

    number: int
    turn: Turn | None
    answer: Answer | None
    run: str = ""


@dataclass(frozen=True)
class Chat:
    """Hold what all sessions of a process share."""

    drafting: Drafting
    today: Callable[[], date]
    worker: str = field(default_factory=lambda: f"{socket.gethostname()}/{os.getpid()}/{secrets.token_hex(4)}")
    works: dict[tuple[str, str], Working] = field(default_factory=dict)
    turns_taken: WeakValueDictionary[str, asyncio.Lock] = field(default_factory=WeakValueDictionary)

    @cached_property
    def packs(self) -> guardrails.Packs:
        """Return the rules in force, the bank's own included."""
        overlay = self.drafting.workspace.rules_overlay
        return guardrails.load_packs(overlay=(overlay,) if overlay else (), examples=False)

    def session(self, user: str, thread: str = "") -> ChatSession:
        """Open a thread of this user, a new one when none is named; raise `UsageError` for one that is not theirs."""
        threads = self.drafting.store.threads
        if not user.strip() or len(user) > LONGEST_USER or not user.isprintable():
            raise UsageError("user_unusable", limit=LONGEST_USER)
        if not thread:
            thread = self._new_id()
            threads.start(thread, owner=user, created_at=self.drafting.now())
        return ChatSession(self, user, threads.thread(thread, owner=user).id)

    def session_about(self, user: str, run: str) -> ChatSession:
        """Open the thread that has this run of the user on its table, a new one when none has.

        Raises `UsageError` for a run that is somebody else's or erased.
        """
        found = open_about(self.drafting.store, user=user, run=run, fresh=self._new_id(), begun=self.drafting.now())
        return ChatSession(self, user, found)

    def _new_id(self) -> str:
        return f"t{self.today():%Y%m%d}-{secrets.token_hex(6)}"

    def threads(self, user: str) -> tuple[ThreadRecord, ...]:
        """Return the threads of this user, the one used last first."""
        return self.drafting.store.threads.of(user)

    async def finish(self, seconds: float) -> None:
        """Wait for the turns at work, no longer than this; what is cut off afterwards is resumed by its key."""
        tasks = {working.task for working in self.works.values()}
        if tasks and seconds > 0:
            logger.info("waiting for %d turns to end", len(tasks))
            await asyncio.wait(tasks, timeout=seconds)

    def holds_evidence(self, user: str, thread: str) -> bool:
        """Tell whether a thread of this user led to a note that was handed in, approved or published."""
        return bool(self.drafting.store.evidence(*self.led_to(user, thread)))

    async def forget(self, user: str, thread: str) -> tuple[str, ...]:
        """Erase a thread of this user and every run it led to; return those runs.

        Raises `UsageError`, with everything left as it is, when one of them is evidence: that is not its author's to
        erase, see `forget_lawfully`.
        """
        runs, store = await aside(self.led_to, user, thread), self.drafting.store
        if await aside(store.evidence, *runs):
            raise UsageError("kept_as_evidence")
        await self._forget_runs(runs, since=EVER)
        now = self.drafting.now()
        await aside(store.threads.forget, thread, owner=user, erased_at=now, spare_evidence=True)
        return runs

    async def forget_lawfully(self, user: str, thread: str, *, keep_since: datetime) -> tuple[str, ...]:
        """Erase a thread on a person's lawful request, and the runs it led to that are no evidence since then.

        Returns the runs erased; the others stay until their time is over.
        """
        runs, store = await aside(self.led_to, user, thread), self.drafting.store
        kept = {item.run for item in await aside(store.evidence, *runs, since=keep_since)}
        gone = tuple(run for run in runs if run not in kept)
        await self._forget_runs(gone, since=keep_since)
        await aside(store.threads.forget, thread, owner=user, erased_at=self.drafting.now())
        return gone

    async def _forget_runs(self, runs: tuple[str, ...], *, since: datetime) -> None:
        for run in runs:
            if await aside(self.drafting.store.find, run) is not None:  # one that was allotted and never begun is not
                await self.drafting.forget(run, spare_evidence=True, since=since)

    def led_to(self, user: str, thread: str) -> tuple[str, ...]:
        """Return the runs a thread of this user led to, erased or not, oldest first."""
        turns = self.drafting.store.threads.turns(thread, owner=user)
        return tuple(dict.fromkeys(turn.run for turn in turns if turn.run))


@asynccontextmanager
async def open_chat(
    workspace: Workspace,
    settings: Settings,
    *,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    today: Callable[[], date] = lambda: datetime.now().astimezone().date(),
) -> AsyncIterator[Chat]:
    """Open the chat of these settings; a note always waits for a person here, whatever `review` says."""
    async with open_drafting(workspace, settings.model_copy(update={"review": True}), now=now) as drafting:
        chat = Chat(drafting=drafting, today=today)
        try:
            yield chat
        finally:
            for working in chat.works.values():
                working.task.cancel()
            await asyncio.gather(*(working.task for working in chat.works.values()), return_exceptions=True)


@dataclass(frozen=True)
class ChatSession:
    """Take turns in one thread on behalf of its owner."""

    chat: Chat
    user: str
    thread: str

    async def take(self, turn: Turn) -> AsyncIterator[ChatEvent]:
        """Do a turn and tell how it goes, `Answered` last; the same key again repeats nothing.

        Who stops listening stops nothing: the work goes on, and whoever asks with the same key joins in. Raises what
        keeps a turn from being answered (a provider, a guard, the store); it can then be sent again as it was.
        """
        key = (self.thread, turn.key)
        record = await aside(self._begin, turn)
        working = self.chat.works.get(key)
        if working is None:
            working = self.chat.works[key] = Working(partial(self._work, turn, record))
            working.task.add_done_callback(lambda _: self.chat.works.pop(key, None))
        async for event in working.follow():
            yield event

    async def ask(self, turn: Turn) -> Answer:
        """Do a turn and return its answer."""
        answer: Answer | None = None
        async for event in self.take(turn):
            if isinstance(event, Answered):
                answer = event.answer
        assert answer is not None
        return answer

    def state(self) -> ThreadState:
        """Return what the thread remembers."""
        record = self.chat.drafting.store.threads.thread(self.thread, owner=self.user)
        return ThreadState.model_validate_json(record.state) if record.state else ThreadState()

    def history(self) -> tuple[Exchange, ...]:
        """Return every turn with its answer, oldest first."""
        return tuple(_exchange(record) for record in self._records())

    def unfinished(self) -> Turn | None:
        """Return the last turn when it was cut off before its answer."""
        records = self._records()
        last = records[-1] if records else None
        if last is None or last.answer or last.erased_at is not None:
            return None
        return Turn.model_validate_json(last.said)

    def _records(self) -> tuple[TurnRecord, ...]:
        return self.chat.drafting.store.threads.turns(self.thread, owner=self.user)

    def _begin(self, turn: Turn) -> TurnRecord:
        return self.chat.drafting.store.threads.begin(
            self.thread,
            owner=self.user,
            key=turn.key,
            said=turn.model_dump_json(),
            asked_at=self.chat.drafting.now(),
        )

    async def _work(self, turn: Turn, record: TurnRecord, emit: Emit) -> None:
        if not record.answer:
            async with self._alone():
                record = await self._answered(turn, await aside(self._begin, turn), emit)
        emit(Answered(answer=Answer.model_validate_json(record.answer)))

    async def _answered(self, turn: Turn, record: TurnRecord, emit: Emit) -> TurnRecord:
        """Return the turn with its answer, which somebody else may have given meanwhile."""
        if record.answer:
            return record
        with watched_by(self.chat.drafting.watch), step("turn", turn.key) as seen:
            return await self._do(turn, record, noting(emit, seen), seen)

    async def _do(self, turn: Turn, record: TurnRecord, emit: Emit, seen: Step) -> TurnRecord:
        steps: list[str] = []
        context = self._context(record, emit, steps)
        state = await aside(self.state)
        try:
            outcome = await self._told(turn, record, context, state, emit)
            seen.facts["outcome"] = "answered"
        except UsageError as error:  # said to the person who typed it, and answered: asking again would change nothing
            outcome = told(context, None, error.message, state, limits=(error.hint,) if error.hint else ())
            seen.facts["outcome"] = "refused"
        return await aside(
            context.store.threads.answer,
            record,
            owner=self.user,
            answer=outcome.answer.model_copy(update={"steps": () if record.work else tuple(steps)}).model_dump_json(),
            state=outcome.state.model_dump_json(),
            title=thread_title(outcome.state.topic or turn.text or say("thread_untitled")),
            answered_at=context.drafting.now(),
            about=tying.run_shown(outcome.answer),
        )

    async def _told(self, turn: Turn, record: TurnRecord, context: TurnContext, state: ThreadState, emit: Emit) -> Told:
        if record.work:
            work = Work.model_validate_json(record.work)
            emit(TurnBegan(key=turn.key, intent=work.request.intent))
        else:
            state = gathering.with_speaker(turn, state, context)
            prompts = load_prompts(context.workspace.prompts_overlay)
            request = await route(turn, state, ask=partial(ask_route, calls=context.calls(), prompts=prompts))
            emit(TurnBegan(key=turn.key, intent=request.intent))
            prepared = await _prepare(context, request, state)
            if isinstance(prepared, Told):
                return prepared
            work = prepared
            content = work.model_dump_json()
            await aside(context.store.threads.intend, record, owner=self.user, work=content, run=work.run)
        assert work.request.intent is not None
        return await PERFORM[work.request.intent](context, work)

    def _context(self, record: TurnRecord, emit: Emit, steps: list[str]) -> TurnContext:
        narrator = Narrator(RuleNames(self.chat.packs))

        def hear(event: Event) -> None:
            line = narrator.line(event)
            if line:
                steps.append(line)
                emit(NodeDone(run=event.run, node=event.node, round=narrator.round, text=line))

        stream = SentenceStream(lambda text: emit(TextPiece(text=text)))
        on_text = stream if self.chat.drafting.settings.stream else None
        return TurnContext(
            drafting=replace(self.chat.drafting, on_text=on_text),
            user=self.user,
            turn=record,
            today=self.chat.today(),
            packs=self.chat.packs,
            on_event=hear,
        )

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[None]:
        """Hold the thread: one turn at a time, in this process and among all that share the record."""
        lock = self.chat.turns_taken.setdefault(self.thread, asyncio.Lock())  # kept while somebody holds or awaits it
        async with lock:
            try:
                await self._lease()
                renewing = asyncio.create_task(self._renew())  # what is not held yet cannot be lost
                try:
                    yield
                finally:
                    renewing.cancel()
                    with suppress(asyncio.CancelledError):
                        await renewing
            finally:
                await aside(self.chat.drafting.store.threads.release, self.thread, worker=self.chat.worker)

    async def _lease(self) -> None:
        for _ in range(round(WAIT_SECONDS / ASK_AGAIN_SECONDS)):
            if await aside(self._take_lease):
                return
            await asyncio.sleep(ASK_AGAIN_SECONDS)
        raise UsageError("thread_busy", thread=self.thread)

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(LEASE_SECONDS / 3)
            if not await aside(self._take_lease):
                logger.warning("the lease of a thread was lost")

    def _take_lease(self) -> bool:
        chat = self.chat
        return chat.drafting.store.threads.lease(
            self.thread, owner=self.user, worker=chat.worker, now=datetime.now(UTC), seconds=LEASE_SECONDS
        )


async def _prepare(context: TurnContext, request: Request, state: ThreadState) -> Work | Told:
    if request.intent is None:
        return telling.unsure(context, request, state)
    if not request.sure:
        return telling.confirm(context, request, state)
    return await PREPARE[request.intent](context, request, state)


def _beside(prepare: Callable[[TurnContext, Request, ThreadState], Work | Told]) -> Prepare:
    """Return what prepares a turn and asks nobody but the record, beside the event loop."""

    async def prepared(context: TurnContext, request: Request, state: ThreadState) -> Work | Told:
        return await aside(prepare, context, request, state)

    return prepared


PREPARE: dict[Intent, Prepare] = {
    Intent.CAPTURE: _beside(gathering.capture),
    Intent.MAY_I_SAY: _beside(telling.answer_may_i_say),
    Intent.DRAFT: _beside(gathering.prepare_draft),
    Intent.EXPLAIN: telling.explain,
    Intent.STATUS: _beside(telling.status),
    Intent.REPLY: telling.reply,
    Intent.LOCK: partial(telling.lock, locked=True),
    Intent.UNLOCK: partial(telling.lock, locked=False),
    Intent.SUBMIT: handing.prepare_submit,
    Intent.PUBLISHED: handing.prepare_published,
    **dict.fromkeys(editing.EDITS, editing.prepare_edit),
}
PERFORM: dict[Intent, Perform] = {
    Intent.DRAFT: gathering.perform_draft,
    Intent.SUBMIT: handing.perform_submit,
    Intent.PUBLISHED: handing.perform_published,
    **dict.fromkeys(editing.EDITS, editing.perform_edit),
}


def _exchange(record: TurnRecord) -> Exchange:
    return Exchange(
        number=record.number,
        turn=Turn.model_validate_json(record.said) if record.said else None,
        answer=Answer.model_validate_json(record.answer) if record.answer else None,
        run=record.run,
    )
