"""SIGTERM while a note is drafted: nothing new comes in, what is at work ends or is resumed, and the exit code is 0."""

import json
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
import turning
from browser import Served

pytestmark = pytest.mark.block_network(allowed_hosts=["127.0.0.1"])


@pytest.fixture
def start(tmp_path):
    """Start a server on one record, as often as a test likes."""
    started = []

    def call(before="", **env):
        server = Served(tmp_path / "home", before=before, env={**turning.ENV, **env})
        started.append(server)
        return server

    yield call
    for server in started:
        if server._process.poll() is None:
            server.stop(signal.SIGKILL)


def begun(server, seconds=30):
    """Wait until the draft is being checked."""
    until = time.monotonic() + seconds
    while "comply has begun" not in server.log:
        assert time.monotonic() < until, server.log
        time.sleep(0.05)


def standing(server):
    (run,) = json.loads(server.agent("runs", "--format", "json"))
    assert server.agent("audit", "verify").startswith("完好")
    return run["outcome"]


def test_a_turn_at_work_is_finished_and_nothing_new_is_let_in(start):
    server = start(turning.SLOW.format(seconds=3))
    thread = turning.told(server)
    with ThreadPoolExecutor() as pool:
        asked = pool.submit(turning.take, server, turning.DRAFT, thread=thread)
        begun(server)
        stopping = threading.Thread(target=server.stop)
        stopping.start()
        time.sleep(1)
        with pytest.raises(httpx.TransportError):
            httpx.get(f"{server.url}/readyz", trust_env=False)
        status, content = asked.result()
        stopping.join()
    assert status == 200 and content["note"]["outcome"] == "in_review"
    assert server._process.returncode == 0
    assert standing(server) == "in_review"


def test_a_turn_nobody_listens_to_is_finished_as_well(start):
    server = start(turning.SLOW.format(seconds=3))
    thread = turning.told(server)
    with pytest.raises(httpx.ReadTimeout):
        turning.take(server, turning.DRAFT, thread=thread, seconds=1)
    begun(server)
    server.stop()
    assert server._process.returncode == 0 and standing(server) == "in_review"


def test_a_turn_that_outlasts_the_grace_is_carried_on_by_the_same_key_after_a_start(start):
    server = start(turning.SLOW.format(seconds=60), KOSNOTE_WEB__STOP_SECONDS="1")
    thread = turning.told(server)
    with ThreadPoolExecutor() as pool:
        asked = pool.submit(turning.take, server, turning.DRAFT, thread=thread)
        begun(server)
        began = time.monotonic()
        server.stop()
        assert server._process.returncode == 0 and time.monotonic() - began < 15
        assert isinstance(asked.exception(), httpx.TransportError) or asked.result()[0] == 500
    again = start()
    status, content = turning.take(again, turning.DRAFT, thread=thread)
    assert status == 200 and content["note"]["outcome"] == "in_review"
    assert standing(again) == "in_review"
    again.stop()
    assert again._process.returncode == 0


def test_an_idle_server_stops_at_once(start):
    server = start()
    began = time.monotonic()
    server.stop(signal.SIGINT)
    assert server._process.returncode == 0 and time.monotonic() - began < 5
