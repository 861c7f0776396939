"""What stands before every request: forged changes, too many, too large, from elsewhere, and what answers carry."""

import re

import pytest
import visiting as visits
from starlette.responses import JSONResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocketDisconnect

from agent.web.api.problems import MEDIA_TYPE, Problem
from agent.web.guards.forgery import HEADER

LOOPBACK = {"sign_in": "loopback"}
TALK = "ws://127.0.0.1:8787/talk"


async def echo(request):
    return JSONResponse({"read": len(await request.body()), "who": getattr(request.state.identity, "user", None)})


async def talk(socket):
    await socket.accept()
    async for said in socket.iter_text():
        await socket.send_text(str(len(said)))


def routes(app):
    app.router.routes.insert(0, Route("/echo", echo, methods=["GET", "POST", "PUT", "PATCH", "DELETE"]))
    app.router.routes.insert(0, Route("/api/echo", echo, methods=["GET", "POST"]))
    app.router.routes.insert(0, WebSocketRoute("/talk", talk))


@pytest.fixture
def open_app(visiting):
    return lambda **web: visiting.open(visiting.settings(**{**visits.OIDC, **web}), routes=routes)


@pytest.fixture
def app(open_app):
    return open_app()


@pytest.fixture
def client(visiting, app):
    return visiting.signed_in(app, "employee")


# forged changes


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_a_change_without_proof_is_refused(client, method):
    proof = client.headers.pop(HEADER)
    assert client.request(method, "/echo").status_code == 403
    assert client.request(method, "/echo", headers={HEADER: "x" * 64}).status_code == 403
    assert client.request(method, "/echo", headers={HEADER: proof}).status_code == 200


def test_a_form_brings_its_proof_in_a_field_and_its_body_arrives_whole(client):
    proof = client.headers.pop(HEADER)
    assert client.post("/echo", data={"csrf": proof, "more": "字"}).json()["read"] > len(proof)
    assert client.post("/echo", data={"more": "字"}).status_code == 403


def test_the_proof_of_another_session_is_none(visiting, app, client):
    other = visiting.signed_in(app, "employee")
    assert client.post("/echo", headers={HEADER: other.headers[HEADER]}).status_code == 403


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:9999", visits.ADDRESS + ".evil"])
def test_a_change_from_another_origin_is_refused_even_with_proof(client, origin):
    assert client.post("/echo", headers={"Origin": origin}).status_code == 403


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_change_a_foreign_page_caused_is_refused_even_without_an_origin(client, site):
    assert client.post("/echo", headers={"Sec-Fetch-Site": site}).status_code == 403
    assert client.get("/echo", headers={"Sec-Fetch-Site": site}).status_code == 200, "a link from elsewhere is no harm"


def test_a_change_from_the_servers_own_page_passes(client):
    assert client.post("/echo", headers={"Origin": visits.ADDRESS, "Sec-Fetch-Site": "same-origin"}).status_code == 200


def test_a_token_needs_no_proof_and_no_origin(visiting, app):
    bearing = visiting.bearing(app, "employee")
    assert bearing.post("/api/echo", headers={"Origin": "https://front.bank.example"}).json()["who"] == "employee"


def test_a_bearer_that_is_no_token_takes_no_proof_away(client):
    client.headers.pop(HEADER)
    for sent in ("Bearer", "Bearer ", "Bearer x", "Basic eDp5"):
        assert client.post("/api/echo", headers={"Authorization": sent}).status_code in (401, 403)


# sockets


def test_a_socket_of_the_servers_own_page_opens(client):
    with client.websocket_connect(TALK, headers={"Origin": visits.ADDRESS}) as socket:
        socket.send_text("你好")
        assert socket.receive_text() == "2"


@pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"}, {"Origin": "null"}, {}])
def test_a_socket_of_another_page_or_of_none_does_not_open(client, headers):
    with pytest.raises(WebSocketDisconnect), client.websocket_connect(TALK, headers=headers):
        pass


def test_a_socket_of_a_stranger_does_not_open(visiting, app):
    stranger = visiting.stranger(app)
    own = {"Origin": visits.ADDRESS}
    with pytest.raises(WebSocketDisconnect), stranger.websocket_connect(TALK, headers=own):
        pass


def test_a_socket_ends_with_the_next_word_after_its_session(visiting, app, client):
    with client.websocket_connect(TALK, headers={"Origin": visits.ADDRESS}) as socket:
        socket.send_text("a")
        assert socket.receive_text() == "1"
        app.state.services.store.access.end_all_of("employee", at=visiting.now, by="admin")
        socket.send_text("b")
        with pytest.raises(WebSocketDisconnect) as closed:
            socket.receive_text()
    assert closed.value.code == 1008


def test_a_socket_that_says_too_much_is_closed(visiting, open_app):
    client = visiting.signed_in(open_app(largest_request=1000), "employee")
    with client.websocket_connect(TALK, headers={"Origin": visits.ADDRESS}) as socket:
        socket.send_text("a" * 1000)
        assert socket.receive_text() == "1000"
        socket.send_text("字" * 334)
        with pytest.raises(WebSocketDisconnect) as closed:
            socket.receive_text()
    assert closed.value.code == 1009


# size


@pytest.mark.parametrize(("size", "status"), [(1000, 200), (1001, 413)])
def test_a_request_over_the_bound_is_refused_whether_it_says_its_length_or_not(visiting, open_app, size, status):
    client = visiting.signed_in(open_app(largest_request=1000), "employee")
    assert client.post("/echo", content=b"x" * size).status_code == status
    pieces = (b"x" * part for part in (400, 400, size - 800))
    assert client.post("/echo", content=pieces).status_code == status


@pytest.mark.parametrize("said", ["-1", "1e3", "９"])
def test_a_length_that_is_no_number_is_refused(client, said):
    assert client.post("/echo", headers={"Content-Length": said.encode()}, content=b"x").status_code == 413


# pace


def test_a_person_who_asks_too_often_is_told_when_to_come_back(visiting, open_app):
    app = open_app(requests_per_minute=3)
    client, other = visiting.signed_in(app, "employee"), visiting.signed_in(app, "reviewer")
    assert [client.get("/echo").status_code for _ in range(4)] == [200, 200, 200, 429]
    answer = visiting.signed_in(app, "employee").get("/echo")
    assert answer.status_code == 429 and 1 <= int(answer.headers["retry-after"]) <= 60
    assert other.get("/echo").status_code == 200


def test_strangers_are_counted_by_address_and_assets_are_free(visiting, open_app):
    app = open_app(requests_per_minute=2)
    one, other = visiting.stranger(app), visiting.stranger(app, peer="10.9.9.9")
    assert [one.get("/sign-in").status_code for _ in range(3)] == [200, 200, 429]
    assert other.get("/sign-in").status_code == 200
    assert all(one.get("/favicon.ico").status_code == 404 for _ in range(5)), "no page is mounted here"
    assert all(one.get("/healthz").status_code == 200 for _ in range(5))


def test_tries_to_sign_in_and_wrong_tokens_have_a_bound_of_their_own(visiting, open_app):
    stranger = visiting.stranger(open_app(sign_ins_per_minute=2))
    wrong = {"Authorization": "Bearer kn_0123456789abcdef_falsch"}
    assert [stranger.get("/api/echo", headers=wrong).status_code for _ in range(3)] == [401, 401, 429]
    assert stranger.get("/sign-in/start").status_code == 429


def test_behind_a_trusted_proxy_the_address_is_the_one_it_speaks_for(visiting, open_app):
    app = open_app(requests_per_minute=1, proxy_sources=("10.0.3.7",))

    def ask(peer, named):
        return visiting.stranger(app, peer=peer).get("/sign-in", headers={"X-Forwarded-For": named})

    assert ask("10.0.3.7", "203.0.113.1").status_code == 200
    assert ask("10.0.3.7", "203.0.113.2").status_code == 200
    assert ask("10.0.3.7", "198.51.100.9, 203.0.113.1").status_code == 429, "what a client wrote first is not believed"
    assert ask("10.8.8.8", "203.0.113.3").status_code == 200
    assert ask("10.8.8.8", "203.0.113.4").status_code == 429, "who is no proxy speaks for nobody"


# what answers carry


@pytest.mark.parametrize("path", ["/sign-in", "/echo", "/api/echo", "/healthz", "/nowhere"])
def test_every_answer_carries_the_headers_that_bind_a_browser(client, path):
    headers = client.get(path).headers
    assert headers["x-content-type-options"] == "nosniff" and headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "same-origin" and "camera=()" in headers["permissions-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["cache-control"] == "no-store"
    assert "strict-transport-security" not in headers


def test_by_https_it_stays_https_and_the_cookie_is_bound_to_the_host(visiting, open_app):
    app = open_app(address="https://notes.example.com")
    assert "max-age=31536000" in visiting.stranger(app).get("/sign-in").headers["strict-transport-security"]


def test_refusals_are_pages_for_people_and_problems_for_programs(visiting, app):
    stranger = visiting.stranger(app)
    assert stranger.get("/echo").headers["location"] == "/sign-in?next=/echo"
    answer = stranger.get("/api/echo")
    assert answer.status_code == 401 and answer.headers["www-authenticate"] == "Bearer"
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "unauthenticated"


def test_every_refusal_of_a_program_is_the_same_kind_of_problem_as_the_routes_give(visiting, open_app):
    app = open_app(requests_per_minute=4, largest_request=1000)
    client = visiting.signed_in(app, "employee")
    answers = {
        "unauthenticated": visiting.stranger(app).get("/api/echo"),
        "foreign_origin": client.post("/api/echo", headers={"Origin": "https://evil.example"}),
        "no_proof": client.post("/api/echo", headers={"X-CSRF-Token": "geraten"}),
        "too_large": client.post("/api/echo", content=b"x" * 1001),
        "free": client.get("/api/echo"),
        "too_often": client.get("/api/echo"),
    }
    statuses = {code: answer.status_code for code, answer in answers.items()}
    assert statuses == {
        "unauthenticated": 401, "foreign_origin": 403, "no_proof": 403, "too_large": 413, "free": 200, "too_often": 429,
    }  # fmt: skip
    for code in statuses.keys() - {"free"}:
        told = Problem.model_validate(answers[code].json())
        assert (told.type, told.code, told.status) == (f"urn:kosnote:problem:{code}", code, statuses[code])
        assert told.title and told.hint and not told.title.startswith("refused_")
        assert answers[code].headers["content-type"] == MEDIA_TYPE


# one machine


@pytest.fixture
def single(open_app):
    return open_app(**LOOPBACK)


@pytest.mark.parametrize("host", ["127.0.0.1:8787", "localhost", "LOCALHOST:1", "[::1]:8787", "127.8.8.8"])
def test_a_name_of_this_machine_is_served(visiting, single, host):
    assert visiting.seated(single, "employee").get("/echo", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:8787", "", "0.0.0.0"]
)
def test_a_name_a_foreign_page_can_point_here_is_refused(visiting, single, host):
    answer = visiting.seated(single, "employee").get("/echo", headers={"Host": host})
    assert answer.status_code == 403 and "who" not in answer.text


def test_a_peer_from_elsewhere_is_refused_on_a_single_machine(visiting, single):
    assert visiting.stranger(single, peer="192.168.1.20").get("/sign-in").status_code == 403


def test_who_one_is_can_be_chosen_with_proof_and_not_without(visiting, single):
    client = visiting.seated(single, "employee")
    page = client.get("/sign-in?next=/desk").text
    proof = re.search(r'name="csrf" value="([0-9a-f]{64})"', page)[1]
    client.headers.pop(HEADER)
    assert client.post("/who", data={"who": "reviewer"}).status_code == 403
    answer = client.post("/who", data={"who": "reviewer", "next": "/desk", "csrf": proof})
    assert (answer.status_code, answer.headers["location"]) == (303, "/desk")
    assert client.get("/echo").json()["who"] == "reviewer"


@pytest.mark.parametrize("who", ["left", "nobody"])
def test_nobody_unknown_or_gone_can_be_chosen(visiting, single, who):
    client = visiting.seated(single, "employee")
    assert client.post("/who", data={"who": who}).status_code == 403
    assert "走了的人" not in client.get("/sign-in").text
    assert client.get("/echo").json()["who"] == "employee"
