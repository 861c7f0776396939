"""A decision is about the text on screen, is refused in words, and leads on to the next note."""

import asyncio

import pytest
from deskcases import HASH, NOW, case, clear_case, delegation, finding, item
from nicegui import ui

from agent.desk.values import Permission
from agent.errors import UsageError

OWN = Permission(allowed=False, code="own", reason="这是你自己的笔记，不能自己审")


async def led_to(user, path):
    """Wait until the browser has been led to a page."""
    for _ in range(500):
        if user.back_history[-1] == path:
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"led to {user.back_history}, not to {path}")


def button(user, marker):
    (found,) = user.find(marker=marker).elements
    return found


async def test_an_approval_names_the_text_on_screen_and_leads_to_the_next_note(visit, desk):
    desk.cases = {run: clear_case(run) for run in ("n1", "n2", "n3")}
    user = await visit("/desk/n2?lane=yellow")
    user.find(marker="approve").click()
    user.find(marker="send").click()
    asked = await desk.asked("approve")
    assert (asked["run"], asked["text_hash"], asked["by"].id) == ("n2", HASH, "shenhe")
    assert asked["key"].startswith("approve-")
    await led_to(user, "/desk/n3?lane=yellow&done=approve")
    await user.should_see("上一篇已通过")


async def test_one_key_alone_approves_nothing(visit, desk):
    desk.cases["n1"] = clear_case("n1")
    user = await visit("/desk/n1")
    user.find(marker="approve").click()
    await user.should_see("通过这个文本？")
    assert desk.did("approve") == []


async def test_after_the_last_note_the_queue_says_that_all_is_done(visit, desk):
    desk.cases["n1"] = clear_case("n1")
    user = await visit("/desk/n1")
    user.find(marker="approve").click()
    user.find(marker="send").click()
    await led_to(user, "/desk?done=approve")
    await user.should_see("都审完了")


async def test_the_next_note_is_one_that_this_person_may_decide_on(visit, desk):
    own = clear_case("n2", item=item("n2", permission=OWN))
    desk.cases = {"n1": clear_case("n1"), "n2": own, "n3": clear_case("n3")}
    user = await visit("/desk/n1")
    user.find(marker="approve").click()
    user.find(marker="send").click()
    await led_to(user, "/desk/n3?done=approve")


@pytest.mark.parametrize("barrier", ["还有 1 处禁止项没有解决（AD-014）", "事实 life-friday 已于 2026-11-20 到期"])
async def test_what_speaks_against_an_approval_is_said_and_the_button_is_off(visit, desk, barrier):
    desk.cases["n1"] = clear_case("n1", item=item("n1")).model_copy(update={"barriers": (barrier,)})
    user = await visit("/desk/n1")
    await user.should_see("现在不能通过")
    await user.should_see(barrier)
    assert not button(user, "approve").enabled
    assert button(user, "suggest").enabled
    assert button(user, "reject").enabled


async def test_nobody_decides_on_their_own_note(visit, desk):
    desk.cases["n1"] = clear_case("n1", item=item("n1", permission=OWN))
    user = await visit("/desk/n1")
    await user.should_see("你不能决定这一篇")
    await user.should_see("这是你自己的笔记，不能自己审")
    assert not any(button(user, name).enabled for name in ("approve", "suggest", "reject"))


async def test_whoever_wrote_on_a_note_may_send_it_back_and_not_approve_it(visit, desk):
    wrote = Permission(allowed=False, code="desk_wrote_on_it", reason="改过或送审过这篇的人不能批准它")
    desk.cases["n1"] = clear_case("n1", item=item("n1", permission=wrote))
    user = await visit("/desk/n1")
    await user.should_see("改过或送审过这篇的人不能批准它")
    assert not button(user, "approve").enabled
    assert button(user, "suggest").enabled
    assert button(user, "reject").enabled


async def test_a_note_decided_on_shows_no_buttons(visit, desk):
    desk.cases["n1"] = clear_case("n1", item=item("n1", outcome="rejected"))
    user = await visit("/desk/n1")
    await user.should_see("已退回")
    await user.should_not_see(marker="approve")


async def test_a_rejection_needs_a_reason(visit, desk):
    desk.cases["n1"] = case("n1")
    user = await visit("/desk/n1")
    user.find(marker="reject").click()
    user.find(marker="send").click()
    await user.should_see("请写理由。")
    assert desk.did("reject") == []
    user.find(marker="reason").type("  写了没有的经历  ")
    user.find(marker="send").click()
    asked = await desk.asked("reject")
    assert (asked["reason"], asked["text_hash"]) == ("写了没有的经历", HASH)


async def test_findings_put_aside_become_the_suggestion(visit, desk):
    desk.cases["n1"] = case("n1", open=(finding(),))
    user = await visit("/desk/n1")
    user.find("写进修改意见").click()
    user.find("写进修改意见").click()
    user.find(marker="suggest").click()
    await user.should_see("建议修改")
    user.find(marker="send").click()
    asked = await desk.asked("suggest")
    assert (asked["reason"], asked["text"]) == ("「稳赚不赔」改为「省下 10 块」", None)


async def test_a_text_edited_here_is_sent_as_it_was_typed(visit, desk):
    desk.cases["n1"] = case("n1")
    user = await visit("/desk/n1")
    user.find(marker="suggest").click()
    user.find(marker="reason").type("换掉标题")
    user.find(kind=ui.switch).click()
    user.find(marker="send").click()
    await user.should_see("文字没有改动；不改文字就收起这一栏。")
    user.find(marker="edit-title").clear().type("下班一杯手冲")
    user.find(marker="edit-tags").clear().type("#手冲 下班")
    user.find(marker="send").click()
    asked = await desk.asked("suggest")
    assert asked["text"].title == "下班一杯手冲"
    assert asked["text"].tags == ("手冲", "下班")
    assert asked["text"].body == case().note.body


async def test_a_text_without_a_title_is_not_sent(visit, desk):
    desk.cases["n1"] = case("n1")
    user = await visit("/desk/n1")
    user.find(marker="suggest").click()
    user.find(marker="reason").type("换掉标题")
    user.find(kind=ui.switch).click()
    user.find(marker="edit-title").clear()
    user.find(marker="send").click()
    await user.should_see("标题和正文都要有字。")
    assert desk.did("suggest") == []


@pytest.mark.parametrize(
    ("code", "parameters", "words"),
    [
        ("review_of_other_text", {"run": "n1", "given": "a", "current": "b"}, "你打开之后，文本变了"),
        ("run_not_in_review", {"run": "n1", "outcome": "approved"}, "这一篇已经有人处理了"),
        (
            "desk_decided_already",
            {"by": "shenhe2", "decision": "approve", "at": NOW},
            "这一篇已经有人处理了",
        ),
        ("approve_with_block", {"run": "n1", "rules": "AD-014"}, "运行 n1 仍有未解决的禁止项（AD-014），不能批准"),
    ],
)
async def test_a_refusal_says_why_and_stays_on_the_note(visit, desk, code, parameters, words):
    desk.cases["n1"] = clear_case("n1")
    desk.refusing = UsageError(code, **parameters)
    user = await visit("/desk/n1")
    user.find(marker="approve").click()
    user.find(marker="send").click()
    await desk.asked("approve")
    if code == "approve_with_block":
        assert any(words in said for said in user.notify.messages)
    else:
        await user.should_see(words)
    assert user.back_history == ["/desk/n1"]


async def test_a_changed_text_is_shown_anew_on_request(visit, desk):
    desk.cases["n1"] = clear_case("n1")
    desk.refusing = UsageError("review_of_other_text", run="n1", given="a", current="b")
    user = await visit("/desk/n1")
    user.find(marker="approve").click()
    user.find(marker="send").click()
    await user.should_see("看最新文本")
    desk.cases["n1"] = case("n1")
    user.find("看最新文本").click()
    await user.should_see("现在不能通过")


async def test_reviews_are_handed_to_somebody_else_for_a_while(visit, desk):
    user = await visit("/desk")
    user.find("委托").click()
    await user.should_see("没有委托。")
    user.find(marker="send").click()
    await user.should_see("请选人，写清起止日期和理由。")
    with user:
        button(user, "delegate-to").value = "shenhe2"
    user.find(marker="reason").type("年假")
    user.find(marker="send").click()
    asked = await desk.asked("delegate")
    assert (asked["to"], asked["lane"], asked["reason"], asked["by"].id) == ("shenhe2", "all", "年假", "shenhe")
    assert asked["starts_at"].tzinfo is not None
    assert (asked["ends_at"] - asked["starts_at"]).days == 7


async def test_a_delegation_is_taken_back_by_who_gave_it_alone(visit, desk):
    desk.handed = (delegation(),)
    other = await visit("/desk", who="shenhe2")
    other.find("委托").click()
    await other.should_see("年假")
    await other.should_not_see("收回")
    giver = await visit("/desk")
    giver.find("委托").click()
    giver.find("收回").click()
    assert (await desk.asked("revoke"))["delegation"] == 3
    await giver.should_see("没有委托。")
