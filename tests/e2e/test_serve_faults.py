"""What a server's turn meets: a full disk, a provider gone in mid-stream. A plain error, and the same key finishes."""

import json

import pytest
import turning
from browser import Served
from endpoints import Step
from scripted import GOOD, NOTE

pytestmark = pytest.mark.block_network(allowed_hosts=["127.0.0.1"])
FULL = """
import os
from pathlib import Path
from sqlalchemy import event
from agent.record import engine as engine_module

listened = engine_module._listen

def bounded(engine):
    listened(engine)

    def watch(connection, cursor, statement, *rest):
        is_full = Path(os.environ["FULL"]).exists() and statement.startswith("INSERT INTO versions")
        pages = cursor.connection.execute("PRAGMA page_count").fetchone()[0] if is_full else 1_000_000
        cursor.connection.execute(f"PRAGMA max_page_count={pages}")

    event.listen(engine, "before_cursor_execute", watch)

engine_module._listen = bounded
"""


def standing(server):
    (run,) = json.loads(server.agent("runs", "--format", "json"))
    assert server.agent("audit", "verify").startswith("完好")
    return run


@pytest.fixture
def start(tmp_path):
    """Start a server on this test's record."""
    started = []

    def call(before="", **env):
        started.append(Served(tmp_path / "home", before=before, env={**turning.ENV, **env}))
        return started[-1]

    yield call
    for server in started:
        server.stop()


def test_a_disk_full_in_a_turn_is_told_and_the_same_key_finishes_once_there_is_room(start, tmp_path):
    full = tmp_path / "full"
    server = start(FULL, FULL=str(full))
    thread = turning.told(server)
    full.touch()
    status, content = turning.take(server, turning.DRAFT, thread=thread)
    assert status == 503 and content["title"] and content["hint"], content
    assert "Traceback" not in str(content) and str(tmp_path) not in str(content)
    full.unlink()
    status, content = turning.take(server, turning.DRAFT, thread=thread)
    assert status == 200 and content["note"]["outcome"] == "in_review"
    assert standing(server)["outcome"] == "in_review"


def test_a_provider_gone_in_mid_stream_is_told_and_the_same_key_asks_only_for_what_is_missing(start, endpoint):
    endpoint.script = {
        **GOOD,
        "NoteDraft": [*[Step(text=json.dumps(NOTE, ensure_ascii=False), break_off="midway")] * 2],
    }
    env = {**endpoint.env, "KOSNOTE_AUTHOR": "auto", "KOSNOTE_STREAM": "true", "KOSNOTE_MAX_RETRIES": "1"}
    server = start(**env)
    thread = turning.told(server)
    turn = {"key": "draft", "text": "写一篇下班绕路喝一杯手冲的权益", "intent": "draft"}
    status, content = turning.take(server, turn, thread=thread)
    assert status == 502 and content["code"] == "provider_stream_cut" and content["hint"], content
    assert "sk-secret" not in str(content)
    planned = len(endpoint.asked("PlanDraft"))
    endpoint.script["NoteDraft"] = [NOTE]
    endpoint.script["RevisionDraft"] = [{"edits": []}]
    status, content = turning.take(server, turn, thread=thread)
    assert status == 200 and content["note"]["outcome"] in ("in_review", "needs_human"), content
    assert len(endpoint.asked("PlanDraft")) == planned == 1
    assert standing(server)["outcome"]
