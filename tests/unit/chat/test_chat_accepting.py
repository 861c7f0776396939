"""What accepting a fix would do is what it does: shown beforehand, sentence by sentence."""

from dataclasses import replace

import pytest
from chatting import COFFEE

from agent.chat.accepting import preview
from agent.chat.dropping import sentence_to_drop
from agent.models import Segment
from agent.workspace import load_workspace


async def test_a_preview_says_what_accepting_then_does(talk, chat):
    answer = await talk.drafted()
    await talk("把“32 块”改成“稳赚不赔”")
    result = await chat.drafting.peek(answer.run)
    (card,) = [f for f in (await talk("为什么不行")).findings if f.text == "稳赚不赔"]
    before, after = preview(result, card.id)
    assert "稳赚不赔" in before and before in result.note.body
    await talk(intent="accept_fix", finding=card.id)
    mended = (await chat.drafting.peek(answer.run)).note.body
    assert mended == result.note.body.replace(before, after)


async def test_a_finding_that_is_gone_has_no_preview(talk, chat):
    answer = await talk.drafted()
    assert preview(await chat.drafting.peek(answer.run), "RET-03:body:3") is None


async def promised(talk, old="点了一杯耶加"):
    await talk(f"把“{old}”改成“这款理财稳赚不赔”")
    return [card for card in (await talk("为什么不行")).findings if card.fix and card.rule == "RET-03"]


async def test_a_promise_in_a_story_may_go_whole_instead_of_becoming_a_notice(talk, chat):
    answer = await talk.drafted()
    (card,) = await promised(talk)
    assert card.drop is not None and card.drop.text == "这款理财稳赚不赔，"  # the story around it stays
    after = await talk(intent="change_span", span=card.drop, replacement="")
    assert after.note.body and card.drop.text not in after.note.body and card.fix not in after.note.body
    assert "32 块，老板磨豆磨了很久。" in after.note.body
    assert not [f for f in after.findings if f.severity == "block"]
    assert (await chat.drafting.peek(answer.run)).note.body == after.note.body


@pytest.mark.parametrize(
    ("old", "dropped"),
    [("老板磨豆磨了很久", "，这款理财稳赚不赔"), ("我先闻，再喝", "这款理财稳赚不赔。")],
)
async def test_the_last_clause_leaves_the_full_stop_and_a_sentence_of_its_own_goes_whole(talk, old, dropped):
    await talk.drafted(material=f"{COFFEE}\n我先闻，再喝")
    (card,) = await promised(talk, old)
    assert card.drop.text == dropped
    after = await talk(intent="change_span", span=card.drop, replacement="")
    assert "稳赚不赔" not in after.note.body and "，。" not in after.note.body and "。。" not in after.note.body


async def test_a_note_that_speaks_of_a_product_keeps_the_statement_unless_it_makes_it_already(talk, chat):
    answer = await talk.drafted()
    (card,) = await promised(talk)
    result = await chat.drafting.peek(answer.run)
    finding = next(f for f in result.report.open() if f.rule == "RET-03")
    fact = load_workspace(None).facts[0]
    sourced = replace(result, sources=result.sources.model_copy(update={"facts": (fact,)}))
    told = Segment(text="看过说明书再决定。", kind="point", sources=(fact.id,))
    said = told.model_copy(update={"text": f"{card.fix}。"})
    assert sentence_to_drop(sourced, finding) == card.drop
    assert sentence_to_drop(replace(sourced, note=ending(result.note, told)), finding) is None
    assert sentence_to_drop(replace(sourced, note=ending(result.note, said)), finding) == card.drop


async def test_a_title_never_becomes_a_statement(talk, chat):
    answer = await talk.drafted()
    told = await talk("标题改成“这杯理财咖啡稳赚不赔”")
    cards = [card for card in told.findings if card.field == "title" and card.fix and card.drop is None]
    after = await talk(intent="accept_fix", finding=cards[0].id)
    assert "收益随市场波动" not in after.note.title and after.note.title != "这杯理财咖啡稳赚不赔"
    assert answer.run == after.run


def ending(note, segment):
    return note.model_copy(update={"segments": (*note.segments, segment)})
