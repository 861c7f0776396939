"""What a sentence does, in its author's words: every rule about words has a topic, and the reader names one if sure."""

from __future__ import annotations

from collections import Counter

import pytest

from agent.guardrails import load_packs
from agent.guardrails.topics import is_doubtful, load_topics, says_of, topics_read

SAID_OF_THE_NOTE = {"ACC-04", "ADL-05", "AIG-01", "CIT-01", "CIT-02", "DIS-01", "DIS-02", "DIS-04", "INS-01", "INS-02"}
SAID_OF_THE_NOTE |= {"LN-01", "LN-07", "SEC-06", "WM-04"}
KINDS = ("term", "pattern", "combine", "require", "number", "pii")


def test_every_rule_about_words_of_a_note_has_one_topic():
    rules = {rule.rule.id: rule.rule.kind for rule in load_packs(examples=False).rules}
    told = Counter(rule for topic in load_topics().values() for rule in topic.rules)
    assert not [rule for rule, times in told.items() if times > 1 or rule not in rules]
    assert {rule for rule, kind in rules.items() if kind in KINDS and not says_of(rule)} == SAID_OF_THE_NOTE


def test_a_sentence_is_read_as_its_topic():
    assert topics_read("来存的不让空手走，五万以上米和油随便挑，别声张。") == (says_of("DEP-01"),)


def test_of_two_sentences_each_is_read_by_itself():
    told = topics_read("来存的不让空手走，五万以上米和油随便挑，别声张。填表的时候结节那一栏跳过去就行，没人查。")
    assert told == (says_of("DEP-01"), says_of("INS-08"))


@pytest.mark.parametrize("text", ["今天风很大。", "，"])
def test_what_leads_nowhere_is_not_named(text, monkeypatch):
    monkeypatch.setattr("agent.guardrails.topics._LEAD", 9.0)
    assert topics_read(text) == ()


def test_a_reason_is_doubtful_where_the_sentence_reads_like_quite_another_topic():
    gift = "来存的不让空手走，五万以上米和油随便挑，别声张。"
    assert is_doubtful("SEC-02", gift) and not is_doubtful("DEP-01", gift)
    assert not is_doubtful("SEC-02", "今天风很大，走了一圈。") and not is_doubtful("XHS-01", gift)
