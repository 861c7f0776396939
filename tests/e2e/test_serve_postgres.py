"""Two `agent serve` on one PostgreSQL: a turn begun at one is answered at the other, and nothing is done twice."""

import json
import signal
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import turning
from browser import Served

from agent.record import Store

pytestmark = pytest.mark.block_network(allowed_hosts=["127.0.0.1"])
SHORT_LEASE = "from agent.chat import session\nsession.LEASE_SECONDS = 1.0\n"


@pytest.fixture
def start(url, tmp_path):
    """Start a server on this test's database."""
    started = []

    def call(before=""):
        home = tmp_path / f"home-{len(started)}"
        started.append(Served(home, before=before, env={**turning.ENV, "KOSNOTE_DATABASE": url}))
        return started[-1]

    yield call
    for server in started:
        server.stop()


def begun(*servers, seconds=30):
    """Wait until one of them checks a draft; return which did."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        at_work = [server for server in servers if "comply has begun" in server.log]
        if at_work:
            return at_work
        time.sleep(0.05)
    raise AssertionError([server.log for server in servers])


def test_the_same_turn_at_both_servers_is_worked_on_once_and_answered_alike(start, url):
    one, two = start(turning.SLOW.format(seconds=2)), start(turning.SLOW.format(seconds=2))
    thread = turning.told(one)
    with ThreadPoolExecutor() as pool:
        asked = [pool.submit(turning.take, server, turning.DRAFT, thread=thread) for server in (one, two)]
        answers = [each.result() for each in asked]
    assert answers[0] == answers[1] and answers[0][0] == 200
    assert answers[0][1]["note"]["outcome"] == "in_review"
    assert len(begun(one, two)) == 1
    _stands_once(url, thread)


def test_a_turn_begun_at_a_server_that_is_killed_is_finished_at_the_other(start, url):
    one, two = start(SHORT_LEASE + turning.SLOW.format(seconds=60)), start(SHORT_LEASE)
    thread = turning.told(two)
    with ThreadPoolExecutor() as pool:
        lost = pool.submit(turning.take, one, turning.DRAFT, thread=thread)
        begun(one)
        one.stop(signal.SIGKILL)
        assert lost.exception() is not None
    status, content = turning.take(two, turning.DRAFT, thread=thread)
    assert status == 200 and content["note"]["outcome"] == "in_review"
    _stands_once(url, thread)


def test_a_thread_is_of_its_owner_at_every_server(start):
    one, two = start(), start()
    thread = turning.told(one)
    status, content = turning.take(two, {"key": "x", "text": "进度"}, thread=thread, user="linjie")
    assert status == 404 and content["code"] == "thread_unknown"


def test_a_server_restarted_under_a_turn_costs_a_reconnect_or_the_same_key_again(start, url, cluster):
    server = start(turning.SLOW.format(seconds=1))
    thread = turning.told(server)
    with ThreadPoolExecutor() as pool:
        asked = pool.submit(turning.take, server, turning.DRAFT, thread=thread)
        begun(server)
        cluster.restart()
        status, content = asked.result()
    if status != 200:
        assert status == 503 and content["title"] and content["hint"] and cluster.password not in str(content)
        status, content = turning.take(server, turning.DRAFT, thread=thread)
    assert status == 200 and content["note"]["outcome"] == "in_review"
    _stands_once(url, thread)


def _stands_once(url, thread):
    with Store.open(url) as store:
        (run,) = store.runs()
        assert run.outcome == "in_review"
        assert [bool(turn.answer) for turn in store.threads.turns(thread, owner="aning")] == [True, True]
        assert store.audit.verify().breaks == ()
        assert json.loads(store.threads.thread(thread, owner="aning").state)
