"""What was changed in a thread can be taken back, one change after the other, and by name."""

import pytest
from chatting import COFFEE

from agent.chat.values import Intent, Selection
from agent.graph.state import Review


@pytest.fixture
async def note(talk):
    return (await talk.drafted("下班绕路喝一杯手冲")).note


@pytest.mark.parametrize("wish", ["撤销", "撤回刚才的改动", "改回去"])
async def test_the_last_change_is_taken_back_and_the_text_checked_again(talk, note, wish):
    await talk("封面改成：雨天的咖啡")
    answer = await talk(wish)
    assert answer.intent is Intent.UNDO and answer.note.text_hash == note.text_hash
    assert answer.note.cover == note.cover and "回到" in answer.changes[0]
    assert talk.store.decisions(answer.run)[-1].reason == "撤销"


async def test_changes_are_taken_back_one_after_the_other_until_none_is_left(talk, note):
    first = (await talk("封面改成：雨天的咖啡")).note
    await talk("加一个话题 #雨天")
    assert (await talk(intent=Intent.UNDO)).note.text_hash == first.text_hash
    assert (await talk("撤销")).note.text_hash == note.text_hash
    answer = await talk("撤销")
    assert not answer.changes and "没有可撤" in answer.text and answer.note.text_hash == note.text_hash


async def test_a_title_goes_back_alone_when_it_is_named(talk, note):
    await talk("标题改成雨天绕路的一杯")
    await talk("封面改成：雨天的咖啡")
    answer = await talk("标题改回去")
    assert answer.note.title == note.title and answer.note.cover == "雨天的咖啡"


async def test_what_a_reviewer_changed_is_not_taken_back_here(talk, note):
    await talk("封面改成：雨天的咖啡")
    drafting, run = talk.session.chat.drafting, note.run
    result = await drafting.peek(run)
    other = result.note.model_copy(update={"cover": "审核人的封面"})
    await drafting.review(
        run, Review(action="edit", reviewer="乙", reason="", text_hash=result.note.text_hash, note=other)
    )
    answer = await talk("撤销")
    assert not answer.changes and answer.note.cover == "审核人的封面"


async def test_a_new_note_begins_with_nothing_to_take_back(talk, note):
    await talk("封面改成：雨天的咖啡")
    await talk("再来一版")
    assert not (await talk("撤销")).changes


async def test_a_new_title_offers_another_cover_and_the_tap_changes_it(talk, note):
    answer = await talk("标题改成雨天绕路的一杯")
    cover, keep = answer.question.options
    assert note.cover in answer.question.text and keep.label == "封面不动"
    changed = (await talk(option=cover.id)).note
    assert changed.cover in cover.label and changed.cover != note.cover


async def test_a_cover_is_written_anew_from_what_was_told(talk):
    story = f"{COFFEE}\n老板说：下雨天豆子味道会闷一点，你别怪它\n雨停了，伞忘在门口桶里"
    note = (await talk.drafted(material=story)).note
    answer = await talk(intent=Intent.CHANGE_SPAN, block="cover")
    assert answer.note.cover != note.cover and answer.note.verdict == "pass"
    locked = await talk(intent=Intent.LOCK, block="cover")
    assert not (await talk("标题改成雨天绕路的一杯")).question and locked.note


async def test_paragraphs_are_cut_and_joined_by_saying_so(talk, note):
    body = note.body
    apart = await talk("一句一段")
    assert apart.note.body.count("\n") > body.count("\n")
    assert apart.note.body.replace("\n", "") == body.replace("\n", "")
    together = await talk("合成一段")
    assert together.note.body.count("\n") < apart.note.body.count("\n")
    assert "没有可合" in (await talk("合成一段")).text


async def test_words_after_the_closing_quote_are_told_not_done(talk, note):
    answer = await talk(f"把封面“{note.cover[:3]}”改成“雨天的”，并核实有没有下雨")
    assert answer.note.cover == f"雨天的{note.cover[3:]}" and any("并核实有没有下雨" in line for line in answer.limits)


async def test_a_cover_that_was_never_told_can_be_marked_whole(talk, note):
    answer = await talk(span=Selection(field="cover", text=note.cover), replacement="雨天的咖啡")
    assert answer.note.cover == "雨天的咖啡"
