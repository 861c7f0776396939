"""What accepting a fix would do is what it does: shown beforehand, sentence by sentence."""

from agent.chat.accepting import preview


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
