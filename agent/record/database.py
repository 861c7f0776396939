"""One database of the record: how everything in it reads and writes, and what its errors say.

Nobody else opens a connection. A transaction that writes takes its lock as it begins; see `agent.record.engine`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlalchemy import Connection, Engine, ExceptionContext, event, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from agent.errors import StorageError
from agent.record.engine import explain, writing

__all__ = ["Database"]


@dataclass(frozen=True)
class Database:
    """Hold an engine whose tables are at `HEAD`, and the name errors use for the database."""

    engine: Engine
    where: str
    _hearers: list[Callable[[str], None]] = field(default_factory=list, repr=False, compare=False)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a transaction that reads; raise `StorageError` with the remedy when the database cannot be used."""
        with self.explained(), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Open a transaction that locks for writing as it begins; raise `StorageError` as `reading` does."""
        with self.explained(), writing(self.engine).begin() as connection:
            yield connection

    @contextmanager
    def explained(self) -> Iterator[None]:
        """Turn what the driver or its pool raises into a `StorageError` that names the database."""
        try:
            yield
        except (DBAPIError, PoolTimeout, sqlite3.Error) as error:
            told = explain(error, self.where)
            if isinstance(error, PoolTimeout):  # no statement was tried, so the engine tells nobody of it
                for hear in self._hearers:
                    hear(told.code)
            raise told from error
        except UnicodeEncodeError:  # what it says quotes the text
            raise StorageError("record_value_refused", path=self.where, reason="") from None

    def probe(self) -> None:
        """Take the lock every write takes and give it back; raise `StorageError` when nothing could be written."""
        with self.explained(), writing(self.engine).connect() as connection:
            connection.execute(text("UPDATE audit_head SET seq = seq"))
            connection.rollback()

    def on_error(self, hear: Callable[[str], None]) -> None:
        """Let `hear` have the code of every error of this database; a row that is there already is none."""

        def tell(context: ExceptionContext) -> None:
            error = context.sqlalchemy_exception
            if isinstance(error, DBAPIError) and not isinstance(error, IntegrityError) and not context.is_pre_ping:
                hear(explain(error, self.where).code)

        event.listen(self.engine, "handle_error", tell)
        self._hearers.append(hear)
