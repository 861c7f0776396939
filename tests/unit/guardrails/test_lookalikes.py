"""What only looks like a violation is quiet; a violation of the same shape is heard."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from agent.guardrails import check, load_packs
from agent.models import NoteInput
from agent.yamlsource import read_yaml

TEXTS = read_yaml(Path(__file__).with_name("lookalikes.yaml")).value
DAY = date(2026, 11, 28)
STORY = (
    "定投的第四年，还在亏。不是来安慰谁的。2022年开始每月五百，现在账面负百分之八点几。"
    "我也搞不清该不该继续，就当给自己交点学费。评论区不用教我买什么，我就想记一笔。"
)
MACHINE = "我：转人工。它：亲，给您推荐分期。我：我要投诉你。它：好的，正在为您转人工。人工小哥接起来说：您也不容易。"


@pytest.fixture(scope="module")
def packs():
    return load_packs(examples=False)


def report(packs, body, title="", products=()):
    return check(NoteInput(title=title, body=body, products=products), packs=packs, as_of=DAY, likeness=False)


def asked(found):
    return {finding.rule for finding in found.open("block", "fix")}


@pytest.mark.parametrize("text", TEXTS["quiet"])
def test_an_innocent_lookalike_is_quiet(packs, text):
    assert asked(report(packs, text)) == set()


@pytest.mark.parametrize("case", TEXTS["heard"], ids=lambda case: case["text"])
def test_a_violation_of_the_same_shape_is_heard(packs, case):
    assert case["rule"] in asked(report(packs, case["text"]))


@pytest.mark.parametrize("case", TEXTS["quiet_beside"], ids=lambda case: case["text"])
def test_an_innocent_lookalike_is_quiet_where_a_product_is_promoted(packs, case):
    assert case["rule"] not in asked(report(packs, case["text"], products=(case["product"],)))


@pytest.mark.parametrize("case", TEXTS["heard_beside"], ids=lambda case: case["text"])
def test_a_violation_without_a_product_word_is_heard_where_one_is_promoted(packs, case):
    assert case["rule"] in asked(report(packs, case["text"], products=(case["product"],)))


@pytest.mark.parametrize(
    "told",
    [
        STORY,
        f"基金{STORY}",
        "演唱会没抢到，进度条卡在百分之九十九，我看了看存款。",
        f"和智能客服吵架。{MACHINE}",
        "老板给我们买了团体意外险，站在塔吊上看江，我腿抖，但放心上去。",
        "拖拉机是我自己贷款换的，还差七个月的贷没还完，昨晚它又熄火。",
    ],
)
def test_a_story_of_ones_own_promotes_nothing(packs, told):
    found = report(packs, told)
    assert found.note_type == "lifestyle" and asked(found) == set()


@pytest.mark.parametrize(
    "offer",
    ["这只基金去年涨了百分之八，定投走起。", "给您推荐分期，我们的信用卡年化百分之六。", "存款利率百分之一点九。"],
)
def test_a_rate_and_a_recommendation_promote_as_before(packs, offer):
    assert report(packs, offer).note_type in ("marketing", "benefit")


def test_a_story_of_several_sentences_about_a_cost_is_only_looked_at(packs):
    found = check(NoteInput(title="还在亏", body=f"基金{STORY}"), packs=packs, as_of=DAY)
    assert found.verdict == "pass"
