"""The chat over the API: a turn is done once, a thread is its owner's, and nobody speaks as somebody else."""

import json

import pytest

from agent.chat.session import ChatSession
from agent.errors import ProviderError

STORY = "周二晚上六点四十下班，绕到青年路那家没有招牌的咖啡店，点了一杯耶加，32 块"


@pytest.fixture
def aning(api):
    return api("aning")


@pytest.fixture
def thread(aning):
    return aning.post("threads").json()["id"]


def take(client, thread, key="k1", **turn):
    return client.post(f"threads/{thread}/turns", json={"key": key, **turn})


def test_a_story_becomes_a_note_and_the_thread_keeps_both(aning, thread, api):
    saved = take(aning, thread, intent="capture", text=STORY).json()
    assert saved["saved"]["total"] >= 1
    drafted = take(aning, thread, "k2", intent="draft", text="下班喝一杯手冲").json()
    assert "没有招牌的咖啡店" in drafted["note"]["body"]
    assert api.services.store.run(drafted["run"]).owner == "aning"
    kept = aning.get(f"threads/{thread}").json()
    assert [turn["answer"]["key"] for turn in kept["turns"]] == ["k1", "k2"] and kept["unfinished"] is None
    assert [row["id"] for row in aning.get("threads").json()] == [thread]


def test_the_same_key_repeats_nothing(aning, thread, api):
    take(aning, thread, intent="capture", text=STORY)
    first = take(aning, thread, "k2", intent="draft", text="下班喝一杯手冲")
    assert take(aning, thread, "k2", intent="draft", text="下班喝一杯手冲").json() == first.json()
    assert len(api.services.store.runs()) == 1


def test_who_asks_for_events_hears_each_node_and_then_the_answer(aning, thread):
    take(aning, thread, intent="capture", text=STORY)
    turn = {"key": "k2", "intent": "draft", "text": "下班喝一杯手冲"}
    said = aning.post(f"threads/{thread}/turns", json=turn, headers={"Accept": "text/event-stream"})
    assert said.headers["content-type"].startswith("text/event-stream")
    events = [block.splitlines() for block in said.text.strip().split("\n\n")]
    kinds = [lines[0].removeprefix("event: ") for lines in events]
    assert kinds[0] == "began" and kinds[-1] == "answered" and set(kinds[1:-1]) == {"node"}
    assert json.loads(events[-1][1].removeprefix("data: "))["answer"]["note"]


def test_a_provider_that_fails_ends_the_stream_with_a_plain_error(aning, thread, monkeypatch):
    async def fail(self, turn):
        raise ProviderError("provider_busy", model="m", host="h", seconds=1)
        yield

    monkeypatch.setattr(ChatSession, "take", fail)
    turn = {"key": "k1", "text": STORY}
    said = aning.post(f"threads/{thread}/turns", json=turn, headers={"Accept": "text/event-stream"}).text
    assert said.startswith("event: error") and json.loads(said.split("data: ")[1])["status"] == 503


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_a_thread_of_somebody_else_is_not_there(api, thread, method):
    answer = api("daxu").request(method, f"threads/{thread}")
    never = api("daxu").request(method, "threads/t0-none")
    assert answer.status_code == never.status_code == 404
    assert answer.json()["code"] == never.json()["code"] == "thread_unknown"
    assert take(api("daxu"), thread, text="你好").status_code == 404
    assert api("daxu").get("threads").json() == []


def test_nobody_speaks_for_an_account_or_as_a_persona_that_is_not_theirs(aning, thread):
    for given in ({"account": "staff-daxu"}, {"account": "云杉银行大许"}, {"persona": "daxu"}, {"persona": "大许"}):
        assert take(aning, thread, text="写一篇咖啡", **given).status_code == 403, given
    assert take(aning, thread, text="写一篇咖啡", account="staff-aning").status_code == 200


def test_forgetting_erases_the_thread_and_its_runs(aning, thread, api):
    take(aning, thread, intent="capture", text=STORY)
    run = take(aning, thread, "k2", intent="draft", text="下班喝一杯手冲").json()["run"]
    assert aning.delete(f"threads/{thread}").status_code == 204
    assert aning.get(f"threads/{thread}").status_code == 404
    assert api.services.store.run(run).erased_at is not None and api.services.store.audit.verify().breaks == ()


@pytest.mark.parametrize("as_far_as", ["handed in", "approved", "published"])
def test_evidence_is_not_its_authors_to_erase(aning, thread, api, as_far_as):
    take(aning, thread, intent="capture", text=STORY)
    drafted = take(aning, thread, "k2", intent="draft", text="下班喝一杯手冲").json()
    run, text = f"runs/{drafted['run']}", {"text_hash": api.services.store.versions(drafted["run"])[-1].text_hash}
    assert aning.post(f"{run}/submit", json=text).status_code == 200
    if as_far_as != "handed in":
        decided = api("shenhe").post(f"review/{drafted['run']}/decision", json={"decision": "approve", **text})
        assert decided.status_code == 200
    if as_far_as == "published":
        url = "https://www.xiaohongshu.com/explore/1"
        assert aning.post(f"{run}/publications", json={**text, "url": url}).status_code == 201
    refused = aning.delete(f"threads/{thread}")
    assert (refused.status_code, refused.json()["code"]) == (409, "kept_as_evidence")
    assert "agent " not in refused.text
    assert len(aning.get(f"threads/{thread}").json()["turns"]) == 2
    store = api.services.store
    assert store.find(drafted["run"]).erased_at is None and store.publishing.submissions(drafted["run"])


@pytest.mark.parametrize("text", ["a\x00b", "\u202e反", "长" * 5000])
def test_odd_words_are_taken_as_words(aning, thread, text):
    assert take(aning, thread, text=text).status_code == 200
    assert "\x00" not in aning.get("threads").json()[0]["title"]


def test_a_key_or_a_text_out_of_bounds_is_a_problem_with_its_place(aning, thread):
    for turn in ({"key": "", "text": "x"}, {"key": "k", "text": "长" * 5001}, {"key": "k", "intent": "fly"}):
        answer = aning.post(f"threads/{thread}/turns", json=turn)
        assert answer.status_code == 422 and answer.json()["errors"][0]["at"].startswith("body.")
