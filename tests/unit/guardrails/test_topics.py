"""What a sentence does, in its author's words: every rule about words has a topic, and the reader names one if sure."""

from __future__ import annotations

from collections import Counter

from agent.guardrails import load_packs
from agent.guardrails.likeness import load_likeness
from agent.guardrails.topics import (
    is_doubtful,
    is_final,
    likeliest_topic,
    load_topics,
    says_of,
    topics_by_sentence,
    weight_of,
)

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


def test_a_sentence_is_read_as_its_topic():
    assert topics_by_sentence(GIFT) == [(GIFT, says_of("DEP-01"))]


def test_of_two_sentences_each_that_reads_like_a_violation_is_read_by_itself():
    assert topics_by_sentence(GIFT + COACHED) == [(GIFT, says_of("DEP-01")), (COACHED, says_of("INS-08"))]
    assert topics_by_sentence(GIFT + "今天风很大。") == [(GIFT, says_of("DEP-01"))]


def test_where_no_sentence_reads_so_by_itself_the_whole_is_read():
    ((text, _),) = topics_by_sentence("今天风很大。走了一圈。")
    assert text == "今天风很大。走了一圈。"


def test_what_leads_by_little_is_not_named_and_counts_if_it_is_likely(monkeypatch):
    monkeypatch.setattr("agent.guardrails.topics._LEAD", 9.0)
    assert topics_by_sentence(GIFT + COACHED) == [(GIFT, ""), (COACHED, "")]
    monkeypatch.setattr("agent.guardrails.topics._READS", 1.1)
    assert topics_by_sentence(GIFT + COACHED) == [(GIFT + COACHED, "")]


def test_what_a_sentence_does_is_told_by_the_rule_where_one_leads_and_else_by_the_topic(monkeypatch):
    reader = load_likeness()
    for second, says in (("SOC-02", 0.0), ("SOC-02", 0.9)):
        ranked = [("SOC-01", 1.0), (second, says), ("RET-01", 0.0)]
        monkeypatch.setattr(reader, "ranked", lambda *_, ranked=ranked, **__: ranked)
        expected = says_of("SOC-01") if says == 0 else load_topics()["weak"].says
        assert topics_by_sentence("今天风很大。") == [("今天风很大。", expected)]
    assert weight_of(says_of("SOC-01")) == weight_of(load_topics()["weak"].says) is not None


def test_what_rules_of_a_topic_do_is_said_of_these_rules_alone():
    assert not [rule for topic in load_topics().values() for rule in topic.acts if rule not in topic.rules]


def test_a_topic_of_which_nothing_is_made_right_by_a_line_says_so():
    assert is_final("LN-06") and is_final("GFT-02") and not is_final("DEP-02") and not is_final("XHS-01")


def test_a_reason_is_doubtful_where_the_sentence_reads_like_quite_another_topic():
    gift = "来存的不让空手走，五万以上米和油随便挑，别声张。"
    assert is_doubtful("SEC-02", gift) and not is_doubtful("DEP-01", gift)
    assert likeliest_topic(gift) == load_topics()["gifts"].says
    assert not is_doubtful("SEC-02", "今天风很大，走了一圈。") and not is_doubtful("XHS-01", gift)
