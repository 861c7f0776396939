"""Words of somebody else that the note turns down are quiet; who quotes in order to sell is heard."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from agent.guardrails import check, load_packs
from agent.models import NoteInput
from agent.yamlsource import read_yaml

TEXTS = read_yaml(Path(__file__).with_name("quotations.yaml")).value
DAY = date(2026, 11, 28)
SALE = "\n我行的稳盈理财产品，年化业绩比较基准2.6%，10元起购，手机银行可以购买。"


@pytest.fixture(scope="module")
def packs():
    return load_packs(examples=False)


def findings(packs, body, status, title=""):
    report = check(NoteInput(title=title, body=body), packs=packs, as_of=DAY, likeness=False)
    wanted = [f for f in report.findings if f.severity in ("block", "fix") and f.start is not None]
    return {finding.rule for finding in wanted if finding.status == status}


@pytest.mark.parametrize("text", TEXTS["quiet"])
def test_what_somebody_else_says_and_the_writer_turns_down_is_quiet(packs, text):
    assert findings(packs, text, "open") == set()
    assert findings(packs, text, "cleared")


@pytest.mark.parametrize("text", TEXTS["open"])
def test_who_stands_by_a_quotation_or_leaves_it_unanswered_is_heard(packs, text):
    assert findings(packs, text, "open")


def test_a_doubt_is_no_answer_in_a_note_that_promotes(packs):
    doubt = "朋友说“零成本，稳赚不赔”，要看是哪一年买的。"
    assert "RET-03" in findings(packs, doubt, "cleared")
    assert "RET-03" in findings(packs, doubt + SALE, "open")


def test_a_plain_rejection_is_an_answer_in_a_note_that_promotes(packs):
    assert "RET-03" in findings(packs, "朋友说“稳赚不赔”，我说这话不对，净值有跌的时候。" + SALE, "cleared")


def test_a_disclaimer_rejects_nothing(packs):
    assert "RET-03" in findings(packs, "朋友说“稳赚不赔”，过往业绩不代表未来表现。", "open")
    assert "RET-03" in findings(packs, "朋友说“稳赚不赔”，不代表真能赚。", "cleared")


def test_a_disguised_quotation_is_never_answered(packs):
    assert "RET-01" in findings(packs, "中介说“保.本.保.息”，我当场拒绝了。", "open")


def test_a_title_is_answered_by_the_body(packs):
    title = "听见“稳赚不赔”的那个早晨"
    assert "RET-03" in findings(packs, "我当场挂断了。", "cleared", title)
    assert "RET-03" in findings(packs, "太阳很好，风也轻。", "open", title)


def test_an_answer_more_than_two_sentences_later_is_none(packs):
    told = "朋友说“稳赚不赔”，他笑了。天黑了。我们吃面。雨停了。我当场拒绝了。"
    assert "RET-03" in findings(packs, told, "open")
    assert "RET-03" in findings(packs, told.replace("我们吃面。雨停了。", ""), "cleared")


def test_what_the_writer_turns_round_later_is_heard(packs):
    told = "朋友说“稳赚不赔”，我当场拒绝了。"
    assert "RET-03" in findings(packs, told, "cleared")
    assert "RET-03" in findings(packs, told + "\n饭吃完了。\n后来还真赚了。", "open")


def test_words_that_the_writer_disclaims_in_turn_endorse_nothing(packs):
    assert "RET-03" in findings(packs, "主管强调：不许说“稳赚”，不许说“放心买”，说了扣分。", "cleared")
