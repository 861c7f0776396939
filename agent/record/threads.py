"""Keep chat threads: each belongs to one owner, and every read and write says who asks.

A thread of somebody else is not there. A turn is kept under the key its sender gave it before anything is done for it;
what it was taken to ask for is kept before the work, and its answer after it, so that the same key repeats nothing.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, RowMapping, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from agent.errors import UsageError
from agent.llm.protocol import CallKey, Completion, Entry
from agent.record.database import Database
from agent.record.engine import writing
from agent.record.erasure import demand_kept, erase_thread, scrub
from agent.record.evidence import demand_no_evidence
from agent.record.moments import utc
from agent.record.tables import chat_replies, chat_threads, chat_turns
from agent.record.values import ThreadRecord, TurnRecord
from agent.record.vouching import new_salt, vouch_turn
from agent.record.workers import is_gone

__all__ = ["ThreadStore", "TurnJournal"]


class ThreadStore:
    """Read and write the chat threads of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def start(self, thread_id: str, *, owner: str, created_at: datetime, title: str = "", state: str = "") -> None:
        """Begin a thread, with what it remembers from the beginning; raise `UsageError` when the id is taken."""
        row = {"id": thread_id, "owner": owner, "title": title, "state_json": state}
        with self._database.explained():
            try:
                with writing(self._database.engine).begin() as connection:
                    connection.execute(insert(chat_threads).values(**row, created_at=created_at, updated_at=created_at))
            except IntegrityError:
                raise UsageError("thread_unknown", value=thread_id) from None

    def thread(self, thread_id: str, *, owner: str) -> ThreadRecord:
        """Return a thread; one that is somebody else's or erased is as unknown as one that never was."""
        with self._database.reading() as connection:
            return _thread(_owned(connection, thread_id, owner))

    def of(self, owner: str, *, limit: int = 50) -> tuple[ThreadRecord, ...]:
        """Return the threads of an owner, the one used last first."""
        query = (
            select(chat_threads)
            .where(chat_threads.c.owner == owner, chat_threads.c.erased_at.is_(None))
            .order_by(chat_threads.c.updated_at.desc(), chat_threads.c.id.desc())
            .limit(limit)
        )
        with self._database.reading() as connection:
            return tuple(_thread(row) for row in connection.execute(query).mappings())

    def turns(self, thread_id: str, *, owner: str) -> tuple[TurnRecord, ...]:
        """Return the turns of a thread, oldest first; an erased one is there without its words."""
        query = select(chat_turns).where(chat_turns.c.thread_id == thread_id).order_by(chat_turns.c.number)
        with self._database.reading() as connection:
            _owned(connection, thread_id, owner)
            return tuple(_turn(row) for row in connection.execute(query).mappings())

    def begin(self, thread_id: str, *, owner: str, key: str, said: str, asked_at: datetime) -> TurnRecord:
        """Return the turn of this key, kept now if it is new; raise `UsageError` when the key said something else."""
        with self._database.writing() as connection:
            _owned(connection, thread_id, owner, lock=True)
            known = connection.execute(select(chat_turns).where(_keyed(thread_id, key))).mappings().first()
            if known is None:
                last = select(func.max(chat_turns.c.number)).where(chat_turns.c.thread_id == thread_id)
                number = (connection.execute(last).scalar_one() or 0) + 1
                row = {"thread_id": thread_id, "number": number, "key": key, "said_json": said, "asked_at": asked_at}
                connection.execute(insert(chat_turns).values(**row, work_json="", answer_json="", salt=new_salt()))
                known = connection.execute(select(chat_turns).where(_keyed(thread_id, key))).mappings().one()
            elif known["erased_at"] is not None or known["said_json"] != said:
                raise UsageError("turn_key_reused", key=key)
            return _turn(known)

    def intend(self, turn: TurnRecord, *, owner: str, work: str, run: str = "") -> None:
        """Keep what a turn is about to do, and the run it will drive: what was said on the way belongs to that run."""
        where = (chat_turns.c.thread_id == turn.thread) & chat_turns.c.answered_at.is_(None)
        with self._database.writing() as connection:
            _owned(connection, turn.thread, owner, lock=True)
            connection.execute(
                update(chat_turns).where(where, chat_turns.c.number == turn.number).values(work_json=work)
            )
            if run:
                demand_kept(connection, run)
                unbound = (chat_turns.c.thread_id == turn.thread) & (chat_turns.c.number <= turn.number)
                connection.execute(update(chat_turns).where(unbound, chat_turns.c.run_id.is_(None)).values(run_id=run))

    def answer(
        self,
        turn: TurnRecord,
        *,
        owner: str,
        answer: str,
        state: str,
        title: str,
        answered_at: datetime,
        about: str = "",
    ) -> TurnRecord:
        """Keep an answer with the state it leaves behind, both or neither; an answer that is there already stays.

        One that is `about` a run goes when that run is erased, though it drove none.
        """
        where = (chat_turns.c.thread_id == turn.thread) & (chat_turns.c.number == turn.number)
        with self._database.writing() as connection:
            _owned(connection, turn.thread, owner, lock=True)
            kept = _turn(connection.execute(select(chat_turns).where(where)).mappings().one())
            if kept.answer:
                return kept
            if kept.erased_at is not None:
                raise UsageError("turn_key_reused", key=kept.key)
            if about and kept.run == "":
                demand_kept(connection, about)
                connection.execute(update(chat_turns).where(where).values(run_id=about))
            connection.execute(update(chat_turns).where(where).values(answer_json=answer, answered_at=answered_at))
            connection.execute(
                update(chat_threads)
                .where(chat_threads.c.id == turn.thread)
                .values(state_json=state, title=title, updated_at=answered_at)
            )
            vouch_turn(connection, turn.thread, turn.number)
            kept = kept.model_copy(update={"run": kept.run or about})
            return kept.model_copy(update={"answer": answer, "answered_at": answered_at})

    def lease(self, thread_id: str, *, owner: str, worker: str, now: datetime, seconds: float) -> bool:
        """Take or renew the thread for one worker; False while another one that is alive holds it."""
        free = or_(chat_threads.c.worker.is_(None), chat_threads.c.worker == worker, chat_threads.c.leased_until < now)
        mine = {"worker": worker, "leased_until": now + timedelta(seconds=seconds)}
        with self._database.writing() as connection:
            holder = _owned(connection, thread_id, owner, lock=True)["worker"]
            take = update(chat_threads).where(chat_threads.c.id == thread_id)
            if not (holder and is_gone(self._database, holder)):
                take = take.where(free)
            return bool(connection.execute(take.values(**mine)).rowcount)

    def release(self, thread_id: str, *, worker: str) -> None:
        """Give a thread back."""
        held = (chat_threads.c.id == thread_id) & (chat_threads.c.worker == worker)
        with self._database.writing() as connection:
            connection.execute(update(chat_threads).where(held).values(worker=None, leased_until=None))

    def forget(self, thread_id: str, *, owner: str, erased_at: datetime, spare_evidence: bool = False) -> None:
        """Erase the words of a thread and whose it was, and clean the file; the runs it led to are erased by run.

        With `spare_evidence` it raises `UsageError` when one of them was handed in, approved or published.
        """
        led_to = select(chat_turns.c.run_id).where(
            chat_turns.c.thread_id == thread_id, chat_turns.c.run_id.is_not(None)
        )
        with self._database.writing() as connection:
            _owned(connection, thread_id, owner, lock=True)
            if spare_evidence:
                demand_no_evidence(connection, connection.execute(led_to.distinct()).scalars().all())
            erase_thread(connection, thread_id, erased_at)
        with self._database.explained():
            scrub(self._database.engine, self._database.where)

    def journal(self, turn: TurnRecord) -> TurnJournal:
        """Return the journal of what models replied during a turn."""
        return TurnJournal(self._database, turn)


class TurnJournal:
    """Keep what models replied during one turn; see `agent.llm.Journal`. Erased with the turn."""

    def __init__(self, database: Database, turn: TurnRecord) -> None:
        self._database = database
        self._turn = turn

    def recall(self, key: CallKey) -> Completion | None:
        """Return the reply kept under this key, if any."""
        return next((entry.completion for entry in self.entries(key.run) if entry.key == key), None)

    def alike(self, digest: str) -> Completion | None:
        """Return nothing: what people say in a chat is not shared between them."""
        return None

    def keep(self, entry: Entry) -> None:
        """Keep a reply before it is used; the same key again changes nothing."""
        row = {
            "thread_id": self._turn.thread,
            "number": self._turn.number,
            "node": entry.key.node,
            "round": entry.key.round,
            "digest": entry.key.digest,
            "prompt": entry.prompt,
            "completion_json": entry.completion.model_dump_json(),
        }
        if self.recall(entry.key) is not None:
            return
        with self._database.writing() as connection:
            connection.execute(insert(chat_replies).values(row))

    def entries(self, run: str) -> tuple[Entry, ...]:
        """Return the replies of the turn in the order they were kept."""
        mine = (chat_replies.c.thread_id == self._turn.thread) & (chat_replies.c.number == self._turn.number)
        with self._database.reading() as connection:
            rows = connection.execute(select(chat_replies).where(mine).order_by(chat_replies.c.id)).mappings()
            return tuple(
                Entry(
                    key=CallKey(run=run, node=row["node"], round=row["round"], digest=row["digest"]),
                    prompt=row["prompt"],
                    completion=Completion.model_validate_json(row["completion_json"]),
                )
                for row in rows
            )


def _owned(connection: Connection, thread_id: str, owner: str, *, lock: bool = False) -> RowMapping:
    if not owner or not (thread_id + owner).isprintable():  # nobody, or what no database holds
        raise UsageError("thread_unknown", value=thread_id)
    query = select(chat_threads).where(
        chat_threads.c.id == thread_id, chat_threads.c.owner == owner, chat_threads.c.erased_at.is_(None)
    )
    row = connection.execute(query.with_for_update() if lock else query).mappings().first()
    if row is None:
        raise UsageError("thread_unknown", value=thread_id)
    return row


def _keyed(thread_id: str, key: str) -> ColumnElement[bool]:
    return (chat_turns.c.thread_id == thread_id) & (chat_turns.c.key == key)


def _thread(row: RowMapping) -> ThreadRecord:
    return ThreadRecord(
        id=row["id"],
        owner=row["owner"],
        title=row["title"],
        state=row["state_json"],
        created_at=utc(row["created_at"]),
        updated_at=utc(row["updated_at"]),
    )


def _turn(row: RowMapping) -> TurnRecord:
    return TurnRecord(
        thread=row["thread_id"],
        number=row["number"],
        key=row["key"],
        run=row["run_id"] or "",
        said=row["said_json"],
        work=row["work_json"],
        answer=row["answer_json"],
        asked_at=utc(row["asked_at"]),
        answered_at=utc(row["answered_at"]) if row["answered_at"] else None,
        erased_at=utc(row["erased_at"]) if row["erased_at"] else None,
    )
