"""Rows of a PostgreSQL query through a cursor on the server, so that memory stays flat (needs the extra `postgres`)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from agent.errors import ConfigurationError, StorageError, UsageError
from agent.postgres import CONNECT_SECONDS, demand_address, libpq_address, refusal_of
from agent.screening.rows import Row
from agent.screening.sources import pack

__all__ = ["PostgresRows"]

AT_ONCE = 500


class PostgresRows:
    """Read one query, or one table. A query that is resumed must say ORDER BY: another order is noticed and refused."""

    def __init__(self, url: str, *, table: str = "", query: str = "") -> None:
        demand_address(url)
        self._url = url
        self._query = query.strip().rstrip(";") or _all_of(table)
        parts = urlsplit(url)
        self._where = f"{parts.hostname or 'localhost'}{parts.path}"
        self.name = f"postgresql {self._where} {self._query}"
        with self._session() as connection:
            described = connection.execute(f"SELECT * FROM ({self._query}) AS asked LIMIT 0")
            self.columns: tuple[str, ...] | None = tuple(column.name for column in described.description)
            self.total = int(connection.execute(f"SELECT count(*) FROM ({self._query}) AS asked").fetchone()[0])

    def rows(self) -> Iterator[Row]:
        """Yield every row as JSON."""
        header = self.columns or ()
        with self._session() as connection, connection.cursor(name="kosnote") as cursor:
            cursor.itersize = AT_ONCE
            cursor.execute(self._query)
            for number, cells in enumerate(cursor, 1):
                yield pack(number, dict(zip(header, cells, strict=True)), number)

    def _session(self) -> _Session:
        return _Session(self._url, self._where)


class _Session:
    """Open a read-only connection and say in plain words why there is none."""

    def __init__(self, url: str, where: str) -> None:
        self._url, self._where = url, where

    def __enter__(self) -> Any:
        try:
            import psycopg
        except ImportError:
            raise ConfigurationError("screen_needs_extra", what="PostgreSQL", extra="postgres") from None
        try:
            self._connection = psycopg.connect(libpq_address(self._url), connect_timeout=CONNECT_SECONDS)
            self._connection.execute("SET TRANSACTION READ ONLY")
            self._connection.execute("SET LOCAL synchronize_seqscans = off")
        except psycopg.Error as error:
            raise self._explain(error) from None
        return self._connection

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        self._connection.close()
        import psycopg

        if isinstance(error, psycopg.Error):
            raise self._explain(error) from None

    def _explain(self, error: Exception) -> StorageError | UsageError:
        code, reason = refusal_of(error)
        if str(getattr(error, "sqlstate", None) or "").startswith("42") and code == "record_unusable":
            return UsageError("screen_query_failed", path=self._where, reason=reason)
        return StorageError(code, path=self._where, reason=reason)


def _all_of(table: str) -> str:
    if not table:
        raise UsageError("screen_needs_query")
    return "SELECT * FROM " + ".".join('"' + part.replace('"', '""') + '"' for part in table.split("."))
