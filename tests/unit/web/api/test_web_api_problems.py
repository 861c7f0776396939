"""What goes wrong is told as a problem document, in words for people, and gives nothing away."""

import logging

import pytest
from asking_api import DRAFT
from visiting import NOW

from agent.catalogue import advise, say
from agent.drafting import Drafting
from agent.errors import (
    BudgetError,
    ConfigurationError,
    GuardError,
    ProviderError,
    ReplyError,
    StorageError,
    UsageError,
)
from agent.web.api import checking
from agent.web.api.problems import MEDIA_TYPE, STATUS

SECRET = "客户张女士的秘密素材"


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (UsageError("topic_empty"), 422),
        (UsageError("run_unknown", value="x", nearest="20261124-other1"), 404),
        (UsageError("approve_with_block", run="r", rules="RET-01"), 409),
        (ConfigurationError("workspace_missing", path="/srv/secret"), 500),
        (StorageError("record_unusable", path="/srv/secret/record.db", reason="disk I/O error"), 503),
        (GuardError("approval_with_block"), 500),
        (ProviderError("provider_down", status=500), 502),
        (ProviderError("provider_busy", status=429), 503),
        (ProviderError("provider_timeout", model="m"), 504),
        (ReplyError("reply_empty", model="m"), 502),
        (BudgetError("budget_tokens_spent", of="本次运行", spent=1, limit=1), 503),
    ],
    ids=lambda value: getattr(value, "code", value),
)
def test_every_kind_of_error_has_its_status_and_says_what_to_do(api, monkeypatch, error, status):
    def fail(*args, **more):
        raise error

    monkeypatch.setattr(checking, "check", fail)
    answer = api("aning").post("check", json={"text": SECRET})
    told = answer.json()
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, MEDIA_TYPE)
    assert (told["status"], told["code"], told["type"]) == (status, error.code, f"urn:kosnote:problem:{error.code}")
    assert told["title"] and not any(word in answer.text for word in ("/srv", "disk I/O", "20261124-other1", SECRET))


def test_what_nobody_expected_is_a_problem_too_and_the_log_holds_no_words(api, monkeypatch, caplog):
    def fail(*args, **more):
        raise ValueError(SECRET)

    monkeypatch.setattr(checking, "check", fail)
    with caplog.at_level(logging.DEBUG):
        answer = api("aning").post("check", json={"text": SECRET})
    assert (answer.status_code, answer.json()["code"]) == (500, "unexpected")
    assert SECRET not in answer.text and "Traceback" not in answer.text
    assert "ValueError" in caplog.text and SECRET not in caplog.text and "Traceback" not in caplog.text


def test_a_model_that_failed_is_told_with_the_way_to_go_on(api, monkeypatch):
    async def fail(self, brief, *, owner, on_event):
        self.store.start_run(brief, author="offline", workspace="", created_at=self.now(), owner=owner)
        raise ProviderError("provider_down", status=500)

    monkeypatch.setattr(Drafting, "draft", fail)
    client = api("aning")
    answer = client.post("runs", json=DRAFT)
    assert (answer.status_code, answer.json()["code"]) == (502, "provider_down")
    assert "agent " not in answer.json()["hint"] and "resume" in answer.json()["hint"]


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "nothing/here", 404, "not_found"),
        ("DELETE", "runs", 405, "method_not_allowed"),
        ("GET", "runs?limit=0", 422, "request_invalid"),
        ("GET", "runs?limit=many", 422, "request_invalid"),
        ("GET", "runs?colour=red", 422, "request_invalid"),
        ("GET", "facts?as_of=yesterday", 422, "request_invalid"),
        ("GET", "runs/%00", 422, "request_invalid"),
        ("GET", "facts/%00", 404, "unknown_fact"),
    ],
)
def test_what_the_framework_refuses_has_the_same_shape(api, method, path, status, code):
    answer = api("aning").request(method, path)
    told = answer.json()
    assert (answer.status_code, told["code"], answer.headers["Content-Type"]) == (status, code, MEDIA_TYPE)
    assert told["title"] != f"api_{code}" and told["hint"]


def test_a_wrong_place_is_named_and_what_was_sent_is_not_repeated(api):
    answer = api("aning").post("check", json={"text": "好", "origin": SECRET, "怪\u202e": 1, "id": SECRET * 10})
    assert {each["at"]: each["problem"] for each in answer.json()["errors"]} == {
        "body.id": "最多 64 个字",
        "body.origin": "只能是 'human' or 'ai'",
        "body.怪�": "没有这一项",
    }
    assert SECRET not in answer.text


@pytest.mark.parametrize("content", [b"{", b"\xff\xfe\x00", b"[" * 100_000, b'"\\ud800"', b""])
def test_what_is_no_json_is_refused(api, content):
    answer = api("aning").post("check", content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 422) and answer.headers["Content-Type"] == MEDIA_TYPE


def test_a_form_from_another_site_is_not_read(api):
    answer = api("aning").post("check", content='{"text": "好"}', headers={"Content-Type": "text/plain"})
    assert answer.status_code == 422


def test_nobody_is_told_to_type_a_command(api):
    for code in STATUS:
        hint = advise(f"api_{code}") or advise(code)
        assert "agent " not in hint and "--" not in hint, code
        assert say(code, at=NOW) != code, code


def test_the_page_about_the_api_loads_nothing_and_names_every_route(api):
    page = api("aning").get("docs")
    document = api("aning").get("openapi.json").json()
    assert page.headers["Content-Type"].startswith("text/html")
    assert not any(word in page.text for word in ("<script", "style=", "src=", "http://", "https://"))
    assert all(path in page.text for path in document["paths"])
