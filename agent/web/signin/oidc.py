"""OpenID Connect: authorization code with PKCE, state and nonce. What the provider signed in the ID token counts alone.

Between the two halves of a sign-in the browser keeps what belongs together in a signed cookie, for ten minutes and one
use. Whatever is wrong with an answer, nobody is signed in.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import httpx2
from authlib.integrations.starlette_client import OAuth
from itsdangerous import BadData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from agent.settings import Settings
from agent.web.access import services_of
from agent.web.plain import notice
from agent.web.signin.keys import Keys
from agent.web.signin.persons import is_here
from agent.web.signin.sessions import Sessions, is_https
from agent.workspace import Workspace

__all__ = ["CALLBACK", "OpenIdConnect"]

CALLBACK = "/sign-in/callback"
PASSING_COOKIE = "kosnote_passing"
PASSING_SECONDS = 600
PROVIDER_SECONDS = 10
LEEWAY_SECONDS = 60
SIGNED = frozenset(("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"))
ALGORITHMS = "id_token_signing_alg_values_supported"
logger = logging.getLogger(__name__)


class OpenIdConnect:
    """Send people to the provider and sign them in when they come back."""

    def __init__(self, workspace: Workspace, settings: Settings, keys: Keys, sessions: Sessions) -> None:
        web = settings.web
        self._people = {person.id: person for person in workspace.people}
        self._keys, self._sessions = keys, sessions
        self._issuer = web.oidc_issuer.rstrip("/")
        self._claim = web.oidc_user_claim
        self._callback = web.address.rstrip("/") + CALLBACK
        self._secure = is_https(web)
        logging.getLogger("authlib").setLevel(logging.INFO)  # below that it writes verifiers
        self._client = OAuth().register(
            "bank",
            client_id=web.oidc_client_id,
            client_secret=settings.oidc_client_secret.get_secret_value() or None,
            server_metadata_url=f"{self._issuer}/.well-known/openid-configuration",
            client_kwargs={
                "scope": "openid profile email",
                "code_challenge_method": "S256",
                "timeout": PROVIDER_SECONDS,
                **({} if settings.oidc_client_secret.get_secret_value() else {"token_endpoint_auth_method": "none"}),
            },
        )

    async def start(self, request: Request, *, goal: str) -> Response:
        """Lead to the provider; `goal` is where on this server to end."""
        request.scope["session"] = {}
        try:
            await self._meet_provider()
            response: Response = await self._client.authorize_redirect(request, self._callback)
        except Exception as error:  # unreachable, not JSON, somebody else: nothing begins
            return self._unreachable(request, error)
        passing = self._keys.passing.dumps({"goal": goal, "session": request.session})
        response.set_cookie(PASSING_COOKIE, passing, max_age=PASSING_SECONDS, **self._bounds())
        return response

    async def finish(self, request: Request) -> Response:
        """Sign in whom the provider vouches for, if they are one of the bank's people and here."""
        passing = self._passing(request)
        request.scope["session"] = passing.get("session", {})
        try:
            await self._meet_provider()
            claims = await self._claims(request)
        except httpx2.HTTPError as error:
            response = self._unreachable(request, error)
        except Exception as error:  # a wrong state, a used code, a bad signature: all refused alike
            logger.warning("a sign-in was refused: %s", type(error).__name__)
            response = notice(request, "refused_sign_in_failed", status=403)
        else:
            response = await self._admit(request, claims, goal=passing.get("goal", "/"))
        response.delete_cookie(PASSING_COOKIE, **self._bounds())
        return response

    async def _admit(self, request: Request, claims: Mapping[str, Any], *, goal: str) -> Response:
        person = self._people.get(str(claims.get(self._claim, "")))
        if person is None or (self._claim == "email" and claims.get("email_verified") is not True):
            return notice(request, "refused_unknown_person", status=403)
        if not is_here(person, services_of(request).today()):
            return notice(request, "refused_person_left", status=403)
        response = RedirectResponse(goal, status_code=303)
        await self._sessions.begin(request, response, person, "oidc")
        return response

    async def _meet_provider(self) -> None:
        """Read what the provider says of itself, once; raise `ValueError` when it is not who was set up."""
        known = await self._client.load_server_metadata()
        if str(known.get("issuer", "")).rstrip("/") != self._issuer:
            known.pop("_loaded_at")  # asked again next time
            raise ValueError("another issuer than the one that was set up")
        known[ALGORITHMS] = sorted(SIGNED.intersection(known.get(ALGORITHMS) or ["RS256"]))
        if not known[ALGORITHMS]:
            raise ValueError("no signature anybody could check")

    async def _claims(self, request: Request) -> Mapping[str, Any]:
        """Trade the code for an ID token and return its claims, checked; raise whatever is wrong with it."""
        known = self._client.server_metadata
        demanded = {
            "iss": {"essential": True, "values": [known["issuer"]]},
            "aud": {"essential": True, "values": [self._client.client_id]},
            "sub": {"essential": True},
            "exp": {"essential": True},
            "iat": {"essential": True},
        }
        token = await self._client.authorize_access_token(request, claims_options=demanded, leeway=LEEWAY_SECONDS)
        claims: Mapping[str, Any] = token["userinfo"]
        return claims

    def _passing(self, request: Request) -> dict[str, Any]:
        try:
            held: dict[str, Any] = self._keys.passing.loads(
                request.cookies.get(PASSING_COOKIE, ""), max_age=PASSING_SECONDS
            )
        except BadData:
            return {}
        return held

    def _unreachable(self, request: Request, error: Exception) -> Response:
        logger.error("the sign-in service cannot be used: %s", type(error).__name__)
        return notice(request, "refused_provider_down", status=502)

    def _bounds(self) -> dict[str, Any]:
        return {"path": "/sign-in", "secure": self._secure, "httponly": True, "samesite": "lax"}
