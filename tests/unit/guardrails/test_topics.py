"""What a sentence does, in its author's words: every rule about words has a topic, and the reader names one if sure."""

from __future__ import annotations

import re
from collections import Counter
from itertools import chain

import pytest

from agent.guardrails import load_packs
from agent.guardrails.joining import product_of
from agent.guardrails.likeness import load_likeness
from agent.guardrails.topics import (
    Reading,
    is_doubtful,
    is_final,
    is_to_report,
    law_of,
    likeliest_said,
    load_topics,
    own_law_of,
    read_sentences,
    says_of,
    weight_of,
    why_of,
)
from agent.guardrails.wording import cite_shortly, label_of

SAID_OF_THE_NOTE = {"ACC-04", "ADL-05", "AIG-01", "CIT-01", "CIT-02", "DIS-01", "DIS-02", "DIS-04", "INS-01", "INS-02"}
SAID_OF_THE_NOTE |= {"LN-01", "LN-07", "SEC-06", "WM-04"}
KINDS = ("term", "pattern", "combine", "require", "number", "pii")


def test_every_rule_about_words_of_a_note_has_one_topic():
    rules = {rule.rule.id: rule.rule.kind for rule in load_packs(examples=False).rules}
    told = Counter(rule for topic in load_topics().values() for rule in topic.rules)
    assert not [rule for rule, times in told.items() if times > 1 or rule not in rules]
    assert {rule for rule, kind in rules.items() if kind in KINDS and not says_of(rule)} == SAID_OF_THE_NOTE


GIFT = "来存的不让空手走，五万以上米和油随便挑，别声张。"
COACHED = "填表的时候结节那一栏跳过去就行，没人查。"
NOTHING = "今天风很大。"


def test_a_sentence_is_read_as_what_it_does():
    assert read_sentences(GIFT) == [Reading(GIFT, says_of("DEP-01"), sure=True)]


def test_of_two_sentences_each_that_reads_like_a_violation_is_read_by_itself():
    both = [Reading(GIFT, says_of("DEP-01"), sure=True), Reading(COACHED, says_of("INS-08"), sure=True)]
    assert read_sentences(GIFT + COACHED) == both and read_sentences(GIFT + NOTHING) == both[:1]


def test_where_no_sentence_reads_so_by_itself_the_whole_is_read():
    (reading,) = read_sentences(f"{NOTHING}走了一圈。")
    assert reading.text == f"{NOTHING}走了一圈。"


@pytest.fixture
def ranked(monkeypatch):
    """Let the reader rank rules so, whatever the text."""

    def rank(**weights):
        order = sorted(((rule.replace("_", "-"), weight) for rule, weight in weights.items()), key=lambda one: -one[1])
        ranking = lambda *_, among: [one for one in order if one[0] in among]  # noqa: E731
        monkeypatch.setattr(load_likeness(), "ranked", ranking)

    return rank


@pytest.mark.parametrize(
    ("first", "second", "says", "sure", "other"),
    [
        (1.0, 0.0, "SOC-01", True, ""), (1.0, 0.9, "SOC-01", False, ""), (1.0, 0.99, "SOC-01", False, "RET-01"),
        (-0.51, -0.9, "SOC-01", False, ""), (-0.61, -0.9, "SOC-01", False, "RET-01"), (-0.81, -0.9, "", False, ""),
    ],
)  # fmt: skip
def test_a_topic_that_leads_clearly_is_told_one_that_leads_by_less_asked_about_and_by_little_with_the_next(
    ranked, first, second, says, sure, other
):
    ranked(SOC_01=first, SOC_02=-2.0, RET_01=second)
    assert read_sentences(NOTHING) == [Reading(NOTHING, says_of(says), sure, says_of(other))]


def test_nobody_is_asked_about_something_to_be_reported_that_a_text_is_hardly_like(ranked):
    for rules in ({"ILL_01": -0.7, "RET_01": -0.71}, {"RET_01": -0.7, "SUI_02": -0.71}):
        ranked(**rules)
        assert read_sentences(NOTHING) == [Reading(NOTHING, "", sure=False)]


@pytest.mark.parametrize(("second", "by_rule"), [(0.0, True), (0.9, False)])
def test_what_a_sentence_does_is_told_by_the_rule_where_one_leads_its_topic_and_else_by_the_topic(
    ranked, second, by_rule
):
    ranked(SOC_01=1.0, SOC_02=second, RET_01=0.0)
    (reading,) = read_sentences(NOTHING)
    says = reading.says
    assert says == (says_of("SOC-01") if by_rule else load_topics()["weak"].says) == likeliest_said(NOTHING)
    assert weight_of(says) == weight_of(load_topics()["weak"].says) is not None


def test_a_rule_against_several_acts_says_which_one_by_the_words_of_the_sentence():
    bought, back, neither = (says_of("AU-02", text) for text in ("刷卡囤金", "原价收走", "金条"))
    assert len({bought, back, neither}) == 3 and neither == load_topics()["buyback"].says == says_of("AU-02")
    assert weight_of(bought) == weight_of(back) == weight_of(neither)


def test_a_lead_means_little_where_the_text_reads_much_like_nothing(ranked):
    ranked(SOC_01=-0.7, RET_01=-0.8)
    assert likeliest_said(NOTHING) == ""
    ranked(SOC_01=-0.5, RET_01=-0.6)
    assert read_sentences(NOTHING) == [Reading(NOTHING, says_of("SOC-01"), sure=False)] and likeliest_said(NOTHING)


def test_what_is_likely_and_not_named_counts_only_above_one_half(monkeypatch):
    monkeypatch.setattr("agent.guardrails.topics._LEAD", 9.0)
    monkeypatch.setattr("agent.guardrails.topics._HINT", 9.0)
    assert [reading.text for reading in read_sentences(GIFT + COACHED)] == [GIFT, COACHED]
    monkeypatch.setattr("agent.guardrails.topics._READS", 1.1)
    assert [reading.text for reading in read_sentences(GIFT + COACHED)] == [GIFT + COACHED]


COACHING = "《保险法》第一百一十六条第（三）项、第一百三十一条第（三）项"


def cited_of(act):
    return [law for law in (act.law, *act.laws.values()) if law]


def test_acts_are_those_of_rules_of_their_topic_and_a_clause_is_of_a_law_that_one_of_its_rules_cites():
    rules = {rule.rule.id: rule.rule for rule in load_packs(examples=False).rules}
    for name, topic in load_topics().items():
        assert not [rule for rule in topic.acts if rule not in (*topic.rules, "any")]
        cited = topic.rules if name != "approval" else (*topic.rules, "LN-04", "CC-08")  # false papers, of each product
        bases = [basis for rule in cited for basis in rules[rule].basis]
        bases += [basis for rule in cited for one in rules[rule].for_products for basis in one.basis]
        laws = {re.sub("条款待核.*|第.*", "", cite_shortly(basis)) for basis in bases}
        verified = {cite_shortly(basis) for basis in bases if basis.verified}
        for law in (law for act in (topic, *chain.from_iterable(topic.acts.values())) for law in cited_of(act)):
            assert any(law.startswith(one) for one in laws), law
            named, *articles = re.split("(?<=》)|、", law)
            assert "待核" in law or all(named + article in verified for article in articles) or law in verified, law


def test_the_clause_of_a_sentence_is_its_act_s_or_its_topic_s_for_the_product_on_offer():
    given = says_of("PERF-10")
    assert law_of(given, ("fund",)).startswith("《公开募集证券投资基金销售机构监督管理办法》")
    assert (
        law_of(given, ("insurance",)) == "《保险法》第一百一十六条、第一百三十一条"
        and law_of(given, ("card",)) == law_of(given) == ""
    )
    assert law_of(says_of("IND-07"), ("fund",)) != law_of(says_of("IND-07"), ("wm",)) == "《广告法》第二十八条"
    assert law_of(says_of("INS-08")) == COACHING and law_of("今天风很大") == ""


def test_every_sentence_is_told_what_is_wrong_with_it_and_a_few_that_they_are_to_be_reported():
    for topic in load_topics().values():
        acts = [act for rule in topic.rules for act in topic.acts.get(rule, (topic,))]
        assert not [act.says for act in acts if not why_of(act.says) or why_of(act.says).endswith("。")]
    assert why_of(says_of("INS-08")) != why_of(says_of("SUI-02")) and why_of("今天风很大") == ""
    assert is_to_report(says_of("SUI-02")) and is_to_report(says_of("LN-06", "三百块辛苦费"))
    assert not is_to_report(says_of("LN-06", "三百块手续费")) and not is_to_report("今天风很大")


def test_a_topic_of_which_nothing_is_made_right_by_a_line_says_so():
    assert is_final("GFT-02") and not is_final("DEP-02") and not is_final("XHS-01")
    assert is_final("LN-06", "给我三百块辛苦费") and not is_final("LN-06", "另收三百块手续费")


def test_a_reason_is_doubtful_where_the_sentence_reads_like_quite_another_topic():
    assert is_doubtful("SEC-02", GIFT) and not is_doubtful("DEP-01", GIFT)
    assert not is_doubtful("SEC-02", "今天风很大，走了一圈。") and not is_doubtful("XHS-01", GIFT)


def test_the_clause_of_the_very_act_is_not_its_topic_s():
    assert own_law_of(says_of("INS-08")) == COACHING
    assert own_law_of(says_of("IND-05")) == "" != law_of(says_of("IND-05")) and own_law_of("今天风很大") == ""
    assert own_law_of(says_of("RET-05"), ("fund",)) == "" != law_of(says_of("RET-05"), ("fund",))


def test_of_one_act_that_two_topics_tell_the_one_that_says_why_counts():
    ours = says_of("SOC-02", "我妈把养老的钱全放里头了")
    assert ours == says_of("END-01") != says_of("SOC-02", "七十岁的叔叔阿姨最该来听听")
    assert weight_of(ours) == weight_of(load_topics()["own"].says) and law_of(ours, ("fund",)).startswith("《广告法》")


def test_an_act_under_any_is_told_by_its_words_where_no_rule_leads_its_topic(ranked):
    given = {"DEP_01": 1.0, "GFT_03": 0.95, "RET_01": 0.0}
    for text, says in (("拉一个室友来，转你八十。", says_of("GFT-03")), ("今天风很大。", load_topics()["gifts"].says)):
        ranked(**given)
        (reading,) = read_sentences(text)
        assert reading.says == says
    ranked(**{**given, "GFT_03": 0.1})
    (reading,) = read_sentences("拉一个室友来，转你八十。")
    assert reading.says == says_of("DEP-01")


def test_a_question_is_read_with_its_answer(monkeypatch):
    monkeypatch.setattr("agent.guardrails.topics._READS", 0.0)
    monkeypatch.setattr(load_likeness(), "maybe", 0.0)
    assert [reading.text for reading in read_sentences("年费？不收的，放心拿。来办的送一箱苹果。")] == [
        "年费？不收的，放心拿。", "来办的送一箱苹果。",
    ]  # fmt: skip


def test_no_sentence_reads_like_a_rule_of_another_product_unless_that_pays(ranked):
    ranked(DEP_02=1.0, LN_02=0.5, CC_06=0.0, RET_01=-1.0)
    for products, rule in (((), "DEP-02"), (("loan",), "LN-02"), (("gold",), "LN-02"), (("deposit",), "DEP-02")):
        (reading,) = read_sentences(NOTHING, products)
        assert reading.says == says_of(rule) == likeliest_said(NOTHING, products)


def test_every_prefix_of_a_rule_about_one_product_names_it():
    packs = load_packs(examples=False)
    owned = {
        one.rule.id.partition("-")[0]: product_of(one.pack.name) for one in packs.rules if product_of(one.pack.name)
    }
    assert {prefix: label_of("rule_product", prefix) for prefix in owned} == owned
