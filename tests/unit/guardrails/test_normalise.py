"""The planes: what is seen through, and that every span leads back to the raw text."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tables import assert_built_by

from agent.guardrails import normalize
from agent.guardrails.disguise_words import DisguiseWords
from agent.guardrails.disguises import Disguises
from agent.guardrails.document import Document, Hit
from agent.guardrails.normalize import TextView, bare, fold, skeleton_of
from agent.guardrails.vocabulary import Vocabulary
from agent.models import NoteInput

ROOT = Path(__file__).resolve().parents[3]
TERMS = ("稳赚不赔", "保本", "保证收益", "加微信", "vx", "荐股进群", "wen赚", "0风险", "宝宝", "第1名")


def scanned(note: NoteInput, *terms: str) -> tuple[Document, dict[str, list[Hit]]]:
    """Return the note in plain spelling and the hits of these terms in it."""
    vocabulary = Vocabulary()
    numbers = {term: vocabulary.add(term, disguise=True) for term in terms}
    vocabulary.seal()
    document = Document(note)
    document = document.revealed(Disguises(vocabulary.disguisable, DisguiseWords()).reveal(document))
    scan = vocabulary.scan(document)
    return document, {term: scan.hits[number] for term, number in numbers.items() if number in scan.hits}


def found(text: str, *terms: str) -> list[tuple[str, tuple[str, ...]]]:
    document, hits = scanned(NoteInput(body=text or " ", title="t"), *terms)
    return [(document.locate(hit)[3], hit.disguise) for hit in sorted(hit for some in hits.values() for hit in some)]


@pytest.mark.parametrize(
    ("text", "term", "quote", "disguise"),
    [
        ("稳赚不赔", "稳赚不赔", "稳赚不赔", ()),
        ("ＶＸ同号", "vx", "ＶＸ", ()),
        ("𝐕𝐗同号", "vx", "𝐕𝐗", ()),
        ("🅥🅧同号", "vx", "🅥🅧", ()),
        ("Ѵх同号", "vx", "Ѵх", ()),
        ("穩賺不賠", "稳赚不赔", "穩賺不賠", ()),
        ("保證収益", "保证收益", "保證収益", ()),
        ("薦股進羣", "荐股进群", "薦股進羣", ()),
        ("稳\u200b赚不赔", "稳赚不赔", "稳\u200b赚不赔", ("invisible",)),
        ("微\u2060信加微\u3164信", "加微信", "加微\u3164信", ("invisible",)),
        ("\u202e保\u202c本", "保本", "保\u202c本", ("invisible",)),
        ("保⃝本⃝", "保本", "保⃝本⃝", ("invisible",)),
        ("稳.赚.不.赔", "稳赚不赔", "稳.赚.不.赔", ("split",)),
        ("保-本", "保本", "保-本", ("split",)),
        ("稳、赚、不、赔", "稳赚不赔", "稳、赚、不、赔", ("split",)),
        ("稳 赚 不 赔", "稳赚不赔", "稳 赚 不 赔", ("split",)),
        ("稳\n赚\n不\n赔", "稳赚不赔", "稳\n赚\n不\n赔", ("split",)),
        ("稳✨赚不赔", "稳赚不赔", "稳✨赚不赔", ("split",)),
        ("保❤️本", "保本", "保❤️本", ("invisible", "split")),
        ("稳稳赚赚不赔", "稳赚不赔", "稳稳赚赚不赔", ("repeat",)),
        ("wen赚", "wen赚", "wen赚", ()),
        ("⓪风险", "0风险", "⓪风险", ()),
        ("第①名", "第1名", "第①名", ()),
        ("**稳**赚**不赔", "稳赚不赔", "稳**赚**不赔", ("split",)),
    ],
)
def test_disguise_is_seen_through(text: str, term: str, quote: str, disguise: tuple[str, ...]) -> None:
    assert (quote, disguise) in found(text, term)


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("我很注意环保，本周带了水杯", "保本"),
        ("环保 本地菜", "保本"),
        ("我喜欢环保\n本周再去", "保本"),
        ("环保。本周再去", "保本"),
        ("tvx频道", "vx"),
        ("10风险点", "0风险"),
        ("宝塔", "宝宝"),
        ("第10名", "第1名"),
        ("稳了再说，赚不赚另说，不赔就行", "稳赚不赔"),
    ],
)
def test_neighbouring_words_are_no_disguise(text: str, term: str) -> None:
    assert found(text, term) == []


@pytest.mark.parametrize("text", ["1000元", "10000元"])
def test_digits_are_never_folded(text: str) -> None:
    assert found(text, "100元") == []


def test_parts_do_not_join_into_a_term() -> None:
    assert scanned(NoteInput(title="保", body="本周去爬山"), "保本")[1] == {}


def test_separator_in_the_text_does_not_shield_a_term() -> None:
    assert found(f"稳{normalize.SEPARATOR}赚不赔", "稳赚不赔") == [("稳\u200b赚不赔", ("invisible",))]


def test_expanding_characters_keep_their_offset() -> None:
    view = TextView("约㈠㎏")
    assert view.norm == "约(一)kg"
    assert view.raw_span(1, 4) == (1, 2)
    assert view.raw_span(4, 6) == (2, 3)


def test_lone_surrogate_and_empty_text_are_survived() -> None:
    assert TextView("a\ud800b").norm == "a\ufffdb"
    assert TextView("").skeleton == ""
    assert TextView("\u200b").norm == ""


NOISE = st.sampled_from(["", "", "\u200b", ".", "✨", " ", "\u2060", "️"])
ALPHABET = st.one_of(
    st.characters(exclude_categories=["Cs"]), st.sampled_from("稳赚不赔保本穩賺VXvxＶＸ.,，。 \n\u200b㈠⑩㎏①❶宝")
)


@settings(max_examples=200, deadline=None)
@given(
    st.text(ALPHABET, max_size=40),
    st.sampled_from(TERMS),
    st.lists(NOISE, min_size=12, max_size=12),
    st.text(ALPHABET, max_size=20),
)
def test_every_span_renormalises_to_what_matched(before: str, term: str, noise: list[str], after: str) -> None:
    planted = "".join(char + gap for char, gap in zip(term, noise, strict=False))
    document, found = scanned(NoteInput(title="t", body=before + planted + after), *TERMS)
    for term, hits in found.items():
        for hit in hits:
            part, start, end, text = document.locate(hit)
            body = before + planted + after if part.field == "body" else "t"
            assert body.replace(normalize.SEPARATOR, "\u200b")[start:end] == text
            if set(hit.disguise) <= {"split", "repeat", "invisible"}:
                assert TextView(fold(term)).skeleton in TextView(fold(text)).skeleton


@settings(max_examples=200, deadline=None)
@given(st.text(ALPHABET, max_size=60))
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.skipif(
    unicodedata.unidata_version != "14.0.0", reason="the table is built with the Unicode data of Python 3.11"
)
def test_shipped_table_is_what_the_build_script_makes() -> None:
    assert_built_by("build_fold_table")


@given(st.text(alphabet=st.characters(codec="utf-8")))
def test_a_folded_term_equals_the_same_text_in_a_note(text: str) -> None:
    assert fold(text) == TextView(text).norm


@settings(max_examples=300, deadline=None)
@given(st.text(ALPHABET, max_size=40))
def test_a_short_text_has_the_skeleton_of_a_long_one(text: str) -> None:
    view = TextView(text)
    assert skeleton_of(text) == (view.skeleton, [int(run) for run in view.runs])


@settings(max_examples=200, deadline=None)
@given(st.text(st.sampled_from([*"保保本a1 1。。!,\n㈠①穩Ａ", "\u200b", normalize.SEPARATOR]), max_size=40))
def test_a_skeleton_without_its_runs_is_the_skeleton(text: str) -> None:
    assert bare(text) == skeleton_of(text)[0]


def test_the_head_of_a_line_is_its_first_letter_if_it_has_another() -> None:
    view = TextView("一二\n，三、四\n五\n\n……六!7")
    assert [view.norm[place] for place in view.line_heads()] == ["一", "三", "六"]


def test_marks_left_out_within_a_word_are_told_from_characters_that_grow() -> None:
    view = TextView("保\u200b本⑩保本\u200b\u200b")
    assert view.norm == "保本10保本"
    assert [view.deleted_inside(*span) for span in ((0, 2), (1, 2), (2, 4), (1, 5), (4, 5))] == [True, *[False] * 4]
