"""Ways in other than a provider: a trusted proxy, sessions, tokens; and servers that refuse to start without set-up."""

from datetime import timedelta

import pytest
import visiting as visits
from starlette.responses import JSONResponse
from starlette.routing import Route

from agent.errors import ConfigurationError
from agent.settings import Settings
from agent.web.identity import SCOPES
from agent.web.serving import demand_safe
from agent.web.signin.keys import Keys, digest_of
from agent.web.signin.setup import demand_set_up


async def who(request):
    identity = request.state.identity
    return JSONResponse({"who": identity.user, "way": identity.way, "scopes": identity.scopes, "roles": identity.roles})


def routes(app):
    app.router.routes[:0] = [Route("/who-am-i", who), Route("/api/who-am-i", who)]


@pytest.fixture
def open_app(visiting):
    return lambda way=visits.OIDC, **web: visiting.open(visiting.settings(**{**way, **web}), routes=routes)


@pytest.fixture
def app(open_app):
    return open_app()


# a trusted proxy


@pytest.fixture
def proxied(open_app, visiting):
    app = open_app(visits.PROXY)

    def ask(*names, peer="10.0.3.7", header="X-Forwarded-User"):
        return visiting.stranger(app, peer=peer).get("/who-am-i", headers=[(header, name) for name in names])

    return ask


@pytest.mark.parametrize("peer", ["10.0.3.7", "10.0.4.200", "::ffff:10.0.3.7"])
def test_the_proxy_is_believed_from_its_own_addresses(proxied, peer):
    assert proxied("employee", peer=peer).json() == {
        "who": "employee", "way": "proxy", "scopes": [], "roles": ["employee"],
    }  # fmt: skip


@pytest.mark.parametrize("peer", ["10.0.3.8", "127.0.0.1", "10.0.5.1", "::1", "not-an-address", ""])
def test_the_header_means_nothing_from_anywhere_else(proxied, peer):
    assert proxied("admin", peer=peer).status_code == 303


def test_what_a_client_says_about_its_address_makes_it_no_proxy(open_app, visiting):
    client = visiting.stranger(open_app(visits.PROXY), peer="192.0.2.1")
    claimed = {"X-Forwarded-User": "admin", "X-Forwarded-For": "10.0.3.7", "X-Real-IP": "10.0.3.7"}
    assert client.get("/who-am-i", headers=claimed).status_code == 303


@pytest.mark.parametrize("names", [("employee", "admin"), ("employee,admin",), ("employee, admin",), ("",), ()])
def test_several_names_or_none_are_nobody(proxied, names):
    assert proxied(*names).status_code == 303


@pytest.mark.parametrize("name", ["left", "nobody", "Employee"])
def test_the_proxy_cannot_name_who_is_unknown_or_gone(proxied, name):
    assert proxied(name).status_code == 303


def test_the_header_means_nothing_when_people_sign_in_otherwise(open_app, visiting):
    app = open_app(proxy_sources=("10.0.3.7",))
    client = visiting.stranger(app, peer="10.0.3.7")
    assert client.get("/who-am-i", headers={"X-Forwarded-User": "admin"}).status_code == 303


# sessions


def test_a_session_ends_with_sign_out_in_every_process_that_shares_the_record(visiting, app, open_app):
    client = visiting.signed_in(app, "employee")
    other = visiting.stranger(open_app(), cookies={"kosnote_session": client.cookies["kosnote_session"]})
    assert other.get("/who-am-i").json()["who"] == "employee"
    answer = client.post("/sign-out")
    assert answer.status_code == 200 and 'kosnote_session=""' in answer.headers["set-cookie"]
    assert other.get("/who-am-i").status_code == 303


def test_a_session_ends_with_its_time_and_with_its_person(visiting, app):
    client, leaving = visiting.signed_in(app, "employee"), visiting.signed_in(app, "leaving")
    assert leaving.get("/who-am-i").json()["who"] == "leaving"
    visiting.today += timedelta(days=1)
    assert leaving.get("/who-am-i").status_code == 303
    visiting.now += timedelta(seconds=app.state.settings.web.session_seconds)
    assert client.get("/who-am-i").status_code == 303


@pytest.mark.parametrize("change", [lambda cookie: cookie[:-1], lambda cookie: "x" + cookie, lambda cookie: ""])
def test_a_cookie_somebody_changed_is_none(visiting, app, change):
    cookie = visiting.signed_in(app, "employee").cookies["kosnote_session"]
    stranger = visiting.stranger(app, cookies={"kosnote_session": change(cookie)})
    assert stranger.get("/who-am-i").status_code == 303


def test_a_digest_read_from_the_record_is_no_cookie(visiting, app):
    visiting.signed_in(app, "employee")
    (held,) = app.state.services.store.access.sessions(at=visiting.now)
    for value in (held.digest, Keys(Settings(web_secret="r" * 40)).sign("geraten")):
        assert visiting.stranger(app, cookies={"kosnote_session": value}).get("/who-am-i").status_code == 303


def test_the_cookie_is_for_https_and_its_host_alone_where_there_is_https(visiting, open_app):
    from starlette.requests import Request
    from starlette.responses import Response

    from agent.web.signin.sessions import Sessions

    app, answer = open_app(address="https://notes.example.com"), Response()
    sessions = Sessions(app.state.workspace, app.state.settings.web, app.state.keys)
    request = Request({"type": "http", "headers": [], "app": app})
    app.state.portal.call(sessions.begin, request, answer, visits.PEOPLE[0], "oidc")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-kosnote=") and {"Secure", "HttpOnly", "Path=/"} <= set(cookie.split("; "))
    assert "Domain" not in cookie


def test_signing_in_again_begins_a_new_session_and_ends_the_old_one(visiting, app):
    from starlette.requests import Request
    from starlette.responses import Response

    from agent.web.signin.sessions import Sessions

    old = visiting.signed_in(app, "employee").cookies["kosnote_session"]
    sessions = Sessions(app.state.workspace, app.state.settings.web, app.state.keys)
    request = Request({"type": "http", "headers": [(b"cookie", f"kosnote_session={old}".encode())], "app": app})
    app.state.portal.call(sessions.begin, request, Response(), visits.PEOPLE[0], "oidc")
    (held,) = app.state.services.store.access.sessions(at=visiting.now)
    assert held.digest != app.state.keys.digest_of_cookie(old)


# tokens


def test_a_token_is_its_person_within_its_scopes(visiting, app):
    answer = visiting.bearing(app, "reviewer", scopes=("draft",)).get("/api/who-am-i").json()
    assert answer == {"who": "reviewer", "way": "token", "scopes": ["draft"], "roles": ["reviewer"]}


def test_a_token_opens_the_api_and_no_page(visiting, app):
    assert visiting.bearing(app, "admin").get("/who-am-i").status_code == 303


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text[:-1],
        lambda text: text.replace("kn_", "kx_"),
        lambda text: text.rsplit("_", 1)[0],
        lambda text: text.replace("kn_", "kn__"),
        lambda text: "",
        lambda text: "kn_",
        lambda text: digest_of(text),
    ],
)
def test_a_token_somebody_changed_is_none(visiting, app, change):
    text = change(visiting.token(app, "admin"))
    assert visiting.stranger(app).get("/api/who-am-i", headers={"Authorization": f"Bearer {text}"}).status_code == 401


def test_a_wrong_token_is_not_saved_by_a_good_cookie(visiting, app):
    client = visiting.signed_in(app, "employee")
    assert client.get("/api/who-am-i", headers={"Authorization": "Bearer kn_x_y"}).status_code == 401


def test_a_token_ends_when_it_is_revoked_when_it_is_over_and_when_its_person_leaves(visiting, app):
    tokens = {
        "revoked": visiting.token(app, "employee", days=3),
        "over": visiting.token(app, "employee", days=1),
        "left": visiting.token(app, "leaving", days=3),
        "good": visiting.token(app, "employee", days=3),
    }

    def refused():
        bearer = {name: {"Authorization": f"Bearer {text}"} for name, text in tokens.items()}
        ask = visiting.stranger(app).get
        return {name for name, sent in bearer.items() if ask("/api/who-am-i", headers=sent).status_code == 401}

    assert refused() == set()
    app.state.services.store.access.revoke_token(tokens["revoked"].split("_")[1], at=visiting.now, by="admin")
    assert refused() == {"revoked"}
    visiting.now += timedelta(days=1)
    visiting.today += timedelta(days=1)
    assert refused() == {"revoked", "over", "left"}


def test_the_text_of_a_token_is_nowhere_in_the_record(visiting, app, tmp_path):
    secret = visiting.token(app, "employee").split("_", 2)[2]
    kept = b"".join(path.read_bytes() for path in (tmp_path / "home").rglob("*") if path.is_file())
    assert digest_of(secret).encode() in kept and secret.encode() not in kept


def test_a_token_has_a_scope_that_exists(visiting, app):
    for scopes in ((), ("everything",)):
        with pytest.raises(AssertionError):
            visiting.token(app, "employee", scopes=scopes)
    assert visiting.token(app, "employee", scopes=SCOPES).startswith("kn_")


# set-up


def refusal(visiting, secret=visits.SECRET, **web):
    with pytest.raises(ConfigurationError) as caught:
        demand_set_up(Settings(home=visiting.home, web_secret=secret, web=web))
    assert caught.value.hint and visits.SECRET not in str(caught.value)
    return caught.value.code


@pytest.mark.parametrize("way", [visits.OIDC, visits.PROXY])
def test_a_sign_in_without_its_secret_or_address_does_not_start(visiting, way):
    assert refusal(visiting, secret="", **way) == "web_secret_missing"
    assert refusal(visiting, secret="kurz", **way) == "web_secret_short"
    assert refusal(visiting, **{**way, "address": ""}) == "web_address_missing"
    for address in ("http://notes.example.com", "notes.example.com", "ftp://127.0.0.1", "https://"):
        assert refusal(visiting, **{**way, "address": address}) == "web_address_open"


def test_a_provider_that_is_not_named_does_not_start(visiting):
    assert refusal(visiting, **{**visits.OIDC, "oidc_issuer": ""}) == "web_address_missing"
    assert refusal(visiting, **{**visits.OIDC, "oidc_issuer": "http://login.example.com"}) == "web_address_open"
    assert refusal(visiting, **{**visits.OIDC, "oidc_client_id": ""}) == "oidc_client_missing"


def test_a_proxy_anybody_could_be_does_not_start(visiting):
    assert refusal(visiting, **{**visits.PROXY, "proxy_sources": ()}) == "proxy_sources_missing"
    for source in ("proxy.example.com", "10.0.0.0/33", ""):
        assert refusal(visiting, **{**visits.PROXY, "proxy_sources": (source,)}) == "proxy_source_wrong"


def test_an_application_of_such_settings_is_not_built(visiting):
    with pytest.raises(ConfigurationError):
        visiting.open(visiting.settings(**{**visits.PROXY, "proxy_sources": ()}))


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "notes.example.com"])
def test_a_single_machine_listens_on_no_other_address(visiting, host):
    with pytest.raises(ConfigurationError) as caught:
        demand_safe(visiting.settings(host=host))
    assert caught.value.code == "serve_public_loopback"
    demand_safe(visiting.settings(**visits.PROXY, host=host))


def test_a_single_machine_needs_no_set_up(visiting):
    demand_set_up(Settings(home=visiting.home))
    demand_safe(Settings(home=visiting.home))
