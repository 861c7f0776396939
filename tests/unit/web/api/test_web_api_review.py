"""The review desk over the API: the queue, a case, decisions bound to a text, waivers, delegations, notices."""

import pytest

BENEFIT = {"topic": "咖啡卡的优惠", "note_type": "benefit", "products": ["咖啡卡"]}
URL = "https://www.xiaohongshu.com/explore/1"


@pytest.fixture
def handed(api):
    """A note of 阿宁's that was handed in: its run and its hash."""
    note = api.drafted("aning", **BENEFIT)
    text = {"text_hash": note["note"]["text_hash"]}
    assert api("aning").post(f"runs/{note['run']}/submit", json=text).status_code == 200
    return note["run"], text


@pytest.fixture
def blocked(api):
    """A note with an open block in it."""
    note = api.drafted("aning")
    sent = {"text_hash": note["note"]["text_hash"], "body": note["note"]["body"] + "\n这款理财稳赚不赔"}
    edited = api("aning").post(f"runs/{note['run']}/edit", json=sent).json()
    return note["run"], {"text_hash": edited["note"]["text_hash"]}


def test_what_was_handed_in_waits_with_its_lane_and_its_findings(api, handed):
    run, text = handed
    (item,) = api("shenhe").get("review/queue").json()
    assert (item["run"], item["text_hash"], item["owner_name"]) == (run, text["text_hash"], "阿宁")
    assert item["lane"]["lane"] in ("yellow", "red") and item["permission"]["allowed"]
    assert api("shenhe").get("review/queue?overdue=true").json() == []
    assert api("shenhe").get("review/queue?search=没有这个").json() == []
    case = api("shenhe").get(f"review/{run}").json()
    assert case["text_hash"] == text["text_hash"] and case["facts"] and case["claims"] and case["barriers"] == []


def test_an_approval_is_bound_to_the_text_that_was_seen(api, handed):
    run, text = handed
    other = {"decision": "approve", "text_hash": "sha256:" + "0" * 64}
    refused = api("shenhe").post(f"review/{run}/decision", json=other)
    assert (refused.status_code, refused.json()["code"]) == (409, "review_of_other_text")
    keyed = {"json": {"decision": "approve", **text}, "headers": {"Idempotency-Key": "d1"}}
    decided = [api("shenhe").post(f"review/{run}/decision", **keyed).json() for _ in range(2)]
    assert [(each["decision"], each["by"], each["repeated"]) for each in decided] == [
        ("approve", "shenhe", False), ("approve", "shenhe", True),
    ]  # fmt: skip
    late = api("shenhe2").post(f"review/{run}/decision", json={"decision": "reject", "reason": "晚了", **text})
    assert (late.status_code, late.json()["code"]) == (409, "desk_decided_already")
    assert api("aning").get(f"runs/{run}").json()["result"]["outcome"] == "approved"
    assert "approved" in [notice["kind"] for notice in api("aning").get("notices").json()]


def test_changes_are_suggested_in_words_or_with_a_text(api, handed):
    run, text = handed
    note = api("aning").get(f"runs/{run}").json()["result"]["note"]
    edited = {"title": "换个标题", "body": note["body"], "tags": note["tags"]}
    said = {"decision": "suggest", "reason": "标题换一个", "text": edited, **text}
    decided = api("shenhe").post(f"review/{run}/decision", json=said)
    assert decided.status_code == 200, decided.text
    standing = api("aning").get(f"runs/{run}").json()
    assert standing["result"]["note"]["title"] == "换个标题"
    assert [each["reason"] for each in standing["decisions"]] == ["标题换一个"]
    (notice,) = [each for each in api("aning").get("notices").json() if each["kind"] == "suggested"]
    assert api("aning").post("notices/seen", json={"notices": [notice["id"]]}).status_code == 204
    assert all(each["seen"] for each in api("aning").get("notices").json() if each["id"] == notice["id"])


@pytest.mark.parametrize(
    "said",
    [
        {"decision": "reject"},
        {"decision": "suggest", "reason": " "},
        {"decision": "approve", "text": {"title": "题", "body": "文"}},
        {"decision": "wave through"},
    ],
)
def test_a_decision_that_says_too_little_is_refused(api, handed, said):
    run, text = handed
    assert api("shenhe").post(f"review/{run}/decision", json={**text, **said}).status_code == 422
    assert api("shenhe").get(f"runs/{run}").json()["decisions"] == []


def test_nobody_approves_what_is_theirs(api, open_api, handed):
    run, text = handed
    note = api("aning").get(f"runs/{run}").json()["result"]["note"]
    edited = {"title": "换个标题", "body": note["body"], "tags": note["tags"]}
    api("shenhe").post(f"review/{run}/decision", json={"decision": "suggest", "reason": "改", "text": edited, **text})
    now = {"text_hash": api("aning").get(f"runs/{run}").json()["result"]["note"]["text_hash"]}
    refused = api("shenhe").post(f"review/{run}/decision", json={"decision": "approve", **now})
    assert (refused.status_code, refused.json()["code"]) == (403, "desk_wrote_on_it")
    api("aning").post(f"runs/{run}/submit", json=now)
    assert api("shenhe2").post(f"review/{run}/decision", json={"decision": "approve", **now}).status_code == 200


def test_an_employee_releases_their_own_note_only_where_the_lane_allows_it(api, handed):
    run, text = handed
    refused = api("aning").post(f"runs/{run}/release", json=text)
    assert (refused.status_code, refused.json()["code"]) == (409, "desk_must_review")


def test_a_block_is_waived_by_two(api, blocked):
    run, text = blocked
    case = api("shenhe").get(f"review/{run}").json()
    finding = next(each for each in case["open"] if each["severity"] == "block")
    said = {**text, "finding": finding["id"], "reason": "引用原文举例", "expires_on": "2026-12-31"}
    answer = api("shenhe").post(f"review/{run}/waivers", json=said)
    waiver = answer.json()
    assert (answer.status_code, waiver["needs_second"], waiver["counts"]) == (201, True, False)
    alone = api("shenhe").post(f"review/{run}/waivers/{waiver['id']}/second")
    assert (alone.status_code, alone.json()["code"]) == (403, "waiver_same_person")
    assert api("shenhe2").post(f"review/{run}/waivers/{waiver['id']}/second").json()["counts"]
    never = api("shenhe2").post(f"review/{run}/waivers/999/second")
    assert (never.status_code, never.json()["code"]) == (404, "waiver_unknown")
    gone = api("shenhe").post(f"review/{run}/waivers", json={**said, "expires_on": "0"})
    assert gone.json()["errors"][0]["at"] == "body.expires_on"


def test_a_lane_is_handed_over_and_taken_back(api):
    period = {"starts_at": "2026-11-24T00:00:00Z", "ends_at": "2026-11-30T00:00:00Z", "reason": "休假"}
    answer = api("shenhe").post("delegations", json={"to": "shenhe2", **period})
    given = answer.json()
    assert (answer.status_code, given["delegate"], given["active"]) == (201, "shenhe2", True)
    assert [each["id"] for each in api("shenhe2").get("delegations").json()] == [given["id"]]
    refused = api("shenhe2").post(f"delegations/{given['id']}/revoke")
    assert refused.status_code in (403, 404)
    assert api("guanli").post(f"delegations/{given['id']}/revoke").json()["active"] is False
    unfit = api("shenhe").post("delegations", json={"to": "aning", **period})
    assert (unfit.status_code, unfit.json()["code"]) == (422, "desk_delegate_unfit")
    vague = api("shenhe").post("delegations", json={"to": "shenhe2", **period, "ends_at": "2026-11-30T00:00:00"})
    assert (vague.status_code, vague.json()["code"]) == (422, "request_invalid")


def test_a_publication_is_taken_back_or_corrected(api, handed):
    run, text = handed
    api("shenhe").post(f"review/{run}/decision", json={"decision": "approve", **text})
    published = api("aning").post(f"runs/{run}/publications", json={**text, "url": URL})
    assert published.status_code == 201, published.text
    withdrawn = {"url": URL, "reason": "活动改期"}
    assert api("linjie").post(f"runs/{run}/retractions", json=withdrawn).status_code == 404
    answer = api("shenhe").post(f"runs/{run}/corrections", json=withdrawn)
    assert answer.status_code == 201 and answer.json()["corrects"] == run
    assert api("aning").get(f"runs/{answer.json()['run']}").json()["owner"] == "aning"
    unknown = api("shenhe").post(f"runs/{run}/retractions", json={**withdrawn, "url": URL + "0"})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "publication_unknown")
    assert api("shenhe").post(f"runs/{run}/retractions", json=withdrawn).status_code in (204, 409)
