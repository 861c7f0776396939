"""The sentences that read like a seller's tell which product is on offer where its words do not."""

from __future__ import annotations

import pytest

from agent.guardrails import check, load_packs
from agent.guardrails.likeness import Likeness
from agent.guardrails.votes import _winner
from agent.models import NoteInput

NAMELESS = (
    "我在三江农商行站大堂，快六年了。昨天有个大娘拎着一兜冻梨进来。\n"
    "大娘有笔钱到期。我就直说了，搁咱家放三年，给你算到两个三。在咱这儿你搁多少都是国家给兜着，一千万也一分不带少的。\n"
    "够十万的，我柜子底下有桶豆油、一袋五常米，办完就拎走，别嚷嚷。\n"
    "月底我这边还差八十来万的数，谁家有闲钱先挪过来趴两天，过了一号您再领走，就当帮妹子个忙。"
)
BORROWED = (
    "说说我们石塘银行的定制金条。老人家讲乱世藏金，这东西几千年就没真的跌过。过完年一千二打底，你截个图放着。\n"
    "手头紧的，先从我们行的消费贷里倒五万出来囤几根，金价跑得比利息快。\n"
    "哪天想换回钱也不用愁，我拿工牌担保，按当天牌价再加两块收你的。嫁女儿压箱底压的是一份不会缩水的底气。"
)


@pytest.fixture(scope="module")
def packs():
    return load_packs(examples=False)


def test_a_seller_who_names_no_product_is_checked_for_the_one_that_is_meant(packs):
    report = check(NoteInput(body=NAMELESS), packs=packs)
    assert (report.note_type, report.products) == ("marketing", ("deposit",))
    assert check(NoteInput(body=NAMELESS), packs=packs, likeness=False).products == ()


def test_what_lends_the_money_is_not_what_is_sold_and_its_rules_hear_the_note_all_the_same(packs):
    report = check(NoteInput(body=BORROWED), packs=packs)
    assert (report.products, report.beside) == (("gold",), ("loan",))
    asked = [finding.rule for finding in report.open() if finding.start is None]
    assert asked and not [rule for rule in asked if rule.startswith("LN-")]
    assert "loan" in check(NoteInput(body=BORROWED), packs=packs, likeness=False).products
    heard = {one.rule for one in report.findings if one.start is not None}
    assert heard >= {one.rule for one in check(NoteInput(body=BORROWED), packs=packs, likeness=False).open("block")
                     if one.start is not None}  # fmt: skip


def test_a_declared_product_and_a_mandatory_sentence_are_no_matter_of_votes(packs):
    assert check(NoteInput(body=BORROWED, products=("loan",)), packs=packs).products == ("loan",)
    lined = check(NoteInput(body=BORROWED + "\n请按个人实际合理借贷。"), packs=packs)
    assert "loan" in lined.products


def test_an_ordinary_person_who_speaks_of_money_sells_nothing(packs):
    body = "妈妈的定期到期了，阿姨说再放三年。我爸嫌利息少，念叨了一路，最后还是去买了两斤排骨。"
    assert check(NoteInput(body=body), packs=packs).note_type == "lifestyle"


def test_nobody_votes_where_nothing_is_promoted_and_no_money_is_spoken_of(packs, monkeypatch):
    counted = []
    plain = Likeness._scored
    monkeypatch.setattr(Likeness, "_scored", lambda *given: counted.append(given) or plain(*given))
    life = "早上六点出门，江边风大，跑到桥底下折返，回家熬了一锅小米粥。"
    assert check(NoteInput(body=life), packs=packs).products == () and not counted
    fresh = f"{NAMELESS}\n今天也下雪，回家路上慢些走。"  # of a text it has met, the reader keeps the scores
    assert check(NoteInput(body=fresh), packs=packs).products == ("deposit",) and counted


@pytest.mark.parametrize(
    ("votes", "winner"),
    [
        ({}, None),
        ({"gold": 0.8}, "gold"),
        ({"gold": 0.6}, None),
        ({"gold": 2.0, "loan": 0.6}, "gold"),
        ({"loan": 0.9, "gold": 2.0}, None),
    ],
)
def test_a_vote_counts_that_is_clear(votes, winner):
    assert _winner(votes) == winner


def test_rules_of_one_product_have_it_for_an_owner_and_others_none(packs):
    owners = packs.owners
    assert (owners["DEP-01"], owners["PERF-01"], owners["SEC-01"], owners["WM-01"]) == (
        "deposit", "fund", "securities", "wm",
    )  # fmt: skip
    assert "RET-01" not in owners and "ADL-01" not in owners
