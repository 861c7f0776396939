"""What a pattern cannot match without: the filter never hides a match that the pattern alone would find."""

from __future__ import annotations

import json
import re
from random import Random

import pytest
import re2

from agent.guardrails import literals, patternfilter
from agent.guardrails.document import Document
from agent.guardrails.literals import known_need, need_of, required_literals, row_of
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
        assert table[literals.pattern_key(pattern)] == row_of(need) and known_need(pattern) == need


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


def test_a_pattern_that_counts_to_hundreds_has_room_for_its_states_and_matches_the_same() -> None:
    vocabulary = Vocabulary()
    wide = "(?s)理财[^0-9a-z]{0,2}?产品.{0,900}(?:r[1-5]|(?:中低|中高|高)风险)"
    narrow = "理财.{0,90}风险"
    numbers = [vocabulary.add_pattern(wide), vocabulary.add_pattern(narrow)]
    vocabulary.seal()
    texts = [
        "理财产品" + "一二\n三四" * 150 + "中高风险",
        "理财产品" + "一二三四五" * 200 + "r2",
        "理财 产品r3。理财产品r4",
    ]
    for text in texts:
        document = Document(NoteInput(body=text))
        plain = [match.span() for match in re2.finditer(f"(?m){wide}", document.norm)]
        assert vocabulary.find(numbers[0], document) == plain
    rooms = [vocabulary._patterns[number].options.max_mem for number in numbers]
    assert rooms[0] > rooms[1] == re2.Options().max_mem


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
    assert ([way.reach for way in need.ways] or [0], need.in_line) == ([reach], in_line)


@pytest.mark.parametrize(
    ("pattern", "ways"),
    [
        ("存.{0,9}送|办.{0,9}领", [["存", "送"], ["办", "领"]]),
        ("新客(?:存.{0,9}送|办.{0,9}领)米", [["新客存", "送米"], ["新客办", "领米"]]),
        ("(?:(?:a|b.c)d|[0-9]+e)f", [["adf"], ["b", "cdf"], [*"0123456789", "ef"]]),
        ("一.二|三.四|五.六|七.八|九.十", [["二", "四", "六", "八", "十"]]),
        ("(?:一.二|三.四)(?:五.六|七.八|九.十)", None),
        ("存.{0,9}送|.+", []),
        ("存款|办卡", [["存款", "办卡"]]),
    ],
)
def test_a_choice_between_few_patterns_needs_what_one_of_them_needs(pattern: str, ways: list[list[str]] | None) -> None:
    found = [sorted(literal for clause in way.clauses for literal in clause) for way in need_of(pattern).ways]
    if ways is None:
        assert 1 <= len(found) <= literals._WAYS
    else:
        assert sorted(found) == sorted(map(sorted, ways))


def test_a_pattern_may_match_only_where_one_way_has_all_it_needs() -> None:
    vocabulary = Vocabulary()
    number = vocabulary.add_pattern("存[^。!?\n]{0,40}送|办[^。!?\n]{0,40}领")
    bare = vocabulary.add_pattern("[^甲]")
    vocabulary.seal()
    for text, may in (("存了就送", True), ("办了就领", True), ("存了就领", False), ("存了。送", False)):
        assert (number in vocabulary.scan(Document(NoteInput(body=text))).patterns) is may
    scan = vocabulary.scan(Document(NoteInput(body="存了就送\n什么也没有\n办了就领\n办了\n存了就领")))
    assert (scan.possible.lines(number), scan.possible.lines(bare)) == (0b101, patternfilter.EVERY_LINE)


def test_every_match_has_each_clause_of_one_of_its_ways_within_reach() -> None:
    packs = load_packs()
    patterns = packs.vocabulary.patterns
    examples = [case.text for _, rule in packs.entries() for case in (*rule.cases.flag, *rule.cases.pass_) if case.text]
    seen = 0
    for text in Random(13).sample(examples, 250):
        document = Document(NoteInput(body=text))
        for number in packs.vocabulary.scan(document).patterns:
            need = need_of(patterns[number]) if number % 3 == 0 else None
            for start, end in packs.vocabulary.find(number, document) if need and need.ways else ():
                seen += 1
                words = document.norm[start:end]
                assert any(_taken(way, words) for way in need.ways), (patterns[number], words)
                assert "\n" not in words or not need.in_line, (patterns[number], words)
    assert seen > 200


def _taken(way: literals.Way, words: str) -> bool:
    """Tell whether a piece as wide as the way reaches holds a literal of each clause."""
    if isinstance(way.reach, str):
        pieces = re.split(f"[{literals.UNITS[way.reach]}]", words)
    else:
        pieces = [words[start : start + (way.reach or len(words))] for start in range(len(words))]
    return any(all(any(word in piece for word in clause) for clause in way.clauses) for piece in pieces)
