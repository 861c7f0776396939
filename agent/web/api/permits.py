"""Who may use a route, and whose runs and accounts they may touch.

An employee meets only what is their own: anything else is not there, with the same words as what never was. Content
staff, reviewers and admins see every run; a run is changed by its owner, and one nobody owns by content staff.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Request

from agent.errors import UsageError
from agent.people import Role
from agent.record import RunRecord
from agent.web.access import require, services_of
from agent.web.api.problems import ApiError
from agent.web.identity import Identity, Scope
from agent.web.services import Services

__all__ = [
    "Serving",
    "changeable_run",
    "demand_speaker",
    "is_shared",
    "known_run",
    "may_see_all",
    "permit",
    "visible_run",
]

SEEING_ALL = (Role.CONTENT, Role.REVIEWER, Role.ADMIN)


def permit(scope: Scope | None, *roles: Role) -> Callable[[Request], Identity]:
    """Return a dependency that lets these roles through, and a token only if it has the scope."""
    demand = require(*roles)

    def allow(request: Request) -> Identity:
        identity = demand(request)
        if scope is not None and identity.scopes and scope not in identity.scopes:
            raise ApiError(403, "api_scope_missing", scope=scope)
        return identity

    allow.required_roles = roles  # type: ignore[attr-defined]
    allow.required_scope = scope  # type: ignore[attr-defined]
    return allow


def _services(request: Request) -> Services:
    return services_of(request)


Serving = Annotated[Services, Depends(_services)]


def may_see_all(identity: Identity) -> bool:
    """Tell whether somebody sees the runs of others."""
    return identity.is_any(*SEEING_ALL)


def visible_run(services: Services, identity: Identity, run_id: str) -> RunRecord:
    """Return a run by its whole id; one that is not theirs to see is as unknown as one that never was."""
    run = known_run(services, run_id)
    if run is None or not (may_see_all(identity) or (run.owner and run.owner == identity.user)):
        raise ApiError(404, "run_unknown", value=run_id)
    if run.erased_at is not None:
        raise UsageError("run_erased", run=run.id)
    return run


def changeable_run(services: Services, identity: Identity, run_id: str) -> RunRecord:
    """Return a run this person may change; raise 404 for one they do not see, 403 for one they only see."""
    run = visible_run(services, identity, run_id)
    unowned = not run.owner and identity.is_any(Role.CONTENT)
    if run.owner != identity.user and not unowned:
        raise ApiError(403, "api_run_not_yours", run=run.id)
    return run


def known_run(services: Services, run_id: str) -> RunRecord | None:
    """Return a run by its whole id, whoever owns it."""
    return services.store.find(run_id)


def demand_speaker(services: Services, identity: Identity, *, persona: str, account: str) -> None:
    """Refuse a persona or an account (ids) that is not this employee's; content staff speak for every one."""
    if identity.is_any(Role.CONTENT):
        return
    if account and account not in identity.accounts:
        raise ApiError(403, "api_account_not_yours", account=account)
    own = {services.workspace.account(name).persona for name in identity.accounts} | {identity.persona}
    if persona and persona not in own:
        raise ApiError(403, "api_persona_not_yours", persona=persona)


def is_shared(services: Services) -> bool:
    """Tell whether other processes may work on the same record."""
    return bool(services.settings.database.get_secret_value())
