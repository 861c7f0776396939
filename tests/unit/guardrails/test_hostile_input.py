"""What nobody would write and somebody will send: no crash, no hang, and a clear error where there is one."""

from __future__ import annotations

import re
import time
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.errors import ConfigurationError, UsageError
from agent.guardrails import check, load_packs
from agent.guardrails.loader import read_rule
from agent.guardrails.matchers import available_engines, build_matcher
from agent.models import NoteInput
from agent.yamlsource import parse_yaml

AS_OF = date(2026, 11, 24)
NESTED = 5_000
PATIENCE = 4  # a text twice as long may take so many times as long: far less than the square of a long one
RULE = """
id: OWN-01
title: 本行自定
severity: fix
kind: pattern
effective: 2020-01-01
match: {{patterns: ['{pattern}']}}
message: 本行规定。
advice: 换一个说法。
basis: [{{instrument: 本行制度}}]
cases:
  flag: [甲一, 甲二, 甲三, 甲四, 甲五, 甲六]
  pass: [一, 二, 三, 四, 五, 六]
"""


@pytest.mark.parametrize("field", ["title", "body", "cover"])
def test_half_of_a_surrogate_pair_is_refused_with_a_reason(field: str) -> None:
    note = NoteInput(**{"body": "稳赚不赔", field: "稳赚\ud83d不赔"})
    with pytest.raises(UsageError) as refused:
        check(note, as_of=AS_OF)
    assert refused.value.code == "note_not_text"
    assert refused.value.hint


@pytest.mark.parametrize(
    "text", ["保\u202e本稳\u202c赚", "\u2066稳赚不赔\u2069", "\u202e\u202e\u202e", "稳\u200f赚不赔"]
)
def test_direction_marks_are_seen_through_and_quoted(text: str) -> None:
    report = check(NoteInput(body=f"这款产品{text}，放心"), as_of=AS_OF)
    for finding in report.findings:
        if finding.start is not None:
            assert finding.text == f"这款产品{text}，放心"[finding.start : finding.end]


def test_a_hit_that_begins_between_two_fields_is_quoted_from_the_second() -> None:
    note = NoteInput(title="\\\U0001f165加", cover="加\U0001f165\\")
    for finding in check(note, as_of=AS_OF).findings:
        if finding.start is not None and finding.end is not None:
            raw = getattr(note, finding.field)
            assert finding.start < finding.end
            assert raw[finding.start : finding.end] == finding.text


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=30), min_size=1, max_size=6))
def test_every_finding_quotes_its_field(texts: list[str]) -> None:
    title, tags = texts[0], tuple(texts[1:])
    note = NoteInput(title=title or "x", body="稳.赚不赔" + title, tags=tags)
    for finding in check(note, as_of=AS_OF).findings:
        if finding.start is not None:
            raw = {"title": note.title, "body": note.body}.get(finding.field) or tags[finding.index]
            assert raw.replace("\ufdd1", "\u200b")[finding.start : finding.end] == finding.text


def test_a_body_of_a_million_characters_is_checked() -> None:
    line = "今天和妹妹去公园走走，银杏黄了，风也软。\n"
    body = line * (1_000_000 // len(line)) + "这款理财稳赚不赔。"
    report = check(NoteInput(body=body), as_of=AS_OF, likeness=False)
    assert any(f.start is not None and f.start > 990_000 for f in report.findings)


@pytest.mark.parametrize(
    "unit",
    ["a", "1 ", "a@", "%e4", "&#2", "\\u4", "存", "“", "x\n", "稳.赚不赔，wen赚，保 本 ", "保本稳赚不赔加微信。"],
)
def test_a_text_twice_as_long_takes_about_twice_as_long(unit: str) -> None:
    def seconds(length: int) -> float:
        note = NoteInput(body=unit * (length // len(unit)))
        best = float("inf")
        for _ in range(2):
            start = time.process_time()
            check(note, as_of=AS_OF, likeness=False)
            best = min(best, time.process_time() - start)
        return best

    seconds(100)
    assert seconds(6_000) < PATIENCE * max(seconds(3_000), 0.02)


def test_ten_thousand_tags_are_checked_each_by_itself() -> None:
    tags = tuple(f"标签{number}" for number in range(9_999))
    report = check(NoteInput(body="周末去公园", tags=(*tags, "稳赚不赔")), as_of=AS_OF, likeness=False)
    assert any(finding.field == "tags" and finding.index == 9_999 for finding in report.findings)


@pytest.mark.parametrize("opening", ["[", "{a: ", "- "])
def test_yaml_nested_without_end_is_refused(opening: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        parse_yaml(opening * NESTED, Path("rule.yaml"))
    assert refused.value.hint


def test_yaml_that_multiplies_is_refused() -> None:
    bomb = "- &a [x, x, x, x, x, x, x, x]\n" + "".join(
        f"- &{new} [{', '.join([f'*{old}'] * 8)}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
    )
    with pytest.raises(ConfigurationError) as refused:
        parse_yaml(bomb, Path("rule.yaml"))
    assert refused.value.code == "yaml_too_much"


@pytest.mark.parametrize(
    ("text", "place"), [("a: b\n保: 本\x00c", (2, 5)), ("- \ud800x", (1, 3)), ("\x01", (1, 1)), ("a: \x7f", (1, 4))]
)
def test_a_character_that_yaml_forbids_is_told_with_its_place(text: str, place: tuple[int, int]) -> None:
    with pytest.raises(ConfigurationError) as refused:
        parse_yaml(text, Path("rule.yaml"))
    assert refused.value.code == "yaml_not_yaml"
    assert re.search(rf"第 {place[0]} 行第 {place[1]} 列", refused.value.message)


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|aa)+$", "(a*)*b", "(.*a){12}"])
def test_a_pattern_that_would_make_others_backtrack_forever_runs_in_a_moment(pattern: str, tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    (own / "pack.yaml").write_text("{name: own, title: 本行, version: '1'}", encoding="utf-8")
    (own / "OWN-01.yaml").write_text(RULE.format(pattern=pattern), encoding="utf-8")
    read_rule(own / "OWN-01.yaml")
    packs = load_packs(overlay=(tmp_path,), examples=False)
    start = time.process_time()
    check(NoteInput(body="a" * 5_000 + "!"), packs=packs, as_of=AS_OF)
    assert time.process_time() - start < 3


@pytest.mark.parametrize("pattern", [r"(甲)\1", "(?=甲)乙", "(?<!甲)乙", r"甲\b"])
def test_what_the_pattern_language_cannot_do_is_refused_at_its_line(pattern: str, tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    (own / "pack.yaml").write_text("{name: own, title: 本行, version: '1'}", encoding="utf-8")
    (own / "OWN-01.yaml").write_text(RULE.format(pattern=pattern), encoding="utf-8")
    with pytest.raises(ConfigurationError) as refused:
        load_packs(overlay=(tmp_path,), examples=False)
    assert "OWN-01.yaml" in refused.value.message
    assert refused.value.hint


def test_a_literal_with_a_zero_character_is_found_by_every_engine() -> None:
    for engine in available_engines():
        found = build_matcher(["\x00", "保\x00本", "本"], engine=engine).find("保\x00本")
        assert found == [(1, 0, 3), (0, 1, 2), (2, 2, 3)], engine
