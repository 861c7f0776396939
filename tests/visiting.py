"""Applications with people of every role, and clients that ask as one of them, by whatever way people sign in there."""

import dataclasses
import secrets
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime, timedelta
from functools import partial

from starlette.testclient import TestClient

from agent.people import Person, Role
from agent.settings import Settings
from agent.web.app import build_app
from agent.web.guards.forgery import HEADER
from agent.web.identity import SCOPES, Identity
from agent.web.services import open_services
from agent.web.signin.keys import digest_of
from agent.web.signin.loopback import WHO_COOKIE
from agent.web.signin.tokens import issue
from agent.workspace import load_workspace

ADDRESS = "http://127.0.0.1:8787"
CLIENT_SECRET = "client-geheimnis"
SECRET = "ein-geheimnis-nur-fuer-diese-tests-0123456789"
NOW = datetime(2026, 11, 24, 4, tzinfo=UTC)
TODAY = date(2026, 11, 24)
PEOPLE = (
    *(Person(id=role.value, name=f"只有{role.value}", roles=(role,)) for role in Role),
    Person(id="left", name="走了的人", roles=tuple(Role), left_on=TODAY),
    Person(id="leaving", name="明天走的人", left_on=TODAY + timedelta(days=1)),
)
PROXY = {"sign_in": "proxy", "address": ADDRESS, "proxy_sources": ("10.0.3.7", "10.0.4.0/24")}
OIDC = {"sign_in": "oidc", "address": ADDRESS, "oidc_issuer": "http://127.0.0.1:1", "oidc_client_id": "kosnote"}


def client_of(app, *, peer="127.0.0.1", **given):
    """Return a client on this machine that follows no redirect, without a server of its own."""
    return TestClient(app, base_url=ADDRESS, client=(peer, 50000), follow_redirects=False, **given)


def seated(app, who):
    """Return a client that sits at a single-user server as somebody and may change things."""
    proof = app.state.keys.proof(Identity(user=who, name="", roles=(), way="loopback"))
    return client_of(app, cookies={WHO_COOKIE: who}, headers={HEADER: proof})


class Visiting:
    """Open applications and ask them as several people."""

    def __init__(self, home, stack):
        self.home = home
        self.now = NOW
        self.today = TODAY
        self._stack = stack

    def settings(self, **web):
        secrets = {"web_secret": SECRET, "oidc_client_secret": CLIENT_SECRET}
        return Settings(home=self.home, author="offline", web={"port": 0, **web}, **secrets)

    def open(self, settings=None, *, pages=False, people=PEOPLE, routes=lambda app: None):
        """Open an application, its services too; `routes` may add some."""
        bank = dataclasses.replace(load_workspace(None), people=people)
        opened = partial(open_services, now=lambda: self.now, today=lambda: self.today)
        app = build_app(bank, settings or self.settings(**OIDC), pages=pages, services=opened)
        routes(app)
        app.state.portal = self._stack.enter_context(client_of(app)).portal
        return app

    def stranger(self, app, **given):
        """Return a client nobody knows."""
        client = client_of(app, **given)
        client.portal = app.state.portal
        return client

    def seated(self, app, who):
        """Return somebody at a single-user server."""
        client = seated(app, who)
        client.portal = app.state.portal
        return client

    def signed_in(self, app, who, **given):
        """Return somebody with a session, as the sign-in would have begun it."""
        client, token = self.stranger(app, **given), secrets.token_urlsafe(32)
        lasts = timedelta(seconds=app.state.settings.web.session_seconds)
        digest = digest_of(token)
        app.state.services.store.access.open_session(
            digest, user=who, way="oidc", created_at=self.now, expires_at=self.now + lasts
        )
        client.cookies.set("kosnote_session", app.state.keys.sign(token), domain="127.0.0.1")
        client.headers[HEADER] = app.state.keys.proof(Identity(user=who, name="", roles=(), session=digest))
        return client

    def token(self, app, who, *, scopes=SCOPES, days=1):
        """Return the text of a new token of somebody."""
        store = app.state.services.store
        return issue(store, user=who, name="接口", scopes=scopes, by=who, at=self.now, days=days)[1]

    def bearing(self, app, who, **given):
        """Return a client with a token of somebody."""
        return self.stranger(app, headers={"Authorization": f"Bearer {self.token(app, who, **given)}"})


def visiting(home):
    """Yield a `Visiting` and close what it opened."""
    with ExitStack() as stack:
        yield Visiting(home, stack)


@contextmanager
def pages_anew():
    """Let an application with pages be built though one was before in this process: NiceGUI keeps them globally."""
    from nicegui.client import Client
    from nicegui.testing.general import nicegui_reset_globals

    with nicegui_reset_globals():
        try:
            yield
        finally:
            Client.page_routes.clear()  # it would unload the modules of these pages, and with them the whole package
