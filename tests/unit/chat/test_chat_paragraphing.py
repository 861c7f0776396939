"""A story is cut into paragraphs by whole sentences and joined again: no word changes, and what must stay stays."""

from datetime import date

import pytest

from agent.chat.blocks import blocks_of
from agent.chat.paragraphing import joined, split
from agent.chat.state import Lock
from agent.models import Brief, Institution, Material, Note, Segment, Sources

TOLD = (
    "周五答应给全家做饭。我逞能说十分钟搞定。",
    "结果鱼煎糊了，锅底黑了一圈。我妈笑得直不起腰！",
    "最后点了外卖。那盘鱼还是吃完了。",
    "我爸说下次他来。我说好。",
)
SOURCES = Sources(
    brief=Brief(
        id="r",
        topic="做饭",
        material=tuple(Material(id=f"m{n}", text=text, kind="event") for n, text in enumerate(TOLD, 1)),
        as_of=date(2026, 11, 24),
    ),
    institution=Institution(name="云杉银行", full_name="云杉银行股份有限公司"),
)
STORY = tuple(Segment(text=text, kind="life", sources=(f"m{n}",), paragraph=n == 1) for n, text in enumerate(TOLD, 1))
TAIL = (
    Segment(text="满30减5。每月限3次。", kind="condition", sources=("f1",)),
    Segment(text="本文由AI辅助生成", kind="label"),
)
NOTE = Note(titles=("做饭",), title="做饭", cover="糊了", segments=(*STORY, *TAIL), tags=("做饭",))


def paragraphs(done):
    return done.note.body.split("\n")


def words(note):
    return note.body.replace("\n", "")


@pytest.mark.parametrize(
    ("wish", "lengths"),
    [
        ("分段", [3, 3, 2]),
        ("一句一段", [1] * 8),
        ("每句话一段", [1] * 8),
        ("分成两段", [3, 5]),
        ("拆成4段", [2, 1, 2, 3]),
    ],
)
def test_a_story_is_cut_between_sentences_and_no_word_changes(wish, lengths):
    done = split(NOTE, SOURCES, wish)
    told = paragraphs(done)[: len(lengths)]
    assert [text.count("。") + text.count("！") for text in told] == lengths
    assert words(done.note) == words(NOTE) and paragraphs(done)[len(lengths) :] == [segment.text for segment in TAIL]
    assert all(segment.sources for segment in done.note.segments if segment.kind == "life")


def test_paragraphs_are_such_as_are_easily_read():
    long = NOTE.model_copy(update={"segments": (Segment(text="我走了很久很久的一段路。" * 15, kind="life"),)})
    assert all(len(text) <= 90 and text.count("。") <= 3 for text in paragraphs(split(long, SOURCES, "分段")))


def test_who_asks_for_paragraphs_gets_two_of_one_that_is_short():
    short = NOTE.model_copy(update={"segments": (STORY[0], *TAIL)})
    assert paragraphs(split(short, SOURCES, "分段"))[:2] == ["周五答应给全家做饭。", "我逞能说十分钟搞定。"]


def test_what_is_locked_states_a_fact_or_is_one_sentence_is_not_cut():
    lock = Lock(kind="body", text="".join(TOLD))
    assert split(NOTE, SOURCES, "分段", locked=(lock,)) is None
    assert split(NOTE.model_copy(update={"segments": TAIL}), SOURCES, "一句一段") is None
    running = (
        Segment(text="先去买菜，再去接孩子，", kind="life"),
        Segment(text="回来天黑了。", kind="life", paragraph=False),
    )
    assert split(NOTE.model_copy(update={"segments": running}), SOURCES, "一句一段") is None


def test_only_the_paragraph_that_is_meant_is_cut():
    two = NOTE.model_copy(update={"segments": (STORY[0], STORY[1].model_copy(update={"paragraph": True}), *TAIL)})
    assert paragraphs(split(two, SOURCES, "一句一段", only=(1,)))[0] == TOLD[0]


def test_paragraphs_of_life_are_joined_and_the_rest_stays():
    apart = split(NOTE, SOURCES, "一句一段").note
    done = joined(apart, SOURCES)
    assert paragraphs(done) == ["".join(TOLD), *(segment.text for segment in TAIL)]
    assert joined(done.note, SOURCES) is None
    lock = Lock(kind="body", text=blocks_of(apart)[2].text)
    assert paragraphs(joined(apart, SOURCES, locked=(lock,)))[0] == blocks_of(apart)[2].text


def test_a_sentence_that_was_left_open_is_closed_when_another_follows():
    open_ended = (Segment(text="先去买菜", kind="life"), Segment(text="再去接孩子", kind="life"))
    assert joined(NOTE.model_copy(update={"segments": open_ended}), SOURCES).note.body == "先去买菜。再去接孩子"
