"""The review desk in a real browser: ten notes by keyboard alone, and none of them one's own."""

import re

import pytest
from browser import Served, overflow
from handed_in import LONGEST, MARKUP, hand_in
from playwright.sync_api import expect

TEN = ("aning", "linjie", "daxu", "aning", "linjie", "daxu", "aning", "linjie", "daxu", "aning")


@pytest.fixture(scope="module")
def waiting(tmp_path_factory):
    """A record in which ten notes of employees wait, one of a reviewer, and one that nobody should have written."""
    home = tmp_path_factory.mktemp("desk")
    return home, hand_in(home, (*TEN, "shenhe"), hostile="xiaoman")


@pytest.fixture(scope="module")
def served(waiting):
    server = Served(waiting[0])
    yield server
    server.stop()


@pytest.fixture(scope="module")
def own(waiting):
    """The run of the reviewer's own note; it stays in the queue whatever the other tests decide."""
    return waiting[1][-2]


@pytest.fixture(scope="module")
def hostile(waiting):
    """The run of the note with a script, letters turned around, and ten thousand characters without a break."""
    return waiting[1][-1]


@pytest.mark.parametrize(("size", "dark"), [("phone", False), ("desktop", True)])
def test_queue_and_case_fit_the_window(visit, own, size, dark):
    page = visit("/desk", user="shenhe2", size=size, dark=dark)
    expect(page.locator("tbody")).to_contain_text("沈审核")
    assert overflow(page) <= 0
    page.goto(page.url.replace("/desk", f"/desk/{own}"))
    expect(page.get_by_role("button", name=re.compile("通过"))).to_be_visible()
    assert overflow(page) <= 0


def test_nobody_approves_their_own_note_and_a_key_says_why(visit, own):
    page = visit(f"/desk/{own}", user="shenhe", size="desktop")
    approve = page.get_by_role("button", name=re.compile("^通过"))
    expect(approve).to_be_disabled()
    page.keyboard.press("a")
    why = page.locator("#desk-why")
    expect(why).to_be_focused()
    expect(why).to_contain_text("你不能决定这一篇")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_a_hostile_text_does_nothing_to_its_author_either(visit, hostile):
    page = visit("/chat", user="xiaoman")
    expect(page.locator(".stage-word")).to_contain_text("审核人有意见")
    shown = page.locator(".post").inner_text()
    assert "window.hit" in shown and "[U+202E]" in shown and "\u202e" not in shown and len(shown) >= LONGEST
    page.locator(".mark-block").first.tap()
    expect(page.get_by_role("dialog")).to_contain_text("承诺")
    assert page.evaluate("window.hit") is None and page.locator("img[src=x]").count() == 0
    assert overflow(page) <= 0


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_a_hostile_text_does_nothing_and_its_finding_is_found_by_key_and_by_mark(visit, hostile, size):
    page = visit(f"/desk/{hostile}", user="shenhe2", size=size)
    note = page.locator(".desk-field-body")
    expect(note).to_contain_text(MARKUP)
    expect(note).to_contain_text("[U+202E]")
    expect(note).to_contain_text("倒[U+202C]零[U+200B]宽长长")
    assert len(note.inner_text()) >= LONGEST
    assert page.evaluate("window.hit") is None
    assert overflow(page) <= 0
    expect(page.get_by_role("button", name=re.compile("^通过"))).to_be_disabled()
    page.keyboard.press("n")
    expect(page.locator("[data-finding]").first).to_be_focused()
    page.get_by_role("link", name="看原文").first.click()
    expect(page).to_have_url(re.compile("#mark-1$"))
    page.locator(".desk-mark").first.click()
    expect(page.locator("[data-finding]:target")).to_be_in_viewport()


def test_keys_are_listed_and_the_filter_is_found_by_a_key(visit):
    page = visit("/desk", user="shenhe2", size="desktop")
    expect(page.locator("[data-row]").first).to_be_focused()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("建议修改")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("/")
    page.keyboard.type("没有这样的标题")
    expect(page.get_by_text("没有符合筛选的笔记")).to_be_visible()
    expect(page).to_have_url(re.compile(r"\?q="))


def test_ten_notes_are_cleared_by_keyboard_alone_and_an_open_queue_shows_it_under_nobodys_cursor(visit):
    beside = visit("/desk", user="shenhe2", size="desktop")
    beside.locator("[data-row]").last.focus()
    focused = beside.locator("[data-row]").last.inner_text()
    page = visit("/desk", user="shenhe", size="desktop")
    rows = page.locator("[data-row]")
    expect(rows).to_have_count(11)
    expect(rows.first).to_be_focused()
    page.keyboard.press("j")
    expect(rows.nth(1)).to_be_focused()
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/*")
    first = page.url
    for _ in TEN:
        expect(page.get_by_role("button", name=re.compile("^通过"))).to_be_enabled()
        expect(page.locator(".keys-going")).to_have_count(0)
        opened = page.url
        page.keyboard.press("a")
        expect(page.get_by_role("dialog").get_by_role("button", name="确认通过")).to_be_focused()
        page.keyboard.press("Enter")
        if opened == first:
            page.keyboard.type("sar")  # faster than any page opens: meant for nobody
            expect(page.locator(".keys-going")).to_contain_text("刚才按的键没有用上")
        page.wait_for_url(lambda url, opened=opened: url != opened and "done=approve" in url)
        expect(page.get_by_role("dialog")).to_have_count(0)
    page.wait_for_url("**/desk?done=approve")
    expect(rows).to_have_count(1)
    expect(page.locator("tbody")).to_contain_text("沈审核")
    expect(beside.locator("tr.desk-gone").first).to_contain_text("不再等审核")
    expect(beside.locator(".desk-count").first).to_have_text("1")
    assert beside.evaluate("document.activeElement.innerText") == focused


# Every written line has its height: a box of one and a half lines that scrolls, or hides lines, fails.
WHOLE = """() => {
    const box = document.querySelector('.desk-edit textarea'), line = parseFloat(getComputedStyle(box).lineHeight)
    return box.scrollHeight <= box.clientHeight && box.clientHeight >= line * box.value.split('\\n').length
}"""


def test_the_text_to_edit_is_shown_whole_however_narrow_the_window(visit, own):
    for size in ("phone", "desktop"):
        page = visit(f"/desk/{own}", user="shenhe2", size=size)
        page.get_by_role("button", name=re.compile("建议修改")).click()
        page.get_by_text("直接改文字").click()
        body = page.locator(".desk-edit textarea")
        expect(body).to_be_visible()
        page.wait_for_function(WHOLE)
