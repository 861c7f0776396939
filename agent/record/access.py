"""Keep who is signed in and which tokens are out: digests only, so that whoever reads the database can use neither.

A session or a token that ended is not there for `session` and `token`; every process that shares the database sees it
end with the next request. Whoever gives or takes access goes into the audit in the same transaction.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from hmac import compare_digest
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, Table, Update, delete, insert, select, update

from agent.record.access_log import about_token, events_about, note_access, note_roles
from agent.record.database import Database
from agent.record.desk_tables import api_tokens, web_sessions
from agent.record.moments import utc
from agent.record.values import AccessRecord, SessionRecord, TokenRecord

__all__ = ["AccessStore"]

KEPT = timedelta(days=30)  # an ended session tells an admin what happened, then goes
NOTED = timedelta(minutes=1)  # how exact `used_at` is: no write for every request


class AccessStore:
    """Read and write the sessions and API tokens of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def open_session(
        self, digest: str, *, user: str, way: str, created_at: datetime, expires_at: datetime, replaces: str = ""
    ) -> None:
        """Keep a new session and end the one it `replaces`; sessions that ended a month ago are deleted."""
        row = {"digest": digest, "user_id": user, "content_json": json.dumps({"way": way})}
        with self._database.writing() as connection:
            connection.execute(delete(web_sessions).where(web_sessions.c.expires_at < created_at - KEPT))
            connection.execute(_ending(web_sessions, web_sessions.c.digest == replaces, created_at))
            connection.execute(insert(web_sessions).values(**row, created_at=created_at, expires_at=expires_at))

    def session(self, digest: str, *, at: datetime) -> SessionRecord | None:
        """Return a session that holds at this moment, else None."""
        query = select(web_sessions).where(web_sessions.c.digest == digest, _lasting(web_sessions, at))
        with self._database.reading() as connection:
            row = connection.execute(query).mappings().first()
        return _session(row) if row else None

    def sessions(self, *, at: datetime) -> tuple[SessionRecord, ...]:
        """Return the sessions that hold at this moment, newest first."""
        query = select(web_sessions).where(_lasting(web_sessions, at)).order_by(web_sessions.c.created_at.desc())
        with self._database.reading() as connection:
            return tuple(_session(row) for row in connection.execute(query).mappings())

    def end_session(self, digest: str, *, at: datetime, by: str) -> None:
        """End a session; one that is unknown or over stays as it is. That of somebody else goes into the audit."""
        with self._database.writing() as connection:
            _note_ended(connection, _end_sessions(connection, web_sessions.c.digest == digest, at), at=at, by=by)

    def add_token(self, token: TokenRecord, *, digest: str) -> None:
        """Keep a token by the digest of its secret."""
        row = {
            "id": token.id,
            "digest": digest,
            "user_id": token.user,
            "name": token.name,
            "scopes_json": json.dumps(token.scopes),
            "created_by": token.created_by,
            "created_at": token.created_at,
            "expires_at": token.expires_at,
        }
        with self._database.writing() as connection:
            connection.execute(insert(api_tokens).values(row))
            about, by, at = about_token(row), token.created_by, token.created_at
            note_access(connection, "token_made", user=token.user, by=by, at=at, about=about)

    def token(self, token_id: str, *, digest: str, at: datetime) -> TokenRecord | None:
        """Return a token that holds at this moment and has this digest, and note to the minute that it was used."""
        query = select(api_tokens).where(api_tokens.c.id == token_id, _lasting(api_tokens, at))
        with self._database.reading() as connection:
            row = connection.execute(query).mappings().first()
        if row is None or not compare_digest(row["digest"], digest):
            return None
        if row["used_at"] is None or utc(row["used_at"]) <= at - NOTED:
            with self._database.writing() as connection:
                connection.execute(update(api_tokens).where(api_tokens.c.id == token_id).values(used_at=at))
        return _token(row)

    def tokens(self, *, user: str | None = None) -> tuple[TokenRecord, ...]:
        """Return every token there was, or a person's, newest first; none can be used from what is returned."""
        query = select(api_tokens).order_by(api_tokens.c.created_at.desc(), api_tokens.c.id)
        if user is not None:
            query = query.where(api_tokens.c.user_id == user)
        with self._database.reading() as connection:
            return tuple(_token(row) for row in connection.execute(query).mappings())

    def revoke_token(self, token_id: str, *, at: datetime, by: str) -> None:
        """End a token; one that is unknown or over stays as it is."""
        with self._database.writing() as connection:
            _note_revoked(connection, _revoke_tokens(connection, api_tokens.c.id == token_id, at), at=at, by=by)

    def end_all_of(self, user: str, *, at: datetime, by: str) -> None:
        """End every session and token of a person, as when they leave.

        Both are ended before either goes into the audit: whoever holds its head waits for no session and no token.
        """
        with self._database.writing() as connection:
            ended = _end_sessions(connection, web_sessions.c.user_id == user, at)
            revoked = _revoke_tokens(connection, api_tokens.c.user_id == user, at)
            _note_ended(connection, ended, at=at, by=by)
            _note_revoked(connection, revoked, at=at, by=by)

    def note_roles(self, roles: Mapping[str, Mapping[str, Any]], *, at: datetime) -> None:
        """Keep by person what they may do, if it is not what it was when this was kept last."""
        with self._database.writing() as connection:
            note_roles(connection, roles, at=at)

    def events(self, user: str | None = None) -> tuple[AccessRecord, ...]:
        """Return what was done to people's access, oldest first; to or by one person when they are named."""
        with self._database.reading() as connection:
            return events_about(connection, user)


def _lasting(table: Table, at: datetime) -> ColumnElement[bool]:
    return table.c.revoked_at.is_(None) & (table.c.expires_at > at)


def _end_sessions(connection: Connection, which: ColumnElement[bool], at: datetime) -> Sequence[str]:
    """End sessions, and return whose they were."""
    return connection.execute(_ending(web_sessions, which, at).returning(web_sessions.c.user_id)).scalars().all()


def _revoke_tokens(connection: Connection, which: ColumnElement[bool], at: datetime) -> Sequence[RowMapping]:
    """End tokens, and return them."""
    return connection.execute(_ending(api_tokens, which, at).returning(*api_tokens.c)).mappings().all()


def _note_ended(connection: Connection, users: Iterable[str], *, at: datetime, by: str) -> None:
    for user in users:
        if user != by:
            note_access(connection, "session_ended", user=user, by=by, at=at, about={})


def _note_revoked(connection: Connection, tokens: Iterable[RowMapping], *, at: datetime, by: str) -> None:
    for row in tokens:
        note_access(connection, "token_revoked", user=row["user_id"], by=by, at=at, about=about_token(row))


def _ending(table: Table, which: ColumnElement[bool], at: datetime) -> Update:
    return update(table).where(which, table.c.revoked_at.is_(None)).values(revoked_at=at)


def _session(row: RowMapping) -> SessionRecord:
    return SessionRecord(
        digest=row["digest"],
        user=row["user_id"],
        way=json.loads(row["content_json"])["way"],
        created_at=utc(row["created_at"]),
        expires_at=utc(row["expires_at"]),
    )


def _token(row: RowMapping) -> TokenRecord:
    return TokenRecord(
        id=row["id"],
        user=row["user_id"],
        name=row["name"],
        scopes=tuple(json.loads(row["scopes_json"])),
        created_by=row["created_by"],
        created_at=utc(row["created_at"]),
        expires_at=utc(row["expires_at"]),
        used_at=utc(row["used_at"]) if row["used_at"] else None,
        revoked_at=utc(row["revoked_at"]) if row["revoked_at"] else None,
    )
