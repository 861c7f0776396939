"""Sockets of opened pages: a browser drives the pages that were served to its person, and no others."""

import json
import re
from contextlib import contextmanager

import pytest
import visiting as visits
from nicegui import ui
from starlette.websockets import WebSocketDisconnect

from agent.web.pages.frame import private_page

SOCKET = "127.0.0.1:8787/_nicegui_ws/socket.io/?EIO=4"
OWN = {"Origin": visits.ADDRESS}
pressed = []


def probe(app):
    @private_page(app, "/probe")
    def page(view):
        ui.button("drück", on_click=lambda: pressed.append(view.identity.user)).mark("probe")
        ui.label("<script>alert(1)</script>")


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    with visits.pages_anew(), contextmanager(visits.visiting)(tmp_path_factory.mktemp("sockets")) as visiting:
        settings = visiting.settings(**visits.OIDC, requests_per_minute=100_000)
        yield visiting, visiting.open(settings, pages=True, routes=probe)


@pytest.fixture
def person(opened):
    """Sign somebody in and open the page for them: (client, page)."""
    visiting, app = opened
    pressed.clear()

    def call(who):
        client = visiting.signed_in(app, who)
        answer = client.get("/probe")
        assert answer.status_code == 200
        return client, Page(answer)

    return call


class Page:
    """What a browser knows of a page it was served."""

    def __init__(self, answer):
        self.html, self.policy = answer.text, answer.headers["content-security-policy"]
        self.id = re.search(r"['\"]client_id['\"]: ['\"]([0-9a-f-]{36})", self.html)[1]
        elements = json.loads(re.search(r"parseElements\(String.raw`(.*?)`\)", self.html, re.S)[1])
        self.button = next(
            (key, held) for key, held in elements.items() if held.get("props", {}).get("label") == "drück"
        )

    def press(self, *, named):
        """Return the frame that presses its button, naming a page."""
        key, held = self.button
        listener = next(event["listener_id"] for event in held["events"] if event["type"] == "click")
        said = {"id": int(key), "client_id": named, "listener_id": listener, "args": []}
        return "42" + json.dumps(["event", said])


def ask(*pages, transport="websocket", **more):
    named = "".join(f"&client_id={page}" for page in pages)
    shaken = "&implicit_handshake=true&tab_id=t&document_id=d&next_message_id=0"
    return f"{SOCKET}&transport={transport}{named}{shaken}" + "".join(f"&{key}={value}" for key, value in more.items())


@contextmanager
def connected(client, *pages, headers=OWN):
    asked = {"Upgrade": "websocket", **headers}  # Starlette's client leaves it out
    with client.websocket_connect(f"ws://{ask(*pages)}", headers=asked) as socket:
        assert socket.receive_text().startswith("0{")
        socket.send_text("40")
        assert socket.receive_text().startswith("40{")
        yield socket


def settle(socket):
    """Wait until everything said before has been handled: what is said now is acknowledged after it."""
    socket.send_text('429["log",{"client_id":"of-nobody"}]')
    while not socket.receive_text().startswith("439"):
        pass


def test_a_page_is_driven_by_the_browser_it_was_served_to(person):
    client, page = person("employee")
    with connected(client, page.id) as socket:
        socket.send_text(page.press(named=page.id))
        settle(socket)
    assert pressed == ["employee"]


def test_no_socket_opens_for_a_page_of_somebody_else(person):
    _, page = person("reviewer")
    client, _ = person("employee")
    with pytest.raises(WebSocketDisconnect), connected(client, page.id):
        pass
    assert client.get(f"http://{ask(page.id, transport='polling')}", headers=OWN).status_code == 403


def test_a_socket_drives_no_page_but_the_one_it_opened_for(person):
    other, page = person("reviewer")
    client, own = person("employee")
    with connected(other, page.id), connected(client, own.id) as socket:
        socket.send_text(page.press(named=page.id))
        settle(socket)
        assert pressed == []
        socket.send_text(own.press(named=own.id))
        settle(socket)
    assert pressed == ["employee"]


def test_a_socket_names_exactly_one_page(person):
    _, other = person("reviewer")
    client, own = person("employee")
    for pages in ((), (own.id, other.id), (other.id, own.id), (own.id, own.id)):
        with pytest.raises(WebSocketDisconnect), connected(client, *pages):
            pass


@pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"}, {"Origin": "null"}, {}])
def test_no_foreign_page_opens_a_socket(person, headers):
    client, page = person("employee")
    with pytest.raises(WebSocketDisconnect), connected(client, page.id, headers=headers):
        pass


@pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}])
def test_no_foreign_page_polls(person, headers):
    client, page = person("employee")
    address = f"http://{ask(page.id, transport='polling')}"
    assert client.get(address, headers=headers).status_code == 403
    assert client.post(address, headers=headers, content=b"40").status_code == 403
    assert client.get(address, headers=OWN).status_code == 200


def test_nobody_polls_on_the_connection_of_somebody_else(person):
    client, page = person("employee")
    other, others_page = person("reviewer")
    sid = json.loads(other.get(f"http://{ask(others_page.id, transport='polling')}", headers=OWN).text[1:])["sid"]
    stolen = f"http://{ask(page.id, transport='polling', sid=sid)}"
    assert client.post(stolen, headers=OWN, content=b"40").status_code == 403
    assert client.get(stolen, headers=OWN).status_code == 403


def test_nobody_uploads_to_a_page_of_somebody_else(person):
    _, page = person("reviewer")
    client, own = person("employee")
    assert client.post(f"/_nicegui/client/{page.id}/upload/1", headers=OWN).status_code == 403
    assert client.post(f"/_nicegui/client/{own.id}/upload/1", headers=OWN).status_code == 404, "there is no upload here"
    assert client.post(f"/_nicegui/client/{own.id}/upload/1", headers={"Origin": "null"}).status_code == 403


def test_a_stranger_opens_no_socket(opened, person):
    _, page = person("employee")
    with pytest.raises(WebSocketDisconnect), connected(opened[0].stranger(opened[1]), page.id):
        pass


def test_a_page_stops_answering_with_the_sign_out(person):
    client, page = person("employee")
    with connected(client, page.id) as socket:
        assert client.post("/sign-out").status_code == 200
        socket.send_text(page.press(named=page.id))
        with pytest.raises(WebSocketDisconnect) as closed:
            while True:
                socket.receive_text()
    assert closed.value.code == 1008 and pressed == []


def test_the_scripts_of_a_page_carry_its_nonce_and_nothing_else_does(person):
    _, page = person("employee")
    nonce = re.search(r"script-src 'self' 'nonce-([\w-]{20,})' 'unsafe-eval';", page.policy)[1]
    assert page.html.count("<script") == page.html.count(f'<script nonce="{nonce}"') > 3
    assert "alert(1)" in page.html and "script-src 'self' 'unsafe-inline'" not in page.policy
    assert nonce not in person("employee")[1].html
