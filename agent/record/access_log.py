"""What was done to somebody's access: tokens made and revoked, sessions ended by another, roles given and taken.

Each is a row and a link of the audit, written in the transaction that does it. No token, digest or secret is in them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, case, insert, or_, select, update

from agent.record.desk_tables import access_events, api_tokens
from agent.record.moments import utc
from agent.record.values import AccessKind, AccessRecord, Break
from agent.record.vouching import new_salt, vouch_access

__all__ = ["about_token", "adopt_tokens", "events_about", "note_access", "note_roles", "token_breaks", "unname_access"]

NOTHING = "{}"


def note_access(
    connection: Connection, kind: AccessKind, *, user: str, by: str, at: datetime, about: Mapping[str, Any]
) -> None:
    """Write what was done to this person's access and by whom, and append it to the audit."""
    row = {"kind": kind, "user_id": user, "done_by": by, "about_json": _json(about), "at": at, "salt": new_salt()}
    made = connection.execute(insert(access_events).values(row).returning(access_events.c.id)).scalar_one()
    vouch_access(connection, made, at)


def note_roles(connection: Connection, roles: Mapping[str, Mapping[str, Any]], *, at: datetime) -> None:
    """Write by person what they may do, where it is not what was written last; who is listed no more may do nothing."""
    known = {row["user_id"]: row["about_json"] for row in _rows(connection) if row["kind"] == "roles"}
    now = {user: _json(about) for user, about in roles.items()}
    for user in sorted(known.keys() | now.keys()):
        if user and known.get(user, NOTHING) != now.get(user, NOTHING):
            note_access(connection, "roles", user=user, by="", at=at, about=roles.get(user, {}))


def about_token(row: RowMapping | Mapping[str, Any]) -> dict[str, Any]:
    """Return what is written of a token: its id, what it may do and until when."""
    expires = utc(row["expires_at"]).astimezone(UTC).isoformat()
    return {"token": row["id"], "scopes": json.loads(row["scopes_json"]), "expires_at": expires}


def events_about(connection: Connection, user: str | None = None) -> tuple[AccessRecord, ...]:
    """Return what was done, oldest first; to or by one person when they are named."""
    return tuple(_event(row) for row in _rows(connection) if user is None or user in (row["user_id"], row["done_by"]))


def unname_access(connection: Connection, user: str, at: datetime) -> None:
    """Take a person out of what was done, and vouch for it anew; without its old salt nobody can tell what it said."""
    columns = access_events.c
    theirs = or_(columns.user_id == user, columns.done_by == user)
    for number in connection.execute(select(columns.id).where(theirs).order_by(columns.id)).scalars().all():
        blank = {
            "user_id": case((columns.user_id == user, ""), else_=columns.user_id),
            "done_by": case((columns.done_by == user, ""), else_=columns.done_by),
            "about_json": case((columns.kind == "roles", NOTHING), else_=columns.about_json),
            "salt": new_salt(),
        }
        connection.execute(update(access_events).where(columns.id == number).values(blank))
        vouch_access(connection, number, at)


def token_breaks(connection: Connection) -> Iterator[Break]:
    """Name tokens nobody was seen making, that may do more than they were made for, hold on, or are gone."""
    rows = _rows(connection)
    made = {_token(row): row for row in rows if row["kind"] == "token_made"}
    ended = {_token(row) for row in rows if row["kind"] == "token_revoked"}
    for held in connection.execute(select(api_tokens).order_by(api_tokens.c.id)).mappings():
        event = made.pop(held["id"], None)
        if event is None:
            yield Break(code="audit_token_unvouched", kind="token", subject=held["id"])
        elif not _is_as_made(held, event) or (held["revoked_at"] is not None) != (held["id"] in ended):
            yield Break(code="audit_token_changed", kind="token", subject=held["id"])
    gone = (token for token, event in made.items() if event["user_id"])
    yield from (Break(code="audit_token_missing", kind="token", subject=token) for token in gone)


def adopt_tokens(connection: Connection) -> None:
    """Write of the tokens made before this was kept that they were made, and revoked if they were."""
    known = {_token(row) for row in _rows(connection)}
    for held in connection.execute(select(api_tokens).order_by(api_tokens.c.created_at)).mappings().all():
        if held["id"] in known:
            continue
        told = {"user": held["user_id"], "about": about_token(held)}
        note_access(connection, "token_made", by=held["created_by"], at=utc(held["created_at"]), **told)
        if held["revoked_at"] is not None:
            note_access(connection, "token_revoked", by="", at=utc(held["revoked_at"]), **told)


def _is_as_made(held: RowMapping, event: RowMapping) -> bool:
    said = {"user_id": held["user_id"], "done_by": held["created_by"], "about_json": _json(about_token(held))}
    return all(event[name] == value for name, value in said.items())


def _event(row: RowMapping) -> AccessRecord:
    return AccessRecord(
        kind=row["kind"],
        user=row["user_id"],
        by=row["done_by"],
        about=json.loads(row["about_json"]),
        at=utc(row["at"]),
    )


def _rows(connection: Connection) -> Sequence[RowMapping]:
    return connection.execute(select(access_events).order_by(access_events.c.id)).mappings().all()


def _token(row: RowMapping) -> str:
    token: str = json.loads(row["about_json"]).get("token", "")
    return token


def _json(about: Mapping[str, Any]) -> str:
    return json.dumps(about, ensure_ascii=False, sort_keys=True)
