"""May I say this: yes, no, other words, or what is missing, with the type of note and the clause on one line."""

from dataclasses import replace
from datetime import date

import pytest

from agent.chat.values import Intent, Selection

CASES = [
    ("阿宁", "还款日写在日历上就不会忘", "yes"),
    ("阿宁", "下班绕路喝了一杯手冲，老板磨豆磨了很久", "yes"),
    ("阿宁", "这款理财稳赚不赔", "no"),
    ("大许", "今天想聊聊理财产品怎么选", "no"),
    ("老周", "云杉家庭卡最近有活动", "no"),
    ("阿宁", "咖啡卡满30减5", "needs"),
    ("阿宁", "咖啡卡满30减3", "no"),
    ("林姐", "云杉安心季开这款理财的风险等级写在说明书里", "needs"),
    ("林姐", "云杉安心季开在网点有说明书可以看", "needs"),
    ("林姐", "私信我办卡", "change"),
    ("阿宁", "咖啡卡年费全免，快来办", "change"),
    ("阿宁", "存满5万送一袋米", "no"),
]


@pytest.mark.parametrize(("persona", "sentence", "verdict"), CASES)
async def test_a_sentence_is_judged_for_who_says_it(talk, persona, sentence, verdict):
    answer = await talk(f"{sentence}，能说吗？", persona=persona)
    found = answer.may_i_say
    assert (answer.intent, found.verdict, found.sentence) == (Intent.MAY_I_SAY, verdict, sentence)
    assert found.note_type in ("lifestyle", "education", "benefit", "marketing")
    if verdict == "yes":
        assert not found.why and not found.clause
    else:
        assert found.why and "《" in found.clause and "\n" not in found.clause and found.needs


async def test_a_number_of_the_ledger_may_be_said_with_its_conditions_and_no_other(talk):
    answer = await talk("咖啡卡满30减5，能说吗", persona="阿宁")
    assert "每户每月限3次" in answer.may_i_say.needs
    assert "每户每月限3次" not in (await talk("咖啡卡满300减5，能说吗")).may_i_say.needs


async def test_a_fact_that_has_lapsed_carries_nothing(chat, talk_in):
    later = replace(chat, today=lambda: date(2027, 3, 1))
    answer = await talk_in(later.session("甲"))("咖啡卡满30减5，能说吗", persona="大许")
    assert answer.may_i_say.verdict == "no" and "每户每月限3次" not in answer.may_i_say.needs


async def test_without_an_account_the_answer_says_that_the_account_was_not_checked(talk):
    answer = await talk("还款日写在日历上，能说吗")
    assert answer.may_i_say.verdict == "yes" and any("账号" in line for line in answer.assumptions)
    assert (await talk("还款日写在日历上，能说吗", persona="阿宁")).assumptions == ()


async def test_a_marked_passage_is_what_is_asked_about(talk):
    span = Selection(start=0, end=4, text="稳赚不赔")
    answer = await talk("这句行吗", intent="may_i_say", span=span)
    assert (answer.may_i_say.sentence, answer.may_i_say.verdict) == ("稳赚不赔", "no")


async def test_asking_without_a_sentence_asks_for_it_and_takes_the_next_line(talk):
    answer = await talk(intent="may_i_say")
    assert answer.question is not None and answer.may_i_say is None
    assert (await talk("这个稳赚")).may_i_say.verdict == "no"


@pytest.mark.parametrize(
    "sentence", ["私信我办卡", "咖啡卡年费全免，快来办", "存满5万送一袋米", "我家这款消费贷，额度最高三十万"]
)
async def test_advice_to_take_words_away_never_stands_under_leave_to_say_them(talk, sentence):
    found = (await talk(f"{sentence}，能说吗？", persona="林姐")).may_i_say
    asks_removal = any(word in found.needs for word in ("删掉", "删去", "去掉", "改成"))
    assert not asks_removal or found.verdict in ("no", "change")
