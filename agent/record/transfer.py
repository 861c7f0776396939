"""Carry a whole record out of a database and into another, of either kind: plain rows in, plain rows out.

A snapshot is everything as of one moment, whoever writes meanwhile. What only lives (sign-ins, who is at work on what)
is not carried: nobody is signed in after a restore, and a session that was revoked does not come back.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Connection, Date, DateTime, Table, delete, func, insert, select, text

from agent.errors import StorageError, UsageError
from agent.record.audit import report_on
from agent.record.database import Database
from agent.record.desk_tables import claims, web_sessions
from agent.record.engine import HEAD, open_engine
from agent.record.moments import utc
from agent.record.tables import audit_head, chat_threads, metadata, runs
from agent.record.values import AuditReport

__all__ = ["CARRIED", "HEAD", "Row", "Snapshot", "Transfer"]

Row = dict[str, Any]
LIVING = (web_sessions, claims)
CARRIED = tuple(table.name for table in metadata.sorted_tables if table not in LIVING)
BATCH = 500


@dataclass(frozen=True)
class Snapshot:
    """Read a record as of one moment; `name` is what another connection of the same server takes it over by."""

    connection: Connection
    name: str

    def rows(self, table: str) -> Iterator[Row]:
        """Return the rows of a table in the order of its key, times in UTC as text."""
        held = metadata.tables[table]
        query = select(held).order_by(*held.primary_key.columns)
        for row in self.connection.execution_options(yield_per=BATCH).execute(query).mappings():
            yield {column.name: _plain(row[column.name]) for column in held.columns}

    def report(self) -> AuditReport:
        """Return what the audit says of it."""
        return report_on(self.connection)


class Transfer:
    """Take snapshots of one database, and replace what is in it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @classmethod
    @contextmanager
    def open(cls, target: Path | str) -> Iterator[Transfer]:
        """Open a file path or a database URL as `Store.open` does."""
        engine, where = open_engine(target)
        try:
            yield cls(Database(engine, where))
        finally:
            engine.dispose()

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """Open a snapshot; raise `StorageError` when the database cannot be read."""
        engine, name = self._database.engine, ""
        if engine.dialect.name == "postgresql":
            engine = engine.execution_options(isolation_level="REPEATABLE READ")
        with self._database.explained(), engine.begin() as connection:
            if engine.dialect.name == "postgresql":
                name = connection.execute(text("SELECT pg_export_snapshot()")).scalar_one()
            yield Snapshot(connection, name)

    def replace(self, rows: Callable[[str], Iterable[Row]], *, expected: AuditReport, force: bool) -> tuple[str, ...]:
        """Put these rows in the place of everything, if the audit then says what is expected: all of it or nothing.

        Returns the runs that were there before. Raises `UsageError` for a record that holds something unless `force`,
        and `StorageError` when the audit differs.
        """
        with self._database.writing() as connection:
            if not force and _holds_something(connection):
                raise UsageError("restore_not_empty", path=self._database.where)
            before = tuple(connection.execute(select(runs.c.id)).scalars())
            for table in reversed(metadata.sorted_tables):
                connection.execute(delete(table))
            for name in CARRIED:
                _fill(connection, metadata.tables[name], rows(name))
            nobody_at_work = {"worker": None, "leased_until": None}
            connection.execute(chat_threads.update().values(nobody_at_work))
            if report_on(connection) != expected:
                raise StorageError("archive_unfaithful")
            return before


def _holds_something(connection: Connection) -> bool:
    tables = (metadata.tables[name] for name in CARRIED if name != audit_head.name)
    return any(connection.execute(select(func.count()).select_from(table)).scalar_one() for table in tables)


def _fill(connection: Connection, table: Table, rows: Iterable[Row]) -> None:
    for batch in _batches(rows):
        connection.execute(insert(table), [_typed(row, table) for row in batch])
    for column in table.primary_key.columns:
        if connection.dialect.name == "postgresql" and table.autoincrement_column is column:
            _count_on(connection, table, column)


def _count_on(connection: Connection, table: Table, column: Column[Any]) -> None:
    """Let the server give the numbers after those that are there."""
    last = select(func.coalesce(func.max(column), 0) + 1).scalar_subquery()
    sequence = func.pg_get_serial_sequence(table.name, column.name)
    connection.execute(select(func.setval(sequence, last, False)))


def _batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    remaining = iter(rows)
    while batch := list(itertools.islice(remaining, BATCH)):
        yield batch


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return utc(value).astimezone(UTC).isoformat()
    return value.isoformat() if isinstance(value, date) else value


def _typed(row: Row, table: Table) -> Row:
    return {name: _value(value, table.columns[name]) for name, value in row.items()}


def _value(value: Any, column: Column[Any]) -> Any:
    if value is None:
        return None
    if isinstance(column.type, DateTime):
        return datetime.fromisoformat(value)
    return date.fromisoformat(value) if isinstance(column.type, Date) else value
