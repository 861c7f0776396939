"""A note names its product once: `about` lets that count where a sentence speaks of the offer, and only there."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.errors import ConfigurationError
from agent.guardrails.document import Document, Hit
from agent.guardrails.engine import check
from agent.guardrails.evidence import Evidence
from agent.guardrails.loader import Packs, load_packs, read_rule
from agent.guardrails.offering import Offering
from agent.guardrails.tracing import trace
from agent.guardrails.vocabulary import Scan
from agent.models import Category, NoteInput


@pytest.fixture(scope="module")
def packs() -> Packs:
    return load_packs(examples=False)


def offering(title: str, body: str, packs: Packs, *, declared: tuple[Category, ...], promoted: set[Category]) -> bool:
    """Tell whether the words 就是它 of a note stand in its offer of a card or a loan."""
    note = NoteInput(title=title, body=body, products=declared)
    document = Document(note)
    evidence = Evidence(
        note=note, document=document, scan=Scan(), products=frozenset(promoted), note_type="marketing",
        promotes=bool(promoted), promoted=frozenset(promoted),
    )  # fmt: skip
    start = document.norm.index("就是它")
    return Offering(evidence, packs.lists).holds(Hit(start, start + 3), ("card", "loan"))


@pytest.mark.parametrize(
    ("title", "body", "expected"),
    [
        ("", "就是它。", True),  # nothing else is named: what was declared
        ("", "剧团停演老戏迷趁月底排好座次补看一场就是它。", False),  # it speaks of something, whatever that is
        ("信用卡怎么选", "就是它。", True),  # the title names it
        ("信用卡怎么选", "楼下咖啡真香。\n就是它。", False),  # the sentence before names a thing of life
        ("咖啡日记", "信用卡满30减10。就是它。", True),  # the nearest before counts, not the first
        ("", "办卡送咖啡，就是它。", False),  # within the sentence too
        ("", "咖啡喝完去办卡，就是它。", True),
        ("", "就是它，门槛低。", True),  # named right after
        ("", "就是它，咖啡管够。", False),
        ("信用卡怎么选", "就是它，有空去喝咖啡。", True),  # a later clause comes after the title
        ("信用卡怎么选", "就是它咖啡管够。", False),  # but not in the same clause
        ("", "就是它。信用卡申请快。", True),
        ("", "没有名字的一长句话里说的到底是什么呢就是它\n\n信用卡申请快。", True),  # past an empty line
        ("", "一。二。三。四。五。就是它。信用卡申请快。", True),  # too far back to know, but the next tells
        ("信用卡", "一。二。三。四。五。就是它。", False),  # too far back, and nothing after
        ("", "追剧刷剧到半夜，就是它。", False),  # 刷 inside a longer word names no card
    ],
)
def test_the_nearest_thing_named_tells_what_a_sentence_speaks_of(
    title: str, body: str, expected: bool, packs: Packs
) -> None:
    assert offering(title, body, packs, declared=("card",), promoted={"card"}) is expected


def test_a_note_that_promotes_another_product_or_none_offers_nothing(packs: Packs) -> None:
    assert not offering("信用卡", "申请就是它。", packs, declared=("fund",), promoted={"fund"})
    assert not offering("信用卡", "申请就是它。", packs, declared=(), promoted=set())


def test_an_inferred_product_does_not_speak_for_a_sentence_that_names_nothing(packs: Packs) -> None:
    assert not offering("", "就是它。", packs, declared=(), promoted={"card"})
    assert offering("", "就是它。申请信用卡。", packs, declared=(), promoted={"card"})


@pytest.mark.parametrize(
    ("product", "body", "rule"),
    [
        ("card", "填完秒批。", "IND-03"),  # its anchor is missing
        ("card", "填完秒批。", "CC-09"),  # a wording that names no product
        ("insurance", "全网最便宜，没有之一。", "ADL-01"),
        ("securities", "万0.8免五，全行业底价。", "ADL-01"),
        ("deposit", "shou工补息", "DEP-01"),  # seen through a disguise
        ("gold", "信用卡先刷出来买，涨了差价全是你的", "AU-02"),
        ("card", "年年都是0元的账单", "CC-04"),  # a line that is due, with no card named
    ],
)
def test_what_the_whole_note_promotes_counts_and_only_then(
    product: Category, body: str, rule: str, packs: Packs
) -> None:
    told = check(NoteInput(body=body, products=(product,)), packs=packs, likeness=False)
    silent = check(NoteInput(body=body), packs=packs, likeness=False)
    assert rule in {finding.rule for finding in told.open()}
    assert rule not in {finding.rule for finding in silent.open()}


def test_life_beside_a_card_stays_innocent(packs: Packs) -> None:
    body = "信用卡周三满30减10。\n楼下咖啡全网最便宜，没有之一。\n请年假领导秒批。"
    report = check(NoteInput(body=body, products=("card",)), packs=packs, likeness=False)
    assert not {finding.rule for finding in report.open()} & {"ADL-01", "CC-09", "IND-03"}


def test_what_speaks_of_the_offer_is_not_cleared_as_talk_of_life(packs: Packs) -> None:
    body = "咱们这款养老的。\n名额只剩3个，周末见。"
    report = check(NoteInput(body=body, products=("insurance",)), packs=packs, likeness=False)
    assert [finding.status for finding in report.findings if finding.rule == "IND-07"] == ["open"]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("周末去喝咖啡，利息银行请客，分期随便分。", False),  # the nearest thing named is the coffee
        ("周末去喝咖啡，还款剩下的照样免息：只还最低还款额，剩下的也免息。", True),  # the words name the bill
    ],
)
def test_words_that_name_the_product_speak_of_it_whatever_stands_beside(body: str, told: bool, packs: Packs) -> None:
    report = check(NoteInput(body=body, products=("card",)), packs=packs, likeness=False)
    assert ("CC-01" in {finding.rule for finding in report.open()}) is told


def test_a_line_is_due_where_any_of_what_asks_for_it_stands(packs: Packs) -> None:
    body = "警惕有人说免年费。\n我们行这张白金卡免年费。"
    report = check(NoteInput(body=body, products=("card",)), packs=packs, likeness=False)
    assert [finding.status for finding in report.findings if finding.rule == "CC-04"] == ["open"]


def test_a_trace_tells_what_the_offer_holds_back(packs: Packs) -> None:
    found = trace(NoteInput(body="楼下咖啡没有之一。", products=("card",)), packs)
    assert [trail.held_by for trail in found.trails["ADL-01"]] == [("about",)]


@pytest.mark.parametrize(
    ("kind", "match", "about", "code"),
    [
        ("term", "terms: [秒批]", "{products: [card]}", "rule_about_idle"),
        ("term", "terms: [秒批]", "{instead_of_anchor: true}", "rule_about_idle"),
        ("require", "any_of: [风险]", "{any_of: [秒批]}", "rule_about_kind"),
    ],
)
def test_about_that_can_do_nothing_is_told(tmp_path: Path, kind: str, match: str, about: str, code: str) -> None:
    (tmp_path / "pack.yaml").write_text("name: own\ntitle: 自有\nversion: 2026.11.1\n", encoding="utf-8")
    path = tmp_path / "BNK-01.yaml"
    path.write_text(
        f"id: BNK-01\ntitle: 秒批\nseverity: block\nkind: {kind}\neffective: 2020-01-01\nmatch: {{{match}}}\n"
        f"about: {about}\nmessage: 甲\nadvice: 乙\nbasis: [{{instrument: 某办法}}]\ncases: {{flag: [], pass: []}}\n",
        encoding="utf-8",
    )
    with pytest.raises(ConfigurationError) as caught:
        read_rule(path)
    assert caught.value.code == code
    assert caught.value.parameters["line"] == 7
