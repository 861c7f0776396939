"""What a note tells of a fraud or of its writer's own loss stays quiet, until the note sells something."""

from __future__ import annotations

import pytest

from agent.guardrails import check, load_packs
from agent.models import NoteInput

FRAUD = (
    "下午来了位大爷，要给“导师”转六万，说群里每天带大家买股票，保证每个月赚两成。\n"
    "他给我看聊天记录：先送米，再拉进群，再说内部名额快没了。\n"
    "保本高收益、稳赚不赔、导师带单，遇到一样就停下来。\n后来民警来了，钱保住了。拿不准就打96110。"
)
SALES = [
    "\n我们行这款理财才是保本高收益，评论区扣1。",
    "\n我行的稳赢理财年化4.2%，点主页申请。",
    "\n想要踏实的，跟着我做，我带你。",
]
LOSS = "定投基金三年了。去年这个账户最多的时候亏过两成，今年回来一些，以后怎样谁也不知道。"
PERFORMANCE = {"RET-05", "PERF-02", "PERF-03", "PERF-04"}


@pytest.fixture(scope="module")
def packs():
    return load_packs(examples=False)


def blocks(packs, body):
    return {finding.rule for finding in check(NoteInput(body=body), packs=packs, likeness=False).open("block")}


def test_a_note_that_tells_of_a_fraud_may_repeat_what_was_said(packs):
    report = check(NoteInput(body=FRAUD, tags=("反诈", "守护爸妈钱包")), packs=packs)
    assert report.verdict == "pass"
    assert {"RET-01", "RET-03", "XHS-02"} <= {f.rule for f in report.findings if f.status == "cleared"}


@pytest.mark.parametrize("sale", SALES)
def test_a_seller_who_tells_of_a_fraud_first_is_not_heard(packs, sale):
    assert {"RET-03", "XHS-02"} <= blocks(packs, FRAUD + sale)


def test_a_disguised_word_is_not_cleared_by_the_story(packs):
    assert "RET-03" in blocks(packs, FRAUD.replace("保证每个月赚两成", "稳.赚.不.赔"))


def test_a_loss_of_ones_own_is_no_cap_and_no_record_of_a_fund(packs):
    report = check(NoteInput(body=LOSS), packs=packs, likeness=False)
    assert report.verdict == "pass" and {f.status_by for f in report.findings if f.rule in PERFORMANCE} == {"own_loss"}


@pytest.mark.parametrize(
    "other", ["这只基金最多的时候亏过两成。", "我行这只基金，我自己的账户最多的时候亏过两成，扫码买。"]
)
def test_a_loss_of_a_product_on_sale_is_told_as_before(packs, other):
    found = {finding.rule for finding in check(NoteInput(body=other), packs=packs, likeness=False).open()}
    assert found >= PERFORMANCE
