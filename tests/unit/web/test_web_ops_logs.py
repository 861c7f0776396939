"""Log lines: one JSON object each, an id on every line of a request, and no word somebody wrote in any of them."""

import io
import json
import logging
import re

import pytest
from operated import TOLD, drafted, opened, settings_for
from scripted import GOOD

from agent.errors import StorageError
from agent.record.threads import ThreadStore
from agent.web.ops.logs import set_up_logs

pytestmark = pytest.mark.block_network(allowed_hosts=["127.0.0.1"])
MARKER = "奶奶的搪瓷杯"
REQUEST_ID = re.compile(r"[0-9a-f]{32}")


@pytest.fixture
def logged():
    """Set the logs up as a server does, and read back what it wrote; everything is put back afterwards."""
    root, names = logging.getLogger(), ("agent", "uvicorn.error")
    kept = root.handlers[:], root.level, {name: logging.getLogger(name).level for name in names}
    stream = io.StringIO()

    def start(settings):
        set_up_logs(settings, stream)
        return lambda: [json.loads(line) for line in stream.getvalue().splitlines()]

    yield start
    root.handlers[:], root.level = kept[0], kept[1]
    logging.captureWarnings(False)
    for name, level in kept[2].items():
        logging.getLogger(name).setLevel(level)


def settings_at(tmp_path, level="debug", *, web=(), **given):
    return settings_for(tmp_path / "home", web={"log_level": level, **dict(web)}, **given)


async def test_a_request_has_one_line_with_its_id_route_user_and_time(tmp_path, logged):
    settings = settings_at(tmp_path, "info")
    lines = logged(settings)

    def routes(app):
        @app.get("/notes/{run}")
        async def note(run: str):
            logging.getLogger("agent.anything").info("inside")
            return run

    async with opened(settings, routes=routes) as (_, client):
        answer = await client.get("/notes/kunde-wang", headers={"X-Request-ID": "proxy-17"})
        other = await client.get("/notes/kunde-li", headers={"X-Request-ID": "bad id\u00e9".encode("latin-1")})
        for quiet in ("/healthz", "/readyz", "/metrics"):
            await client.get(quiet)
    assert answer.headers["x-request-id"] == "proxy-17"
    assert REQUEST_ID.fullmatch(other.headers["x-request-id"])
    inside, first, *_ = lines()
    assert inside["message"] == "inside" and inside["request"] == "proxy-17"
    assert first["message"] == "request" and first["request"] == "proxy-17" and first["level"] == "info"
    assert (first["method"], first["route"], first["status"]) == ("GET", "/notes/{run}", 200) and first["seconds"] >= 0
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", first["time"])
    told = json.dumps(lines(), ensure_ascii=False)
    assert "kunde" not in told and "healthz" not in told and "metrics" not in told


@pytest.mark.parametrize(("how", "shape"), [("hashed", r"[0-9a-f]{12}"), ("plain", "aning"), ("none", None)])
async def test_a_user_is_hashed_plain_or_left_out_as_the_setting_says(tmp_path, logged, how, shape):
    settings = settings_at(tmp_path, web={"log_users": how}, web_secret="geheim")
    lines = logged(settings)
    async with opened(settings) as (_, client):
        client.cookies.set("kosnote_who", "aning")
        await client.get("/anything")
    (line,) = [line for line in lines() if line["message"] == "request"]
    assert "user" not in line if shape is None else re.fullmatch(shape, line["user"])


async def test_at_debug_a_drafted_note_leaves_steps_and_none_of_its_words(tmp_path, logged, endpoint, monkeypatch):
    """The whole way: the client of the endpoint, the database driver and the graph log at DEBUG as well."""
    for name, value in endpoint.env.items():
        monkeypatch.setenv(name, value)
    endpoint.script = dict(GOOD)
    given = {"model": "m", "base_url": endpoint.url, "api_key": "sk-secret-key", "stream": True}
    settings = settings_at(tmp_path, author="auto", **given)
    lines = logged(settings)
    for noisy in ("openai", "httpcore", "httpx2", "aiosqlite", "sqlalchemy.engine", "langgraph", "asyncio"):
        monkeypatch.setattr(logging.getLogger(noisy), "level", logging.DEBUG)
    async with opened(settings) as (app, _):
        told = f"{TOLD}\n出门前用{MARKER}喝了口水"
        await drafted(app, f"写一篇{MARKER}和下班绕路喝一杯手冲的权益", told=told)
    assert endpoint.requests and MARKER in json.dumps(endpoint.requests, ensure_ascii=False, default=str)
    kinds = {line.get("kind") for line in lines()}
    assert {"turn", "run", "node", "call"} <= kinds
    told = json.dumps(lines(), ensure_ascii=False)
    title = GOOD["NoteDraft"][0]["titles"][0]
    assert not [word for word in (MARKER, title, "sk-secret-key", "搪瓷", "青年路") if word in told]
    assert {line["logger"].partition(".")[0] for line in lines()} <= {"agent", "uvicorn"}


async def test_an_error_that_quotes_a_note_is_told_by_type_code_and_place(tmp_path, logged, monkeypatch):
    settings = settings_at(tmp_path, "info")
    lines = logged(settings)

    def full(*_, **__):
        raise StorageError("record_disk_full", path=MARKER)

    monkeypatch.setattr(ThreadStore, "answer", full)
    async with opened(settings) as (app, _):
        with pytest.raises(StorageError):
            await drafted(app)
    try:
        raise ValueError(MARKER)
    except ValueError:
        logging.getLogger("agent.somewhere").exception("it broke")
        logging.getLogger("library").exception("could not do %s", MARKER)
    turn, own, foreign = lines()
    assert turn["kind"] == "turn" and turn["error"] == "record_disk_full" and turn["intent"] == "capture"
    assert own["error"] == "ValueError" and "test_web_ops_logs.py" in own["at"][-1]
    assert foreign["message"] == "could not do %s"
    assert MARKER not in json.dumps(lines(), ensure_ascii=False)


def test_facts_nobody_named_stay_out(tmp_path, logged):
    lines = logged(settings_at(tmp_path))
    logging.getLogger("agent.x").info("request", extra={"facts": {"route": "/x", "text": MARKER}})
    assert lines()[0]["route"] == "/x" and "text" not in lines()[0]


def test_a_line_break_in_a_message_makes_no_second_line(tmp_path, logged):
    lines = logged(settings_at(tmp_path))
    logging.getLogger("agent.x").warning('one\n{"level": "error"}')
    logging.getLogger("library").warning("two\nthree")
    assert [line["message"] for line in lines()] == ['one\n{"level": "error"}', "two"]


def test_the_level_of_the_settings_holds(tmp_path, logged):
    lines = logged(settings_at(tmp_path, "error"))
    logging.getLogger("agent.x").warning("no")
    logging.getLogger("agent.x").error("yes")
    assert [line["message"] for line in lines()] == ["yes"]
