"""API tokens: `Authorization: Bearer kn_…`, for routes under /api alone. The secret is shown once and never kept."""

from __future__ import annotations

import asyncio
import secrets
from datetime import datetime, timedelta

from starlette.requests import HTTPConnection

from agent.errors import UsageError
from agent.record import Store
from agent.record.values import TokenRecord
from agent.web.access import services_of
from agent.web.identity import FOR_OTHERS, SCOPES, Identity
from agent.web.signin.keys import digest_of
from agent.web.signin.persons import identity_for, person_of
from agent.workspace import Workspace

__all__ = ["Tokens", "bearer_of", "issue"]

PREFIX = "kn"


class Tokens:
    """Find out whose token a request carries."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    async def __call__(self, connection: HTTPConnection) -> Identity | None:
        """Return the token's person, limited to its scopes; None for a token that is unknown, over or revoked."""
        prefix, token_id, secret = (*bearer_of(connection).split("_", 2), "", "")[:3]
        if prefix != PREFIX or not token_id or not secret:
            return None
        services = services_of(connection)
        held = await asyncio.to_thread(
            services.store.access.token, token_id, digest=digest_of(secret), at=services.now()
        )
        person = person_of(self._workspace, held.user, on=services.today()) if held else None
        return identity_for(person, "token", scopes=held.scopes) if held and person else None


def bearer_of(connection: HTTPConnection) -> str:
    """Return the bearer token a request carries; empty without one."""
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def issue(
    store: Store, *, user: str, name: str, scopes: tuple[str, ...], by: str, at: datetime, days: int
) -> tuple[TokenRecord, str]:
    """Make a token and return it with the text its holder sends: that text can never be read again.

    Raises `UsageError` when somebody makes one for somebody else with which they could act as that person.
    """
    assert scopes and set(scopes) <= set(SCOPES), scopes
    if user != by and not set(scopes) <= set(FOR_OTHERS):
        raise UsageError("token_for_another", user=user)
    token_id, secret = secrets.token_hex(8), secrets.token_urlsafe(32)
    token = TokenRecord(
        id=token_id,
        user=user,
        name=name,
        scopes=scopes,
        created_by=by,
        created_at=at,
        expires_at=at + timedelta(days=days),
    )
    store.access.add_token(token, digest=digest_of(secret))
    return token, f"{PREFIX}_{token_id}_{secret}"
