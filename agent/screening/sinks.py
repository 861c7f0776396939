"""Where reports go: a JSONL file or an SQLite database, in order, so that a killed run can be taken up again.

Owns what is on disk. What was committed is counted in one place (a state file that is replaced whole, or the database's
own transaction); whatever lies beyond it is cut off when a run is resumed. Files get their names when all is written.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import BinaryIO, Protocol

from agent.errors import StorageError, UsageError
from agent.screening.checking import Checked, Outcome
from agent.screening.progress import Progress

__all__ = ["DatabaseSink", "JsonLinesSink", "Sink", "open_sink"]

DATABASES = (".db", ".sqlite", ".sqlite3")
_TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE notes (seq INTEGER PRIMARY KEY, id TEXT, place INTEGER, verdict TEXT, note_type TEXT, products TEXT,
    text_hash TEXT);
CREATE TABLE findings (note INTEGER REFERENCES notes, rule TEXT, pack TEXT, severity TEXT, status TEXT, status_by TEXT,
    field TEXT, number INTEGER, start INTEGER, "end" INTEGER, text TEXT, message TEXT, advice TEXT, replacement TEXT,
    disguise TEXT, fingerprint TEXT);
CREATE INDEX findings_by_rule ON findings (rule);
CREATE INDEX findings_by_note ON findings (note);
"""


class Sink(Protocol):
    """Take outcomes in order; what was committed survives anything that happens to the process."""

    def resume(self) -> Progress | None:
        """Return how far an earlier run came, with everything beyond it cut off; None when there was none."""

    def begin(self) -> None:
        """Start from nothing."""

    def write(self, outcomes: Mapping[int, Outcome]) -> None:
        """Take outcomes by the number of their row (from 0), in order."""

    def commit(self, progress: Progress) -> None:
        """Make everything taken so far last."""

    def finish(self, progress: Progress) -> None:
        """Commit a run that is done, and give the files their names."""

    def discard(self) -> None:
        """Remove everything a run has written here."""

    def close(self) -> None:
        """Let go of files; nothing more is written."""


def open_sink(out: Path, *, telling_only: bool) -> Sink:
    """Return the sink a file name asks for."""
    if out.is_dir() or not out.parent.is_dir():
        raise UsageError("screen_out_unusable", path=out)
    kind = DatabaseSink if out.suffix.lower() in DATABASES else JsonLinesSink
    return kind(out, telling_only=telling_only)


class _Growing:
    """A file that grows under another name, is cut back to what counts, and is renamed when it is whole."""

    def __init__(self, final: Path) -> None:
        self.final, self.part = final, final.with_name(final.name + ".part")
        self._file: BinaryIO | None = None

    def open(self, size: int) -> None:
        self.close()
        self._file = self.part.open("r+b" if size else "wb")
        if self._file.seek(0, os.SEEK_END) < size:
            raise UsageError("screen_state_damaged", path=self.part)
        self._file.truncate(size)
        self._file.seek(size)

    def write(self, lines: Sequence[str]) -> None:
        assert self._file is not None
        self._file.writelines(line.encode() + b"\n" for line in lines)

    def settle(self) -> int:
        """Bring what was written to the disk and return its size."""
        assert self._file is not None
        self._file.flush()
        os.fsync(self._file.fileno())
        return self._file.tell()

    def name(self, *, keep_empty: bool) -> None:
        """Take the final name; again after a kill between two renames."""
        self.close()
        if self.part.exists():
            if keep_empty or self.part.stat().st_size:
                self.part.replace(self.final)
            else:
                self.part.unlink()

    def discard(self) -> None:
        self.close()
        self.part.unlink(missing_ok=True)
        self.final.unlink(missing_ok=True)

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


class JsonLinesSink:
    """One report a line; refused rows in a file beside it, and a small state file."""

    def __init__(self, out: Path, *, telling_only: bool) -> None:
        self._out, self._telling_only = out, telling_only
        self._reports, self._rejected = _Growing(out), _Growing(out.with_suffix(".rejected.jsonl"))
        self._state = out.with_name(out.name + ".state")

    def resume(self) -> Progress | None:
        """Return how far an earlier run came."""
        if not self._state.exists():
            if self._out.exists():
                raise UsageError("screen_out_exists", path=self._out)
            return None
        progress = _read_state(self._state.read_text("utf-8"), self._state)
        if progress.done:
            self._name()
            return progress
        self._reports.open(progress.sizes["reports"])
        self._rejected.open(progress.sizes["rejected"])
        return progress

    def begin(self) -> None:
        """Start with empty files."""
        self._reports.open(0)
        self._rejected.open(0)

    def write(self, outcomes: Mapping[int, Outcome]) -> None:
        """Append report lines and refusals."""
        self._reports.write([o.line for o in _reports(outcomes.values(), self._telling_only)])
        self._rejected.write(_refusals(outcomes))

    def commit(self, progress: Progress) -> None:
        """Replace the state file after everything it counts is on the disk."""
        progress.sizes = {"reports": self._reports.settle(), "rejected": self._rejected.settle()}
        fresh = self._state.with_name(self._state.name + ".new")
        with fresh.open("w", encoding="utf-8") as file:
            file.write(progress.to_json())
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._state)

    def finish(self, progress: Progress) -> None:
        """Commit, then rename."""
        progress.done = True
        self.commit(progress)
        self._name()

    def discard(self) -> None:
        """Remove reports, refusals and state."""
        for file in (self._reports, self._rejected):
            file.discard()
        self._state.unlink(missing_ok=True)

    def close(self) -> None:
        """Let go of the files."""
        self._reports.close()
        self._rejected.close()

    def _name(self) -> None:
        self._reports.name(keep_empty=True)
        self._rejected.name(keep_empty=False)


class DatabaseSink:
    """Tables notes, findings and meta; the state is a row of meta, written with the rows it counts."""

    def __init__(self, out: Path, *, telling_only: bool) -> None:
        self._out, self._telling_only = out, telling_only
        self._rejected = _Growing(out.with_suffix(".rejected.jsonl"))
        self._connection: sqlite3.Connection | None = None

    def resume(self) -> Progress | None:
        """Return how far an earlier run came."""
        if not self._out.exists():
            return None
        try:
            with closing(sqlite3.connect(self._out)) as connection:
                found = connection.execute("SELECT value FROM meta WHERE key = 'state'").fetchone()
        except sqlite3.Error:
            if self._out.stat().st_size:
                raise UsageError("screen_out_exists", path=self._out) from None
            return None  # killed before the first table was made
        progress = _read_state(found[0] if found else "", self._out)
        if progress.done:
            self._rejected.name(keep_empty=False)
            return progress
        self._rejected.open(progress.sizes["rejected"])
        self._connect()
        return progress

    def begin(self) -> None:
        """Start with empty tables."""
        self._rejected.open(0)
        self._out.unlink(missing_ok=True)
        connection = self._connect()
        for statement in filter(None, map(str.strip, _TABLES.split(";"))):
            connection.execute(statement)

    def write(self, outcomes: Mapping[int, Outcome]) -> None:
        """Insert reports; refusals go to the file beside the database."""
        connection = self._connect()
        for seq, outcome in outcomes.items():
            if isinstance(outcome, Checked) and (outcome.telling or not self._telling_only):
                note, findings = _rows_of(seq, outcome)
                connection.execute(f"INSERT INTO notes VALUES ({_marks(note)})", note)
                connection.executemany(f"INSERT INTO findings VALUES ({','.join('?' * 16)})", findings)
        self._rejected.write(_refusals(outcomes))

    def commit(self, progress: Progress) -> None:
        """Commit rows and state together."""
        progress.sizes = {"rejected": self._rejected.settle()}
        connection = self._connect()
        connection.execute("INSERT OR REPLACE INTO meta VALUES ('state', ?)", (progress.to_json(),))
        connection.execute("COMMIT")
        connection.execute("BEGIN IMMEDIATE")

    def finish(self, progress: Progress) -> None:
        """Commit, then rename the file of refusals."""
        progress.done = True
        self.commit(progress)
        self.close()
        self._rejected.name(keep_empty=False)

    def discard(self) -> None:
        """Remove database and refusals."""
        self.close()
        self._rejected.discard()
        for tail in ("", "-journal", "-wal", "-shm"):
            self._out.with_name(self._out.name + tail).unlink(missing_ok=True)

    def close(self) -> None:
        """Let go of the files; what was not committed is undone."""
        self._rejected.close()
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _connect(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = sqlite3.connect(self._out, isolation_level=None)
            try:
                self._connection.execute("BEGIN IMMEDIATE")
            except sqlite3.Error as error:
                raise StorageError("screen_database_unusable", path=self._out, reason=error) from error
        return self._connection


def _rows_of(seq: int, outcome: Checked) -> tuple[tuple[object, ...], Iterator[tuple[object, ...]]]:
    report = json.loads(outcome.line)
    note = (
        seq, report["id"], outcome.place, report["verdict"], report["note_type"], " ".join(report["products"]),
        report["text_hash"],
    )  # fmt: skip
    findings = (
        (
            seq, f["rule"], f["pack"], f["severity"], f["status"], f["status_by"], f["field"], f["index"], f["start"],
            f["end"], f["text"], f["message"], f["advice"], (f["fix"] or {}).get("replacement"),
            " ".join(f["disguise"]), f["fingerprint"],
        )
        for f in report["findings"]
    )  # fmt: skip
    return note, findings


def _marks(values: Sequence[object]) -> str:
    return ",".join("?" * len(values))


def _reports(outcomes: Iterable[Outcome], telling_only: bool) -> Iterator[Checked]:
    return (o for o in outcomes if isinstance(o, Checked) and (o.telling or not telling_only))


def _refusals(outcomes: Mapping[int, Outcome]) -> list[str]:
    return [outcome.line for outcome in outcomes.values() if not isinstance(outcome, Checked)]


def _read_state(text: str, path: Path) -> Progress:
    try:
        return Progress.from_json(text)
    except (ValueError, KeyError, TypeError):
        raise UsageError("screen_state_damaged", path=path) from None
