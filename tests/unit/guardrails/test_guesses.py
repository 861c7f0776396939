"""Words of patterns behind disguises: guessed where a text looks odd, told only where a rule confirms them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from agent.guardrails import patternwords
from agent.guardrails.disguise_words import DisguiseWords, PatternWords
from agent.guardrails.document import Document
from agent.guardrails.engine import check
from agent.guardrails.guesses import Guesses
from agent.guardrails.guessing import guessed_texts
from agent.guardrails.loader import jurisdictions, load_packs
from agent.guardrails.patternwords import write_words
from agent.models import Finding, NoteInput

PATTERNS = PatternWords(
    words=("天花板", "原封不动", "四平八稳", "赚头", "重组", "分不走", "不是问题"),
    everyday=frozenset("的是天我们不原风动平八一办问题口"),
    natural=frozenset({"问题不是"}),
)
GUESSES = Guesses((), DisguiseWords(stand_ins={"赚": "💰嫌"}, innocent=()), PATTERNS)


def told(body: str, **given: object) -> list[Finding]:
    note = NoteInput(body=body, products=("wm",))
    return [f for f in check(note, likeness=False, **given).open() if f.start is not None]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "word", "kind"),
    [
        ("行业天💕花💕板", "天花板", "split"),
        ("行业天天花花板板", "天花板", "repeat"),
        ("行业天、花、板", "天花板", "split"),
        ("离婚「分」「不」「走」", "分不走", "split"),
        ("行业添华办", "天花板", "homophone"),
        ("四平八吻", "四平八稳", "homophone"),
        ("行业tian hua ban。", "天花板", "pinyin"),
        ("基金的贝兼头", "赚头", "components"),
        ("基金的💰头", "赚头", "alias"),
        ("原*不动", "原封不动", "mask"),
        ("本钱不动原封", "原封不动", "reversed"),
        ("赚t0u大", "赚头", "pinyin"),
        ("数只会✨多不会✨少", "会多不会少", "split"),
    ],
)
def test_a_word_of_a_pattern_is_guessed_behind_its_disguise(text: str, word: str, kind: str) -> None:
    readings = list(GUESSES.readings(Document(NoteInput(body=text))))
    assert any(reveal.text == word and kind in reveal.kinds for reading in readings for reveal in reading)


@pytest.mark.parametrize("text", ["行业天花板", "问题不是很大", "第一口咖啡", "天，花开了", "早餐，咖啡，散步"])
def test_everyday_text_is_read_as_it_stands(text: str) -> None:
    assert not list(GUESSES.readings(Document(NoteInput(body=text))))


def test_readings_that_want_the_same_place_follow_one_another() -> None:
    patterns = replace_words("流言", "留言")
    guesses = Guesses((), DisguiseWords(), patterns)
    readings = list(guesses.readings(Document(NoteInput(body="先关注再liuyan给我"))))
    assert [[reveal.text for reveal in reading] for reading in readings] == [["流言"], ["留言"]]


def replace_words(*words: str) -> PatternWords:
    return PATTERNS.model_copy(update={"words": words})


def test_a_text_far_longer_than_a_note_is_not_guessed_at() -> None:
    assert not list(GUESSES.readings(Document(NoteInput(body="天.花.板" + "的" * 20_000))))


@pytest.mark.parametrize(
    "body",
    [
        "这款理财的配置水准是行业天💕花💕板。",
        "这款理财的配置水准是行业tian hua ban。",
        "这款理财到期最起码把本钱原封封不不动动还您",
        "胆量不大的朋友挑它准没错，这款理财风浪很小，四平八吻。",
    ],
)
def test_what_a_rule_confirms_is_told_as_something_to_mend_and_names_the_disguise(body: str) -> None:
    found = told(body)
    assert found
    assert all(finding.severity == "fix" and finding.disguise for finding in found)


def test_the_same_words_in_plain_spelling_block() -> None:
    assert "block" in {finding.severity for finding in told("这款理财的配置水准是行业天花板。")}


def test_a_guess_that_no_rule_confirms_is_silent() -> None:
    assert not told("我家客厅的天💕花💕板刷成了蓝色。")


def test_nothing_is_guessed_without_the_words_of_patterns() -> None:
    packs = load_packs(examples=False)
    blind = replace(packs, guesses=Guesses((), DisguiseWords(), PatternWords()))
    body = "这款理财的配置水准是行业tian hua ban。"
    assert told(body, packs=packs)
    assert not told(body, packs=blind)


def test_without_a_named_product_only_lines_that_talk_of_money_are_read() -> None:
    packs = load_packs(examples=False)
    line = "理财的水准是行业天💕花💕板"
    assert any("天花板" in text for text in guessed_texts(NoteInput(body=f"早上去跑步\n{line}"), packs))
    assert not guessed_texts(NoteInput(body="客厅里有天💕花💕板"), packs)


def test_the_shipped_words_are_those_of_the_shipped_rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rules = [rule for name in jurisdictions() for rule in load_packs(jurisdiction=name).rules]
    shipped = patternwords._TABLE.read_text(encoding="utf-8")
    monkeypatch.setattr(patternwords, "_TABLE", tmp_path / "words.json")
    assert write_words(rules).read_text(encoding="utf-8") == shipped
