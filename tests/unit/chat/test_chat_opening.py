"""A note that was written elsewhere has a thread of its owner's, one and the same each time; nobody else has one."""

import pytest
from chatting import COFFEE

from agent.chat.values import Intent
from agent.errors import UsageError


async def test_a_note_on_a_table_is_opened_in_the_thread_it_has(chat, talk):
    await talk(COFFEE, intent="capture", persona="阿宁")
    run = (await talk("写一篇下班绕路喝一杯手冲")).run
    assert chat.session_about("甲", run).thread == talk.session.thread


async def test_a_note_written_elsewhere_is_put_on_the_table_of_a_thread_made_for_it_once(chat, talk, talk_in):
    await talk(COFFEE, intent="capture", persona="阿宁")
    told = await talk("写一篇下班绕路喝一杯手冲")
    await talk("写一篇周末去植物园", intent="draft")
    await talk("直接写")
    assert talk.session.state().run != told.run
    session = chat.session_about("甲", told.run)
    assert session.thread != talk.session.thread and chat.session_about("甲", told.run).thread == session.thread
    state, brief = session.state(), chat.drafting.store.run(told.run).brief
    assert (state.run, state.persona, state.account) == (told.run, brief.persona, brief.account)
    assert state.material == brief.material and state.used == len(brief.material)
    answer = await talk_in(session)(intent=Intent.SUBMIT)
    assert answer.run == told.run and chat.drafting.store.library.statuses([told.run]) == {told.run: "submitted"}


async def test_the_note_of_somebody_else_an_erased_and_an_unknown_one_have_no_thread(chat, talk):
    await talk(COFFEE, intent="capture", persona="阿宁")
    run = (await talk("写一篇下班绕路喝一杯手冲")).run
    for user, wanted in (("乙", run), ("甲", "r-none"), ("", run)):
        with pytest.raises(UsageError) as caught:
            chat.session_about(user, wanted)
        assert caught.value.code == "run_unknown"
    await chat.drafting.forget(run)
    with pytest.raises(UsageError):
        chat.session_about("甲", run)
    assert len(chat.threads("甲")) == 1


async def test_progress_names_a_note_by_its_title_and_where_it_stands(chat, talk):
    await talk(COFFEE, intent="capture", persona="阿宁")
    run = (await talk("写一篇下班绕路喝一杯手冲")).run
    (card,) = (await talk(intent=Intent.STATUS)).status
    title = chat.drafting.store.library.titles([run])[run]
    assert (card.title, card.topic, card.status) == (title, "下班绕路喝一杯手冲", "written")
    await talk(intent=Intent.SUBMIT)
    (card,) = (await talk(intent=Intent.STATUS)).status
    assert card.status == "submitted"
