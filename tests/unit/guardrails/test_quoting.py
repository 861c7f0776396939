"""What is quoted of a note is enough to understand what offends, and cuts no pair of quotation marks."""

from __future__ import annotations

import pytest

from agent.guardrails import check, load_packs
from agent.guardrails.advice import to_text
from agent.guardrails.quoting import quotes_of, telling_span, whole_pairs
from agent.models import NoteInput


def told(text: str, clause: str) -> str:
    start = text.index(clause)
    return text[slice(*telling_span(text, start, start + len(clause)))]


@pytest.mark.parametrize(
    ("text", "clause", "quote"),
    [
        ("今天风大。我们的医疗险这个月上车，头三十天一毛钱不用掏。真好。", "我们的医疗险这个月上车",
         "我们的医疗险这个月上车，头三十天一毛钱不用掏"),
        ("周五跟老同学在玉林路上吃火锅的时候外面一直下着雨街上一个人也没有，毛肚刚下去对面的老同学就开口问起来，我说这款随便买，抱满两年没有一个亏的，放心就是了。",
         "毛肚刚下去对面的老同学就开口问起来",
         "毛肚刚下去对面的老同学就开口问起来，我说这款随便买，抱满两年没有一个亏的，放心就是了"),
        ("先说天气。早上很冷，后来太阳出来了我就一个人下楼去湖边慢慢走了一圈半再回来给阳台上的花浇了水又喂了猫顺手把晾好的被子收了，然后把手里的钱全放进去了准没错。",
         "然后把手里的钱全放进去了准没错", "然后把手里的钱全放进去了准没错"),
    ],
)  # fmt: skip
def test_a_lead_in_is_quoted_with_what_it_leads_to_up_to_sixty_characters(text, clause, quote):
    assert told(text, clause) == quote
    assert len(quote) <= 60


def test_no_pair_of_marks_is_cut():
    text = "他说「这个月放进来，下个月翻倍」，我没理。"
    start = text.index("下个月")
    assert quotes_of(text, [(start, start + 5)]) == "“「这个月放进来，下个月翻倍」”"
    start = text.index("这个月")
    assert quotes_of(text, [(start, start + 5)]) == "“他说「这个月放进来，下个月翻倍」”"
    assert whole_pairs("没有另一半「的话", 0, 8) == (0, 8)
    assert whole_pairs("换了一行「\n的话」", 0, 5) == (0, 5)


def test_words_that_ask_for_a_line_are_quoted_with_the_mark_that_ends_a_name():
    body = "其实没动存款，走的是自己行里的「黔易贷」。年化3.2%起，点主页申请。"
    note = NoteInput(title="湖边散步", body=body, products=("loan",))
    text = to_text([note], [check(note, packs=load_packs(examples=False))])
    assert "「黔易贷」”，要补" in text


def test_a_quote_in_a_question_has_single_marks_for_double_ones():
    body = "去年跟着行里买的一只“混合基金”，今天打开手机银行直接笑出声。"
    note = NoteInput(title="湖边散步", body=body, products=("fund",))
    text = to_text([note], [check(note, packs=load_packs(examples=False))])
    assert "“去年跟着行里买的一只‘混合基金’，今天打开手机银行直接笑出声”" in text
