"""What a pattern cannot match without: the filter never hides a match that the pattern alone would find."""

from __future__ import annotations

import json
from random import Random

import pytest

from agent.guardrails import literals
from agent.guardrails.document import Document
from agent.guardrails.literals import need_of, required_literals
from agent.guardrails.loader import jurisdictions, load_packs
from agent.guardrails.vocabulary import Vocabulary
from agent.models import NoteInput

PATTERNS = ("稳.{0,4}赚", "[0-9]{2}天(内|之内)", "(存|放)[^。]{0,6}送", "^保", "[甲乙丙]{2}", "a+b?c")
TEXTS = ("稳稳地赚", "30天内到账", "存五万就送米", "保", "保温杯", "甲乙", "aabc", "xac", "什么也没有", "乙。丙")


def test_filter_agrees_with_each_pattern_alone() -> None:
    vocabulary = Vocabulary()
    numbers = [vocabulary.add_pattern(pattern) for pattern in PATTERNS]
    vocabulary.seal()
    for text in TEXTS:
        document = Document(NoteInput(body=text))
        scan = vocabulary.scan(document)
        for number in numbers:
            if list(vocabulary.find(number, document)):
                assert number in scan.patterns, (text, PATTERNS[number])


def test_no_shipped_pattern_is_hidden_from_an_example_that_it_matches() -> None:
    packs = load_packs()
    examples = [case.text for _, rule in packs.entries() for case in (*rule.cases.flag, *rule.cases.pass_) if case.text]
    for text in Random(7).sample(examples, 120):
        document = Document(NoteInput(body=text))
        screened = packs.vocabulary.scan(document).patterns
        for number in range(len(packs.vocabulary.patterns)):
            if number not in screened:
                assert not list(packs.vocabulary.find(number, document)), packs.vocabulary.patterns[number]


@pytest.mark.parametrize(
    ("pattern", "clauses"),
    [
        ("稳赚", [{"稳赚"}]),
        ("(?:稳|躺)赚", [{"稳赚", "躺赚"}]),
        ("收益.{0,4}(?:不会|绝不)低于", [{"收益"}, {"不会低于", "绝不低于"}]),
        ("a?b", [{"b"}]),
        ("(?:赚|亏)*", []),
        ("(?:赚钱|)", []),
        ("[0-9]{2}天内?", [{"天"}, set("0123456789")]),
        ("(?:理财)+好", [{"理财"}, {"好"}]),
        (r"x\x{fdd1}y", [{"x\ufdd1y"}]),
        (r"保[^\p{L}]本", [{"保"}, {"本"}]),
        ("[^稳]", []),
    ],
)
def test_clauses_of_a_pattern(pattern: str, clauses: list[set[str]]) -> None:
    found = [set(clause) for clause in required_literals(pattern)]
    assert sorted(map(sorted, found)) == sorted(map(sorted, clauses))


def test_the_shipped_table_is_what_the_patterns_say() -> None:
    every = {p for name in jurisdictions() for p in load_packs(jurisdiction=name).vocabulary.patterns}
    patterns = sorted(every)
    table = json.loads(literals._TABLE.read_text(encoding="utf-8"))
    stale = [p for p in patterns if table.get(literals.pattern_key(p)) is None]
    assert not stale, "run `make rules`: it writes the table again"
    assert len(table) == len(patterns)
    for pattern in Random(3).sample(patterns, 200):
        need = need_of(pattern)
        assert table[literals.pattern_key(pattern)] == [need.reach, int(need.in_line), *map(sorted, need.clauses)]


def test_a_pattern_searched_line_by_line_finds_what_it_finds_in_the_whole_text() -> None:
    packs = load_packs()
    vocabulary = packs.vocabulary
    examples = [case.text for _, rule in packs.entries() for case in (*rule.cases.flag, *rule.cases.pass_) if case.text]
    rng = Random(11)
    for count in (2, 5, 90):
        document = Document(NoteInput(title=rng.choice(examples), body="\n".join(rng.sample(examples, count))))
        scan = vocabulary.scan(document)
        assert scan.patterns
        for number in scan.patterns:
            found = vocabulary.find(number, document, scan)
            assert found == vocabulary.find(number, document), vocabulary.patterns[number]


@pytest.mark.parametrize(
    ("pattern", "reach", "in_line"),
    [
        ("稳.{0,4}赚", 6, True),
        ("[^。]{0,50}不[^。]{0,3}送[^。]{0,50}", 5, False),
        ("(?:存|放)[^。!?\n]{0,40}送", "sentence", True),
        ("(?:存|放)[^\n]{0,40}送", "line", True),
        ("(?:存|放)[^。]{0,40}送", 42, False),
        ("(?:存|放)[^。]{0,90}送", 0, False),
        ("(?s)存.{0,4}送", 0, False),
        (r"存\s+送", 0, False),
        (r"\A存", 1, False),
        (r"存\z", 0, False),
    ],
)
def test_how_near_the_literals_of_a_match_stand(pattern: str, reach: int | str, in_line: bool) -> None:
    need = need_of(pattern)
    assert (need.reach, need.in_line) == (reach, in_line)


@pytest.mark.parametrize(
    ("pattern", "text", "may"),
    [
        ("存[^。]{0,6}送", "存三年就送", True),
        ("存[^。]{0,6}送", "存了三年。" + "一" * 40 + "送", False),
        ("存[^。!?\n]{0,40}送", "存三年。也不送", False),
        ("存[^。!?\n]{0,40}送", "先存" + "一" * 30 + "再送", True),
        ("存[^\n]{0,40}送", "存三年\n送", False),
        ("存[^。]{0,90}送", "存\n送", True),
    ],
)
def test_a_pattern_is_left_out_where_its_literals_stand_too_far_apart(pattern: str, text: str, may: bool) -> None:
    vocabulary = Vocabulary()
    number = vocabulary.add_pattern(pattern)
    vocabulary.seal()
    assert (number in vocabulary.scan(Document(NoteInput(body=text))).patterns) is may


def test_a_long_text_lets_more_through_and_hides_nothing() -> None:
    vocabulary = Vocabulary()
    number = vocabulary.add_pattern("存[^。!?\\n]{0,40}送")
    vocabulary.seal()
    for line in (0, 63, 64, 65, 200):
        lines = ["什么也没有。"] * 201
        lines[line] = "存三年就送"
        document = Document(NoteInput(body="\n".join(lines)))
        scan = vocabulary.scan(document)
        assert vocabulary.find(number, document, scan) == [(line * 7, line * 7 + 5)]
