"""Turns that are done once: the same key, a dropped listener, two at a time, a crash at any point, somebody else."""

import asyncio
import gc
from datetime import UTC, datetime, timedelta

import pytest
from chatting import COFFEE, NOW, TODAY

from agent.chat import session
from agent.chat.session import open_chat
from agent.chat.values import Answered, Intent, Turn
from agent.drafting import Drafting
from agent.errors import ProviderError, UsageError
from agent.graph.state import Review
from agent.record import Store, ThreadStore
from agent.workspace import load_workspace

SAID = f"{COFFEE}\n老板说：下雨天豆子味道会闷一点，你别怪它"


class Crash(BaseException):
    """Stand for a process that ends here."""


async def draft_turn(talk):
    await talk(COFFEE, intent="capture", persona="阿宁")
    return Turn(key="draft", text="写一篇下班绕路喝一杯手冲")


def crash_at(monkeypatch, owner, name, *, after=False):
    """Let a method crash once, before or after its work."""
    original, left = getattr(owner, name), [True]
    if asyncio.iscoroutinefunction(original):

        async def method(self, *args, **given):
            if left and not after:
                left.clear()
                raise Crash
            done = await original(self, *args, **given)
            if left:
                left.clear()
                raise Crash
            return done
    else:

        def method(self, *args, **given):
            if left and not after:
                left.clear()
                raise Crash
            done = original(self, *args, **given)
            if left:
                left.clear()
                raise Crash
            return done

    monkeypatch.setattr(owner, name, method)


async def test_the_same_key_returns_the_stored_answer_and_repeats_nothing(talk, chat, talk_in):
    turn = await draft_turn(talk)
    first = await talk.session.ask(turn)
    again = await chat.session("甲", talk.session.thread).ask(turn)
    assert again == first and len(talk.store.runs()) == 1
    assert len(talk.store.threads.turns(talk.session.thread, owner="甲")) == 2


async def test_the_same_key_is_the_same_after_a_restart(opened, talk_in):
    async with opened() as chat:
        talk = talk_in(chat.session("甲"))
        turn = await draft_turn(talk)
        first = await talk.session.ask(turn)
    async with opened() as chat:
        session = chat.session("甲", talk.session.thread)
        assert await session.ask(turn) == first
        assert session.unfinished() is None and len(chat.drafting.store.runs()) == 1
        assert [exchange.answer.key for exchange in session.history()][-1] == "draft"


async def test_other_words_under_a_used_key_are_refused(talk):
    await talk("周二下班喝了一杯手冲", key="one")
    with pytest.raises(UsageError) as caught:
        await talk("别的话", key="one")
    assert caught.value.code == "turn_key_reused"


@pytest.mark.parametrize(
    ("owner", "name", "after"),
    [
        (ThreadStore, "intend", False),
        (ThreadStore, "intend", True),
        (Drafting, "_record", False),
        (Drafting, "_settle", True),
        (ThreadStore, "answer", False),
        (ThreadStore, "answer", True),
    ],
)
async def test_a_draft_cut_off_anywhere_is_carried_on_and_begun_once(opened, talk_in, monkeypatch, owner, name, after):
    async with opened() as chat:
        talk = talk_in(chat.session("甲"))
        turn = await draft_turn(talk)
        with monkeypatch.context() as patched:
            crash_at(patched, owner, name, after=after)
            with pytest.raises(Crash):
                await talk.session.ask(turn)
    async with opened() as chat:
        session = chat.session("甲", talk.session.thread)
        assert (session.unfinished() is None) == (name == "answer" and after)
        answer = await session.ask(turn)
        assert answer.note.outcome == "in_review" and "青年路" in answer.note.body
        (run,) = chat.drafting.store.runs()
        assert run.id == answer.run
        assert len({v.text_hash for v in chat.drafting.store.versions(run.id)}) == answer.note.revision
        assert chat.drafting.store.audit.verify().breaks == ()


@pytest.mark.parametrize(
    ("owner", "name", "after"),
    [
        (ThreadStore, "intend", True),
        (Drafting, "_record", False),
        (Drafting, "_settle", False),
        (Store, "finish_run", True),
        (ThreadStore, "answer", False),
    ],
)
async def test_an_edit_cut_off_anywhere_is_made_once(opened, talk_in, monkeypatch, owner, name, after):
    async with opened() as chat:
        talk = talk_in(chat.session("甲"))
        first = await talk.drafted(material=SAID)
        turn = Turn(key="edit", text="换个开头")
        with monkeypatch.context() as patched:
            crash_at(patched, owner, name, after=after)
            with pytest.raises(Crash):
                await talk.session.ask(turn)
    async with opened() as chat:
        answer = await chat.session("甲", talk.session.thread).ask(turn)
        store = chat.drafting.store
        assert [d.decision for d in store.decisions(first.run)] == ["edit"]
        assert len(store.versions(first.run)) == first.note.revision + 1 and answer.changes
        assert store.audit.verify().breaks == ()


async def test_an_edit_made_from_a_text_that_somebody_else_changed_is_not_made(talk, monkeypatch):
    first = await talk.drafted(material=SAID)
    with monkeypatch.context() as patched:
        crash_at(patched, ThreadStore, "intend", after=True)
        with pytest.raises(Crash):
            await talk("换个开头", key="edit")
    note = (await talk.session.chat.drafting.peek(first.run)).note
    other = note.model_copy(update={"cover": "别人改的封面"})
    review = Review(action="edit", reviewer="乙", text_hash=note.text_hash, note=other)
    await talk.session.chat.drafting.review(first.run, review)
    answer = await talk("换个开头", key="edit")
    assert not answer.changes and answer.note.cover == "别人改的封面" and "别处改过" in answer.text
    assert [d.reviewer for d in talk.store.decisions(first.run)] == ["乙"]


async def test_a_listener_that_leaves_stops_nothing_and_another_one_hears_it_all(talk):
    turn = await draft_turn(talk)
    stream = talk.session.take(turn)
    await anext(stream)
    await stream.aclose()
    events = [event async for event in talk.session.take(turn)]
    assert isinstance(events[-1], Answered) and events[-1].answer.note is not None
    assert len(talk.store.runs()) == 1


async def test_two_listeners_at_once_are_told_the_same_and_it_is_done_once(talk, chat):
    turn = await draft_turn(talk)
    other = chat.session("甲", talk.session.thread)

    async def heard(session):
        return [event async for event in session.take(turn)]

    one, two = await asyncio.gather(heard(talk.session), heard(other))
    assert one == two and len(talk.store.runs()) == 1


async def test_two_processes_do_not_work_on_one_thread_at_once(opened, talk_in, settings):
    async with opened() as one, opened() as two:
        talk = talk_in(one.session("甲"))
        turn = await draft_turn(talk)
        answers = await asyncio.gather(talk.session.ask(turn), two.session("甲", talk.session.thread).ask(turn))
        assert answers[0] == answers[1]
        assert len(one.drafting.store.runs()) == 1


async def test_a_turn_that_waits_for_another_process_says_nothing_of_a_lost_lease(talk, chat, monkeypatch, caplog):
    for name, seconds in (("LEASE_SECONDS", 0.06), ("WAIT_SECONDS", 0.3), ("ASK_AGAIN_SECONDS", 0.05)):
        monkeypatch.setattr(session, name, seconds)
    held = chat.drafting.store.threads.lease(
        talk.session.thread, owner="甲", worker="另一处", now=datetime.now(UTC), seconds=60
    )
    with pytest.raises(UsageError) as caught:
        await talk("在吗")
    assert held and caught.value.code == "thread_busy" and "lease" not in caplog.text


async def test_two_turns_of_one_thread_come_one_after_the_other(talk):
    await asyncio.gather(*(talk(f"早上第{n}次路过那家面包店，我又停了一下", intent="capture") for n in range(5)))
    assert [item.id for item in talk.session.state().material] == [f"m{n}" for n in range(1, 6)]


@pytest.mark.parametrize("user", ["乙", "甲 ", "%"])
async def test_a_thread_of_somebody_else_is_not_there(talk, chat, user):
    await talk.drafted()
    with pytest.raises(UsageError) as caught:
        chat.session(user, talk.session.thread)
    assert caught.value.code == "thread_unknown"
    assert chat.threads(user) == ()
    with pytest.raises(UsageError):
        await chat.forget(user, talk.session.thread)


async def test_a_session_kept_from_before_an_erasure_reads_and_writes_nothing(talk, chat):
    await talk("周二下班喝了一杯手冲")
    await chat.forget("甲", talk.session.thread)
    for look in (talk.session.history, talk.session.state, talk.session.unfinished):
        with pytest.raises(UsageError):
            look()
    with pytest.raises(UsageError):
        await talk("还在吗")


async def test_nobody_has_no_thread(chat):
    for user in ("", "  ", "长" * 129, "甲\x00"):
        with pytest.raises(UsageError) as caught:
            chat.session(user)
        assert caught.value.code == "user_unusable"


async def test_forgetting_a_thread_takes_its_runs_along_and_leaves_a_whole_chain(talk, chat, settings):
    answer = await talk.drafted()
    other = chat.session("甲")
    assert await chat.forget("甲", talk.session.thread) == (answer.run,)
    assert chat.drafting.store.run(answer.run).erased_at is not None
    assert [thread.id for thread in chat.threads("甲")] == [other.thread]
    assert chat.drafting.store.audit.verify().breaks == ()
    left = b"".join(path.read_bytes() for path in settings.home.iterdir())
    assert "青年路".encode() not in left and "耶加".encode() not in left


async def test_a_note_that_was_approved_keeps_its_thread_from_its_author(talk, chat):
    answer = await talk.drafted()
    store, thread = chat.drafting.store, talk.session.thread
    text_hash = store.versions(answer.run)[-1].text_hash
    await chat.drafting.review(answer.run, Review(action="approve", reviewer="乙", text_hash=text_hash))
    assert chat.holds_evidence("甲", thread)
    forgetting = (
        lambda: chat.forget("甲", thread),
        lambda: chat.drafting.forget(answer.run, spare_evidence=True),
        lambda: store.forget(answer.run, erased_at=chat.drafting.now(), spare_evidence=True),
        lambda: store.threads.forget(thread, owner="甲", erased_at=chat.drafting.now(), spare_evidence=True),
    )
    for forget in forgetting:
        with pytest.raises(UsageError) as caught:
            await forget()
        assert caught.value.code == "kept_as_evidence"
    assert (await chat.drafting.peek(answer.run)).outcome == "approved" and len(talk.session.history()) == 2
    assert [item.kind for item in store.evidence(answer.run)] == ["approved"]


async def test_a_lawful_request_takes_the_thread_and_leaves_evidence_until_its_time_is_over(talk, chat):
    handed, answer = (await talk.drafted()).run, await talk("送审")
    assert "已送审" in answer.text
    store, thread = chat.drafting.store, talk.session.thread
    assert await chat.forget_lawfully("甲", thread, keep_since=NOW - timedelta(days=1)) == ()
    assert chat.threads("甲") == () and store.find(handed).erased_at is None
    assert store.publishing.submissions(handed) and store.audit.verify().breaks == ()
    with pytest.raises(UsageError, match="凭据"):
        await chat.drafting.forget(handed, spare_evidence=True, since=NOW - timedelta(days=1))
    await chat.drafting.forget(handed, spare_evidence=True, since=NOW + timedelta(seconds=1))
    assert store.find(handed).erased_at is not None and store.audit.verify().breaks == ()


async def test_a_thread_nobody_is_at_holds_no_lock(talk, chat):
    await talk("周二下班喝了一杯手冲")
    gc.collect()
    assert len(chat.turns_taken) == 0


async def test_forgetting_a_run_takes_the_talk_about_it_along(talk, chat):
    answer = await talk.drafted(material=SAID)
    await talk("换个开头")
    await chat.drafting.forget(answer.run)
    assert [exchange.turn for exchange in talk.session.history()] == [None] * 3
    assert talk.session.state().material == () and (await talk("进度")).status == ()


@pytest.mark.parametrize("said", ["短一点", "锁住封面", "把“没有这几个字”改成“别的”", "为什么不行"])
async def test_forgetting_a_run_takes_along_what_was_said_of_it_and_changed_nothing(talk, chat, said):
    answer = await talk.drafted()
    other = await talk(said)
    assert other.run == answer.run and not other.changes
    await talk("周六去河边散步，看见一只翠鸟", intent="capture")
    await chat.drafting.forget(answer.run)
    assert [exchange.answer is None for exchange in talk.session.history()] == [True, True, True, False]


async def test_what_the_provider_fails_at_stays_unanswered_and_can_be_sent_again(talk, monkeypatch):
    turn = await draft_turn(talk)

    async def fails(self, brief, **given):
        raise ProviderError("provider_down")

    with monkeypatch.context() as patched:
        patched.setattr(Drafting, "draft", fails)
        with pytest.raises(ProviderError):
            await talk.session.ask(turn)
    assert talk.session.unfinished() == turn
    assert (await talk.session.ask(turn)).note is not None and len(talk.store.runs()) == 1


async def test_a_chat_always_waits_for_a_person(settings):
    settings = settings.model_copy(update={"review": False})
    async with open_chat(load_workspace(None), settings, now=lambda: NOW, today=lambda: TODAY) as chat:
        session = chat.session("甲")
        await session.ask(Turn(key="a", text=COFFEE, intent="capture", persona="阿宁"))
        answer = await session.ask(Turn(key="b", text="写一篇下班绕路喝一杯手冲"))
        assert answer.note.outcome == "in_review"


async def test_history_is_readable_and_titled(talk, chat):
    await talk.drafted()
    (thread,) = chat.threads("甲")
    assert thread.title == "下班绕路喝一杯手冲"
    told = talk.session.history()
    assert [exchange.answer.intent for exchange in told] == [Intent.CAPTURE, Intent.DRAFT]
    assert told[0].turn.text == COFFEE and [exchange.run for exchange in told] == [told[1].answer.run] * 2


async def test_an_answer_is_values_and_never_markup(talk):
    answer = await talk.drafted(
        material="<script>alert(1)</script> 早上在河边看见一只翠鸟，我站了很久", topic="河边散步"
    )
    saved = talk.session.history()[0].answer.saved
    assert saved.items[0].text.startswith("<script>alert(1)</script>")
    assert answer.model_validate_json(answer.model_dump_json()) == answer


async def test_an_answered_turn_is_read_while_another_one_is_at_work(talk, chat, monkeypatch):
    first = await talk("周二下班，绕到青年路喝了一杯手冲", key="one", persona="阿宁")
    begun, go_on = asyncio.Event(), asyncio.Event()
    original = Drafting.draft

    async def waits(self, brief, **given):
        begun.set()
        await go_on.wait()
        return await original(self, brief, **given)

    monkeypatch.setattr(Drafting, "draft", waits)
    drafting = asyncio.create_task(talk("写吧"))
    await begun.wait()
    again = asyncio.create_task(talk("周二下班，绕到青年路喝了一杯手冲", key="one", persona="阿宁"))
    await asyncio.wait([again], timeout=5)
    answered, waiting = again.done(), not drafting.done()
    go_on.set()
    assert answered and waiting and again.result() == first
    assert (await drafting).note is not None


async def test_a_run_id_that_is_taken_is_not_used_and_shows_nobody_elses_note(chat, talk, talk_in, monkeypatch):
    other = talk_in(chat.session("乙"))
    taken = await other.drafted()
    ids = iter([taken.run, "20261124-ffffff"])
    monkeypatch.setattr("agent.chat.gathering.new_run_id", lambda day: next(ids))
    assert (await talk.drafted("周末去爬山", material="周六和我妈爬到半山腰，鞋底开了胶")).run == "20261124-ffffff"
    monkeypatch.setattr("agent.chat.gathering.new_run_id", lambda day: taken.run)
    monkeypatch.setattr("agent.chat.context.TurnContext.knows", lambda self, run: run == taken.run and knows.pop())
    knows = [True, False]
    answer = await talk("重写一版")
    assert answer.note is None and "已被别处用掉" in answer.text


@pytest.mark.parametrize("thread", ["t-unknown", "%", "t\x00", "长" * 500])
async def test_an_odd_thread_id_is_unknown_whatever_it_holds(chat, thread):
    with pytest.raises(UsageError) as caught:
        chat.session("甲", thread)
    assert caught.value.code == "thread_unknown"
