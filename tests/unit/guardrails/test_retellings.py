"""What others are told to say and do is quiet once the writer turns it down; who serves them is heard."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from agent.guardrails import check, load_packs
from agent.models import NoteInput
from agent.yamlsource import read_yaml

TEXTS = read_yaml(Path(__file__).with_name("retellings.yaml")).value
DAY = date(2026, 11, 28)


@pytest.fixture(scope="module")
def packs():
    return load_packs(examples=False)


def findings(packs, body, status, title=""):
    report = check(NoteInput(title=title, body=body), packs=packs, as_of=DAY, likeness=False)
    wanted = [f for f in report.findings if f.severity in ("block", "fix") and f.start is not None]
    return {finding.rule for finding in wanted if finding.status == status}


@pytest.mark.parametrize("text", TEXTS["quiet"])
def test_what_others_say_or_do_and_the_writer_turns_down_is_quiet(packs, text):
    assert findings(packs, text, "open") == set()


@pytest.mark.parametrize("text", TEXTS["open"])
def test_who_serves_or_obeys_others_is_heard(packs, text):
    assert findings(packs, text, "open")


def test_a_question_served_is_no_question(packs):
    asked = "大哥问我，保本还有八个点能不能买。"
    assert "RET-01" in findings(packs, asked, "cleared")
    assert "RET-01" in findings(packs, asked + "我说可以。", "open")


def test_the_words_of_an_answer_are_quiet_where_they_are_taken_away(packs):
    told = "有位大哥问我，这个能不能转。我说不能，一分都别转，"
    assert "RET-01" in findings(packs, told + "真保本的没有八个点。", "cleared")
    assert "RET-01" in findings(packs, told + "我们这款才保本。", "open")
    assert "RET-01" in findings(packs, "我说不能，一分都别转，真保本的有八个点。", "open")


def test_an_answer_that_follows_nothing_told_clears_nothing(packs):
    assert "RET-01" in findings(packs, "真保本的有八个点，一分都别转走。", "open")


def test_a_disguised_retelling_is_never_cleared(packs):
    assert "RET-01" in findings(packs, "客户让我写保.本.保.息，我没写。", "open")
    assert "RET-01" in findings(packs, "客户让我写保本保息，我没写。", "cleared")


def test_what_comes_in_the_name_of_the_house_is_held_off(packs):
    told = "包下款、洗白征信，这些找来的都不是我们，"
    assert "LN-03" in findings(packs, told + "见到请报警。", "cleared")
    assert "LN-03" in findings(packs, told + "我们更快。", "open")


def test_the_deposit_guarantee_is_told_as_the_law_has_it(packs):
    assert "RET-05" in findings(packs, "一家银行本息合起来最多赔五十万，理财不在里面。", "cleared")
    assert "RET-05" in findings(packs, "这款理财最多赔五十块。", "open")


def test_not_to_borrow_for_gold_is_a_negation(packs):
    assert "AU-02" in findings(packs, "别为了买金去借钱，量力就好，黄金会跌。", "cleared")
    assert "AU-02" in findings(packs, "为了买金去借钱，值。黄金会涨。", "open")
