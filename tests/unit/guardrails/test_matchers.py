"""Every matcher engine reports the same hits: one suite, run on each that is installed."""

from __future__ import annotations

import platform
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.errors import UsageError
from agent.guardrails import matchers
from agent.guardrails.matchers import ENGINES, available_engines, build_matcher

LITERALS = ("稳赚", "赚", "稳赚不赔", "vx", "保本", "本保", "🛰", "a", "aa", "\ue001\ue002")
LETTERS = st.sampled_from([*"稳赚不赔保本vxa ，。🛰❤", "\ue001", "\ue002", "\ufffd", "İ", "é"])


def plain(text: str, literals: tuple[str, ...]) -> list[tuple[int, int, int]]:
    """Find every occurrence the slow way."""
    found = [
        (number, start, start + len(literal))
        for number, literal in enumerate(literals)
        for start in range(len(text))
        if text.startswith(literal, start)
    ]
    return sorted(found, key=lambda o: (o[1], o[2], o[0]))


@pytest.mark.skipif(
    (sys.platform, platform.machine()) != ("linux", "x86_64"), reason="not every engine has wheels for every machine"
)
def test_all_engines_are_tried_where_developers_work() -> None:
    assert set(available_engines()) == set(ENGINES)


@pytest.mark.parametrize("engine", available_engines())
@settings(max_examples=150, deadline=None)
@given(text=st.text(LETTERS, max_size=60))
def test_an_engine_finds_what_a_plain_search_finds(engine: str, text: str) -> None:
    matcher = build_matcher(LITERALS, engine=engine)
    assert matcher.find(text) == plain(text, LITERALS)
    unsorted = list(matcher.occurrences(text))
    assert sorted(unsorted) == sorted(plain(text, LITERALS))
    assert sorted(unsorted, key=lambda one: one[0]) == sorted(unsorted), "those of one literal come in text order"


@settings(max_examples=100, deadline=None)
@given(texts=st.lists(st.text(LETTERS, max_size=40), max_size=12))
def test_a_matcher_that_waits_for_its_engine_finds_the_same_before_and_after(texts: list[str]) -> None:
    matcher, other = build_matcher(LITERALS), build_matcher(LITERALS)
    assert [matcher.find(text) for text in texts] == [plain(text, LITERALS) for text in texts]
    assert [sorted(other.occurrences(text)) for text in texts] == [sorted(plain(text, LITERALS)) for text in texts]


def test_an_engine_is_set_up_once_it_pays(monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[int] = []

    class Engine:
        def __init__(self, literals: list[str]) -> None:
            built.append(len(literals))

        def find(self, text: str) -> list[tuple[int, int, int]]:
            return [(0, 0, 1)]

    monkeypatch.setattr(matchers, "_BUILDERS", dict.fromkeys(ENGINES, Engine))
    matcher = build_matcher([str(number) for number in range(100, 200)])
    assert matcher.find("x150x") == [(50, 1, 4)] and not built
    assert matcher.find("x" * 1000) == [(0, 0, 1)] and matcher.find("x150x") == [(0, 0, 1)] and built == [100]
    assert build_matcher(["甲", "甲"]).find("甲") == [(0, 0, 1)], "a literal that is there twice is two hits"


@pytest.mark.parametrize("engine", available_engines())
def test_no_literals_and_no_text_are_no_trouble(engine: str) -> None:
    assert build_matcher([], engine=engine).find("稳赚") == []
    assert not list(build_matcher([], engine=engine).occurrences("稳赚"))
    assert build_matcher(["稳赚"], engine=engine).find("") == []


def test_an_unknown_engine_is_named_with_the_usable_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KOSNOTE_MATCHER", "grep")
    with pytest.raises(UsageError) as error:
        build_matcher(["a"])
    assert "grep" in error.value.message
    assert "ahocorasick" in error.value.hint
