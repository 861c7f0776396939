"""No route keeps the others waiting for a database: what asks the record does so beside the event loop."""

import pytest
from loop_watch import heard_on_the_loop

STORY = "周二晚上六点四十下班，绕到青年路那家没有招牌的咖啡店，点了一杯耶加，32 块"
URL = "https://www.xiaohongshu.com/explore/1"


@pytest.fixture
def heard(api):
    with heard_on_the_loop(api.services.store.database.engine) as who:
        yield who


def answered(answer):
    assert answer.is_success, answer.text
    return answer.json() if answer.content else None


def test_what_is_heard_is_what_a_loop_waits_for(api, heard):
    async def ask():
        api.services.chat.threads("aning")

    api.call(ask)
    assert set(heard) == {"chat/session.py:threads"}


def test_a_thread_is_talked_in_and_erased_beside_the_loop(api, heard):
    client = api("aning")
    thread = answered(client.post("threads"))["id"]
    for key, intent, text in (("1", "capture", STORY), ("2", "draft", "下班手冲"), ("3", "status", "怎么样了")):
        answered(client.post(f"threads/{thread}/turns", json={"key": key, "intent": intent, "text": text}))
    streamed = {"key": "4", "text": "能说保本吗"}
    assert (
        "answered"
        in client.post(f"threads/{thread}/turns", json=streamed, headers={"Accept": "text/event-stream"}).text
    )
    assert len(answered(client.get(f"threads/{thread}"))["turns"]) == 4
    answered(client.get("threads"))
    answered(client.delete(f"threads/{thread}"))
    assert heard == []


def test_a_note_goes_its_whole_way_beside_the_loop(api, heard):
    employee, reviewer = api("aning"), api("shenhe")
    note = api.drafted("aning", topic="咖啡卡的优惠", note_type="benefit", products=["咖啡卡"])
    run, text = f"runs/{note['run']}", {"text_hash": note["note"]["text_hash"]}
    edited = answered(employee.post(f"{run}/edit", json={**text, "title": "下班路上的一杯"}))
    text = {"text_hash": edited["note"]["text_hash"]}
    answered(employee.post(f"{run}/submit", json=text))
    for path in ("runs", run, f"{run}/versions", "notices"):
        answered(employee.get(path))
    assert "end" in employee.get(f"{run}/events").text
    answered(employee.post(f"{run}/resume"))
    answered(reviewer.get("review/queue"))
    answered(reviewer.get(f"review/{note['run']}"))
    answered(reviewer.post(f"review/{note['run']}/decision", json={**text, "decision": "approve"}))
    answered(employee.post(f"{run}/publications", json={**text, "url": URL}))
    answered(employee.post(f"{run}/corrections", json={"url": URL, "reason": "活动提前结束"}))
    answered(employee.post(f"{run}/retractions", json={"url": URL, "reason": "活动提前结束"}))
    assert heard == []


def test_a_finding_is_waived_beside_the_loop(api, heard):
    note = api.drafted("aning")
    body = note["note"]["body"] + "\n这款理财稳赚不赔"
    sent = {"text_hash": note["note"]["text_hash"], "body": body}
    edited = answered(api("aning").post(f"runs/{note['run']}/edit", json=sent))
    case = answered(api("shenhe").get(f"review/{note['run']}"))
    finding = next(each["id"] for each in case["open"] if each["severity"] == "block")
    said = {"text_hash": edited["note"]["text_hash"], "finding": finding, "reason": "引用", "expires_on": "2026-12-31"}
    waiver = answered(api("shenhe").post(f"review/{note['run']}/waivers", json=said))
    answered(api("shenhe2").post(f"review/{note['run']}/waivers/{waiver['id']}/second"))
    assert heard == []
