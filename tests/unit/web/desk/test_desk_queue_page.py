"""The queue says what waits, how urgent it is and for whom, and never by colour alone."""

import asyncio
from datetime import timedelta

import pytest
from deskcases import HASH, NOW, OLD_HASH, case, clear_case, item
from nicegui import Client, ui

from agent.desk.values import NearNote, Notice, Permission
from agent.web.pages.desk.filters import case_address, filters_of, place_of


async def test_a_row_says_lane_age_time_left_owner_account_and_findings(visit, desk):
    desk.cases["n1"] = case("n1")
    user = await visit("/desk")
    for words in (
        "下班绕路，给自己一杯手冲",
        "黄道",
        "3 小时",
        "还剩 21 小时",
        "阿宁",
        "云杉阿宁",
        "1 禁止",
        "1 要改",
        "1 提醒",
    ):
        await user.should_see(words)


async def test_an_overdue_note_says_so_in_words(visit, desk):
    desk.cases["n1"] = case("n1", item=item(overdue=True, left_hours=-5.0, urgent=True))
    user = await visit("/desk")
    await user.should_see("已超时 5 小时")
    await user.should_see("加急")


async def test_an_empty_queue_says_that_all_is_done(visit):
    user = await visit("/desk")
    await user.should_see("都审完了")


async def test_a_lane_narrows_the_queue_and_the_others_keep_their_counts(visit, desk):
    desk.cases["n1"] = clear_case("n1", item=item("n1", title="黄的一篇"))
    desk.cases["n2"] = clear_case("n2", item=item("n2", lane="red", title="红的一篇"))
    user = await visit("/desk?lane=red")
    await user.should_see("红的一篇")
    await user.should_not_see("黄的一篇")
    user.find(marker="lane-all").click()
    await user.should_see("黄的一篇")


async def test_a_lane_without_notes_offers_to_clear_the_filter(visit, desk):
    desk.cases["n1"] = clear_case("n1")
    user = await visit("/desk?lane=green")
    await user.should_see("没有符合筛选的笔记")
    await user.should_see("清空筛选")


async def test_typing_into_the_filter_narrows_the_queue(visit, desk):
    desk.cases["n1"] = clear_case("n1", item=item("n1", title="一杯手冲"))
    desk.cases["n2"] = clear_case("n2", item=item("n2", title="夜跑五公里", topic="夜跑"))
    user = await visit("/desk")
    await user.should_see("夜跑五公里")
    user.find(marker="search").type("手冲")
    await user.should_not_see("夜跑五公里")
    await user.should_see("一杯手冲")


async def test_an_account_narrows_the_queue(visit, desk):
    desk.cases["n1"] = clear_case("n1", item=item("n1", title="阿宁的一篇"))
    desk.cases["n2"] = clear_case("n2", item=item("n2", title="林姐的一篇", account="staff-linjie"))
    user = await visit("/desk")
    (chooser,) = user.find(marker="by-account").elements
    with user:
        chooser.value = "staff-aning"
    await user.should_not_see("林姐的一篇")
    await user.should_see("阿宁的一篇")


async def test_opening_the_queue_works_it_out_once_beside_the_event_loop(visit, desk):
    desk.cases["n1"] = clear_case("n1", item=item("n1", near=(NearNote(run="n2", title="x", account="y", score=0.9),)))
    user = await visit("/desk")
    await user.should_see("90% 相似")
    (asked,) = desk.did("queue")
    assert asked["beside"] and not asked["near"]
    assert desk.did("alike") == [{"runs": ("n1",), "beside": True}]


async def test_a_long_queue_lets_others_have_their_turn_while_it_is_listed(visit, desk):
    desk.cases = {f"n{n}": clear_case(f"n{n}", item=item(f"n{n}", title=f"第{n}篇")) for n in range(60)}
    longest, ended = 0, False

    async def rows_meanwhile():
        nonlocal longest
        seen = 0
        while not ended:
            rows = sum(
                element.tag == "tr" for client in Client.instances.values() for element in client.elements.values()
            )
            longest, seen = max(longest, rows - seen), rows
            await asyncio.sleep(0)

    counting = asyncio.create_task(rows_meanwhile())
    user = await visit("/desk")
    await user.should_see("第59篇")
    ended = True
    await counting
    assert 0 < longest <= 20


async def test_opening_a_note_and_going_on_work_the_queue_out_beside_the_event_loop(visit, desk):
    desk.cases["n1"], desk.cases["n2"] = clear_case("n1"), clear_case("n2", item=item("n2", title="下一篇"))
    user = await visit("/desk/n1")
    user.find(marker="approve").click()
    user.find("确认通过").click()
    await desk.asked("approve")
    await user.should_see("下一篇")
    asked = [(call["beside"], call["near"]) for call in desk.did("queue")]
    assert len(asked) >= 2 and set(asked) == {(True, False)}


async def test_the_desk_is_asked_for_the_person_who_looks(visit, desk):
    await visit("/desk", who="shenhe2")
    assert {asked["viewer"] for asked in desk.did("queue")} == {"shenhe2"}


@pytest.mark.parametrize("path", ["/desk", "/desk/n1"])
@pytest.mark.parametrize("who", ["aning", "neirong"])
async def test_whoever_neither_reviews_nor_administers_gets_nothing(visit, desk, path, who):
    desk.cases["n1"] = case("n1")
    with pytest.raises(AssertionError, match="403"):
        await visit(path, who=who)
    assert desk.calls == []


async def test_why_a_note_is_not_for_oneself_stands_in_its_row(visit, desk):
    own = Permission(allowed=False, code="own", reason="这是你自己的笔记，不能自己审")
    desk.cases["n1"] = case("n1", item=item(permission=own))
    user = await visit("/desk")
    await user.should_see("这是你自己的笔记，不能自己审")


async def test_a_note_nearly_the_same_as_another_is_marked(visit, desk):
    near = NearNote(run="n2", title="一杯手冲", account="云杉林姐", score=0.83)
    desk.cases["n1"] = case("n1", item=item(near=(near,)))
    user = await visit("/desk")
    await user.should_see("和《一杯手冲》（云杉林姐）83% 相似")


async def test_a_hostile_title_is_shown_as_it_is_and_what_hides_is_named(visit, desk):
    desk.cases["n1"] = case("n1", item=item(title="<script>alert(1)</script>\u202e反\u200b"))
    user = await visit("/desk")
    await user.should_see("<script>alert(1)</script>[U+202E]反[U+200B]")


async def look(user):
    """Let every timer of the page go off once."""
    for timer in user.find(kind=ui.timer).elements:
        await timer._invoke_callback()


def row_of(user, title):
    (words,) = user.find(content=title).elements
    return next(element for element in words.ancestors() if element.tag == "tr")


async def test_a_note_that_is_handed_in_stands_in_the_open_queue_by_itself_and_the_others_keep_their_place(visit, desk):
    desk.cases["n1"] = clear_case("n1", item=item("n1", title="先来的一篇"))
    user = await visit("/desk")
    await user.should_see("先来的一篇")
    kept = row_of(user, "先来的一篇")
    first = clear_case("n2", item=item("n2", title="刚送审的一篇", lane="red"))
    desk.cases = {"n2": first, **desk.cases}
    await look(user)
    await user.should_see("刚送审的一篇")
    assert row_of(user, "先来的一篇") is kept  # whoever stands on it still does
    body = kept.parent_slot.children
    assert [body.index(row_of(user, title)) for title in ("刚送审的一篇", "先来的一篇")] == [0, 1]
    assert not any("autofocus" in element.props for element in row_of(user, "刚送审的一篇").descendants())
    (red,) = user.find(marker="lane-red").elements
    assert any(getattr(element, "text", "") == "1" for element in red.descendants())


async def test_the_first_note_handed_in_takes_the_place_of_the_empty_queue(visit, desk):
    user = await visit("/desk")
    await user.should_see("都审完了")
    desk.cases["n1"] = clear_case("n1", item=item("n1", title="刚送审的一篇"))
    await look(user)
    await user.should_see("刚送审的一篇")
    await user.should_not_see("都审完了")


async def test_a_note_that_waits_no_longer_says_so_in_its_row_and_leaves_later(visit, desk):
    desk.cases = {run: clear_case(run, item=item(run, title=f"标题{run}")) for run in ("n1", "n2")}
    user = await visit("/desk")
    await user.should_see("标题n1")
    del desk.cases["n1"]
    await look(user)
    await user.should_see("不再等审核")
    assert "desk-gone" in row_of(user, "标题n1").classes and "desk-gone" not in row_of(user, "标题n2").classes
    for run in ("n3", "n4", "n5"):
        desk.cases[run] = clear_case(run, item=item(run, title=f"标题{run}"))
        await look(user)
    await user.should_not_see("标题n1")


async def test_a_text_handed_in_anew_changes_its_row_in_place(visit, desk):
    desk.cases["n1"] = clear_case("n1", item=item("n1", title="头一稿"))
    user = await visit("/desk")
    await user.should_see("头一稿")
    kept = row_of(user, "头一稿")
    desk.cases["n1"] = clear_case("n1", item=item("n1", title="改过的标题", text_hash=OLD_HASH))
    await look(user)
    assert row_of(user, "改过的标题") is kept


async def test_a_queue_in_which_nothing_happened_is_asked_one_cheap_question(visit, desk):
    desk.cases["n1"] = clear_case("n1")
    user = await visit("/desk")
    before = len(desk.did("queue"))
    (ticking,) = [timer for timer in user.find(kind=ui.timer).elements if timer.interval]
    await ticking._invoke_callback()
    assert len(desk.did("queue")) == before
    assert all(asked["beside"] for asked in desk.did("pulse"))


async def test_a_notice_that_comes_is_counted_on_the_open_page(visit, desk):
    user = await visit("/desk")
    (bell,) = user.find(marker="notices").elements
    assert bell.props["aria-label"] == "通知"
    desk.told = (Notice(id=4, kind="submitted", run="n1", text="阿宁送审了一篇", path="/desk/n1", at=NOW, seen=False),)
    await look(user)
    assert bell.props["aria-label"] == "通知，1 条未读"


async def test_notices_are_counted_and_count_as_seen_once_opened(visit, desk):
    told = Notice(id=4, kind="submitted", run="n1", text="阿宁提交了一篇", path="/desk/n1", at=NOW, seen=False)
    desk.told = (told, told.model_copy(update={"id": 3, "seen": True}))
    user = await visit("/desk")
    assert desk.did("see") == []
    user.find(marker="notices").click()
    await user.should_see("阿宁提交了一篇")
    async with asyncio.timeout(10):
        while not desk.did("see"):
            await asyncio.sleep(0.01)
    assert desk.did("see") == [{"person": "shenhe", "notices": (4,)}]
    (bell,) = user.find(marker="notices").elements
    assert bell.props["aria-label"] == "通知"


async def test_what_was_told_of_a_note_counts_as_seen_once_the_note_is_opened(visit, desk):
    told = Notice(id=4, kind="submitted", run="n1", text="阿宁提交了一篇", path="/desk/n1", at=NOW, seen=False)
    desk.told = (told, told.model_copy(update={"id": 5, "run": "n2"}), told.model_copy(update={"id": 3, "seen": True}))
    desk.cases["n1"] = case("n1")
    await visit("/desk/n1")
    assert desk.did("see") == [{"person": "shenhe", "notices": (4,)}]


async def test_the_page_speaks_english_to_whoever_chose_it(visit, desk):
    desk.cases["n1"] = case("n1")
    user = await visit("/desk", tongue="en")
    await user.should_see("Review desk")
    await user.should_see("21 h left")


@pytest.mark.parametrize("lane", ["green", "", "purple"])
def test_filters_survive_the_way_into_a_note_and_back(lane):
    filters = filters_of({"lane": lane, "q": "手冲 & 茶", "overdue": "1", "urgent": "x", "mine": "1"})
    assert filters.lane == (lane if lane == "green" else None)
    assert filters.mine and filters.overdue and filters.urgent is None
    address = case_address("a/b?c", filters)
    assert address.startswith("/desk/a%2Fb%3Fc?")
    assert "overdue=1" in address and "%26" in address


def test_the_place_of_a_note_leads_both_ways():
    queue = [item(run, submitted_at=NOW - timedelta(hours=1)) for run in ("n1", "n2", "n3")]
    middle = place_of("n2", queue)
    assert (middle.number, middle.count, middle.previous, middle.following) == (2, 3, "n1", "n3")
    assert place_of("n1", queue).previous == place_of("n3", queue).following == ""
    assert place_of("gone", queue).following == "n1"
    assert item().text_hash == HASH
