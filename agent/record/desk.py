"""Keep what the review desk settles beside decisions: accepted findings, delegations, corrections. No clock here.

Each write appends to the audit in the same transaction, and tells who must know of it there too.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import Connection, RowMapping, func, insert, or_, select, update

from agent.errors import UsageError
from agent.record.database import Database
from agent.record.desk_tables import corrections, delegations, notices, run_waivers
from agent.record.erasure import demand_kept
from agent.record.moments import utc
from agent.record.notices import tell
from agent.record.rows import decision_of, waiver_of
from agent.record.tables import approvals, publications, runs, submissions
from agent.record.values import CorrectionAction, CorrectionRecord, DecisionRecord, DelegationRecord, RunWaiver, Waiting
from agent.record.vouching import new_salt, vouch_correction, vouch_delegation, vouch_waiver
from agent.record.waiting import WaitingTexts

__all__ = ["DeskRecord"]


class DeskRecord:
    """Record waivers of runs, delegations and corrections of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting = WaitingTexts(database)

    def waiting(self, *, unsubmitted: bool = False) -> tuple[Waiting, ...]:
        """Return the texts handed in and not decided on, oldest first; `unsubmitted` adds runs that merely wait."""
        return self._waiting.listed(unsubmitted=unsubmitted)

    def pulse(self) -> tuple[int, ...]:
        """Return numbers that change whenever somebody hands in, decides, accepts, publishes or is told something."""
        newest = (select(func.max(t.c.id)).scalar_subquery() for t in (submissions, approvals, run_waivers, notices))
        moved = (select(func.max(t.c.id)).scalar_subquery() for t in (publications, corrections, delegations))
        with self._database.reading() as connection:
            return tuple(number or 0 for number in connection.execute(select(*newest, *moved)).one())

    def waive(
        self,
        run_id: str,
        *,
        rule: str,
        fingerprint: str,
        reason: str,
        approver: str,
        granted_at: datetime,
        expires_on: date,
        tell_to: Sequence[str] = (),
    ) -> RunWaiver:
        """Record an accepted finding; one accepted before is accepted anew, without its second approver."""
        key = (run_waivers.c.run_id == run_id) & (run_waivers.c.rule == rule)
        key &= run_waivers.c.fingerprint == fingerprint
        row = {
            "reason": reason,
            "approver": approver,
            "second_approver": "",
            "granted_at": granted_at,
            "expires_on": expires_on,
            "salt": new_salt(),
        }
        with self._database.writing() as connection:
            demand_kept(connection, run_id)
            found = connection.execute(select(run_waivers.c.id).where(key)).scalar_one_or_none()
            if found is None:
                new = insert(run_waivers).values(run_id=run_id, rule=rule, fingerprint=fingerprint, **row)
                found = connection.execute(new.returning(run_waivers.c.id)).scalar_one()
            else:
                connection.execute(update(run_waivers).where(key).values(**row))
            vouch_waiver(connection, found, granted_at)
            about = f"{found}:{granted_at.isoformat()}"
            tell(connection, "waiver", run=run_id, about=about, to=tell_to, by=approver, reason=reason, at=granted_at)
            return waiver_of(connection.execute(select(run_waivers).where(key)).mappings().one())

    def second(self, run_id: str, waiver_id: int, *, approver: str, at: datetime) -> RunWaiver:
        """Record the second approver of a waiver; raise `UsageError` when it is the first one, or there is none."""
        key = (run_waivers.c.run_id == run_id) & (run_waivers.c.id == waiver_id)
        with self._database.writing() as connection:
            demand_kept(connection, run_id)
            row = connection.execute(select(run_waivers).where(key)).mappings().first()
            if row is None:
                raise UsageError("waiver_unknown", value=waiver_id)
            if approver == row["approver"]:
                raise UsageError("waiver_same_person", value=waiver_id)
            if row["second_approver"] != approver:
                connection.execute(update(run_waivers).where(key).values(second_approver=approver))
                vouch_waiver(connection, waiver_id, at)
            return waiver_of(connection.execute(select(run_waivers).where(key)).mappings().one())

    def waivers(self, run_id: str) -> tuple[RunWaiver, ...]:
        """Return the accepted findings of a run, oldest first."""
        query = select(run_waivers).where(run_waivers.c.run_id == run_id).order_by(run_waivers.c.id)
        with self._database.reading() as connection:
            return tuple(waiver_of(row) for row in connection.execute(query).mappings())

    def delegate(
        self,
        *,
        delegator: str,
        delegate: str,
        lane: str,
        starts_at: datetime,
        ends_at: datetime,
        reason: str,
        created_at: datetime,
    ) -> DelegationRecord:
        """Record that one reviewer decides for another."""
        row = insert(delegations).values(
            delegator=delegator,
            delegate=delegate,
            lane=lane,
            starts_at=starts_at,
            ends_at=ends_at,
            reason=reason,
            created_at=created_at,
            salt=new_salt(),
        )
        with self._database.writing() as connection:
            made = connection.execute(row.returning(delegations.c.id)).scalar_one()
            vouch_delegation(connection, made, created_at)
            return _delegated(connection, made)

    def revoke(self, delegation_id: int, *, at: datetime) -> DelegationRecord:
        """End a delegation; one that has been ended stays as it is."""
        mine = (delegations.c.id == delegation_id) & delegations.c.revoked_at.is_(None)
        with self._database.writing() as connection:
            if connection.execute(update(delegations).where(mine).values(revoked_at=at)).rowcount:
                vouch_delegation(connection, delegation_id, at)
            return _delegated(connection, delegation_id)

    def delegation(self, delegation_id: int) -> DelegationRecord:
        """Return one delegation; raise `UsageError` when there is none."""
        with self._database.reading() as connection:
            return _delegated(connection, delegation_id)

    def delegations(self, person: str = "") -> tuple[DelegationRecord, ...]:
        """Return the delegations somebody gave or holds, or all, newest first."""
        query = select(delegations).order_by(delegations.c.id.desc())
        if person:
            query = query.where(or_(delegations.c.delegator == person, delegations.c.delegate == person))
        with self._database.reading() as connection:
            return tuple(_delegation(row) for row in connection.execute(query).mappings())

    def correct(
        self,
        run_id: str,
        *,
        url: str,
        action: CorrectionAction,
        reason: str,
        by: str,
        asked_at: datetime,
        new_run: str = "",
    ) -> CorrectionRecord:
        """Record that a publication is taken back or corrected, and tell its owner; the same again changes nothing.

        Raises `UsageError` when no text of the run was published there.
        """
        same = (corrections.c.run_id == run_id) & (corrections.c.url == url) & (corrections.c.action == action)
        with self._database.writing() as connection:
            demand_kept(connection, run_id)
            found = connection.execute(select(corrections).where(same)).mappings().first()
            if found is not None:
                return _correction(found)
            text_hash = _published_at(connection, run_id, url)
            row = insert(corrections).values(
                run_id=run_id,
                url=url,
                text_hash=text_hash,
                action=action,
                reason=reason,
                by=by,
                asked_at=asked_at,
                new_run=new_run or None,
                salt=new_salt(),
            )
            made = connection.execute(row.returning(corrections.c.id)).scalar_one()
            vouch_correction(connection, made)
            kind = "retracted" if action == "retract" else "correction"
            owner = connection.execute(select(runs.c.owner).where(runs.c.id == run_id)).scalar_one()
            tell(connection, kind, run=run_id, about=str(made), to=(owner or "",), by=by, reason=reason, at=asked_at)
            return _correction(connection.execute(select(corrections).where(same)).mappings().one())

    def corrections(self, run_id: str = "", *, new_run: str = "") -> tuple[CorrectionRecord, ...]:
        """Return what became of a run's publications, or what a new run corrects, oldest first; all with neither."""
        query = select(corrections).order_by(corrections.c.id)
        if run_id:
            query = query.where(corrections.c.run_id == run_id)
        if new_run:
            query = query.where(corrections.c.new_run == new_run)
        with self._database.reading() as connection:
            return tuple(_correction(row) for row in connection.execute(query).mappings())

    def reasoned(self) -> tuple[DecisionRecord, ...]:
        """Return the decisions that give a reason, run by run, oldest first."""
        query = select(approvals).where(approvals.c.reason != "").order_by(approvals.c.run_id, approvals.c.id)
        with self._database.reading() as connection:
            return tuple(decision_of(row) for row in connection.execute(query).mappings())


def _published_at(connection: Connection, run_id: str, url: str) -> str:
    where = (publications.c.run_id == run_id) & (publications.c.url == url)
    newest = select(publications.c.text_hash).where(where).order_by(publications.c.id.desc()).limit(1)
    text_hash: str | None = connection.execute(newest).scalar_one_or_none()
    if text_hash is None:
        raise UsageError("publication_unknown", run=run_id, url=url)
    return text_hash


def _delegated(connection: Connection, delegation_id: int) -> DelegationRecord:
    row = connection.execute(select(delegations).where(delegations.c.id == delegation_id)).mappings().first()
    if row is None:
        raise UsageError("delegation_unknown", value=delegation_id)
    return _delegation(row)


def _delegation(row: RowMapping) -> DelegationRecord:
    return DelegationRecord(
        id=row["id"],
        delegator=row["delegator"],
        delegate=row["delegate"],
        lane=row["lane"],
        starts_at=utc(row["starts_at"]),
        ends_at=utc(row["ends_at"]),
        reason=row["reason"],
        created_at=utc(row["created_at"]),
        revoked_at=utc(row["revoked_at"]) if row["revoked_at"] else None,
    )


def _correction(row: RowMapping) -> CorrectionRecord:
    return CorrectionRecord(
        id=row["id"],
        run=row["run_id"],
        url=row["url"],
        text_hash=row["text_hash"],
        action=row["action"],
        reason=row["reason"],
        by=row["by"],
        asked_at=utc(row["asked_at"]),
        new_run=row["new_run"] or "",
    )
