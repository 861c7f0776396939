"""Who may pass: read the identity of a request, and demand roles on a route."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import HTTPException, Request
from starlette.requests import HTTPConnection

from agent.people import Role
from agent.web.identity import Identity
from agent.web.services import Services

__all__ = ["identity_of", "require", "services_of"]


def identity_of(connection: HTTPConnection) -> Identity | None:
    """Return who asks, as the access middleware found out; None when nobody is signed in."""
    identity: Identity | None = getattr(connection.state, "identity", None)
    return identity


def services_of(connection: HTTPConnection) -> Services:
    """Return what the server works with, as a page or a route needs it."""
    services: Services = connection.app.state.services
    return services


def require(*roles: Role) -> Callable[[Request], Identity]:
    """Return a dependency that lets only these roles through: 401 for nobody, 403 for somebody else."""

    def demand(request: Request) -> Identity:
        identity = identity_of(request)
        if identity is None:
            raise HTTPException(401, "unauthenticated")
        if not identity.is_any(*roles):
            raise HTTPException(403, "forbidden")
        return identity

    demand.required_roles = roles  # type: ignore[attr-defined]  # what the tests of every route read
    return demand
