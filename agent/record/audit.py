"""Verify the audit: the chain by itself, and that every row still is what its last link vouched for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import Connection, RowMapping, Table, select

from agent.record.access_log import token_breaks
from agent.record.chain import breaks_of, events_of, head_of
from agent.record.database import Database
from agent.record.desk_tables import access_events, claims, corrections, delegations, notices, run_waivers
from agent.record.tables import (
    approvals,
    chat_threads,
    chat_turns,
    grounds,
    publications,
    replies,
    runs,
    submissions,
    versions,
)
from agent.record.values import AuditEvent, AuditReport, Break
from agent.record.vouching import (
    content_of_access,
    content_of_correction,
    content_of_decision,
    content_of_delegation,
    content_of_publication,
    content_of_run,
    content_of_submission,
    content_of_turn,
    content_of_version,
    content_of_waiver,
    held_of_outcome,
)

__all__ = ["Audit", "report_on"]

Key = tuple[str, str, str]  # kind, run, subject
LEFT_BEHIND: tuple[Table, ...] = (
    versions, approvals, submissions, publications, replies, grounds, run_waivers, corrections, notices, claims,
)  # fmt: skip


class Audit:
    """Read and verify the audit of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def head(self) -> str:
        """Return the hash of the last link; empty before the first."""
        with self._reading() as connection:
            return head_of(connection)[1]

    def events(self, run: str | None = None) -> tuple[AuditEvent, ...]:
        """Return the links in order, of one run if it is named."""
        with self._reading() as connection:
            return events_of(connection, run)

    def verify(self, *, head: str = "") -> AuditReport:
        """Recompute the chain, compare every row with its last link, and look for a head kept elsewhere.

        Whoever can write the file can change a row and recompute everything after it; only a head kept outside the
        file shows that, because it is then in the chain no more.
        """
        with self._reading() as connection:
            return report_on(connection, head=head)

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        """Read everything as of one moment, whoever writes meanwhile (SQLite does so by itself)."""
        engine = self._database.engine
        if engine.dialect.name == "postgresql":
            engine = engine.execution_options(isolation_level="REPEATABLE READ")
        with self._database.explained(), engine.begin() as connection:
            yield connection


def report_on(connection: Connection, *, head: str = "") -> AuditReport:
    """Verify what a transaction sees; see `Audit.verify`."""
    events = events_of(connection)
    breaks = [*breaks_of(events), *_head_breaks(connection, events)]
    breaks += _Rows(connection, events).breaks()
    if head and head not in {event.hash for event in events}:
        breaks.append(Break(code="audit_head_unknown"))
    return AuditReport(
        head=events[-1].hash if events else "",
        events=len(events),
        erased=sum(event.kind == "erased" for event in events),
        breaks=tuple(breaks),
    )


class _Rows:
    """Compare the rows of a record with the links that vouch for them."""

    def __init__(self, connection: Connection, events: tuple[AuditEvent, ...]) -> None:
        self._connection = connection
        self._last: dict[Key, AuditEvent] = {(e.kind, e.run, e.subject): e for e in events}
        self._erased = {event.run for event in events if event.kind == "erased"}
        self._seen: set[Key] = set()

    def breaks(self) -> list[Break]:
        """Name rows that changed, rows nobody vouched for, and links whose row is gone."""
        found = [*self._runs(), *self._versions(), *self._decisions(), *self._handed(), *self._left_behind()]
        found += [*self._desk(), *self._threads(), *self._turns()]
        missing = (event for key, event in self._last.items() if key not in self._seen and self._must_be(event))
        found += [Break(code="audit_row_missing", run=e.run, kind=e.kind, seq=e.seq) for e in missing]
        return found

    def _must_be(self, event: AuditEvent) -> bool:
        return event.run not in self._erased or event.kind in ("outcome", "erased")

    def _runs(self) -> Iterator[Break]:
        for row in self._connection.execute(select(runs).order_by(runs.c.id)).mappings():
            run = row["id"]
            if (run in self._erased) != (row["erased_at"] is not None):
                yield Break(code="audit_row_changed", run=run, kind="erased")
            if run in self._erased:
                self._seen.add(("erased", run, ""))
                if row["brief_json"] or row["topic"]:
                    yield Break(code="audit_erased_left", run=run, kind="started")
            else:
                yield from self._compare(("started", run, ""), {"content": content_of_run(row)})
            if row["outcome"] is not None or ("outcome", run, "") in self._last:
                yield from self._compare(("outcome", run, ""), held_of_outcome(row))

    def _versions(self) -> Iterator[Break]:
        rows = select(versions).order_by(versions.c.run_id, versions.c.revision)
        for row in self._connection.execute(rows).mappings().all():
            held = {"text": row["text_hash"], "content": content_of_version(self._connection, row)}
            yield from self._compare(("version", row["run_id"], str(row["revision"])), held)

    def _decisions(self) -> Iterator[Break]:
        for row in self._connection.execute(select(approvals).order_by(approvals.c.id)).mappings():
            held = {"decision": row["decision"], "text": row["text_hash"], "content": content_of_decision(row)}
            yield from self._compare(("decision", row["run_id"], str(row["id"])), held)

    def _handed(self) -> Iterator[Break]:
        kinds = (("submitted", submissions, content_of_submission), ("published", publications, content_of_publication))
        for kind, table, content_of in kinds:
            for row in self._connection.execute(select(table).order_by(table.c.id)).mappings():
                held = {"text": row["text_hash"], "content": content_of(row)}
                yield from self._compare((kind, row["run_id"], str(row["id"])), held)

    def _desk(self) -> Iterator[Break]:
        for row in self._rows_of(run_waivers):
            yield from self._compare(("waived", row["run_id"], str(row["id"])), {"content": content_of_waiver(row)})
        for row in self._rows_of(corrections):
            held = {"text": row["text_hash"], "content": content_of_correction(row)}
            yield from self._compare(("corrected", row["run_id"], str(row["id"])), held)
        for row in self._rows_of(delegations):
            yield from self._compare(("delegated", "", str(row["id"])), {"content": content_of_delegation(row)})
        for row in self._rows_of(access_events):
            yield from self._compare(("access", "", str(row["id"])), {"content": content_of_access(row)})
        yield from token_breaks(self._connection)

    def _rows_of(self, table: Table) -> Sequence[RowMapping]:
        return self._connection.execute(select(table).order_by(table.c.id)).mappings().all()

    def _threads(self) -> Iterator[Break]:
        for row in self._connection.execute(select(chat_threads).order_by(chat_threads.c.id)).mappings():
            key = ("thread_erased", row["id"], "")
            if (key in self._last) != (row["erased_at"] is not None):
                yield Break(code="audit_row_changed", run=row["id"], kind="thread_erased")
            elif key in self._last and (row["owner"] or row["title"] or row["state_json"]):
                yield Break(code="audit_erased_left", run=row["id"], kind="turn")
            self._seen.add(key)

    def _turns(self) -> Iterator[Break]:
        """Compare answered turns; one that was never answered is vouched for by nobody."""
        rows = select(chat_turns).order_by(chat_turns.c.thread_id, chat_turns.c.number)
        for row in self._connection.execute(rows).mappings():
            thread, number = row["thread_id"], str(row["number"])
            gone = {("turn_erased", thread, number), ("thread_erased", thread, "")} & self._last.keys()
            self._seen |= gone
            if bool(gone) != (row["erased_at"] is not None):
                yield Break(code="audit_row_changed", run=thread, kind="turn_erased")
            if gone:
                self._seen.add(("turn", thread, number))
                if row["said_json"] or row["work_json"] or row["answer_json"]:
                    yield Break(code="audit_erased_left", run=thread, kind="turn")
            elif row["answered_at"] is not None or ("turn", thread, number) in self._last:
                yield from self._compare(("turn", thread, number), {"content": content_of_turn(row)})

    def _left_behind(self) -> Iterator[Break]:
        for table in LEFT_BEHIND:
            kept = self._connection.execute(select(table.c.run_id).distinct()).scalars().all()
            for run in sorted(self._erased.intersection(kept)):
                yield Break(code="audit_erased_left", run=run, kind=table.name)

    def _compare(self, key: Key, held: dict[str, str]) -> Iterator[Break]:
        kind, run, _ = key
        self._seen.add(key)
        event = self._last.get(key)
        if event is None:
            yield Break(code="audit_row_unvouched", run=run, kind=kind)
        elif event.held != held:
            yield Break(code="audit_row_changed", run=run, kind=kind, seq=event.seq)


def _head_breaks(connection: Connection, events: tuple[AuditEvent, ...]) -> list[Break]:
    last = (events[-1].seq, events[-1].hash) if events else (0, "")
    return [] if head_of(connection) == last else [Break(code="audit_head_differs")]
