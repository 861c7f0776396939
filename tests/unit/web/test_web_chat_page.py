"""The chat page without a browser: what a person sees, what a tap asks of the session, and what stays apart."""

import asyncio

import pytest
from nicegui import ui

from agent.chat import session as sessions
from agent.chat.values import Intent, Turn
from agent.errors import BudgetError, ProviderError, StorageError, UsageError
from agent.graph.state import Review

STORY = "周二晚上六点四十下班，绕到青年路那家没有招牌的咖啡店，点了一杯耶加，32 块"
PATIENCE = 100  # tenths of a second


async def say(user, line):
    user.find(marker="line").type(line)
    user.find(marker="send").click()


def press(user, label):
    user.find(kind=ui.button, content=label).click()


async def sees(user, *, marker=None, content=None):
    await user.should_see(marker=marker, content=content, retries=PATIENCE)


async def drafted(user, topic="下班绕路喝一杯手冲"):
    """Tell a story and have a note written of it; return the thread."""
    await user.open("/chat?new")
    await say(user, STORY)
    await sees(user, content="就写这个")
    await say(user, f"写一篇{topic}")
    await sees(user, marker="note")
    return user.client.request.url.path.rsplit("/", 1)[1]


async def until(check):
    for _ in range(PATIENCE):
        if check():
            return
        await asyncio.sleep(0.1)
    raise AssertionError("it did not come to that")


@pytest.fixture
def services(web_pages):
    return web_pages.state.services


@pytest.fixture
def session_of(services):
    return lambda thread, user="aning": services.chat.session(user, thread)


@pytest.fixture
def decide(services, session_of):
    """Decide on the note on a thread's table as a reviewer."""

    async def call(thread, action, reason="", user="aning"):
        run = session_of(thread, user).state().run
        result = await services.drafting.peek(run)
        review = Review(action=action, reviewer="shenhe", reason=reason, text_hash=result.note.text_hash)
        await services.drafting.review(run, review)

    return call


async def test_a_story_becomes_a_note_with_its_evidence_and_its_label_step(visitor):
    user = await visitor("aning")
    await drafted(user)
    for shown in ("素材 1", STORY, "本文由AI辅助生成", "勾选“笔记含AI合成内容”", "还没送审，文字可以改。"):
        await user.should_see(shown)


async def test_two_taps_at_once_are_one_turn(visitor, session_of):
    user = await visitor("aning")
    thread = await drafted(user)
    user.find("换开头").click()
    user.find("换开头").click()
    await user.should_see("上一句还在办，稍等", retries=PATIENCE)
    await until(lambda: session_of(thread).unfinished() is None)
    assert [e.turn.intent for e in session_of(thread).history()].count(Intent.OTHER_OPENING) == 1


async def test_a_page_that_opens_on_unfinished_work_joins_in_with_the_same_key(visitor, services, session_of):
    user = await visitor("aning")
    thread = await drafted(user)
    turn = Turn(key="cut-off", text="换个开头", intent=Intent.OTHER_OPENING)
    services.store.threads.begin(
        thread, owner="aning", key=turn.key, said=turn.model_dump_json(), asked_at=services.now()
    )
    await user.open(f"/chat/{thread}")
    await until(lambda: session_of(thread).unfinished() is None)
    assert [e.turn.key for e in session_of(thread).history()][-1] == "cut-off"
    await sees(user, content="这篇从你讲的事开头")


@pytest.mark.parametrize(
    ("failure", "word"),
    [
        (ProviderError("provider_unreachable", model="模型"), "连不上模型接口"),
        (BudgetError("budget_tokens_spent", of="本次运行", spent=9, limit=8), "token 预算不够下一次调用"),
        (StorageError("record_busy", path="record.db"), "record_busy"),
        (ZeroDivisionError("surprise"), "出了意外，这一句没有办完。"),
    ],
)
async def test_a_failed_turn_says_why_and_is_sent_again_as_it_was(visitor, monkeypatch, failure, word):
    perform, calls = sessions.PERFORM[Intent.DRAFT], []

    async def failing_once(context, work):
        calls.append(context.turn.key)
        if len(calls) == 1:
            raise failure
        return await perform(context, work)

    monkeypatch.setitem(sessions.PERFORM, Intent.DRAFT, failing_once)
    user = await visitor("aning")
    await user.open("/chat?new")
    await say(user, STORY)
    await sees(user, content="就写这个")
    user.find("就写这个").click()
    await sees(user, content=word)
    await user.should_see("这一句还留着，重发不会重复做。")
    user.find("再试一次").click()
    await sees(user, marker="note")
    assert len(calls) == 2 and calls[0] == calls[1]
    await user.should_not_see("再试一次")


async def test_an_answer_can_be_tapped_until_something_else_is_said(visitor):
    user = await visitor("aning")
    await user.open("/chat?new")
    await say(user, "写一篇周末爬山")
    await sees(user, content="没有亲历，写一篇不带“我”的")
    user.find("没有亲历，写一篇不带“我”的").click()
    await sees(user, marker="note")
    assert not user.find(content="没有亲历，写一篇不带“我”的").elements & user.find(kind=ui.button).elements


async def test_one_may_ask_whether_something_may_be_said(visitor):
    user = await visitor("aning")
    await user.open("/chat?new")
    user.find("能说吗").click()
    await say(user, "这张卡稳赚不赔")
    await sees(user, content="不能这么说")
    await user.should_see("《广告法》")


async def test_replies_to_a_comment_are_there_to_be_copied_and_none_is_sent(visitor):
    user = await visitor("aning")
    await user.open("/chat?new")
    user.find("回评论").click()
    await say(user, "这个卡年化多少？")
    await sees(user, content="/220")
    copies = [e for e in user.find("复制").elements if "data-copy" in e.props]
    assert 1 <= len(copies) <= 3 and all(len(e.props["data-copy"]) <= 220 for e in copies)


async def test_a_locked_block_says_so_and_can_be_opened_again(visitor, session_of):
    user = await visitor("aning")
    thread = await drafted(user)
    user.find(marker="lock-p1").click()
    await sees(user, marker="unlock-p1")
    (lock,) = session_of(thread).state().locked
    assert lock.kind == "body"
    user.find(marker="unlock-p1").click()
    await sees(user, marker="lock-p1")
    assert not session_of(thread).state().locked


async def test_another_title_is_chosen_by_a_tap(visitor, services, session_of):
    user = await visitor("aning")
    thread = await drafted(user)
    before = (await services.drafting.peek(session_of(thread).state().run)).note
    place, other = next((n, title) for n, title in enumerate(before.titles) if title != before.title)
    user.find(marker=f"title-{place}").click()
    await until(lambda: session_of(thread).unfinished() is None and len(session_of(thread).history()) == 3)
    assert (await services.drafting.peek(session_of(thread).state().run)).note.title == other


def fields_of(user):
    return user.find(kind=ui.input, content="发布链接").elements


async def test_the_note_goes_from_submission_to_publication_on_the_page(visitor, decide, services, session_of):
    user = await visitor("aning")
    thread = await drafted(user)
    press(user, "送审")
    await sees(user, content="已送审，等审核人看。改动文字要重新送。")
    await decide(thread, "approve")
    await user.open(f"/chat/{thread}")
    await sees(user, content="批准了。复制发布，再把链接贴回来。")
    press(user, "贴网址")
    user.find(kind=ui.input, content="发布链接").type("豆腐")
    press(user, "登记")
    await until(lambda: any("不是小红书的链接" in str(field.props.get("error-message")) for field in fields_of(user)))
    assert len(session_of(thread).history()) == 3  # nothing was said to the chat
    user.find(kind=ui.input, content="发布链接").clear()
    user.find(kind=ui.input, content="发布链接").type("https://www.xiaohongshu.com/explore/abc123")
    press(user, "登记")
    await sees(user, content="发布已登记。")
    (found,) = services.store.publishing.publications(session_of(thread).state().run)
    assert found.url == "https://www.xiaohongshu.com/explore/abc123" and found.published_by == "aning"


@pytest.mark.parametrize(
    ("action", "word"),
    [("reject", "退回了，这一版不能发。"), ("comment", "审核人有意见，改好再送。")],
)
async def test_what_the_reviewer_said_stands_on_the_note(visitor, decide, action, word):
    user = await visitor("aning")
    thread = await drafted(user)
    await decide(thread, action, "结尾像广告，换一句")
    await user.open(f"/chat/{thread}")
    await sees(user, content=word)
    await user.should_see("意见：结尾像广告，换一句")


@pytest.mark.parametrize("path", ["/chat/t20261124-000000000000", "/chat/x"])
async def test_a_thread_that_is_not_yours_is_not_there(visitor, services, path):
    owner, other = await visitor("aning"), await visitor("linjie")
    await owner.open("/chat?new")
    theirs = owner.client.request.url.path
    found = [await other.http_client.get(address) for address in (theirs, path)]
    assert [answer.status_code for answer in found] == [404, 404]
    with pytest.raises(UsageError):
        services.chat.session("linjie", theirs.rsplit("/", 1)[1])


async def test_a_reviewer_has_no_chat(visitor):
    reviewer = await visitor("shenhe")
    assert (await reviewer.http_client.get("/chat")).status_code == 403


async def test_the_account_chosen_speaks_from_the_next_turn_on(visitor, session_of):
    user = await visitor("xiaoman")
    await user.open("/chat?new")
    thread = user.client.request.url.path.rsplit("/", 1)[1]
    await user.should_see("云杉银行小满")
    user.find(marker="speaker").click()
    user.find(marker="account-own-xiaoman").click()
    await say(user, STORY)
    await until(lambda: session_of(thread, "xiaoman").state().account == "own-xiaoman")


async def test_an_account_whose_authorisation_ended_says_so(visitor):
    user = await visitor("laozhou")
    await user.open("/chat?new")
    await user.should_see("授权已在 2026-09-30 到期，续期以前不能发。")


async def test_a_thread_is_erased_after_a_question_and_never_once_it_was_handed_in(visitor, services):
    user = await visitor("aning")
    thread = await drafted(user)
    user.find(marker=f"forget-{thread}").click()
    press(user, "删去")
    await until(lambda: not user.client.request.url.path.endswith(thread))  # the page leaves once all is erased
    assert thread not in [kept.id for kept in services.chat.threads("aning")]
    handed = await drafted(user)
    press(user, "送审")
    await sees(user, content="已送审，等审核人看。改动文字要重新送。")
    await user.should_not_see(marker=f"forget-{handed}")


async def test_a_note_handed_in_while_its_author_is_asked_is_not_erased(visitor, services):
    user = await visitor("aning")
    thread = await drafted(user)
    user.find(marker=f"forget-{thread}").click()
    (run,) = (turn.run for turn in services.store.threads.turns(thread, owner="aning")[-1:])
    person, text_hash = services.workspace.person("aning"), services.store.versions(run)[-1].text_hash
    services.desk.hand_in(run, text_hash=text_hash, by=person)
    press(user, "删去")
    await sees(user, content="那是凭据")
    assert services.store.find(run).erased_at is None
    assert thread in [kept.id for kept in services.chat.threads("aning")]


async def test_the_page_speaks_english_when_asked(visitor):
    user = await visitor("aning", kosnote_tongue="en")
    await user.open("/chat?new")
    await user.should_see("What this account may say this week")


async def test_how_a_note_was_made_is_there_again_after_a_reload(visitor, session_of):
    user = await visitor("aning")
    thread = await drafted(user)
    told = next(exchange.answer.steps for exchange in session_of(thread).history() if exchange.answer.steps)
    assert any("第 1 轮 合规" in line for line in told)
    await user.open(f"/chat/{thread}")
    await sees(user, content=f"过程 · {len(told)} 步")
    await user.should_see(told[-1])


@pytest.mark.parametrize(("tongue", "reason"), [("zh", "要接上模型才做得了"), ("en", "takes a model")])
async def test_what_takes_a_model_is_off_with_the_reason_beside_it(visitor, session_of, tongue, reason):
    thread = await drafted(await visitor("aning"))
    user = await visitor("aning", kosnote_tongue=tongue)
    await user.open(f"/chat/{thread}")
    spoken, (anew, *_) = wish_of(user, "more_spoken"), user.find(marker="anew-p1").elements
    for off in (spoken, anew):
        assert off.props["aria-disabled"] == "true"
        (why,) = [e for e in user.client.elements.values() if e.props.get("id") == off.props["aria-describedby"]]
        assert reason in why._text
    assert "aria-disabled" not in wish_of(user, "shorter").props
    assert "标出来" not in why._text and "is marked" not in why._text  # nothing is
    user.find(marker="wish-more_spoken").click()
    assert len(session_of(thread).history()) == 2
    await user.should_see("写一篇下班绕路喝一杯手冲")  # what was sent is not translated


def wish_of(user, name):
    (found,) = user.find(marker=f"wish-{name}").elements
    return found


async def test_a_finding_is_called_by_what_it_is_about_and_an_orphan_may_go_whole(visitor, services, session_of):
    user = await visitor("aning")
    thread = await drafted(user)
    await say(user, "把“32 块”改成“这款理财稳赚不赔”")
    await sees(user, marker="finding-RET-03")
    user.find(marker="finding-RET-03").click()
    await user.should_see("承诺一定赚钱")
    press(user, "删掉这句")
    await until(lambda: len(session_of(thread).history()) == 4 and session_of(thread).unfinished() is None)
    note = (await services.drafting.peek(session_of(thread).state().run)).note
    assert "稳赚不赔" not in note.body and "收益随市场波动" not in note.body


async def test_a_reviewers_words_are_done_with_a_tap(visitor, decide, services, session_of):
    user = await visitor("aning")
    thread = await drafted(user)
    await decide(thread, "comment", "价钱不用写。把“32 块”改成“一杯的钱”")
    await user.open(f"/chat/{thread}")
    await sees(user, content="按建议改")
    press(user, "按建议改")
    await until(lambda: len(session_of(thread).history()) == 3 and session_of(thread).unfinished() is None)
    assert "一杯的钱" in (await services.drafting.peek(session_of(thread).state().run)).note.body


async def test_a_reviewers_remark_that_names_a_place_leads_there(visitor, decide):
    user = await visitor("aning")
    thread = await drafted(user)
    await decide(thread, "comment", "标题太平，想想再说")
    await user.open(f"/chat/{thread}")
    await sees(user, content="看那一处：标题")
    await user.should_not_see("按建议改")


async def test_what_a_reviewer_sees_is_told_the_author_and_a_text_sent_back_waits_for_a_change(visitor, decide):
    user = await visitor("aning", kosnote_tongue="en")
    thread = await drafted_in_english(user)
    (remarks,) = user.find(marker="remarks").elements
    assert any("个字" in (getattr(element, "_text", None) or "") for element in remarks.descendants())
    await user.should_not_see(marker="wish-undo")
    user.find(marker="wish-split").click()
    await sees(user, marker="wish-undo")
    press(user, "Submit")
    await sees(user, content="沈审核、郑审核")
    await user.should_see("送审")  # a tap stands there in the language of the answers
    await decide(thread, "comment", "结尾再具体一点")
    await user.open(f"/chat/{thread}")
    await sees(user, content="very text the reviewer sent back")
    (submit,) = user.find(kind=ui.button, content="Submit").elements
    assert not submit.enabled


async def drafted_in_english(user):
    await user.open("/chat?new")
    await say(user, STORY)
    await sees(user, content="Write it now")
    press(user, "Write it now")
    await sees(user, marker="note")
    return user.client.request.url.path.rsplit("/", 1)[1]
