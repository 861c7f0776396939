"""Let one worker at a time move a run on: who decides, edits or carries on claims it first, in the record.

A claim ends when it is given up, when its lease runs out, or (on one machine) when its holder has died.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import delete, insert, select, update

from agent.record.database import Database
from agent.record.desk_tables import claims
from agent.record.erasure import demand_kept
from agent.record.moments import utc
from agent.record.workers import is_gone

__all__ = ["Claimed", "Claims"]

Claimed = Literal["mine", "same", "other"]


class Claims:
    """Hand out the right to move a run of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def take(self, run_id: str, *, worker: str, purpose: str, now: datetime, seconds: float) -> Claimed:
        """Claim or renew a run; `same` when somebody is at this very thing, `other` when at something else.

        Raises `UsageError` for an erased run. The row of the run is locked first, so that of many one wins.
        """
        row = {"worker": worker, "purpose": purpose, "leased_until": now + timedelta(seconds=seconds)}
        with self._database.writing() as connection:
            demand_kept(connection, run_id)
            held = connection.execute(select(claims).where(claims.c.run_id == run_id)).mappings().first()
            if held is None:
                connection.execute(insert(claims).values(run_id=run_id, **row))
                return "mine"
            alive = utc(held["leased_until"]) >= now and not is_gone(self._database, held["worker"])
            if held["worker"] != worker and alive:
                return "same" if held["purpose"] == purpose else "other"
            connection.execute(update(claims).where(claims.c.run_id == run_id).values(**row))
            return "mine"

    def release(self, run_id: str, *, worker: str) -> None:
        """Give a run up; one that somebody else has taken over stays theirs."""
        mine = (claims.c.run_id == run_id) & (claims.c.worker == worker)
        with self._database.writing() as connection:
            connection.execute(delete(claims).where(mine))
