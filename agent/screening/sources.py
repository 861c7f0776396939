"""Where an archive comes from: JSONL, CSV, Parquet, SQLite, PostgreSQL; rows stream, nothing is held.

Owns opening and reading, in an order that is the same every time. A row that cannot be read is handed on with its
problem; a source that cannot be read is an error. No error and no name repeats a password.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qs, urlsplit

from agent.errors import ConfigurationError, UsageError
from agent.screening.rows import Columns, Row

__all__ = ["Source", "check_columns", "open_source", "pack"]

CELL_LIMIT = 64 * 1024 * 1024
ENCODINGS = ("utf-8", "gb18030", "gbk", "big5")
SQLITE = (".db", ".sqlite", ".sqlite3")
FORMATS = (".jsonl", ".ndjson", ".csv", ".parquet", *SQLITE)


class Source(Protocol):
    """Yield rows in the same order every time."""

    @property
    def name(self) -> str:
        """Name the source, without secrets; part of what a resumed run must find again."""

    @property
    def total(self) -> int:
        """Return the size in the units of `Row.at`: bytes of a text file, rows otherwise."""

    @property
    def columns(self) -> tuple[str, ...] | None:
        """Name the columns; None where every row names its own."""

    def rows(self) -> Iterator[Row]:
        """Yield every row from the first."""


def open_source(where: str, *, table: str = "", query: str = "", encoding: str = "utf-8") -> Source:
    """Return the source an argument names; raise `UsageError` or `ConfigurationError` when it cannot be read."""
    scheme = where.partition("://")[0] if "://" in where else ""
    if scheme in ("postgresql", "postgresql+psycopg", "postgres"):
        from agent.screening.servers import PostgresRows

        return PostgresRows(where.replace("postgres://", "postgresql://", 1), table=table, query=query)
    if scheme == "sqlite":
        parts = urlsplit(where)
        asked = parse_qs(parts.query)
        from agent.screening.databases import SqliteRows

        path = Path(parts.path.removeprefix("/"))
        return SqliteRows(_existing(path), table=table or asked.get("table", [""])[0], query=query)
    path, suffix = Path(where), Path(where).suffix.lower()
    if scheme or suffix not in FORMATS:
        raise UsageError("screen_source_unknown", value=where.rpartition("@")[2], allowed="、".join(FORMATS))
    _existing(path)
    if suffix in SQLITE:
        from agent.screening.databases import SqliteRows

        return SqliteRows(path, table=table, query=query)
    if table or query:
        raise UsageError("screen_no_table", value=where)
    if encoding not in ENCODINGS:
        raise UsageError("screen_encoding", value=encoding, allowed="、".join(ENCODINGS))
    if suffix == ".csv":
        return CsvRows(path, encoding)
    return ParquetRows(path) if suffix == ".parquet" else JsonLines(path)


def check_columns(source: Source, columns: Columns) -> None:
    """Raise `UsageError` when a mapped column is not there, or there is neither title nor body."""
    if source.columns is None:
        return
    known, asked = "、".join(source.columns), dict(columns)
    for column in asked.values():
        if column not in source.columns:
            raise UsageError("screen_column_unknown", value=column, known=known)
    if not any(asked.get(key, key) in source.columns for key in ("title", "body")):
        raise UsageError("screen_no_text", known=known)


class JsonLines:
    """Read one JSON object a line; empty lines are passed over."""

    columns = None

    def __init__(self, path: Path) -> None:
        self._path = path
        self.name = str(path.resolve())
        self.total = path.stat().st_size

    def rows(self) -> Iterator[Row]:
        """Yield every line as it stands."""
        at = 0
        with self._path.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                at += len(line)
                text = (line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line).strip()
                if text:
                    yield Row(number, text, at)


class CsvRows:
    """Read a table with a header; a cell may hold line breaks."""

    def __init__(self, path: Path, encoding: str) -> None:
        self._path, self._encoding, self._at = path, encoding, 0
        self.name = f"{path.resolve()} ({encoding})"
        self.total = path.stat().st_size
        self.columns: tuple[str, ...] | None = self._header()

    def rows(self) -> Iterator[Row]:
        """Yield every record as JSON; one with more or fewer cells than the header is handed on as broken."""
        csv.field_size_limit(CELL_LIMIT)
        header = self.columns or ()
        with self._path.open("rb") as lines:
            reader = csv.reader(self._decoded(lines))
            next(reader, None)
            place = 1
            while True:
                place += 1
                try:
                    cells = next(reader)
                except StopIteration:
                    return
                except csv.Error:
                    yield Row(place, b"", self._at, "row_not_csv")
                    continue
                if cells:
                    whole = len(cells) == len(header)
                    value = dict(zip(header, cells, strict=True)) if whole else cells
                    yield pack(place, value, self._at, "" if whole else "row_wrong_width")

    def _header(self) -> tuple[str, ...]:
        with self._path.open("rb") as lines:
            header = next(csv.reader(self._decoded(lines)), [])
        if not header or not all(_is_text(name) for name in header):
            raise UsageError("screen_no_header", path=self._path, encoding=self._encoding)
        return tuple(name.strip() for name in header)

    def _decoded(self, lines: Iterator[bytes] | Any) -> Iterator[str]:
        self._at = 0
        for number, line in enumerate(lines):
            self._at += len(line)
            raw = line.removeprefix(b"\xef\xbb\xbf") if number == 0 else line
            yield raw.decode(self._encoding, "surrogateescape")


class ParquetRows:
    """Read a Parquet file a few hundred rows at a time (needs the extra `bulk`)."""

    def __init__(self, path: Path) -> None:
        try:
            from pyarrow import ArrowInvalid
            from pyarrow.parquet import ParquetFile
        except ImportError:
            raise ConfigurationError("screen_needs_extra", what="Parquet", extra="bulk") from None
        self.name = str(path.resolve())
        try:
            self._file: Any = ParquetFile(path)
        except (ArrowInvalid, OSError) as error:
            raise UsageError("file_unreadable", path=path, reason=error) from None
        self.total: int = self._file.metadata.num_rows
        self.columns: tuple[str, ...] | None = tuple(self._file.schema_arrow.names)

    def rows(self) -> Iterator[Row]:
        """Yield every row as JSON."""
        number = 0
        for batch in self._file.iter_batches(batch_size=500):
            for value in batch.to_pylist():
                number += 1
                yield pack(number, value, number)


def pack(place: int, value: dict[str, Any] | Sequence[str], at: int, problem: str = "") -> Row:
    """Return a row of a table as JSON; bytes that are no text make it a broken one."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    if _is_text(text):
        return Row(place, text.encode(), at, problem)
    return Row(place, text.encode("utf-8", "surrogateescape"), at, "row_not_text")


def _is_text(text: str) -> bool:
    return text.isascii() or not any("\ud800" <= char <= "\udfff" for char in text)


def _existing(path: Path) -> Path:
    try:
        with closing(path.open("rb")):
            return path
    except OSError as error:
        raise UsageError("file_unreadable", path=path, reason=error.strerror or error) from None
