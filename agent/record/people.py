"""What the record holds of a person beside notes and threads, from sign-ins to delegations, and its erasure.

What somebody decided about another's note stays: who approved what is what the record is kept for.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Table, case, delete, func, or_, select, update

from agent.models import Frozen
from agent.record.access_log import unname_access
from agent.record.database import Database
from agent.record.desk_tables import access_events, api_tokens, delegations, notices, web_sessions
from agent.record.erasure import scrub
from agent.record.tables import runs
from agent.record.vouching import new_salt, vouch_delegation

__all__ = ["PersonHeld", "PersonStore"]


class PersonHeld(Frozen):
    """Count what is held of a person; `runs` are the ones they own, oldest first."""

    runs: tuple[str, ...] = ()
    sessions: int = 0
    tokens: int = 0
    notices: int = 0
    delegations: int = 0
    access: int = 0

    def __bool__(self) -> bool:
        """Tell whether anything is held."""
        return self != PersonHeld()


class PersonStore:
    """Look up and erase what one database holds of a person."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def held(self, user: str) -> PersonHeld:
        """Return what is held of this person."""
        owned = select(runs.c.id).where(runs.c.owner == user, runs.c.erased_at.is_(None)).order_by(runs.c.created_at)
        with self._database.reading() as connection:
            return PersonHeld(
                runs=tuple(connection.execute(owned).scalars()),
                sessions=_count(connection, web_sessions, web_sessions.c.user_id == user),
                tokens=_count(connection, api_tokens, api_tokens.c.user_id == user),
                notices=_count(connection, notices, notices.c.recipient == user),
                delegations=_count(connection, delegations, _between(user)),
                access=_count(connection, access_events, _done_to_or_by(user)),
            )

    def forget(self, user: str, *, erased_at: datetime) -> None:
        """Erase all that but the runs, and clean the file.

        A delegation ends and keeps its days without a name; what was done to somebody's access keeps what and when.
        """
        with self._database.writing() as connection:
            connection.execute(delete(web_sessions).where(web_sessions.c.user_id == user))
            connection.execute(delete(api_tokens).where(api_tokens.c.user_id == user))
            connection.execute(update(api_tokens).where(api_tokens.c.created_by == user).values(created_by=""))
            connection.execute(delete(notices).where(notices.c.recipient == user))
            for number in connection.execute(select(delegations.c.id).where(_between(user))).scalars().all():
                _unname(connection, number, user, erased_at)
            unname_access(connection, user, erased_at)
        with self._database.explained():
            scrub(self._database.engine, self._database.where)


def _between(user: str) -> ColumnElement[bool]:
    return or_(delegations.c.delegator == user, delegations.c.delegate == user)


def _done_to_or_by(user: str) -> ColumnElement[bool]:
    return or_(access_events.c.user_id == user, access_events.c.done_by == user)


def _unname(connection: Connection, number: int, user: str, at: datetime) -> None:
    """Take a person out of a delegation and vouch for it anew; without its old salt nobody can tell what it said."""
    blank = {name: case((column == user, ""), else_=column) for name, column in _NAMED.items()}
    ended = func.coalesce(delegations.c.revoked_at, at)
    gone = update(delegations).where(delegations.c.id == number)
    connection.execute(gone.values(**blank, reason="", salt=new_salt(), revoked_at=ended))
    vouch_delegation(connection, number, at)


_NAMED = {"delegator": delegations.c.delegator, "delegate": delegations.c.delegate}


def _count(connection: Connection, table: Table, where: ColumnElement[bool]) -> int:
    return connection.execute(select(func.count()).select_from(table).where(where)).scalar_one()
