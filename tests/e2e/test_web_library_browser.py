"""Library, facts and dashboard in a real browser: found on a phone, drawn on a desktop, saved as a sheet."""

import csv
from datetime import UTC, datetime, timedelta

import pytest
from browser import Served, overflow
from shelving import keeper

from agent.record import Store
from agent.workspace import load_workspace

BEGAN = datetime(2026, 11, 20, 4, tzinfo=UTC)
TOLD = "早上六点半出门，菜市场刚摆好摊，买了两根玉米和一把小葱，顺路把上个月的账单看完。"
PATHS = ("/library", "/library?view=alike", "/library?view=facts&days=90", "/library?view=rules", "/library/r-001",
         "/facts", "/dashboard")  # fmt: skip


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A server whose record holds a few notes."""
    home = tmp_path_factory.mktemp("library")
    with Store.open(home / "record.db") as store:
        keep = keeper(store, load_workspace(None))
        keep(
            "r-001", TOLD, title="阿宁的早市", facts=("cc-coffee-30-5",), url="https://www.xiaohongshu.com/explore/64a1"
        )
        keep("r-002", TOLD, title="林姐的早市", account="staff-linjie", owner="linjie", blocks=("RET-01",))
        for number in range(30):
            keep(f"r-1{number:02}", f"第{number}天，银杏又黄了一点。", title="长" * 40, account=f"账号{number}",
                 began=BEGAN - timedelta(days=number), categories=("card",))  # fmt: skip
    server = Served(home)
    yield server
    server.stop()


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(("size", "dark"), [("phone", True), ("desktop", False)])
def test_a_page_fits_its_window_and_breaks_nothing(visit, path, size, dark):
    page = visit(path, user="shenhe", size=size, dark=dark)
    page.locator("h1").first.wait_for()
    assert overflow(page) <= 0


def test_an_employee_finds_a_note_on_a_phone_and_comes_back(visit):
    page = visit("/library", user="aning", size="phone")
    page.get_by_label("关键词").fill("玉米")
    page.get_by_role("button", name="查找").click()
    page.get_by_text("共 1 篇").wait_for()
    page.get_by_role("link", name="阿宁的早市").click()
    page.get_by_text(TOLD).first.wait_for()
    page.get_by_role("link", name="回笔记库").click()
    page.wait_for_url("**/library")
    page.get_by_role("link", name="下一页").click()
    page.get_by_text("第 2 页").wait_for()


def test_charts_are_drawn_without_any_other_host_and_read_as_tables(visit):
    page = visit("/dashboard", user="guanli", size="desktop")
    page.locator(".dash-chart svg path").first.wait_for(state="attached")
    assert page.locator(".dash-chart svg").count() == 6
    soft = page.evaluate("getComputedStyle(document.body).getPropertyValue('--chart-main').trim()")
    assert page.locator(f".dash-weeks svg [fill='{soft}']").count() > 0
    assert page.get_by_role("table", name="被哪些规则拦下").get_by_role("row").count() == 2
    assert page.get_by_role("img", name="每周的笔记").count() == 1


def test_the_sheet_that_is_saved_holds_what_is_shown(visit):
    page = visit("/library?q=早市", user="shenhe", size="desktop")
    with page.expect_download() as saving:
        page.get_by_role("link", name="导出 CSV").click()
    with saving.value.path().open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert sorted(row[0] for row in rows[1:]) == ["r-001", "r-002"]


def test_facts_are_narrowed_by_a_tap(visit):
    page = visit("/facts", user="neirong", size="phone")
    page.get_by_role("link", name="已过期").first.click()
    page.wait_for_url("**validity=expired")
    assert page.locator(".facts-card").count() == page.locator(".facts-is-expired").count() > 0
