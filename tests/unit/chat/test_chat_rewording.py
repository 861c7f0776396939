"""Changes without a model, on notes written down here: what goes, what stays, and what is never invented."""

from datetime import date

import pytest

from agent.chat.badges import badges_of, leads_on
from agent.chat.blocks import block_named, blocks_of, is_locked, locks_broken
from agent.chat.rewording import (
    less_product,
    more_spoken,
    other_opening,
    shorter,
    why_no_opening,
    without_product,
)
from agent.chat.spans import MandatoryError, found, replaced
from agent.chat.state import Lock
from agent.chat.values import Selection
from agent.models import Brief, Fact, Institution, Material, Note, Product, Segment, Sources

CARD = Product(
    id="card", name="咖啡卡", full_name="云杉咖啡联名卡", category="card", issuer="云杉银行", aliases=("那张卡",)
)
CLAIM = "咖啡卡满30减5，每月限3次。"
FACT = Fact(id="f1", product="card", category="card", claim=CLAIM, source="规则", valid_from=date(2026, 1, 1))
MATERIAL = (
    Material(id="m1", text="周二绕到青年路", kind="time"),
    Material(id="m2", text="老板说豆子有点闷", kind="quote"),
)
SOURCES = Sources(
    brief=Brief(id="r", topic="下班喝杯手冲", material=MATERIAL, as_of=date(2026, 11, 24)),
    institution=Institution(name="云杉银行", full_name="云杉银行股份有限公司"),
    products=(CARD,),
    facts=(FACT,),
)


def life(text, *sources, paragraph=True):
    return Segment(text=text, kind="life", sources=sources, paragraph=paragraph)


NOTE = Note(
    titles=("一杯手冲", "下班路上"),
    title="一杯手冲",
    cover="一杯",
    segments=(
        life("周二绕到青年路。", "m1"),
        life("灯很暖。", paragraph=False),
        life("老板说豆子有点闷。", "m2"),
        life("街上人不多。", paragraph=False),
        life("手里有咖啡卡的，规则长这样："),
        Segment(text=CLAIM, kind="condition", sources=("f1",)),
        life("那张卡也不是人人用得上。"),
        life("你会点哪种？"),
        Segment(text="利益相关：我是员工。", kind="role"),
        Segment(text="办卡须审核。", kind="disclosure"),
        Segment(text="本文由AI辅助生成", kind="label"),
    ),
    tags=("手冲", "下班"),
)
PARAGRAPHS = {block.id: block.text for block in blocks_of(NOTE)}


def lock(block):
    return Lock(kind="body", text=PARAGRAPHS[block])


def text_of(done):
    return done.note.body.replace("\n", "")


class TestShorter:
    def test_what_rests_on_nothing_goes_first_and_the_last_of_it(self):
        done = shorter(NOTE)
        assert [change for change in done.changes] == ["删去“街上人不多。”", "删去“那张卡也不是人人用得上。”"]

    def test_beginning_end_and_what_leads_to_a_condition_stay(self):
        note = NOTE
        while (done := shorter(note)) is not None:
            note = done.note
        for text in ("周二绕到青年路。", "你会点哪种？", "手里有咖啡卡的，规则长这样：", CLAIM, "办卡须审核。"):
            assert text in note.body

    def test_a_marked_piece_goes_and_nothing_else(self):
        done = shorter(NOTE, only=(3,))
        assert text_of(done) == NOTE.body.replace("\n", "").replace("街上人不多。", "")

    def test_a_paragraph_that_lost_its_head_begins_with_what_is_left(self):
        done = shorter(NOTE, only=(2,))
        assert "灯很暖。\n街上人不多。" in done.note.body

    def test_locked_paragraphs_stay_and_nothing_left_is_none(self):
        locks = [lock(name) for name in PARAGRAPHS if name.startswith("p")]
        assert shorter(NOTE, locked=locks) is None
        assert "街上人不多。" in shorter(NOTE, locked=[lock("p2")]).note.body


class TestProduct:
    def test_less_product_leaves_the_condition(self):
        done = less_product(NOTE, SOURCES)
        assert len(done.changes) == 2 and CLAIM in done.note.body
        assert less_product(done.note, SOURCES) is None

    def test_without_product_takes_all_of_it_and_no_life(self):
        body = without_product(NOTE, SOURCES).note.body
        for gone in ("咖啡卡", "那张卡", "利益相关", "办卡须审核"):
            assert gone not in body
        assert "灯很暖。" in body and "本文由AI辅助生成" in body and "老板说" in body

    def test_a_locked_condition_keeps_the_product(self):
        assert without_product(NOTE, SOURCES, locked=[lock("p4")]) is None


class TestOpening:
    def test_what_somebody_said_makes_an_opening(self):
        done = other_opening(NOTE, SOURCES)
        assert done.note.body.startswith("老板说豆子有点闷。周二绕到青年路。")
        assert done.note.body.count("老板说豆子有点闷。") == 1
        assert sorted(text_of(done)) == sorted(NOTE.body.replace("\n", ""))

    def test_nothing_of_ours_is_put_before_what_was_told(self):
        quiet = SOURCES.model_copy(update={"brief": SOURCES.brief.model_copy(update={"material": MATERIAL[:1]})})
        assert other_opening(NOTE, quiet) is None

    def test_why_there_is_no_other_is_the_one_reason_that_holds(self):
        bare = SOURCES.model_copy(update={"brief": SOURCES.brief.model_copy(update={"topic": "一件小事"})})
        assert why_no_opening(NOTE.model_copy(update={"segments": NOTE.segments[-2:]}), SOURCES) == "opening_none"
        assert why_no_opening(NOTE, SOURCES, locked=[lock("p1")]) == "opening_locked"
        assert why_no_opening(NOTE, SOURCES) == "opening_told"
        ours = NOTE.model_copy(update={"segments": (life("杯壁烫手。"), *NOTE.segments)})
        assert why_no_opening(ours, SOURCES) == "opening_used"
        assert why_no_opening(ours, bare) == "opening_bare"

    def test_a_question_about_a_saying_makes_no_opening(self):
        kinds = {item.id: item.kind for item in SOURCES.brief.material}
        quote = next(name for name, kind in kinds.items() if kind == "quote")
        asked = life("“豆子有点闷”，你听谁讲过？", quote)
        note = NOTE.model_copy(update={"segments": (*(s for s in NOTE.segments if quote not in s.sources), asked)})
        assert other_opening(note, SOURCES) is None

    def test_a_phrase_takes_the_place_of_a_phrase(self):
        note = NOTE.model_copy(update={"segments": (life("杯壁烫手。"), *NOTE.segments)})
        done = other_opening(note, SOURCES)
        assert "杯壁烫手。" not in done.note.body

    def test_a_locked_opening_stays(self):
        assert other_opening(NOTE, SOURCES, locked=[lock("p1")]) is None


class TestSpoken:
    def test_words_of_the_list_are_replaced_in_life_only(self):
        bookish = NOTE.model_copy(
            update={"segments": (life("因此前往青年路。", "m1"), Segment(text="因此如此。", kind="disclosure"))}
        )
        done = more_spoken(bookish)
        assert [segment.text for segment in done.note.segments] == ["所以去青年路。", "因此如此。"]
        assert done.changes == ("“因此”换成“所以”", "“前往”换成“去”")
        assert more_spoken(done.note) is None
        assert more_spoken(bookish, only=(1,)) is None


class TestSpans:
    def test_a_passage_over_two_pieces_becomes_one_change(self):
        span = found(NOTE, "青年路。灯很暖")
        assert text_of(replaced(NOTE, span, "河边，灯很暗", SOURCES)).startswith("周二绕到河边，灯很暗。老板说")

    def test_an_emptied_piece_is_gone(self):
        done = replaced(NOTE, found(NOTE, "灯很暖。"), "", SOURCES)
        assert "灯很暖" not in done.note.body and len(done.note.segments) == len(NOTE.segments) - 1

    @pytest.mark.parametrize("words", ["每月限3次", "利益相关", "办卡须审核", "AI辅助"])
    def test_what_must_be_said_is_not_touched(self, words):
        with pytest.raises(MandatoryError):
            replaced(NOTE, found(NOTE, words), "x", SOURCES)

    def test_a_passage_that_is_no_longer_there_changes_nothing(self):
        assert replaced(NOTE, Selection(start=0, end=3, text="别的话"), "x", SOURCES) is None
        assert replaced(NOTE, Selection(start=900, end=903), "x", SOURCES) is None
        assert found(NOTE, "没有这几个字") is None

    def test_other_words_of_a_told_sentence_still_cite_the_material_and_new_ones_cite_what_tells_them(self):
        done = replaced(NOTE, found(NOTE, "灯很暖。"), "老板说豆子有点闷，我听了两遍。", SOURCES)
        assert any("m2" in s.sources for s in done.note.segments if "我听了两遍" in s.text)

    def test_an_empty_title_is_no_title(self):
        assert replaced(NOTE, Selection(field="title"), " ", SOURCES) is None


class TestBlocks:
    def test_every_paragraph_is_a_block_with_its_sources(self):
        blocks = blocks_of(NOTE, [lock("p2")])
        assert [block.id for block in blocks] == ["title", "cover", *(f"p{n}" for n in range(1, 10)), "tags"]
        assert blocks[3].text == "老板说豆子有点闷。街上人不多。" and blocks[3].sources == ("m2",)
        assert [block.id for block in blocks if block.locked] == ["p2"]
        assert "\n".join(block.text for block in blocks if block.kind == "body") == NOTE.body

    @pytest.mark.parametrize(
        ("name", "block"),
        [("标题", "title"), ("封面", "cover"), ("话题", "tags"), ("第二段", "p2"), ("第 3 段", "p3"), ("p4", "p4"),
         ("第九十段", None), ("那个", None)],
    )  # fmt: skip
    def test_a_block_is_named_as_people_name_it(self, name, block):
        meant = block_named(NOTE, name)
        assert (meant.id if meant else None) == block

    def test_a_marked_passage_means_its_paragraph(self):
        start = NOTE.body.index("街上")
        assert block_named(NOTE, "", Selection(start=start, end=start + 2)).id == "p2"
        assert block_named(NOTE, "", Selection(field="title")).id == "title"

    def test_a_lock_is_broken_when_its_words_are_no_block(self):
        locks = [lock("p2"), Lock(kind="title", text="一杯手冲")]
        assert locks_broken(NOTE, locks) == ()
        changed = NOTE.model_copy(update={"title": "下班路上"})
        assert locks_broken(changed, locks) == (locks[1],)
        assert is_locked(NOTE, 3, locks) and not is_locked(NOTE, 4, locks)


class TestBadges:
    @pytest.mark.parametrize(
        ("segment", "badges"),
        [
            (life("周二绕到青年路。", "m1"), ("m1",)),
            (life("老板说豆子有点闷，那天是周二。", "m1", "m2"), ("m2",)),
            (life("说到青年路，咖啡卡有一条规则。", "m1", "f1"), ("f1",)),
            (life("说到青年路，有一条规则要看清。", "m1"), ()),
        ],
    )
    def test_a_badge_names_what_holds_the_claim(self, segment, badges):
        assert badges_of(segment, SOURCES) == badges and leads_on(segment, SOURCES) is (badges == ())

    def test_a_sum_that_was_told_is_a_claim_and_a_sentence_without_sources_leads_nowhere(self):
        told = (Material(id="m1", text="点了一杯耶加，32块", kind="amount"),)
        sources = SOURCES.model_copy(update={"brief": SOURCES.brief.model_copy(update={"material": told})})
        assert badges_of(life("那32块离门槛还差得远呢。", "m1", "f1"), sources) == ("m1", "f1")
        assert not leads_on(life("灯很暖。"), SOURCES)
