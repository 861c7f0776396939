"""The reason that a rule gives fits the words it has hit: one rule may speak against several things."""

from __future__ import annotations

import pytest

from agent.guardrails import check, load_packs
from agent.models import Category, Finding, NoteInput


@pytest.fixture(scope="module")
def packs():
    return load_packs(examples=False)


def found(packs, rule: str, body: str, product: Category) -> Finding:
    note = NoteInput(title="湖边散步", body=body, products=(product,))
    return next(finding for finding in check(note, packs=packs).open() if finding.rule == rule)


@pytest.mark.parametrize(
    ("rule", "product", "body", "reason", "other"),
    [
        ("INS-10", "insurance", "这份百万医疗往后每年它自己接着续上。", "由条款说了算", "首月0元"),
        ("INS-10", "insurance", "这份百万医疗首月0元就能投保。", "首月0元", "由条款说了算"),
        ("INS-09", "insurance", "钱进了这份寿险，法院来人也只能干瞪眼。", "避债", "只赔合同写明的责任"),
        ("INS-09", "insurance", "这份重疾险百病都保。", "只赔合同写明的责任", "法院可以执行"),
        ("CC-08", "card", "信用卡办卡看过来，拉一个室友来坐下填表，我给你转八十。", "按人头付酬", "没有稳定收入"),
        ("CC-08", "card", "大学生第一张信用卡怎么选，看这篇就够。", "没有稳定收入", "按人头付酬"),
    ],
)
def test_the_reason_is_that_of_the_words_hit(packs, rule, product, body, reason, other):
    finding = found(packs, rule, body, product)
    assert reason in finding.message and other not in finding.message


def test_no_renewal_is_promised_or_denied_but_for_the_term_of_the_contract(packs):
    finding = found(packs, "INS-10", "这份百万医疗往后每年它自己接着续上。", "insurance")
    assert finding.fix is not None and "保险期间为一年的，不保证续保" in finding.fix.replacement
    assert "先看条款" in finding.advice


def test_a_rise_to_come_is_a_prediction_and_no_past_return(packs):
    note = NoteInput(title="湖边散步", body="开春这一波起来，这只基金净值再往上抬两三成。", products=("fund",))
    assert {finding.rule for finding in check(note, packs=packs).open("block")} == {"RET-04"}
    both = note.model_copy(update={"body": "这只基金近一月涨8%，净值再往上抬两三成。"})
    assert {"PERF-01", "RET-04"} <= {finding.rule for finding in check(both, packs=packs).open("block")}


@pytest.mark.parametrize(
    ("rule", "product", "body"),
    [
        ("SEC-03", "securities", "来我们青岚证券开户的，报我名字，手续费给你谈到门口大爷听了都要问一句真的假的。"),
        ("RET-08", "deposit", "再说了，市里能眼看着它关门吗？存款放心。"),
        ("RET-02", "deposit", "嫌定期闷的，可以看看这款，跟定期一个样，稳稳的。"),
        ("RET-02", "deposit", "定期到了的看过来，挂钩金价那款，跟定期一个样。"),
    ],
)
def test_no_question_warning_or_deposit_nearby_lets_a_solicitation_pass(packs, rule, product, body):
    assert found(packs, rule, body, product)


@pytest.mark.parametrize("body", ["有人说开户找他就万一免五，真的假的？", "我行的存款跟定期一个样，都按挂牌利率。"])
def test_an_honest_question_and_a_plain_deposit_still_pass(packs, body):
    product: Category = "securities" if "开户" in body else "deposit"
    report = check(NoteInput(title="湖边散步", body=body, products=(product,)), packs=packs)
    assert not {"SEC-03", "RET-02"} & {finding.rule for finding in report.open("block")}
