"""Every route there is: open by name, or closed to strangers and to every role it was not made for.

A new route fails here by its name until it says who may use it: `Depends(require(…))` for a route, `@private_page` for
a page. What is open to strangers is listed below and nowhere else.
"""

import re
from contextlib import contextmanager

import pytest
import visiting as visits
from fastapi import APIRouter, FastAPI
from fastapi.routing import iter_route_contexts
from starlette.routing import Mount, Route

from agent.people import Role
from agent.web.guards import paths

OPEN = {"/favicon.ico", "/sign-in", "/sign-in/start", "/sign-in/callback", "/healthz", "/readyz"}
ASSETS = re.compile(r"/_nicegui/[\d.]+/(static|libraries|components|resources|esm)(/.*)?")
SOCKET = "/_nicegui_ws"  # no identity, no connection: the tests of sockets
SIGNED_IN = re.compile(r"/_nicegui/[\d.]+/dynamic_resources/.*")  # the same for everybody signed in
CHECKED_INSIDE = {"/metrics": (Role.ADMIN,)}  # routes that check a role without `require`
METHODS = ("DELETE", "GET", "PATCH", "POST", "PUT")


def routes_of(app, prefix=""):
    """Yield (path, methods, route) of every route, those of mounted applications too."""
    for context in iter_route_contexts(app.routes):
        route = context.original_route
        if isinstance(route, Mount) and getattr(route.app, "routes", None):
            yield from routes_of(route.app, prefix + route.path)
        else:
            path = prefix + (context.path or "")
            yield path, sorted((context.methods or set()) & set(METHODS)) or ["GET"], context


def is_open(path):
    return path in OPEN or ASSETS.fullmatch(path) is not None


def roles_of(path, context):
    """Return the roles a route names; None when it says nothing. No roles named: everybody signed in."""
    from agent.web.pages.frame import PAGES

    if path in CHECKED_INSIDE or SIGNED_IN.fullmatch(path):
        return CHECKED_INSIDE.get(path, ())
    if context.endpoint.__module__ == "agent.web.pages.frame" and path in PAGES:
        return PAGES[path]
    waiting, named = [getattr(context.original_route, "dependant", None)], None
    while waiting:
        dependant = waiting.pop()
        if dependant is not None:
            named = getattr(dependant.call, "required_roles", named)
            waiting += dependant.dependencies
    return named


def fill(path):
    return re.sub(r"{[^}]*}", "1", path)


def wrong_answers(client, routes, right):
    answers = {
        f"{method} {path}": client.request(method, fill(path)) for path, methods, _ in routes for method in methods
    }
    return {name: answer.status_code for name, answer in answers.items() if not right(answer)}


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    """One application with its pages for the module."""
    with visits.pages_anew(), contextmanager(visits.visiting)(tmp_path_factory.mktemp("routes")) as visiting:
        settings = visiting.settings(**visits.OIDC, requests_per_minute=100_000, sign_ins_per_minute=100_000)
        yield visiting, visiting.open(settings, pages=True)


@pytest.fixture(scope="module")
def private(opened):
    found = [found for found in routes_of(opened[1]) if not is_open(found[0]) and found[0] != SOCKET]
    assert {"/", "/sign-out"} <= {path for path, _, _ in found}, "the walk does not reach pages and routes"
    return found


def test_a_route_is_open_by_name_or_says_who_may_use_it(private):
    silent = [path for path, _, context in private if roles_of(path, context) is None]
    assert not silent, f"these say nothing about who may use them: {silent}"


def test_a_route_that_says_nothing_is_found_at_any_depth(visiting):
    def careless(app):
        inner, outer = APIRouter(), APIRouter(prefix="/outer")
        inner.add_api_route("/leak", lambda: "everything")
        outer.include_router(inner)
        app.include_router(outer)
        app.mount("/mounted", FastAPI(routes=[Route("/leak", lambda request: None)]))

    app = visiting.open(routes=careless)
    silent = {path for path, _, context in routes_of(app) if not is_open(path) and roles_of(path, context) is None}
    assert silent >= {"/outer/leak", "/mounted/leak"}
    assert visiting.stranger(app).get("/outer/leak").status_code == 303


def test_what_is_open_here_is_what_the_server_leaves_open():
    assert paths.OPEN == OPEN


def test_a_stranger_is_turned_away_from_every_private_route(opened, private):
    visiting, app = opened

    def right(answer):
        led = answer.status_code == 303 and answer.headers["location"].startswith("/sign-in?next=/")
        return led or answer.status_code == 401

    assert not wrong_answers(visiting.stranger(app), private, right)


@pytest.mark.parametrize("role", Role)
def test_a_role_a_route_was_not_made_for_is_forbidden(opened, private, role):
    visiting, app = opened
    others = [found for found in private if (named := roles_of(found[0], found[2])) and role not in named]
    assert not wrong_answers(visiting.signed_in(app, role.value), others, lambda answer: answer.status_code == 403)


@pytest.mark.parametrize("person", ["left", "nobody"])
def test_who_left_or_is_unknown_is_a_stranger_even_with_a_session(opened, private, person):
    visiting, app = opened
    client = visiting.signed_in(app, person)
    assert not wrong_answers(client, private, lambda answer: answer.status_code in (303, 401))
