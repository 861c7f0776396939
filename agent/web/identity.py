"""Who is asking: settled once a request by the access middleware, read by every page and route."""

from __future__ import annotations

from typing import Literal

from agent.models import Frozen
from agent.people import Person, Role

__all__ = ["FOR_OTHERS", "SCOPES", "Identity", "Scope", "Way"]

Way = Literal["loopback", "oidc", "proxy", "token"]
Scope = Literal["draft", "check", "runs", "review", "facts", "metrics"]
SCOPES: tuple[Scope, ...] = ("draft", "check", "runs", "review", "facts", "metrics")
FOR_OTHERS: tuple[Scope, ...] = ("check", "facts", "metrics")  # nothing is done or read in anybody's name


class Identity(Frozen):
    """Name the person behind a request, what they may do, and how that was found out.

    `session` is the digest of the session (empty without one), `scopes` what a token is limited to (empty: everything
    its person may do).
    """

    user: str
    name: str
    roles: tuple[Role, ...]
    accounts: tuple[str, ...] = ()
    persona: str = ""
    way: Way = "loopback"
    session: str = ""
    scopes: tuple[str, ...] = ()

    def is_any(self, *roles: Role) -> bool:
        """Tell whether the person has one of these roles; with none named, anybody signed in will do."""
        return not roles or any(role in self.roles for role in roles)

    @property
    def person(self) -> Person:
        """Return who asks as everything under the web knows people."""
        return Person(id=self.user, name=self.name, roles=self.roles, accounts=self.accounts, persona=self.persona)
