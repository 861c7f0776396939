"""Turn a SQLite file to write-ahead logging, however many programs do so at once."""

from __future__ import annotations

import sqlite3
from time import monotonic, sleep

__all__ = ["BUSY_TIMEOUT_MS", "write_ahead"]

BUSY_TIMEOUT_MS = 30_000
PAUSE_SECONDS = 0.02


def write_ahead(connection: sqlite3.Connection, *, patience_ms: int = BUSY_TIMEOUT_MS) -> None:
    """Set the file's journal to WAL, and wait for others who hold it.

    SQLite itself does not wait here: the busy handler is not called for a connection that holds a shared lock and
    wants an exclusive one, so of two programs that open one new file the second would be refused at once.

    Raises `sqlite3.OperationalError` when the file is still held after `patience_ms`, or cannot be used at all.
    """
    until = monotonic() + patience_ms / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or monotonic() > until:
                raise
            sleep(PAUSE_SECONDS)
