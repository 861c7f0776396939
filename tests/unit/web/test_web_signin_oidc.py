"""Sign-in with OpenID Connect, over HTTP against a provider that is not ours."""

import base64
import json
import logging
import re
import warnings
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
import visiting as visits
from starlette.responses import JSONResponse
from starlette.routing import Route

with warnings.catch_warnings():  # the provider still uses a module that Authlib is about to drop
    warnings.simplefilter("ignore")
    import oidc_provider_mock

pytestmark = [
    pytest.mark.block_network(allowed_hosts=["127.0.0.1", "::1", "localhost"]),
    pytest.mark.filterwarnings("ignore:get_jwt_config:DeprecationWarning"),  # the provider, not us
    pytest.mark.filterwarnings("ignore:.*:authlib.deprecate.AuthlibDeprecationWarning"),
]
SESSION = "kosnote_session"


@pytest.fixture
def provider():
    """Run a provider on this machine; call it with what differs."""
    running = []

    def start(**given):
        running.append(oidc_provider_mock.run_server_in_thread(require_nonce=True, **given))
        return f"http://localhost:{running[-1].__enter__().server_port}"

    yield start
    for server in running:
        server.__exit__(None, None, None)


@pytest.fixture
def open_bank(visiting):
    def call(issuer, **web):
        return visiting.open(visiting.settings(**{**visits.OIDC, "oidc_issuer": issuer, **web}))

    return call


@pytest.fixture
def bank(open_bank, provider):
    return open_bank(provider())


def begin(client, goal="/chat"):
    """Return where the provider asks for the person."""
    answer = client.get("/sign-in/start", params={"next": goal})
    assert answer.status_code == 302, answer.text
    return answer.headers["location"]


def agree(address, who):
    """Say at the provider who one is; return the path it leads back to."""
    answer = httpx2.post(address, data={"sub": who})
    assert answer.status_code == 302, answer.text
    back = answer.headers["location"]
    assert back.startswith(f"{visits.ADDRESS}/sign-in/callback?")
    return back.removeprefix(visits.ADDRESS)


def refused(answer, key):
    from agent.web.words import Words

    return answer.status_code in (403, 502) and Words("zh")(key) in answer.text and SESSION not in answer.cookies


def test_a_person_signs_in_and_ends_where_they_wanted_to_go(visiting, bank):
    client = visiting.stranger(bank)
    answer = client.get(agree(begin(client), "employee"))
    assert (answer.status_code, answer.headers["location"]) == (303, "/chat")
    cookie = next(value for value in answer.headers.get_list("set-cookie") if value.startswith(SESSION))
    assert {"HttpOnly", "SameSite=lax", "Path=/"} <= {part.strip() for part in cookie.split(";")}
    held = bank.state.services.store.access.sessions(at=visiting.now)
    assert [(session.user, session.way) for session in held] == [("employee", "oidc")]
    assert client.get("/sign-in").status_code == 303


def test_the_provider_is_asked_with_pkce_a_state_and_a_nonce(visiting, bank):
    asked = parse_qs(urlsplit(begin(visiting.stranger(bank))).query)
    assert asked["code_challenge_method"] == ["S256"] and asked["response_type"] == ["code"]
    assert all(len(asked[name][0]) >= 16 for name in ("state", "nonce", "code_challenge"))


def test_the_verifier_is_sent_and_the_secret_is_not_in_the_address(visiting, open_bank, endpoint_of):
    issuer, asked = endpoint_of()
    client = visiting.stranger(open_bank(issuer))
    begin_at = begin(client)
    client.get(f"/sign-in/callback?code=c&state={parse_qs(urlsplit(begin_at).query)['state'][0]}")
    sent = parse_qs(asked[-1].decode())
    challenge = parse_qs(urlsplit(begin_at).query)["code_challenge"][0]
    assert len(sent["code_verifier"][0]) >= 43 and sent["code_verifier"][0] not in begin_at and challenge in begin_at


@pytest.mark.parametrize("goal", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_a_sign_in_leads_nowhere_else(visiting, bank, goal):
    client = visiting.stranger(bank)
    assert client.get(agree(begin(client, goal), "employee")).headers["location"] == "/"


def test_a_wrong_state_signs_nobody_in(visiting, bank):
    client = visiting.stranger(bank)
    back = re.sub(r"state=[^&]+", "state=geraten", agree(begin(client), "employee"))
    assert refused(client.get(back), "refused_sign_in_failed")


def test_a_sign_in_somebody_else_began_signs_nobody_in(visiting, bank):
    back = agree(begin(visiting.stranger(bank)), "employee")
    assert refused(visiting.stranger(bank).get(back), "refused_sign_in_failed")


def test_a_code_works_once(visiting, bank):
    client = visiting.stranger(bank)
    back = agree(begin(client), "employee")
    kept = client.cookies.get("kosnote_passing")
    assert client.get(back).status_code == 303
    client.cookies.clear()
    assert refused(client.get(back), "refused_sign_in_failed"), "the cookie of the sign-in was still good"
    client.cookies.set("kosnote_passing", kept, domain="127.0.0.1", path="/sign-in")
    assert refused(client.get(back), "refused_sign_in_failed"), "the provider took the code twice"


def test_a_token_that_is_over_signs_nobody_in(visiting, open_bank, provider):
    client = visiting.stranger(open_bank(provider(access_token_max_age=timedelta(seconds=-3600))))
    assert refused(client.get(agree(begin(client), "employee")), "refused_sign_in_failed")


def test_a_refusal_at_the_provider_signs_nobody_in(visiting, bank):
    client = visiting.stranger(bank)
    begin(client)
    assert refused(client.get("/sign-in/callback?error=access_denied"), "refused_sign_in_failed")


@pytest.mark.parametrize(("who", "key"), [("nobody", "refused_unknown_person"), ("left", "refused_person_left")])
def test_who_is_unknown_or_has_left_is_told_so(visiting, bank, who, key):
    client = visiting.stranger(bank)
    assert refused(client.get(agree(begin(client), who)), key)


def test_another_claim_can_name_the_person(visiting, open_bank, provider):
    issuer = provider()
    httpx2.put(f"{issuer}/users/u-17", json={"preferred_username": "reviewer"})
    client = visiting.stranger(open_bank(issuer, oidc_user_claim="preferred_username"))
    assert client.get(agree(begin(client), "u-17")).status_code == 303


@pytest.mark.parametrize("said", [{}, *({"email_verified": value} for value in (False, None, "true", "false", 1))])
def test_an_address_nobody_verified_names_nobody(visiting, open_bank, provider, said):
    issuer = provider()
    httpx2.put(f"{issuer}/users/u-17", json={"email": "reviewer", **said})
    client = visiting.stranger(open_bank(issuer, oidc_user_claim="email"))
    assert refused(client.get(agree(begin(client), "u-17")), "refused_unknown_person")


def test_an_address_somebody_verified_names_the_person(visiting, open_bank, provider):
    issuer = provider()
    httpx2.put(f"{issuer}/users/u-17", json={"email": "reviewer", "email_verified": True})
    client = visiting.stranger(open_bank(issuer, oidc_user_claim="email"))
    assert client.get(agree(begin(client), "u-17")).status_code == 303


def test_a_provider_that_is_down_is_said_and_asked_again_later(visiting, open_bank):
    client = visiting.stranger(open_bank("http://127.0.0.1:9"))
    assert refused(client.get("/sign-in/start"), "refused_provider_down")
    assert refused(client.get("/sign-in/callback?code=c&state=s"), "refused_provider_down")


def test_a_provider_of_another_name_is_not_believed(visiting, open_bank, provider):
    client = visiting.stranger(open_bank(provider().replace("localhost", "127.0.0.1") + "/"))
    assert client.get("/sign-in/start").status_code == 302  # it goes by the name it was asked by
    other = visiting.stranger(open_bank(provider() + "/nowhere"))
    assert refused(other.get("/sign-in/start"), "refused_provider_down")


@pytest.fixture
def endpoint_of():
    """Run a provider that hands out an ID token of the test's making; yields its issuer and what it was asked."""
    import threading
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

    servers = []

    def start(token="kein.token.", known=()):
        asked = []

        class Handler(BaseHTTPRequestHandler):
            def answer(self, content):
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(json.dumps(content).encode())

            def do_GET(self):
                issuer = f"http://127.0.0.1:{self.server.server_port}"
                places = {name: f"{issuer}/{name}" for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")}
                self.answer({"keys": []} if "jwks" in self.path else {"issuer": issuer, **places, **dict(known)})

            def do_POST(self):
                asked.append(self.rfile.read(int(self.headers["content-length"])))
                self.answer({"access_token": "a", "token_type": "Bearer", "id_token": token})

            def log_message(self, *_):
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}", asked

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def test_a_token_without_a_signature_signs_nobody_in(visiting, open_bank, endpoint_of):
    def part(value):
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    claims = {"iss": "x", "aud": "kosnote", "sub": "employee", "exp": 2_000_000_000, "iat": 1, "nonce": "n"}
    unsigned = f"{part({'alg': 'none'})}.{part(claims)}."
    issuer, asked = endpoint_of(unsigned, {"id_token_signing_alg_values_supported": ["none", "HS256", "RS256"]})
    client = visiting.stranger(open_bank(issuer))
    state = parse_qs(urlsplit(begin(client)).query)["state"][0]
    assert refused(client.get(f"/sign-in/callback?code=c&state={state}"), "refused_sign_in_failed") and asked


def test_a_provider_that_signs_with_what_everybody_knows_is_not_used(visiting, open_bank, endpoint_of):
    issuer, _ = endpoint_of(known={"id_token_signing_alg_values_supported": ["none", "HS256"]})
    assert refused(visiting.stranger(open_bank(issuer)).get("/sign-in/start"), "refused_provider_down")


def test_no_secret_of_a_sign_in_is_logged(visiting, bank, caplog):
    caplog.set_level(logging.DEBUG)
    client = visiting.stranger(bank)
    back = agree(begin(client), "employee")
    client.get(back)
    code = parse_qs(urlsplit(back).query)["code"][0]
    secrets = [visits.SECRET, visits.CLIENT_SECRET, code, client.cookies.get(SESSION).split(".")[0]]
    browser = ("httpx", "httpcore")  # the test's own client, which knows the code
    said = [record.getMessage() for record in caplog.records if not record.name.startswith(browser)]
    assert said and not [secret for secret in secrets if secret in "\n".join(said)]
    assert "code_verifier" not in "\n".join(said)


def test_roles_come_from_the_banks_people_and_not_from_the_provider(visiting, open_bank, provider):
    issuer = provider()
    httpx2.put(f"{issuer}/users/employee", json={"roles": ["admin"], "role": "admin"})
    app = open_bank(issuer)
    app.router.routes.insert(0, Route("/look", lambda request: JSONResponse(request.state.identity.roles)))
    client = visiting.stranger(app)
    client.get(agree(begin(client), "employee"))
    assert client.get("/look").json() == ["employee"]
