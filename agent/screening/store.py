"""A screened archive kept for the next change of rules: every note, its report, its planes, and what checked it.

Owns one SQLite file. A batch knows its edition, so that a re-screen that was killed half-way goes on where it was:
batches already brought up to date differ in nothing any more.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path

from agent.errors import StorageError, UsageError
from agent.screening.checking import Checked, Outcome
from agent.screening.edition import Edition
from agent.screening.plan import Stored
from agent.screening.progress import Job
from agent.screening.rows import Columns, Row
from agent.screening.sieve import Planes

__all__ = ["Batch", "Store"]

_TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE editions (number INTEGER PRIMARY KEY, value TEXT NOT NULL UNIQUE);
CREATE TABLE batches (first INTEGER PRIMARY KEY, count INTEGER, edition INTEGER REFERENCES editions,
    norm BLOB, norm_lengths BLOB, plain BLOB, plain_lengths BLOB);
CREATE TABLE notes (seq INTEGER PRIMARY KEY, place INTEGER, verdict TEXT, telling INTEGER, note TEXT, reveals TEXT,
    line TEXT);
CREATE TABLE said (seq INTEGER, rule TEXT, PRIMARY KEY (seq, rule)) WITHOUT ROWID;
CREATE INDEX said_by_rule ON said (rule, seq);
CREATE TABLE rejected (seq INTEGER PRIMARY KEY, place INTEGER, problem TEXT, row BLOB);
CREATE INDEX telling_notes ON notes (seq) WHERE telling
"""


@dataclass(frozen=True)
class Batch:
    """Name a run of rows that were checked with one edition."""

    first: int
    count: int
    edition: int


class Store:
    """Write and read one store."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._connection: sqlite3.Connection | None = None
        self._editions: dict[int, Edition] = {}

    def begin(self, job: Job, columns: Columns) -> None:
        """Start with empty tables; raise `UsageError` when another job's store is there already."""
        if self.path.exists() and not self._is_empty() and self._get("job") != _words_of(job):
            raise UsageError("screen_store_exists", path=self.path)
        self.discard()
        connection = self._open()
        for statement in _TABLES.split(";"):
            connection.execute(statement)
        self._set("job", _words_of(job))
        self._set("columns", json.dumps(columns, ensure_ascii=False))

    def resume(self, job: Job, rows: int) -> None:
        """Go on after `rows` rows of the same job, and forget what lies beyond."""
        if not self.path.exists() or self._get("job") != _words_of(job) or self.rows < rows:
            raise UsageError("screen_state_damaged", path=self.path)
        self._set("done", "")
        for table, key in (("notes", "seq"), ("said", "seq"), ("rejected", "seq"), ("batches", "first")):
            self._open().execute(f"DELETE FROM {table} WHERE {key} >= ?", (rows,))

    def demand_whole(self) -> None:
        """Raise `UsageError` unless a finished run is in here."""
        if not self.path.is_file():
            raise UsageError("screen_no_store", path=self.path)
        if self._get("done") != "yes":
            raise UsageError("screen_store_unfinished", path=self.path)

    @property
    def columns(self) -> Columns:
        """Return the mapping the archive was read with."""
        return tuple((key, column) for key, column in json.loads(self._get("columns") or "[]"))

    @property
    def as_of(self) -> str:
        """Return the day the archive was checked for."""
        return str(json.loads(self._get("job") or "{}")["options"]["as_of"])

    @property
    def identity(self) -> str:
        """Identify the archive that is in here: its last chain."""
        return self._get("chain") or ""

    @property
    def rows(self) -> int:
        """Return how many rows are in here."""
        found = self._open().execute("SELECT max(first + count) FROM batches").fetchone()[0]
        return int(found or 0)

    def write(self, first: int, outcomes: Mapping[int, Outcome], edition: Edition) -> None:
        """Add a batch that was checked for the first time."""
        norm = Planes.of([o.norm if isinstance(o, Checked) else "" for o in outcomes.values()])
        plain = Planes.of([o.plain if isinstance(o, Checked) else "" for o in outcomes.values()])
        row = (first, len(outcomes), self._number_of(edition), *norm.pack(), *plain.pack())
        self._open().execute("INSERT INTO batches VALUES (?,?,?,?,?,?,?)", row)
        self._put(outcomes)

    def update(self, batch: Batch, outcomes: Mapping[int, Outcome], edition: Edition) -> None:
        """Bring a batch up to date with what was checked again."""
        renewed = {seq: o for seq, o in outcomes.items() if isinstance(o, Checked) and o.norm}
        if renewed:
            planes = self.planes(batch)
            packed: list[bytes] = []
            for name, plane in zip(("norm", "plain"), planes, strict=True):
                texts = list(plane.texts)
                for seq, outcome in renewed.items():
                    texts[seq - batch.first] = getattr(outcome, name)
                packed += Planes.of(texts).pack()
            sql = "UPDATE batches SET norm = ?, norm_lengths = ?, plain = ?, plain_lengths = ? WHERE first = ?"
            self._open().execute(sql, (*packed, batch.first))
        number = self._number_of(edition)
        self._open().execute("UPDATE batches SET edition = ? WHERE first = ?", (number, batch.first))
        marks = [(seq,) for seq in outcomes]
        for table in ("notes", "said", "rejected"):
            self._open().executemany(f"DELETE FROM {table} WHERE seq = ?", marks)
        self._put(outcomes)

    def batches(self, start: int) -> Iterator[Batch]:
        """Yield the batches from a row on."""
        sql = "SELECT first, count, edition FROM batches WHERE first >= ? ORDER BY first LIMIT 1"
        while found := self._open().execute(sql, (start,)).fetchone():
            yield Batch(*found)
            start = found[0] + found[1]

    def edition(self, number: int) -> Edition:
        """Return an edition by its number."""
        if number not in self._editions:
            found = self._open().execute("SELECT value FROM editions WHERE number = ?", (number,)).fetchone()
            self._editions[number] = Edition.from_json(found[0])
        return self._editions[number]

    def planes(self, batch: Batch) -> tuple[Planes, Planes]:
        """Return the norm planes of a batch: as written, and in plain spelling where anything was disguised."""
        sql = "SELECT norm, norm_lengths, plain, plain_lengths FROM batches WHERE first = ?"
        norm, norm_lengths, plain, plain_lengths = self._open().execute(sql, (batch.first,)).fetchone()
        return Planes.unpack(norm, norm_lengths), Planes.unpack(plain, plain_lengths)

    def speaking(self, batch: Batch, rules: Sequence[str]) -> set[int]:
        """Return the rows of a batch about which any of these rules said something."""
        sql = "SELECT seq FROM said WHERE rule = ? AND seq >= ? AND seq < ?"
        bounds = (batch.first, batch.first + batch.count)
        return {seq for rule in rules for (seq,) in self._open().execute(sql, (rule, *bounds))}

    def read(self, batch: Batch, *, wanted: set[int] | None, look: set[int] | None) -> dict[int, Stored | Row]:
        """Return notes (all, or those that tell something or are wanted) and refused rows, by row number.

        `look` names those a changed rule may speak about; None is all of them.
        """
        bounds = (batch.first, batch.first + batch.count)
        columns = "SELECT seq, place, verdict, note, line, reveals FROM notes WHERE seq >= ? AND seq < ?"
        if wanted is None:
            found = self._open().execute(columns, bounds).fetchall()
        else:
            found = self._open().execute(columns + " AND telling", bounds).fetchall()
            single = columns.replace("seq >= ? AND seq < ?", "seq = ? AND NOT telling")
            found += [row for seq in wanted for row in self._open().execute(single, (seq,))]
        notes: dict[int, Stored | Row] = {
            seq: Stored(place, verdict, note, line, reveals, look is None or seq in look)
            for seq, place, verdict, note, line, reveals in found
        }
        sql = "SELECT seq, place, problem, row FROM rejected WHERE seq >= ? AND seq < ?"
        for seq, place, problem, row in self._open().execute(sql, bounds):
            notes[seq] = Row(place, row, 0, problem)
        return dict(sorted(notes.items()))

    def commit(self) -> None:
        """Make everything written so far last."""
        self._open().execute("COMMIT")
        self._open().execute("BEGIN IMMEDIATE")

    def finish(self, chain: str) -> None:
        """Mark the store as whole."""
        self._set("done", "yes")
        self._set("chain", chain)
        self.commit()

    def discard(self) -> None:
        """Remove the file."""
        self.close()
        for tail in ("", "-journal"):
            self.path.with_name(self.path.name + tail).unlink(missing_ok=True)

    def close(self) -> None:
        """Let go of the file; what was not committed is undone."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _put(self, outcomes: Mapping[int, Outcome]) -> None:
        said: list[tuple[int, str]] = []
        for seq, outcome in outcomes.items():
            if isinstance(outcome, Checked):
                row = (
                    seq, outcome.place, outcome.verdict, int(outcome.telling), outcome.note, outcome.reveals,
                    outcome.line,
                )  # fmt: skip
                self._open().execute("INSERT INTO notes VALUES (?,?,?,?,?,?,?)", row)
                said += [(seq, rule) for rule in outcome.said]
            else:
                refused = (seq, outcome.place, outcome.row.problem, outcome.row.text)
                self._open().execute("INSERT INTO rejected VALUES (?,?,?,?)", refused)
        self._open().executemany("INSERT INTO said VALUES (?,?)", said)

    def _number_of(self, edition: Edition) -> int:
        value = edition.to_json()
        self._open().execute("INSERT OR IGNORE INTO editions (value) VALUES (?)", (value,))
        found = self._open().execute("SELECT number FROM editions WHERE value = ?", (value,)).fetchone()
        return int(found[0])

    def _is_empty(self) -> bool:
        """Tell whether a run was killed before its first commit; raise `StorageError` for a file of another kind."""
        try:
            with closing(sqlite3.connect(self.path)) as connection:
                return not connection.execute("SELECT 1 FROM sqlite_master").fetchall()
        except sqlite3.Error as error:
            raise StorageError("screen_database_unusable", path=self.path, reason=error) from error

    def _get(self, key: str) -> str | None:
        try:
            found = self._open().execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        except sqlite3.Error as error:
            raise StorageError("screen_database_unusable", path=self.path, reason=error) from error
        return str(found[0]) if found else None

    def _set(self, key: str, value: str) -> None:
        self._open().execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = sqlite3.connect(self.path, isolation_level=None)
            try:
                self._connection.execute("BEGIN IMMEDIATE")
            except sqlite3.Error as error:
                raise StorageError("screen_database_unusable", path=self.path, reason=error) from error
        return self._connection


def _words_of(job: Job) -> str:
    return json.dumps(asdict(job), ensure_ascii=False, sort_keys=True)
