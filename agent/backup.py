"""One archive of record and checkpoints, taken while others write, and put back into a database of either kind.

An archive is a ZIP: a table a member as JSON lines, the checkpoints likewise, and a manifest with the number of rows
and the hash of every member, the revision of the tables, and what the audit said. A restore believes none of it: it
recomputes the hashes first and the audit afterwards, and keeps nothing if one of them differs.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import tempfile
import zipfile
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from pydantic import AwareDatetime, ValidationError

from agent import __version__
from agent.errors import StorageError, UsageError
from agent.graph.transfer import put_checkpoints, read_checkpoints
from agent.models import Frozen
from agent.record.transfer import CARRIED, HEAD, Transfer
from agent.record.values import AuditReport
from agent.settings import Settings

__all__ = ["Manifest", "back_up", "read_manifest", "restore"]

MANIFEST = "manifest.json"
CHECKPOINTS = "checkpoints.jsonl"
LONGEST_MANIFEST = 10_000_000
Row = dict[str, Any]


class Member(Frozen):
    """Say what one member of an archive holds."""

    rows: int
    sha256: str


class Manifest(Frozen):
    """Say what an archive holds and where it came from."""

    format: Literal[1] = 1
    program: str
    revision: str
    taken_at: AwareDatetime
    taken_from: Literal["sqlite", "postgresql"]
    audit: AuditReport
    members: dict[str, Member]


async def back_up(settings: Settings, file: Path, *, now: datetime, force: bool = False) -> Manifest:
    """Write everything as of one moment to a file only its owner may read, and return what is in it.

    Raises `UsageError` for a file that exists unless `force`, `StorageError` when something cannot be read or written.
    """
    if file.exists() and not force:
        raise UsageError("backup_exists", path=file)
    partial = file.with_name(f".{file.name}.part")
    try:
        with tempfile.TemporaryDirectory(prefix="kosnote-backup-") as folder, _private(partial) as archive:
            record, checkpoints = _copied(settings, Path(folder))
            manifest = await _write(_Writer(archive), record, checkpoints, now=now)
        partial.replace(file)
    except OSError as error:
        raise StorageError("out_unwritable", path=file, reason=error.strerror or error) from error
    finally:
        partial.unlink(missing_ok=True)
    return manifest


async def restore(settings: Settings, file: Path, *, force: bool = False) -> Manifest:
    """Put an archive in the place of what the settings name, and return what was in it.

    Raises `UsageError` for an archive that is not whole, of other tables, or a record that holds something unless
    `force`; `StorageError` when the audit of what was put back differs from what it was.
    """
    with _opened(file) as archive:
        manifest = _verified(archive, file)
        with Transfer.open(settings.record_target) as transfer:
            before = transfer.replace(
                lambda table: _rows(archive, _member(table)), expected=manifest.audit, force=force
            )
        runs = {row["id"] for row in _rows(archive, _member("runs"))}
        await put_checkpoints(
            settings.checkpoint_target, _rows(archive, CHECKPOINTS), instead_of=sorted(runs.union(before))
        )
    return manifest


def read_manifest(file: Path) -> Manifest:
    """Return what a whole archive holds; raise `UsageError` for anything else."""
    with _opened(file) as archive:
        return _verified(archive, file)


async def _write(writer: _Writer, record: Path | str, checkpoints: Path | str, *, now: datetime) -> Manifest:
    with Transfer.open(record) as transfer, transfer.snapshot() as snapshot:
        for table in CARRIED:
            writer.add(_member(table), snapshot.rows(table))
        runs = [row["id"] for row in snapshot.rows("runs")]
        await writer.gather(CHECKPOINTS, read_checkpoints(checkpoints, runs, snapshot=snapshot.name))
        manifest = Manifest(
            program=__version__,
            revision=HEAD,
            taken_at=now,
            taken_from="postgresql" if isinstance(record, str) else "sqlite",
            audit=snapshot.report(),
            members=writer.members,
        )
    writer.archive.writestr(MANIFEST, manifest.model_dump_json(indent=2))
    return manifest


def _copied(settings: Settings, folder: Path) -> tuple[Path | str, Path | str]:
    """Copy the files by SQLite's online backup, the record first; a server is read where it is.

    A checkpoint may then be newer than the record, never older: that is what a resume mends after a kill.
    """
    record, checkpoints = settings.record_target, settings.checkpoint_target
    if isinstance(record, str):
        return record, checkpoints
    if not record.is_file():
        raise UsageError("backup_nothing", path=record)
    copies = (folder / "record.db", folder / "checkpoints.db")
    for source, copy in zip((record, Path(checkpoints)), copies, strict=True):
        if source.is_file():
            try:
                with closing(sqlite3.connect(source)) as origin, closing(sqlite3.connect(copy)) as made:
                    origin.backup(made)
            except sqlite3.Error as error:
                raise StorageError("record_unusable", path=source, reason=error) from error
    return copies


class _Writer:
    """Write members and remember what was written."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive = archive
        self.members: dict[str, Member] = {}

    def add(self, name: str, rows: Iterable[Row]) -> None:
        """Write a member from rows."""
        hashed, count = hashlib.sha256(), 0
        with self.archive.open(name, "w", force_zip64=True) as member:
            for row in rows:
                line = _line(row)
                member.write(line)
                hashed.update(line)
                count += 1
        self.members[name] = Member(rows=count, sha256=hashed.hexdigest())

    async def gather(self, name: str, rows: AsyncIterator[Row]) -> None:
        """Write a member from rows that arrive one by one."""
        hashed, count = hashlib.sha256(), 0
        with self.archive.open(name, "w", force_zip64=True) as member:
            async for row in rows:
                line = _line(row)
                member.write(line)
                hashed.update(line)
                count += 1
        self.members[name] = Member(rows=count, sha256=hashed.hexdigest())


@contextmanager
def _private(path: Path) -> Iterator[zipfile.ZipFile]:
    """Open an archive nobody else may read: it holds everything people told."""
    path.unlink(missing_ok=True)
    held = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(held, "wb") as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        yield archive


@contextmanager
def _opened(file: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(file) as archive:
            yield archive
    except (OSError, zipfile.BadZipFile) as error:
        raise UsageError("archive_unreadable", path=file, reason=error) from error


def _verified(archive: zipfile.ZipFile, file: Path) -> Manifest:
    """Return the manifest once every member is what it says, so that nothing is touched for half an archive."""
    try:
        if archive.getinfo(MANIFEST).file_size > LONGEST_MANIFEST:
            raise KeyError(MANIFEST)
        manifest = Manifest.model_validate_json(archive.read(MANIFEST))
    except (KeyError, ValidationError) as error:
        raise UsageError("archive_unreadable", path=file, reason=MANIFEST) from error
    if manifest.revision != HEAD:
        raise UsageError("archive_of_other_tables", path=file, revision=manifest.revision, known=HEAD)
    wanted = {CHECKPOINTS, *map(_member, CARRIED)}
    for name in sorted(wanted | manifest.members.keys()):
        if name not in wanted or manifest.members.get(name) != _measured(archive, name):
            raise UsageError("archive_changed", path=file, member=name)
    return manifest


def _measured(archive: zipfile.ZipFile, name: str) -> Member | None:
    if name not in archive.namelist():
        return None
    hashed, count = hashlib.sha256(), 0
    with archive.open(name) as member:
        for line in member:
            hashed.update(line)
            count += 1
    return Member(rows=count, sha256=hashed.hexdigest())


def _rows(archive: zipfile.ZipFile, name: str) -> Iterator[Row]:
    with archive.open(name) as member:
        for line in member:
            yield json.loads(line)


def _member(table: str) -> str:
    return f"record/{table}.jsonl"


def _line(row: Row) -> bytes:
    return json.dumps(row, ensure_ascii=True, sort_keys=True, separators=(",", ":")).encode() + b"\n"
