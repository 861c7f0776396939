"""The page of a run in a real browser, opened from disk: it runs nothing of a note, asks nobody, and fits a phone."""

import pytest
from browser import SIZES, overflow
from playwright.sync_api import expect
from reported import case, comparison, hostile_page, revised, sample, summary

from evals.reports.page import to_html

THEMES = {"running": "跑步与户外", "city": "城市与街巷"}


@pytest.fixture
def opened(chromium, tmp_path):
    """Open a page from disk, every fold open; what it asked for and what popped up is kept beside it."""

    def open_page(text, size):
        path = tmp_path / "report.html"
        path.write_text(text, encoding="utf-8")
        page = chromium.new_page(viewport=SIZES[size])
        page.asked, page.popped = [], []
        page.on("request", lambda request: page.asked.append(request.url))
        page.on("dialog", lambda dialog: (page.popped.append(dialog.message), dialog.dismiss()))
        page.goto(path.as_uri())
        page.evaluate("document.querySelectorAll('details').forEach((node) => { node.open = true })")
        return page

    return open_page


@pytest.mark.parametrize("size", SIZES)
def test_hostile_notes_run_nothing_ask_nobody_and_push_nothing_aside(opened, size):
    page = opened(hostile_page(), size)
    assert overflow(page, seconds=1) <= 0
    assert page.asked == [page.url] and page.popped == []


def test_filters_leave_what_was_asked_for(opened):
    samples = [revised(), sample("tower-walk", theme="city", split="held")]
    page = opened(to_html(summary(), samples, [case()], comparison=comparison(), themes=THEMES), "phone")

    def shown():
        return page.evaluate("[...document.querySelectorAll('.case')].filter((n) => !n.hidden).map((n) => n.id)")

    assert {"case-river-run", "case-tower-walk"} <= set(shown())
    for name, value in (("rule", "RET-03"), ("theme", "running")):
        page.select_option(f"#filter [name={name}]", value)
        assert shown() == ["case-river-run"], name
        page.click("#filter button[type=reset]")
        expect(page.locator(".case[hidden]")).to_have_count(0)
