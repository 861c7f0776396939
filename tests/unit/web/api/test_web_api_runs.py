"""Runs over the API: drafted once, seen by whom they belong to, edited by hand, handed in, published."""

import asyncio
import json
from datetime import date

import pytest
from asking_api import DRAFT
from sqlalchemy import update

from agent.drafting import Drafting
from agent.errors import ProviderError
from agent.graph.state import Review
from agent.record.tables import runs


def approve(api, run, text_hash):
    review = Review(action="approve", reviewer="shenhe", text_hash=text_hash)
    api.call(api.services.drafting.review, run, review)


def test_a_note_is_drafted_and_answered_as_the_command_line_does(api):
    answer = api("aning").post("runs", json=DRAFT)
    note = answer.json()
    assert (answer.status_code, answer.headers["Location"]) == (201, f"/api/v1/runs/{note['run']}")
    assert note["outcome"] == "in_review" and "绕到青年路那家没有招牌的咖啡店" in note["note"]["body"]
    assert set(note) == {
        "run", "outcome", "note", "report", "critique", "label", "rounds", "questions", "sources", "author", "usage",
        "refusal", "reason", "needs_look", "brief",
    }  # fmt: skip
    assert (note["brief"]["persona"], note["brief"]["account"]) == ("aning", "staff-aning")
    assert api.services.store.run(note["run"]).owner == "aning"


def test_a_refusal_is_an_answer_and_names_the_clause(api):
    body = {"topic": "咖啡卡", "note_type": "benefit", "products": ["咖啡卡"], "account": "private-aning"}
    answer = api("aning").post("runs", json=body)
    assert answer.status_code == 201 and answer.json()["outcome"] == "refused"
    assert answer.json()["refusal"][0]["basis"] and answer.json()["note"] is None


def test_who_does_not_want_to_wait_is_told_where_to_ask(api):
    client = api("aning")
    answer = client.post("runs", json=DRAFT, headers={"Prefer": "respond-async, wait=5"})
    assert (answer.status_code, answer.headers["Preference-Applied"]) == (202, "respond-async")
    assert answer.json()["outcome"] is None and answer.json()["note"] is None
    place = answer.headers["Location"].removeprefix("/api/v1/")
    said = client.get(f"{place}/events").text
    kinds = [line.removeprefix("event: ") for line in said.splitlines() if line.startswith("event")]
    assert kinds[-1] == "end" and set(kinds[:-1]) <= {"node"}
    assert json.loads(said.strip().splitlines()[-1].removeprefix("data: "))["outcome"] == "in_review"
    standing = client.get(place).json()
    assert standing["result"]["outcome"] == "in_review" and standing["working"] is False


def test_the_same_key_drafts_once_and_another_request_under_it_is_refused(api, open_api):
    first = api("aning").post("runs", json=DRAFT, headers={"Idempotency-Key": "k1"})
    again = api("aning").post("runs", json=DRAFT, headers={"Idempotency-Key": "k1"})
    assert again.json() == first.json() and len(api.services.store.runs()) == 1
    other = api("aning").post("runs", json={**DRAFT, "topic": "别的"}, headers={"Idempotency-Key": "k1"})
    assert (other.status_code, other.json()["code"]) == (409, "key_reused")
    restarted = open_api(today=lambda: date(2026, 11, 26))
    later = restarted("aning").post("runs", json=DRAFT, headers={"Idempotency-Key": "k1"})
    assert later.json()["run"] == first.json()["run"] and len(restarted.services.store.runs()) == 1


def test_a_key_belongs_to_whoever_sent_it(api):
    mine = api("aning").post("runs", json=DRAFT, headers={"Idempotency-Key": "k1"}).json()
    other = api("linjie").post("runs", json=DRAFT, headers={"Idempotency-Key": "k1"}).json()
    assert mine["run"] != other["run"]


def test_the_same_key_at_the_same_time_joins_in(api, monkeypatch):
    drafted = []
    once = Drafting.draft

    async def counted(self, brief, **more):
        drafted.append(brief.id)
        return await once(self, brief, **more)

    monkeypatch.setattr(Drafting, "draft", counted)
    for _ in range(3):
        answer = api("aning").post("runs", json=DRAFT, headers={"Idempotency-Key": "k", "Prefer": "respond-async"})
        assert answer.status_code == 202
    assert api("aning").post("runs", json=DRAFT, headers={"Idempotency-Key": "k"}).status_code == 201
    assert len(drafted) == 1


def test_what_was_cut_off_goes_on_under_the_same_key(api, monkeypatch):
    once = Drafting._record

    def broken(self, brief, update):
        if "last_report" in update:
            raise ProviderError("provider_down", status=500)
        once(self, brief, update)

    monkeypatch.setattr(Drafting, "_record", broken)
    failed = api("aning").post("runs", json=DRAFT, headers={"Idempotency-Key": "k"})
    assert (failed.status_code, failed.json()["code"]) == (502, "provider_down")
    run = api("aning").get("runs").json()["runs"][0]
    assert run["outcome"] is None
    assert api("aning").get(f"runs/{run['run']}").json()["result"]["note"] is None
    assert 'event: end\ndata: {"run"' in api("aning").get(f"runs/{run['run']}/events").text
    monkeypatch.setattr(Drafting, "_record", once)
    again = api("aning").post("runs", json=DRAFT, headers={"Idempotency-Key": "k"})
    assert again.json()["run"] == run["run"] and again.json()["outcome"] == "in_review"


def test_a_cut_off_run_can_be_gone_on_with_by_name(api, monkeypatch):
    once = Drafting._record

    def broken(self, brief, update):
        raise ProviderError("provider_timeout", model="m")

    monkeypatch.setattr(Drafting, "_record", broken)
    assert api("aning").post("runs", json=DRAFT).status_code == 504
    monkeypatch.setattr(Drafting, "_record", once)
    run = api("aning").get("runs").json()["runs"][0]["run"]
    assert api("linjie").post(f"runs/{run}/resume").status_code == 404
    assert api("aning").post(f"runs/{run}/resume").json()["result"]["outcome"] == "in_review"


def test_one_person_cannot_fill_the_server_with_work(api, monkeypatch):
    async def endless(self, brief, **more):
        await asyncio.sleep(3600)

    monkeypatch.setattr(Drafting, "draft", endless)
    client = api("aning")
    answers = [client.post("runs", json=DRAFT, headers={"Prefer": "respond-async"}) for _ in range(9)]
    assert [answer.status_code for answer in answers] == [202] * 8 + [429]
    assert api("linjie").post("runs", json=DRAFT, headers={"Prefer": "respond-async"}).status_code == 202


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"account": "staff-linjie"}, 403, "account_not_yours"),
        ({"persona": "linjie"}, 403, "account_not_yours"),
        ({"persona": "linjie", "account": "staff-aning"}, 403, "persona_not_yours"),
        ({"account": "nobody"}, 422, "unknown_account"),
        ({"products": ["月亮卡"]}, 422, "unknown_product"),
        ({"topic": "\u200b"}, 422, "topic_empty"),
        ({"topic": "长" * 101}, 422, "topic_too_long"),
        ({"material": ["一\n" * 61]}, 422, "material_too_many"),
        ({"material": ["一"] * 61}, 422, "request_invalid"),
        ({"seed": -1}, 422, "request_invalid"),
    ],
)
def test_a_brief_that_cannot_be_is_refused(api, changes, status, code):
    answer = api("aning").post("runs", json={**DRAFT, **changes})
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert api.services.store.runs() == ()


def test_content_staff_draft_for_everybody_and_see_every_run(api):
    note = api.drafted("neirong", account="staff-linjie")
    assert note["brief"]["account"] == "staff-linjie"
    mine = api.drafted("aning")
    seen = [run["run"] for run in api("neirong").get("runs").json()["runs"]]
    assert set(seen) == {note["run"], mine["run"]}
    assert [run["run"] for run in api("aning").get("runs").json()["runs"]] == [mine["run"]]
    assert [run["run"] for run in api("aning").get("runs?owner=neirong").json()["runs"]] == [mine["run"]]
    assert [run["run"] for run in api("guanli").get("runs?owner=neirong").json()["runs"]] == [note["run"]]


def test_a_list_is_read_page_by_page_and_narrowed(api):
    runs = [api.drafted(topic=f"手冲 {number}")["run"] for number in range(3)]
    api.drafted("linjie")
    pages, cursor = [], ""
    while cursor is not None:
        page = api("aning").get("runs", params={"limit": 2, "cursor": cursor}).json()
        pages.append([run["run"] for run in page["runs"]])
        cursor = page["next"]
    assert [len(page) for page in pages] == [2, 1] and sorted(pages[0] + pages[1]) == sorted(runs)
    found = api("aning").get("runs", params={"search": "手冲 1", "outcome": "in_review", "account": "staff-aning"})
    assert [run["topic"] for run in found.json()["runs"]] == ["手冲 1"]
    assert api("aning").get("runs?account=private-aning").json() == {"runs": [], "next": None}
    assert api("aning").get("runs?outcome=rejected").json()["runs"] == []


def test_a_cursor_tells_nothing_about_the_runs_of_others(api):
    theirs = api.drafted("linjie")["run"]
    answers = [api("aning").get("runs", params={"cursor": cursor}) for cursor in (theirs, "20261124-ffffff")]
    assert [answer.status_code for answer in answers] == [422, 422] and answers[0].json() == answers[1].json()


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "", None),
        ("GET", "/versions", None),
        ("GET", "/events", None),
        ("POST", "/resume", None),
        ("POST", "/edit", {"text_hash": "sha256:" + "0" * 64, "title": "别人的标题"}),
        ("POST", "/submit", {"text_hash": "sha256:" + "0" * 64}),
        ("POST", "/publications", {"text_hash": "sha256:" + "0" * 64, "url": "https://www.xiaohongshu.com/a"}),
    ],
)
def test_the_run_of_somebody_else_is_as_unknown_as_one_that_never_was(api, method, path, body):
    theirs = api.drafted("linjie")["run"]
    never = theirs[:-1] + ("0" if theirs[-1] != "0" else "1")
    answers = [api("aning").request(method, f"runs/{run}{path}", json=body) for run in (theirs, never, theirs[:10])]
    assert [answer.status_code for answer in answers] == [404] * 3
    told = [{**answer.json(), "title": answer.json()["title"].replace(run, "X")}
            for answer, run in zip(answers, (theirs, never, theirs[:10]), strict=True)]  # fmt: skip
    assert told[0] == told[1] == told[2]
    assert api.services.store.run(theirs).outcome == "in_review"
    assert not api.services.store.publishing.submissions(theirs)


def test_a_reviewer_sees_a_run_and_cannot_write_in_it(api):
    note = api.drafted()
    run, body = note["run"], {"text_hash": note["note"]["text_hash"], "title": "改过的标题"}
    assert api("shenhe").get(f"runs/{run}").status_code == 200
    assert api("shenhe").post(f"runs/{run}/edit", json=body).json()["code"] == "forbidden"
    assert api("neirong").post(f"runs/{run}/edit", json=body).json()["code"] == "run_not_yours"


def test_what_nobody_owns_is_for_content_staff(api):
    note = api.drafted()
    with api.services.store._database.writing() as connection:
        connection.execute(update(runs).values(owner=None))
    body = {"text_hash": note["note"]["text_hash"], "title": "改过的标题"}
    assert api("aning").get(f"runs/{note['run']}").status_code == 404
    assert api("neirong").post(f"runs/{note['run']}/edit", json=body).json()["note"]["title"] == "改过的标题"


def test_an_edit_is_checked_again_and_keeps_the_sources_of_what_it_left_alone(api):
    note = api.drafted()
    body = note["note"]["body"].replace("点了一杯耶加", "点了一杯耶加，有点酸") + "\n今天就到这里"
    sent = {"text_hash": note["note"]["text_hash"], "body": body, "cover": "绕路", "tags": ["#手冲", "手冲"]}
    edited = api("aning").post(f"runs/{note['run']}/edit", json=sent).json()
    assert "点了一杯耶加，有点酸，32 块" in edited["note"]["body"] and "今天就到这里" in edited["note"]["body"]
    assert edited["note"]["body"].endswith("本文由AI辅助生成")
    assert edited["note"]["tags"] == ["手冲"] and edited["note"]["cover"] == "绕路"
    assert edited["report"]["text_hash"] == edited["note"]["text_hash"] != note["note"]["text_hash"]
    cited = {source for segment in edited["note"]["segments"] for source in segment["sources"]}
    assert {"m1", "m2"} <= cited
    versions = api("aning").get(f"runs/{note['run']}/versions").json()
    assert [version["note"]["text_hash"] for version in versions][-1] == edited["note"]["text_hash"]
    decisions = api("aning").get(f"runs/{note['run']}").json()["decisions"]
    assert [(decision["decision"], decision["reviewer"]) for decision in decisions] == [("edit", "aning")]


def test_a_promise_typed_into_a_note_is_found(api):
    note = api.drafted()
    sent = {"text_hash": note["note"]["text_hash"], "body": note["note"]["body"] + "\n这款理财稳赚不赔"}
    edited = api("aning").post(f"runs/{note['run']}/edit", json=sent).json()
    assert edited["outcome"] == "needs_human" and edited["report"]["verdict"] == "block"
    handed = {"text_hash": edited["note"]["text_hash"]}
    refused = api("aning").post(f"runs/{note['run']}/submit", json=handed)
    assert (refused.status_code, refused.json()["code"]) == (409, "submission_blocked")


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"text_hash": "sha256:" + "0" * 64, "title": "改过的标题"}, 409, "review_of_other_text"),
        ({}, 409, "nothing_to_change"),
        ({"title": "题" * 21}, 422, "title_too_long"),
        ({"body": "长" * 1001}, 422, "body_too_long"),
        ({"body": "只剩一句"}, 409, "mandatory_words"),
    ],
)
def test_an_edit_that_cannot_stand_is_refused(api, changes, status, code):
    note = api.drafted()
    if code == "body_too_long":
        changes = {"body": note["note"]["body"] + "\n" + changes["body"]}
    sent = {"text_hash": note["note"]["text_hash"], **changes}
    refused = api("aning").post(f"runs/{note['run']}/edit", json=sent)
    assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert len(api.services.store.versions(note["run"])) == len(note["rounds"])


def test_a_note_is_handed_in_once_and_published_only_when_approved(api):
    note = api.drafted()
    run, text_hash = note["run"], note["note"]["text_hash"]
    client = api("aning")
    for _ in range(2):
        standing = client.post(f"runs/{run}/submit", json={"text_hash": text_hash}).json()
    assert [(each["submitted_by"], each["text_hash"]) for each in standing["submissions"]] == [("aning", text_hash)]
    published = {"text_hash": text_hash, "url": "https://www.xiaohongshu.com/explore/1"}
    early = client.post(f"runs/{run}/publications", json=published)
    assert (early.status_code, early.json()["code"]) == (409, "publication_unapproved")
    approve(api, run, text_hash)
    foreign = client.post(f"runs/{run}/publications", json={**published, "url": "https://xiaohongshu.com.evil.cn/1"})
    assert (foreign.status_code, foreign.json()["code"]) == (422, "publication_foreign")
    disguised = {**published, "url": "https://evil.example\\@www.xiaohongshu.com/x"}
    assert client.post(f"runs/{run}/publications", json=disguised).json()["code"] == "publication_foreign"
    for _ in range(2):
        answer = client.post(f"runs/{run}/publications", json=published)
    assert answer.status_code == 201
    assert [each["url"] for each in answer.json()["publications"]] == [published["url"]]
    late = client.post(f"runs/{run}/edit", json={"text_hash": text_hash, "title": "改过的标题"})
    assert (late.status_code, late.json()["code"]) == (409, "run_not_in_review")


def test_an_erased_run_is_gone(api):
    keyed = {"json": DRAFT, "headers": {"Idempotency-Key": "k"}}
    run = api("aning").post("runs", **keyed).json()["run"]
    api.call(api.services.drafting.forget, run)
    gone = [api("guanli").get(f"runs/{run}"), api("aning").post("runs", **keyed)]
    assert [(answer.status_code, answer.json()["code"]) for answer in gone] == [(410, "run_erased")] * 2
    assert api("aning").get(f"runs/{run}").status_code == 404
    rows = api("guanli").get("runs").json()["runs"]
    assert rows[0]["topic"] == "" and rows[0]["erased_at"]


def test_who_comes_while_another_process_is_at_it_waits_and_is_then_told_where_to_ask(api, open_api, monkeypatch):
    begun, going_on = asyncio.Event(), asyncio.Event()
    once = Drafting._advance

    async def slowly(self, *args, **more):
        begun.set()
        await going_on.wait()
        return await once(self, *args, **more)

    monkeypatch.setattr("agent.holding.WAIT_SECONDS", 0.6)
    keyed = {"json": DRAFT, "headers": {"Idempotency-Key": "k"}}
    with monkeypatch.context() as patch:
        patch.setattr(Drafting, "_advance", slowly)
        other = open_api()
        other("aning").post("runs", json=DRAFT, headers={"Idempotency-Key": "k", "Prefer": "respond-async"})
        other.call(begun.wait)
    late = api("aning").post("runs", **keyed)
    assert (late.status_code, late.json()["outcome"]) == (202, None)
    other.call(_set, going_on)
    assert other("aning").post("runs", **keyed).json()["outcome"] == "in_review"
    assert api("aning").post("runs", **keyed).status_code == 201
    assert len(api.services.store.versions(late.json()["run"])) == 1


async def _set(event):
    event.set()


def test_a_note_is_in_review_only_once_it_was_handed_in_and_sent_back_until_it_is_again(api):
    note = api.drafted("aning")
    run, text = note["run"], {"text_hash": note["note"]["text_hash"]}
    assert (note["outcome"], status_in(api, run)) == ("in_review", "written")
    assert api("aning").post(f"runs/{run}/submit", json=text).json()["status"] == "submitted"
    assert status_in(api, run) == "submitted"
    said = {"decision": "suggest", "reason": "换个结尾", **text}
    assert api("shenhe").post(f"review/{run}/decision", json=said).status_code == 200
    assert status_in(api, run) == "changes" == api("shenhe").get(f"review/{run}").json()["status"]


def status_in(api, run):
    """Where a note stands, in the list and by itself, with its title beside it."""
    (row,) = api("aning").get("runs").json()["runs"]
    shown = api("aning").get(f"runs/{run}").json()
    assert row["title"] == shown["result"]["note"]["title"] and row["status"] == shown["status"]
    return row["status"]
