"""Write and read the record. Every write is idempotent, so that a resumed run doubles nothing; no clock here.

Each write of a run, a text, a decision or an outcome appends to the audit in the same transaction: both or neither.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from rapidfuzz import process
from sqlalchemy import Connection, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from agent.errors import UsageError
from agent.models import Brief, Note, Outcome, Round
from agent.record.access import AccessStore
from agent.record.audit import Audit
from agent.record.chain import digest
from agent.record.claims import Claims
from agent.record.database import Database
from agent.record.deciding import count_decisions, decisions_of, write_decision
from agent.record.desk import DeskRecord
from agent.record.earlier import notes_before
from agent.record.engine import open_engine, writing
from agent.record.erasure import demand_kept, erase, scrub
from agent.record.evidence import EVER, demand_no_evidence, evidence_of
from agent.record.journal import ReplyJournal
from agent.record.library import LibraryStore
from agent.record.listing import listed
from agent.record.notices import Notices
from agent.record.people import PersonStore
from agent.record.publishing import Publishing
from agent.record.rows import run_of, version_of
from agent.record.tables import findings, grounds, runs, versions
from agent.record.threads import ThreadStore
from agent.record.values import Decision, DecisionRecord, EarlierNote, EvidenceRecord, Grounds, RunRecord, VersionRecord
from agent.record.vouching import new_salt, vouch_outcome, vouch_run, vouch_version

__all__ = ["Store"]

CANDIDATES = 5
KEPT_OF_A_FINDING = {"rule", "pack", "severity", "status", "status_by", "field", "start", "end", "text", "fingerprint"}
ENDED: frozenset[str] = frozenset({"approved", "rejected", "refused"})


class Store:
    """Keep runs, versions, findings and decisions of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @classmethod
    @contextmanager
    def open(cls, target: Path | str) -> Iterator[Store]:
        """Open a file path or a database URL, create or upgrade its tables, and close it afterwards.

        Raises `StorageError` naming the path when it cannot be used, and when it is newer than this program.
        """
        engine, where = open_engine(target)
        try:
            yield cls(Database(engine, where))
        finally:
            engine.dispose()

    @property
    def database(self) -> Database:
        """Return the database itself, for whoever watches over it; what it holds goes through the others."""
        return self._database

    @property
    def journal(self) -> ReplyJournal:
        """Return the journal of model replies in this database."""
        return ReplyJournal(self._database)

    @property
    def audit(self) -> Audit:
        """Return the hash-chained audit of this database."""
        return Audit(self._database)

    @property
    def publishing(self) -> Publishing:
        """Return what was handed in for review and what was published."""
        return Publishing(self._database)

    @property
    def library(self) -> LibraryStore:
        """Return what reads across the runs of this database."""
        return LibraryStore(self._database)

    @property
    def access(self) -> AccessStore:
        """Return who is signed in and which API tokens are out."""
        return AccessStore(self._database)

    @property
    def threads(self) -> ThreadStore:
        """Return the chat threads of this database."""
        return ThreadStore(self._database)

    @property
    def people(self) -> PersonStore:
        """Return what this database holds of a person beside notes and threads."""
        return PersonStore(self._database)

    @cached_property
    def desk(self) -> DeskRecord:
        """Return the waivers, delegations and corrections of this database, and what waits; it keeps what it read."""
        return DeskRecord(self._database)

    @property
    def notices(self) -> Notices:
        """Return what people are told."""
        return Notices(self._database)

    @property
    def claims(self) -> Claims:
        """Return the right to move runs."""
        return Claims(self._database)

    def start_run(self, brief: Brief, *, author: str, workspace: str, created_at: datetime, owner: str = "") -> None:
        """Record that a run began, and whose it is; a run already recorded stays as it is."""
        row = {
            "id": brief.id,
            "topic": brief.topic,
            "note_type": brief.note_type,
            "account": brief.account,
            "persona": brief.persona,
            "workspace": workspace,
            "author": author,
            "brief_json": brief.model_dump_json(),
            "created_at": created_at,
            "updated_at": created_at,
            "salt": new_salt(),
            "owner": owner or None,
        }
        with self._database.explained():
            try:
                with writing(self._database.engine).begin() as connection:
                    if not _is_known(connection, brief.id):
                        connection.execute(insert(runs).values(row))
                        vouch_run(connection, brief.id)
            except IntegrityError:
                with self._database.engine.connect() as connection:
                    if not _is_known(connection, brief.id):
                        raise

    def keep_grounds(self, run_id: str, kept: Grounds) -> None:
        """Keep what the texts saved from now on are written from and checked on; the same again changes nothing."""
        content = kept.model_dump_json()
        with self._database.writing() as connection:
            demand_kept(connection, run_id)
            name = digest(content)
            if _last_grounds(connection, run_id) != name:
                connection.execute(insert(grounds).values(run_id=run_id, digest=name, content_json=content))

    def save_version(self, run_id: str, revision: int, round_: Round, *, saved_at: datetime) -> None:
        """Record one text with its findings; the same revision again replaces what was there."""
        key = (versions.c.run_id == run_id) & (versions.c.revision == revision)
        with self._database.writing() as connection:
            demand_kept(connection, run_id)
            row = connection.execute(select(versions.c.round_json).where(key)).first()
            content = round_.model_dump_json()
            if row and row.round_json == content:
                return
            connection.execute(
                delete(findings).where((findings.c.run_id == run_id) & (findings.c.revision == revision))
            )
            connection.execute(delete(versions).where(key))
            connection.execute(
                insert(versions).values(
                    run_id=run_id,
                    revision=revision,
                    round=round_.number,
                    text_hash=round_.note.text_hash,
                    round_json=content,
                    saved_at=saved_at,
                    grounds=_last_grounds(connection, run_id),
                    salt=new_salt(),
                )
            )
            rows = _finding_rows(run_id, revision, round_)
            if rows:
                connection.execute(insert(findings), rows)
            vouch_version(connection, run_id, revision)

    def finish_run(
        self,
        run_id: str,
        outcome: Outcome,
        *,
        best_revision: int | None,
        updated_at: datetime,
        decisions: Sequence[DecisionRecord] | None = None,
    ) -> None:
        """Record how a run stands, with the decisions that made it so: all of it or nothing.

        `decisions` are all the run has had, oldest first; those the record has are not recorded again. Nothing is
        written where a run stands so already, nor where the record knows better: it has more decisions, or the run
        has ended. Raises `UsageError` for an approval of anything but the best text with no block open.
        """
        with self._database.writing() as connection:
            demand_kept(connection, run_id)
            known = count_decisions(connection, run_id) if decisions is not None else 0
            if decisions is not None and known > len(decisions):
                return
            _write_outcome(connection, run_id, outcome, best_revision, updated_at)
            for decision in (decisions or ())[known:]:
                write_decision(connection, decision)

    def add_decision(
        self,
        run_id: str,
        *,
        decision: Decision,
        text_hash: str,
        reviewer: str,
        reason: str,
        decided_at: datetime,
    ) -> None:
        """Record a decision that leaves a run as it stands, and tell the owner; see `finish_run`.

        Raises `UsageError` for an approval of anything but the best text with no block open: an approval is a
        statement about one text, not about a run.
        """
        made = DecisionRecord(
            run=run_id,
            decision=decision,
            text_hash=text_hash,
            reviewer=reviewer,
            reason=reason,
            decided_at=decided_at,
        )
        with self._database.writing() as connection:
            demand_kept(connection, run_id)
            write_decision(connection, made)

    def evidence(self, *run_ids: str, since: datetime = EVER) -> tuple[EvidenceRecord, ...]:
        """Return why these runs are evidence: handed in, approved, published or taken back since then."""
        with self._database.reading() as connection:
            return evidence_of(connection, run_ids, since=since)

    def forget(self, run_id: str, *, erased_at: datetime, spare_evidence: bool = False, since: datetime = EVER) -> None:
        """Erase a run's words and names, leave its hashes, and clean the file; safe to repeat until it succeeds.

        With `spare_evidence` it raises `UsageError` for a run that is evidence since then; see `evidence`.
        """
        with self._database.writing() as connection:
            if spare_evidence:
                demand_no_evidence(connection, (run_id,), since=since)
            erase(connection, run_id, erased_at)
        with self._database.explained():
            scrub(self._database.engine, self._database.where)

    def runs(
        self,
        *,
        limit: int = 20,
        outcome: str | None = None,
        search: str | None = None,
        owner: str | None = None,
        account: str | None = None,
        after: str | None = None,
    ) -> tuple[RunRecord, ...]:
        """Return runs, newest first; those that come after the run `after` when it is named."""
        query = listed(outcome=outcome, search=search, owner=owner, account=account, after=after).limit(limit)
        with self._database.reading() as connection:
            return tuple(run_of(row) for row in connection.execute(query).mappings())

    def find(self, run_id: str) -> RunRecord | None:
        """Return the run of exactly this id, erased or not, if there is one."""
        if not run_id.isprintable():  # what no database holds
            return None
        with self._database.reading() as connection:
            row = connection.execute(select(runs).where(runs.c.id == run_id)).mappings().first()
            return run_of(row) if row else None

    def run(self, run_id: str) -> RunRecord:
        """Return a run by id or unique beginning; raise `UsageError` naming the nearest or the candidates."""
        if (exact := self.find(run_id)) is not None:
            return exact
        beginning = runs.c.id.startswith(run_id, autoescape=True)
        query = select(runs).where(beginning).order_by(func.length(runs.c.id), runs.c.id).limit(CANDIDATES)
        with self._database.reading() as connection:
            found = connection.execute(query).mappings().all()
            if len(found) == 1:
                return run_of(found[0])
            if found:
                raise UsageError("run_ambiguous", value=run_id, candidates="、".join(row["id"] for row in found))
            known = connection.execute(select(runs.c.id)).scalars().all()
        nearest = process.extract(run_id, known, limit=3)
        raise UsageError("run_unknown", value=run_id, nearest="、".join(match[0] for match in nearest) or "—")

    def versions(self, run_id: str) -> tuple[VersionRecord, ...]:
        """Return the versions of a run, oldest first."""
        query = select(versions).where(versions.c.run_id == run_id).order_by(versions.c.revision)
        with self._database.reading() as connection:
            return tuple(version_of(row) for row in connection.execute(query).mappings())

    def decisions(self, run_id: str) -> tuple[DecisionRecord, ...]:
        """Return the decisions on a run, oldest first."""
        with self._database.reading() as connection:
            return decisions_of(connection, run_id)

    def grounds(self, run_id: str) -> dict[str, Grounds]:
        """Return by digest what the texts of a run were written from and checked on, oldest first."""
        query = select(grounds).where(grounds.c.run_id == run_id).order_by(grounds.c.id)
        with self._database.reading() as connection:
            rows = connection.execute(query).mappings()
            return {row["digest"]: Grounds.model_validate_json(row["content_json"]) for row in rows}

    def told_by(self, *names: str) -> tuple[RunRecord, ...]:
        """Return the runs with material of this person, oldest first: what names no teller is its persona's."""
        query = select(runs).where(runs.c.erased_at.is_(None)).order_by(runs.c.created_at, runs.c.id)
        with self._database.reading() as connection:
            kept = (run_of(row) for row in connection.execute(query).mappings())
            return tuple(run for run in kept if _tellers(run.brief).intersection(names))

    def earlier_notes(self, account: str, *, before: str, limit: int = 50) -> tuple[Note, ...]:
        """Return the best notes of this account's runs that began before the run `before`, newest first."""
        return tuple(note for _, note in self.earlier(account, before=before, limit=limit))

    def earlier(self, account: str, *, before: str, limit: int = 50) -> tuple[tuple[EarlierNote, Note], ...]:
        """Return the same notes with where each is kept, of the workspace of that run.

        What a run corrects is left out, for they must be alike, and so are the drafts it takes the place of: of the
        same topic, or from the same material.
        """
        with self._database.reading() as connection:
            return notes_before(connection, account, before, limit)


def _write_outcome(
    connection: Connection, run_id: str, outcome: Outcome, best_revision: int | None, updated_at: datetime
) -> None:
    """Write how a run stands, unless it stands so already or has ended."""
    row = connection.execute(select(runs.c.outcome, runs.c.best_revision).where(runs.c.id == run_id)).first()
    if row is None or (row.outcome, row.best_revision) == (outcome, best_revision):
        return
    if row.outcome in ENDED and outcome not in ENDED:
        return
    now = {"outcome": outcome, "best_revision": best_revision, "updated_at": updated_at}
    connection.execute(update(runs).where(runs.c.id == run_id).values(**now))
    vouch_outcome(connection, run_id)


def _is_known(connection: Connection, run_id: str) -> bool:
    return connection.execute(select(runs.c.id).where(runs.c.id == run_id)).first() is not None


def _tellers(brief: Brief) -> set[str]:
    return {item.told_by or brief.persona for item in brief.material} - {""}


def _last_grounds(connection: Connection, run_id: str) -> str | None:
    newest = select(grounds.c.digest).where(grounds.c.run_id == run_id).order_by(grounds.c.id.desc()).limit(1)
    return connection.execute(newest).scalar_one_or_none()


def _finding_rows(run_id: str, revision: int, round_: Round) -> list[dict[str, Any]]:
    return [
        {
            "run_id": run_id,
            "revision": revision,
            "position": finding.index,
            **finding.model_dump(include=KEPT_OF_A_FINDING),
        }
        for finding in round_.report.findings
    ]
