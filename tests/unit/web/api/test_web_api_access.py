"""Who may use which route: one table, and a route that is not in it fails."""

import pytest
from fastapi.routing import iter_route_contexts
from visiting import client_of

from agent.people import Role
from agent.settings import Settings
from agent.web.app import build_app
from agent.web.guards.forgery import HEADER
from agent.web.identity import SCOPES, Identity
from agent.web.signin.loopback import Loopback
from agent.workspace import load_workspace

EVERYBODY = frozenset(Role)
WRITERS = frozenset({Role.EMPLOYEE, Role.CONTENT})
INSIDERS = frozenset({Role.CONTENT, Role.REVIEWER, Role.ADMIN})
REVIEWERS = frozenset({Role.REVIEWER})
TABLE = {
    "POST /check": ("check", EVERYBODY),
    "POST /checks": ("check", EVERYBODY),
    "POST /runs": ("draft", WRITERS),
    "GET /runs": ("runs", EVERYBODY),
    "GET /runs/{run_id}": ("runs", EVERYBODY),
    "GET /runs/{run_id}/versions": ("runs", EVERYBODY),
    "GET /runs/{run_id}/events": ("runs", EVERYBODY),
    "POST /runs/{run_id}/resume": ("runs", WRITERS),
    "POST /runs/{run_id}/edit": ("runs", WRITERS),
    "POST /runs/{run_id}/submit": ("runs", WRITERS),
    "POST /runs/{run_id}/publications": ("runs", WRITERS),
    "POST /threads": ("draft", WRITERS),
    "GET /threads": ("draft", WRITERS),
    "GET /threads/{thread_id}": ("draft", WRITERS),
    "DELETE /threads/{thread_id}": ("draft", WRITERS),
    "POST /threads/{thread_id}/turns": ("draft", WRITERS),
    "POST /runs/{run_id}/release": ("runs", WRITERS),
    "POST /runs/{run_id}/retractions": ("runs", EVERYBODY),
    "POST /runs/{run_id}/corrections": ("runs", EVERYBODY),
    "GET /review/queue": ("review", INSIDERS),
    "GET /review/{run_id}": ("review", INSIDERS),
    "POST /review/{run_id}/decision": ("review", REVIEWERS),
    "POST /review/{run_id}/waivers": ("review", REVIEWERS),
    "POST /review/{run_id}/waivers/{waiver}/second": ("review", REVIEWERS),
    "GET /delegations": ("review", REVIEWERS | {Role.ADMIN}),
    "POST /delegations": ("review", REVIEWERS),
    "POST /delegations/{delegation}/revoke": ("review", REVIEWERS | {Role.ADMIN}),
    "GET /notices": ("runs", EVERYBODY),
    "POST /notices/seen": ("runs", EVERYBODY),
    "GET /me": (None, EVERYBODY),
    "GET /facts": ("facts", EVERYBODY),
    "GET /facts/{fact_id}": ("facts", EVERYBODY),
    "GET /products": ("facts", EVERYBODY),
    "GET /accounts": ("facts", EVERYBODY),
    "GET /accounts/{account_id}": ("facts", EVERYBODY),
    "GET /personas": ("facts", EVERYBODY),
    "GET /openapi.json": (None, EVERYBODY),
    "GET /docs": (None, EVERYBODY),
}
TEXT = {"text_hash": "sha256:" + "0" * 64}
WITHDRAWN = {"url": "https://xhslink.com/a", "reason": "写错了"}
BODIES = {
    "POST /threads/{thread_id}/turns": {"key": "k1", "text": "你好"},
    "POST /runs/{run_id}/release": TEXT,
    "POST /runs/{run_id}/retractions": WITHDRAWN,
    "POST /runs/{run_id}/corrections": WITHDRAWN,
    "POST /review/{run_id}/decision": {**TEXT, "decision": "approve"},
    "POST /review/{run_id}/waivers": {**TEXT, "finding": "1", "reason": "已核", "expires_on": "2026-12-01"},
    "POST /delegations": {},  # too little: whoever is let in is told so
    "POST /notices/seen": {"notices": [1]},
    "POST /check": {"text": "早上去植物园走了一圈"},
    "POST /checks": {"notes": [{"text": "早上去植物园走了一圈"}]},
    "POST /runs": {"topic": ""},  # too short: whoever is let in is told so
    "POST /runs/{run_id}/edit": TEXT,
    "POST /runs/{run_id}/submit": TEXT,
    "POST /runs/{run_id}/publications": {**TEXT, "url": "https://xhslink.com/a"},
}
each_route = pytest.mark.parametrize("route", TABLE)


@pytest.fixture(scope="module")
def asked_as(tmp_path_factory):
    """Ask as an identity of the test's own making, without a sign-in."""
    whose = []

    async def who(self, connection):
        return whose[-1]

    settings = Settings(home=tmp_path_factory.mktemp("access"), author="offline", web={"requests_per_minute": 100_000})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Loopback, "__call__", who)
        app = build_app(load_workspace(None), settings, pages=False)
        with client_of(app) as client:

            def ask(route, identity):
                whose.append(identity)
                method, path = route.split(" ")
                proof = {HEADER: app.state.keys.proof(identity)} if identity else {}
                body = BODIES.get(route)
                return client.request(method, f"/api/v1{path.format_map(_Any())}", json=body, headers=proof)

            ask.app = app
            yield ask


class _Any(dict):
    def __missing__(self, key):
        return "1"


def identity(*roles, scopes=()):
    return Identity(user="nobody", name="无名", roles=roles, scopes=scopes)


def routes_of(app):
    api = next(route.app for route in app.routes if getattr(route, "name", "") == "api")
    return {f"{method} {route.path}": route for route in iter_route_contexts(api.routes) for method in route.methods}


def permits_of(route):
    calls = [dependency.call for dependency in route.dependant.dependencies]
    return [call for call in calls if hasattr(call, "required_roles")]


def test_the_table_names_every_route_and_no_other(asked_as):
    assert set(routes_of(asked_as.app)) == set(TABLE)


@each_route
def test_a_route_declares_who_may_use_it(asked_as, route):
    (permit,) = permits_of(routes_of(asked_as.app)[route])
    scope, roles = TABLE[route]
    assert (permit.required_scope, frozenset(permit.required_roles) or EVERYBODY) == (scope, roles)


@each_route
def test_nobody_is_let_in_without_signing_in(asked_as, route):
    answer = asked_as(route, None)
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")


@each_route
@pytest.mark.parametrize("role", Role)
def test_a_role_is_let_in_or_not_as_the_table_says(asked_as, route, role):
    answer = asked_as(route, identity(role))
    if role in TABLE[route][1]:
        assert answer.status_code not in (401, 403, 405), answer.text
    else:
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


@each_route
def test_a_token_reaches_no_further_than_its_scopes(asked_as, route):
    needed, _ = TABLE[route]
    others = tuple(scope for scope in SCOPES if scope != needed)
    answer = asked_as(route, identity(*Role, scopes=others))
    if needed is None:
        assert answer.status_code == 200
    else:
        assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")
        assert asked_as(route, identity(*Role, scopes=(needed,))).status_code != 403


def test_every_scope_is_good_for_something():
    assert {scope for scope, _ in TABLE.values()} - {None} <= set(SCOPES)
