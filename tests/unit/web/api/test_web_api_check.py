"""Checking over the API: the report of the contract, bounds on what may be sent, and no text that breaks it."""

import pytest


def test_a_sentence_is_reported_on_with_its_words_and_its_clause(api):
    answer = api("aning").post("check", json={"text": "这款理财稳赚不赔"})
    report = answer.json()
    assert answer.status_code == 200 and report["verdict"] == "block"
    finding = next(finding for finding in report["findings"] if finding["severity"] == "block")
    assert finding["basis"] and "这款理财稳赚不赔"[finding["start"] : finding["end"]] == finding["text"]
    assert report["text_hash"].startswith("sha256:") and report["packs"]


def test_several_notes_come_back_in_the_order_they_were_sent(api):
    notes = [{"id": "a", "text": "早上去植物园走了一圈"}, {"id": "b", "title": "稳赚", "body": "稳赚不赔"}]
    reports = api("shenhe").post("checks", json={"notes": notes}).json()["reports"]
    assert [(report["id"], report["verdict"]) for report in reports] == [("a", "pass"), ("b", "block")]


def test_the_day_decides_which_waivers_and_rules_count(api):
    early = api("aning").post("check?as_of=2010-01-01", json={"text": "这款理财稳赚不赔"}).json()
    assert early["verdict"] == "pass"


def test_an_account_brings_its_rules_along(api):
    note = {"title": "咖啡卡", "body": "云杉咖啡卡满30减5", "products": ["card"]}
    without = api("aning").post("check", json=note).json()
    bound = api("aning").post("check?account=staff-aning", json=note).json()
    assert {each["rule"] for each in bound["undetermined"]} < {each["rule"] for each in without["undetermined"]}
    refused = api("aning").post("check?account=staff-linjie", json=note)
    assert (refused.status_code, refused.json()["code"]) == (403, "account_not_yours")
    assert api("shenhe").post("check?account=staff-linjie", json=note).status_code == 200


@pytest.mark.parametrize(
    "note",
    [
        {},
        {"text": "   "},
        {"text": "一句", "body": "另一句"},
        {"text": "长" * 10_001},
        {"body": "长" * 10_001},
        {"title": "题" * 501},
        {"body": "好", "tags": ["标"] * 31},
        {"body": "零\0字"},
        {"body": "好", "unknown": 1},
        {"body": "好", "publication": {"images": ["图" * 20_000]}},
    ],
    ids=lambda note: ",".join(note) or "nothing",
)
def test_what_is_out_of_bounds_is_refused(api, note):
    answer = api("aning").post("check", json=note)
    assert answer.status_code == 422 and answer.json()["errors"]


def test_too_many_notes_are_refused(api):
    answer = api("aning").post("checks", json={"notes": [{"text": "好"}] * 21})
    assert answer.status_code == 422 and answer.json()["errors"] == [{"at": "body.notes", "problem": "最多 20 项"}]


@pytest.mark.parametrize("field", ['"text"', '"body"', '"publication": {"a": 1}, "text": "好", "cover"'])
def test_half_a_surrogate_pair_is_refused_wherever_it_stands(api, field):
    answer = api("aning").post(
        "check", content=f'{{{field}: "\\ud83d"}}'.encode(), headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 422 and answer.json()["code"] == "request_invalid"


def test_half_a_surrogate_pair_in_free_form_data_is_refused(api):
    content = b'{"text": "\xe5\xa5\xbd", "publication": {"link": "\\ud83d"}}'
    answer = api("aning").post("check", content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422
