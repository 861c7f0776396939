"""The chat page in a real browser, at the size of a phone and of a desktop: what an employee does in ten minutes."""

import json

import pytest
from browser import Served, Visits, overflow
from playwright.sync_api import expect

STORY = "周二晚上六点四十下班，绕到青年路那家没有招牌的咖啡店，点了一杯耶加，32 块"
HOSTILE = (
    "早上在青年路<script>window.hit=1</script>买了豆浆<img src=x onerror=window.hit=1>，"
    "回来路上\u202e下雨\u202c了，伞\u200b没带，站在屋檐下等了很久"
)
SLOW = """
import asyncio, functools, inspect
from agent.graph import nodes
original = nodes.comply
@functools.wraps(original)
async def slow(state, runtime):
    await asyncio.sleep(2.5)
    checked = original(state, runtime)
    return await checked if inspect.isawaitable(checked) else checked
nodes.comply = slow
"""


def say(page, line, *, mode=""):
    if mode:
        page.get_by_role("button", name=mode, exact=True).first.click()
    page.get_by_role("textbox", name="说一句").fill(line)
    page.get_by_role("button", name="发送").click()


def drafted(page, topic="下班绕路喝一杯手冲", story=STORY):
    say(page, story, mode="记素材")
    expect(page.locator(".material").first).to_be_visible()
    say(page, f"写一篇{topic}")
    expect(page.locator(".note")).to_be_visible()


def runs_of(served, owner):
    return [run for run in json.loads(served.agent("runs", "--format", "json")) if run["owner"] == owner]


@pytest.mark.parametrize(("size", "user"), [("phone", "aning"), ("desktop", "linjie")])
def test_a_story_becomes_a_note_that_is_mended_and_handed_in(visit, size, user):
    page = visit("/chat?new", user=user, size=size)
    drafted(page)
    assert overflow(page) <= 0
    say(page, "把“32 块”改成“稳赚不赔”")
    mark = page.locator(".mark-block").first
    expect(page.get_by_role("button", name="送审", exact=True)).to_be_disabled()
    if size == "phone":
        mark.tap()
    else:
        mark.focus()
        page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("《广告法》")
    assert overflow(page) <= 0
    expect(dialog.get_by_role("button", name="接受改法")).to_be_visible()
    accept = dialog.get_by_role("button", name="删掉这句")
    if size == "phone":
        accept.tap()
    else:
        expect(accept).to_be_focused()
        page.keyboard.press("Enter")
    expect(page.locator(".mark-block")).to_have_count(0)
    page.get_by_role("button", name="复制全文").click()
    expect(page.locator(".toast")).to_have_text("已复制")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "手冲" in copied and "稳赚不赔" not in copied and "本文由AI辅助生成" in copied
    page.get_by_role("button", name="送审", exact=True).click()
    expect(page.locator(".stage-word")).to_contain_text("已送审")
    assert overflow(page) <= 0


def test_a_refresh_in_mid_draft_repeats_nothing(chromium):
    served = Served(before=SLOW)
    visits = Visits(chromium, served.url)
    try:
        page = visits("/chat")
        say(page, STORY, mode="记素材")
        expect(page.locator(".material").first).to_be_visible()
        say(page, "写一篇下班绕路喝一杯手冲")
        expect(page.locator(".step").first).to_be_visible()
        page.reload()
        expect(page.locator(".thinking")).to_be_visible()
        expect(page.locator(".note")).to_have_count(1)
        page.reload()
        expect(page.locator(".note")).to_have_count(1)
        assert page.locator(".said", has_text="写一篇").count() == 1
        assert len(json.loads(served.agent("runs", "--format", "json"))) == 1
        visits.close()
    finally:
        served.stop()
        served.forget()
    assert "青年路" not in served.log


def test_nobody_sees_the_thread_of_somebody_else(visit, served):
    mine = visit("/chat?new", user="daxu")
    drafted(mine)
    thread = mine.url.removeprefix(served.url)
    theirs = visit(thread, user="xiaoman", size="desktop")
    expect(theirs.get_by_role("heading", name="没有这个页面")).to_be_visible()
    nowhere = visit("/chat/t20261124-000000000000", user="xiaoman", size="desktop")
    expect(nowhere.get_by_role("heading", name="没有这个页面")).to_be_visible()
    assert "手冲" not in theirs.content()
    assert theirs.locator("body").inner_text() == nowhere.locator("body").inner_text()


def test_a_hostile_note_is_shown_and_not_obeyed(visit):
    page = visit("/chat?new", user="xiaoman")
    drafted(page, topic="雨天早饭", story=HOSTILE)
    say(page, "能说吗：" + "\u202e<b>稳赚</b>" + "长" * 4000, mode="能说吗")
    expect(page.locator(".verdict")).to_be_visible()
    assert page.evaluate("window.hit") is None
    assert page.locator("script:text('hit')").count() == 0 and page.locator("img[src=x]").count() == 0
    shown = page.locator(".chat-stream").inner_text()
    assert "<script>" in shown and "\u202e" not in shown and "\u200b" not in shown and "[U+202E]" in shown
    assert overflow(page) <= 0
