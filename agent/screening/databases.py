"""Rows of an SQLite table or query, read-only, in the order of its row ids."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from agent.errors import UsageError
from agent.screening.rows import Row
from agent.screening.sources import pack

__all__ = ["SqliteRows"]


class SqliteRows:
    """Read one table, or one query."""

    def __init__(self, path: Path, *, table: str = "", query: str = "") -> None:
        self._path = path
        self._query = query or self._table_query(table)
        self.name = f"{path.resolve()} {self._query}"
        try:
            with closing(self._connect()) as connection:
                # a broken query is told by the first step, a huge one is not read for it
                names = connection.execute(f"SELECT * FROM ({self._query}) LIMIT 0").description
                counted = connection.execute(f"SELECT count(*) FROM ({self._query})").fetchone()
        except sqlite3.Error as error:
            raise UsageError("screen_query_failed", path=path, reason=error) from None
        self.columns: tuple[str, ...] | None = tuple(column[0] for column in names)
        self.total = int(counted[0])

    def rows(self) -> Iterator[Row]:
        """Yield every row as JSON."""
        header = self.columns or ()
        with closing(self._connect()) as connection:
            for number, cells in enumerate(connection.execute(self._query), 1):
                yield pack(number, dict(zip(header, cells, strict=True)), number)

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(f"{self._path.resolve().as_uri()}?mode=ro", uri=True)
        connection.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
        return connection

    def _table_query(self, table: str) -> str:
        try:
            with closing(self._connect()) as connection:
                found = connection.execute("SELECT name, sql FROM sqlite_master WHERE type IN ('table', 'view')")
                tables = dict(found.fetchall())
        except sqlite3.Error as error:
            raise UsageError("screen_query_failed", path=self._path, reason=error) from None
        if table not in tables:
            raise UsageError("screen_table_unknown", value=table, known="、".join(sorted(tables)))
        quoted = '"' + table.replace('"', '""') + '"'
        keyed = (
            str(tables[table]).upper().startswith("CREATE TABLE") and "WITHOUT ROWID" not in str(tables[table]).upper()
        )
        return f"SELECT * FROM {quoted}" + (" ORDER BY rowid" if keyed else "")
