"""Notices: told once, to whom it concerns, in the transaction of what they tell; posted once to a real server."""

import asyncio
import json
import logging
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from reviewing import URL

from agent.desk.posting import Postman, posting
from agent.desk.wording import plain, wording_of
from agent.errors import ConfigurationError
from agent.graph.state import Review
from agent.record.notices import WEBHOOK

pytestmark = pytest.mark.block_network(allowed_hosts=["127.0.0.1"])


class Robot:
    """Take what is posted and answer as told; the last answer repeats."""

    def __init__(self):
        self.heard, self.answers, robot = [], [(200, b'{"errcode": 0}')], self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                robot.heard.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                status, body = robot.answers.pop(0) if len(robot.answers) > 1 else robot.answers[0]
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                if status == 302:
                    self.send_header("Location", "http://127.0.0.1:1/elsewhere")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server.server_port}/send?key=geheim-schluessel"

    def close(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def robot():
    robot = Robot()
    yield robot
    robot.close()


@pytest.fixture
def postman(bench, robot, settings):
    web = settings.web.model_copy(update={"address": "https://kos.example.com/", "webhook_format": "json"})
    settings = settings.model_copy(update={"web": web})

    def make(**given):
        from pydantic import SecretStr

        asked = settings.model_copy(update={"webhook": SecretStr(robot.url), **given})
        return Postman(store=bench.store, settings=asked, workspace=bench.drafting.workspace, now=bench.clock)

    return make


def posted(bench):
    return [notice for notice in bench.store.notices.of(WEBHOOK) if notice.sent_at is not None]


async def test_a_hand_in_tells_every_reviewer_and_nobody_else_once(bench):
    run = await bench.note()
    bench.hand_in(run)
    for person in (bench.shen, bench.zheng):
        (notice,) = bench.desk.notices(person)
        assert (notice.kind, notice.run, notice.path, notice.seen) == ("submitted", run, f"/desk/{run}", False)
    assert bench.desk.notices(bench.aning) == ()


async def test_what_is_seen_is_ones_own_to_tick_off(bench):
    await bench.note()
    (mine,), (theirs,) = bench.desk.notices(bench.shen), bench.desk.notices(bench.zheng)
    bench.desk.see(bench.shen, [mine.id, theirs.id])
    assert bench.desk.notices(bench.shen)[0].seen and not bench.desk.notices(bench.zheng)[0].seen


async def test_an_owner_is_not_told_of_what_they_did_themselves(bench):
    run = await bench.note()
    await bench.edited(run, by="aning")
    assert bench.desk.notices(bench.aning) == ()


async def test_a_notice_is_written_with_what_it_tells_or_not_at_all(bench, monkeypatch):
    run = await bench.note(hand_in=False)
    with monkeypatch.context() as broken:
        broken.setattr("agent.record.publishing.tell", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            bench.hand_in(run)
    assert bench.store.publishing.submissions(run) == () and bench.store.notices.of(WEBHOOK) == ()


async def test_a_notice_arrives_once_and_holds_no_word_of_the_note(bench, robot, postman):
    run = await bench.note()
    assert await postman().post_due() == 1
    assert await postman().post_due() == 0
    (heard,) = robot.heard
    assert heard == {
        "kind": "submitted", "run": run, "topic": "下班绕路喝一杯手冲", "text": "《下班绕路喝一杯手冲》送审，待审核",
        "link": f"https://kos.example.com/desk/{run}", "at": "2026-11-24T04:00:00+00:00",
    }  # fmt: skip
    note = bench.best(run).round.note
    assert not any(segment.text[:8] in json.dumps(heard, ensure_ascii=False) for segment in note.segments)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ((500, b""), "HTTP 500"),
        ((302, b""), "HTTP 302"),
        ((200, b'{"errcode": 93000, "errmsg": "invalid webhook"}'), "code 93000"),
        ((200, b'{"code": 19001}'), "code 19001"),
    ],
)
async def test_a_refusal_is_kept_and_tried_again_later(bench, robot, postman, answer, error):
    await bench.note()
    robot.answers = [answer, (200, b"ok")]
    assert await postman().post_due() == 0
    (waiting,) = bench.store.notices.of(WEBHOOK)
    assert (waiting.error, waiting.attempts, waiting.sent_at) == (error, 1, None)
    assert await postman().post_due() == 0 and len(robot.heard) == 1  # not before its time
    bench.clock.pass_by(seconds=16)
    assert await postman().post_due() == 1
    assert len(robot.heard) == 2 and len(posted(bench)) == 1


async def test_each_failure_makes_the_next_wait_longer(bench, postman):
    waits = [postman().policy.again_after(attempts) for attempts in range(6)]
    assert waits == [timedelta(seconds=s) for s in (15, 60, 300, 1800, 1800, 1800)]


async def test_a_server_that_is_down_is_told_of_without_its_address(bench, robot, postman, caplog):
    from pydantic import SecretStr

    await bench.note()
    caplog.set_level(logging.DEBUG)
    down = postman(webhook=SecretStr("http://127.0.0.1:9/send?key=geheim-schluessel"))
    assert await down.post_due() == 0
    assert bench.store.notices.of(WEBHOOK)[0].error == "ConnectError"


@pytest.mark.parametrize("address", ["nonsense", "ftp://127.0.0.1/x", "http://[", ""])
async def test_an_address_that_is_none_is_no_end_of_the_world(bench, postman, address):
    from pydantic import SecretStr

    await bench.note()
    assert await postman(webhook=SecretStr(address)).post_due() == 0
    assert bench.store.notices.of(WEBHOOK)[0].error


async def test_what_is_too_old_is_posted_no_more(bench, robot, postman):
    await bench.note()
    bench.clock.pass_by(hours=49)
    assert await postman().post_due() == 0 and robot.heard == []


async def test_two_senders_post_once(bench, robot, postman):
    for _ in range(3):
        await bench.note(account="")
    await asyncio.gather(*(postman().post_due() for _ in range(4)))
    assert len(robot.heard) == len(posted(bench)) == 3


async def test_posting_goes_on_in_the_background_and_logs_no_address(bench, robot, postman, caplog, monkeypatch):
    monkeypatch.setattr("agent.desk.posting.LOOK_AGAIN_SECONDS", 0.02)
    caplog.set_level(logging.INFO)
    async with posting(postman()):
        run = await bench.note()
        await bench.approve(run)
        for _ in range(200):
            if len(posted(bench)) == 2:
                break
            await asyncio.sleep(0.02)
    assert [heard["kind"] for heard in robot.heard] == ["submitted", "approved"]
    assert "geheim" not in caplog.text


async def test_without_a_webhook_nothing_is_posted(bench, robot, postman, monkeypatch):
    from pydantic import SecretStr

    monkeypatch.setattr("agent.desk.posting.LOOK_AGAIN_SECONDS", 0.01)
    async with posting(postman(webhook=SecretStr(""))):
        await bench.note()
        await asyncio.sleep(0.05)
    assert bench.store.notices.of(WEBHOOK)[0].attempts == 0


HOSTILE = '<@all> [点我](http://x) **x** `y` "引\\号"\n# 题 \u202e\u200b@所有人 <at user_id="all">'


class TestWording:
    @pytest.fixture
    async def notice(self, bench):
        await bench.note(topic="手冲", account="")
        (kept,) = bench.store.notices.of(WEBHOOK)
        return kept.model_copy(update={"topic": HOSTILE})

    @pytest.mark.parametrize("name", ["wecom", "feishu", "json"])
    @pytest.mark.parametrize("address", ["", "https://kos.example.com"])
    async def test_a_hostile_topic_is_words_and_nothing_else(self, bench, notice, name, address):
        body = wording_of(notice, name, workspace=bench.drafting.workspace, address=address)
        told = json.dumps(body, ensure_ascii=False)
        assert (f"https://kos.example.com/desk/{notice.run}" in told) == bool(address)
        if name == "json":
            assert body["topic"] == HOSTILE
            return
        shown = body["markdown"]["content"] if name == "wecom" else body["card"]["header"]["title"]["content"]
        first = shown.split("\n[打开](")[0]
        assert not set(first) & set("<>[]()*`#@\n\u202e\u200b") and "所有人" in first

    def test_plain_text_is_short_and_on_one_line(self):
        assert plain("一\n二\t三\x00" + "长" * 500)[:6] == "一 二 三长" and len(plain("长" * 500)) == 200

    async def test_a_bank_has_its_own_template(self, bench, notice, tmp_path):
        from dataclasses import replace

        own = tmp_path / "notices"
        own.mkdir()
        (own / "wecom.json.j2").write_text('{"msgtype": "text", "text": {"content": {{ text | plain | tojson }} }}')
        workspace = replace(bench.drafting.workspace, root=tmp_path)
        assert wording_of(notice, "wecom", workspace=workspace, address="")["msgtype"] == "text"
        for wrong in ("{{ nothing }}", "{", "[]", "{{ ''.__class__.mro() }}"):
            (own / "wecom.json.j2").write_text(wrong)
            with pytest.raises(ConfigurationError) as caught:
                wording_of(notice, "wecom", workspace=workspace, address="")
            assert "wecom.json.j2" in caught.value.message


async def test_erasing_a_run_erases_what_was_told_of_it(bench):
    run = await bench.note()
    await bench.approve(run)
    await bench.desk.publish(run, text_hash=bench.hash_of(run), url=URL, by=bench.aning)
    bench.desk.retract(run, url=URL, reason="活动改期", by=bench.shen)
    await bench.drafting.forget(run)
    assert bench.store.notices.of(WEBHOOK) == () and bench.desk.notices(bench.shen) == ()
    assert bench.store.desk.corrections() == () and bench.store.audit.verify().breaks == ()


async def test_a_hand_in_that_somebody_decided_on_waits_for_nobody_else(bench):
    run = await bench.note()
    bench.hand_in(run)
    assert not bench.desk.notices(bench.zheng)[0].seen
    bench.clock.pass_by(minutes=1)
    await bench.desk.reject(run, text_hash=bench.hash_of(run), by=bench.shen, reason="结尾像广告")
    (handled,) = bench.desk.notices(bench.zheng)
    assert handled.kind == "submitted" and handled.seen


async def test_what_an_author_changes_back_still_waits_and_a_reviewer_who_changes_it_has_answered(bench):
    run = await bench.note()
    submitted = bench.best(run)
    bench.clock.pass_by(minutes=1)
    await bench.edited(run)
    back = Review(
        action="edit", reviewer="aning", reason="改回", text_hash=bench.hash_of(run), note=submitted.round.note
    )
    await bench.drafting.review(run, back)
    assert [item.run for item in bench.desk.queue(bench.zheng)] == [run]
    assert not bench.desk.notices(bench.zheng)[0].seen
    await bench.edited(run, by="shenhe")
    assert bench.desk.notices(bench.zheng)[0].seen


async def test_a_check_made_anew_answers_no_hand_in(bench):
    run = await bench.note()
    bench.clock.pass_by(minutes=1)
    await bench.drafting.review(run, Review(action="recheck", reviewer="shenhe", text_hash=bench.hash_of(run)))
    assert [made.decision for made in bench.store.decisions(run)] == ["recheck"]
    assert not bench.desk.notices(bench.zheng)[0].seen
