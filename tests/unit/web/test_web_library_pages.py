"""Library, facts and dashboard without a browser: who sees what, what is found, and what the sheets hold."""

import csv
import io
from dataclasses import replace
from datetime import date, timedelta

import pytest
from nicegui import ui
from nicegui.elements.echart import EChart
from shelving import BEGAN, TODAY, keeper

from agent.guardrails import load_packs
from agent.library.library import Library
from agent.models import Brief, Material
from agent.web.pages.chat.history import listed_threads
from agent.web.pages.frame import PAGES
from agent.web.pages.library import warnings

FACT = "cc-coffee-30-5"
URL = "https://www.xiaohongshu.com/explore/64a1"
TOLD = "早上六点半出门，菜市场刚摆好摊，买了两根玉米和一把小葱，顺路把上个月的账单看完。"


@pytest.fixture
def keep(web_pages):
    services = web_pages.state.services
    return keeper(services.store, services.workspace)


@pytest.fixture
def shelf(keep):
    keep("r-001", TOLD, title="阿宁的早市", facts=(FACT,), url=URL, submitted=BEGAN, blocks=("RET-01",))
    keep("r-002", TOLD + "真好。", title="林姐的早市", account="staff-linjie", owner="linjie", categories=("card",))
    keep("r-003", "伞忘在桶里。", title="命令行写的", account="yunshan-official", owner="", outcome="in_review")


async def sheet(user, path):
    answer = await user.http_client.get(path)
    assert answer.status_code == 200 and answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.content.startswith(b"\xef\xbb\xbf") and "attachment" in answer.headers["content-disposition"]
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))


async def test_an_employee_finds_their_own_notes_and_nobody_elses(visitor, shelf):
    user = await visitor("aning")
    await user.open("/library")
    await user.should_see("我的笔记")
    await user.should_see("阿宁的早市")
    await user.should_not_see("林姐的早市")
    await user.should_not_see("命令行写的")
    await user.open("/library?q=林姐&account=staff-linjie")
    await user.should_see("没有符合条件的笔记")


@pytest.mark.parametrize("who", ["neirong", "shenhe", "guanli"])
async def test_content_review_and_admin_find_everybodys(visitor, shelf, who):
    user = await visitor(who)
    await user.open("/library")
    for title in ("阿宁的早市", "林姐的早市", "命令行写的", "共 3 篇"):
        await user.should_see(title)


async def test_a_note_of_somebody_else_is_as_absent_as_one_that_never_was(visitor, shelf):
    user = await visitor("aning")
    answers = [await user.http_client.get(f"/library/{run}") for run in ("r-002", "r-003", "r-999")]
    assert [answer.status_code for answer in answers] == [404] * 3
    assert not any("早市" in answer.text or "命令行写的" in answer.text for answer in answers)
    assert (await user.http_client.get("/library/r-001")).status_code == 200


async def test_a_note_is_shown_with_its_text_its_history_and_what_it_rests_on(visitor, shelf):
    user = await visitor("shenhe")
    await user.open("/library/r-001")
    for said in (TOLD, "已发布", "送审 · 阿宁", "批准 · 沈审核", "已核对", "发布 · 阿宁", URL, FACT, "素材", "银杏黄了",
                 "各稿（2）", "文本哈希", "按哪天的规则和事实"):  # fmt: skip
        await user.should_see(said)


async def test_an_author_opens_a_note_of_their_own_in_the_chat_wherever_it_was_written(visitor, web_pages):
    services = web_pages.state.services
    told = Material(id="m1", text=TOLD, told_by="阿宁")
    brief = Brief(id="r-001", topic="早市", persona="阿宁", account="staff-aning", as_of=TODAY, material=(told,))
    title = (await services.drafting.draft(brief, owner="aning")).note.title
    user = await visitor("aning")
    await user.open("/library/r-001")
    (link,) = (element for element in user.find(kind=ui.link).elements if "lib-talk" in element.classes)
    assert link.props["href"] == "/chat?run=r-001"
    opened = [(await user.http_client.get("/chat?run=r-001")) for _ in range(2)]
    assert len({answer.headers["location"] for answer in opened}) == 1
    await user.open(opened[0].headers["location"])
    await user.should_see(marker="note", retries=50)
    await user.should_see("还没送审，文字可以改。")
    listed = listed_threads(services.chat, "aning")
    assert [(one.title, one.topic, one.status) for one in listed] == [(title, "早市", "written")]
    assert (await (await visitor("linjie")).http_client.get("/chat?run=r-001")).status_code == 404


async def test_whoever_only_reads_a_note_is_not_led_to_a_chat_about_it(visitor, shelf):
    for who in ("shenhe", "neirong"):
        user = await visitor(who)
        await user.open("/library/r-001")
        assert not [element for element in user.find(kind=ui.link).elements if "lib-talk" in element.classes]


async def test_a_note_is_shown_in_the_paragraphs_it_is_posted_in(visitor, keep, web_pages):
    services = web_pages.state.services
    keep("r-001", "银杏黄了。", facts=(FACT,))
    (kept,) = services.store.versions("r-001")
    first, *rest = kept.round.note.segments
    joined = tuple(segment.model_copy(update={"paragraph": False}) for segment in rest)
    note = kept.round.note.model_copy(update={"segments": (first, *joined)})
    services.store.save_version("r-001", 2, kept.round.model_copy(update={"note": note}), saved_at=BEGAN)
    services.store.finish_run("r-001", "approved", best_revision=2, updated_at=BEGAN)
    user = await visitor("aning")
    await user.open("/library/r-001")
    shown = [e for e in user.client.elements.values() if e.tag == "p" and "paragraph" in e.classes]
    assert len(shown) == note.body.count("\n") + 1 == 1


async def test_authors_hear_in_the_library_of_what_was_decided_by_the_title_of_their_note(visitor, keep, web_pages):
    services = web_pages.state.services
    note = keep("r-001", title="她起的标题", outcome="in_review", submitted=BEGAN)
    user = await visitor("aning")
    await user.open("/library")
    (bell,) = user.find(marker="notices").elements
    assert bell.props["aria-label"] == "通知"
    services.store.add_decision(
        "r-001", decision="comment", text_hash=note.text_hash, reviewer="shenhe", reason="换个结尾",
        decided_at=BEGAN + timedelta(hours=1),
    )  # fmt: skip
    for timer in user.find(kind=ui.timer).elements:
        await timer._invoke_callback()
    assert bell.props["aria-label"] == "通知，1 条未读"
    user.find(marker="notices").click()
    await user.should_see("《她起的标题》有修改建议（沈审核）：换个结尾")
    await user.open("/library")
    await user.should_see("送回修改")


async def test_what_is_asked_for_stands_in_the_address_and_in_the_sheet(visitor, shelf):
    user = await visitor("shenhe")
    await user.open("/library?q=林姐&field=persona&status=approved&type=nonsense&page=xx")
    await user.should_see("共 1 篇")
    await user.should_see("林姐的早市")
    rows = await sheet(user, "/library.csv?q=林姐&field=persona&status=approved")
    assert [row[0] for row in rows] == ["编号", "r-002"]
    await user.open(f"/library?fact={FACT}")
    await user.should_see(f"只看用到事实 {FACT} 的笔记。")
    await user.should_see("共 1 篇")


async def test_pages_lead_to_each_other(visitor, keep, monkeypatch):
    monkeypatch.setitem(Library.page.__kwdefaults__, "size", 2)
    for number in range(5):
        keep(f"r-{number:03}", title=f"第{number}篇", began=BEGAN + timedelta(minutes=number))
    user = await visitor("shenhe")
    await user.open("/library?page=2&status=approved")
    await user.should_see("第 2 页，共 3 页")
    await user.should_see("第2篇")
    await user.should_not_see("第4篇")
    (onward,) = user.find("下一页").elements
    assert "page=3" in onward.props["href"] and "status=approved" in onward.props["href"]


async def test_near_duplicates_show_what_they_share_to_those_who_may_see_both(visitor, shelf):
    user = await visitor("shenhe")
    await user.open("/library?view=alike")
    for said in ("阿宁的早市", "林姐的早市", TOLD, "共 1 条"):
        await user.should_see(said)
    (heads, row) = await sheet(user, "/library.csv?view=alike")
    assert row[1] == "r-001" and row[4] == "r-002" and TOLD in row[7] and len(heads) == len(row)
    user = await visitor("linjie")
    await user.open("/library?view=alike")
    await user.should_see("没有要提醒的")
    assert len(await sheet(user, "/library.csv?view=alike")) == 1


async def test_notes_are_warned_of_by_the_fact_that_ends(visitor, shelf):
    user = await visitor("aning")
    await user.open("/library?view=facts&days=90")
    for said in (FACT, "2026-12-31 到期", "阿宁的早市"):
        await user.should_see(said)
    await user.open("/library?view=facts&days=7")
    await user.should_see("没有要提醒的")
    rows = await sheet(user, "/library.csv?view=facts&days=90")
    assert [row[:2] for row in rows[1:]] == [[FACT, "快到期"]]
    assert len(await sheet(await visitor("linjie"), "/library.csv?view=facts&days=90")) == 1


async def test_notes_are_warned_of_by_the_rule_that_begins(visitor, keep, monkeypatch):
    packs = load_packs(examples=False)
    later = replace(
        packs,
        rules=tuple(
            replace(c, rule=c.rule.model_copy(update={"effective": date(2027, 1, 1)})) if c.rule.id == "RET-01" else c
            for c in packs.rules
        ),
    )
    monkeypatch.setattr("agent.guardrails.load_packs", lambda **given: later)
    monkeypatch.setattr(warnings, "LOOK_AGAIN_SECONDS", 0.05)
    keep("r-001", "这只产品稳赚不赔，本金稳稳的，收益一直很高。", title="要改的")
    keep("r-002", title="没事的")
    user = await visitor("shenhe")
    await user.open("/library?view=rules&days=90")
    await user.should_see("2027-01-01 起会有这些问题", retries=50)
    await user.should_see("要改的")
    await user.should_not_see("没事的")
    rows = await sheet(user, "/library.csv?view=rules&days=90")
    assert {(row[1], row[6]) for row in rows[1:]} == {("RET-01", "r-001")}
    await user.open("/library?view=rules&days=30")
    await user.should_see("这段时间里没有新规则生效", retries=50)


async def test_a_hostile_note_is_shown_as_the_text_it_is(visitor, keep):
    keep("r-001", "<script>alert(1)</script>\u202e倒着\u200b的字", title="<img src=x onerror=alert(1)>", topic="=1+1")
    user = await visitor("shenhe")
    await user.open("/library/r-001")
    await user.should_see("<script>alert(1)</script>[U+202E]倒着[U+200B]的字")
    await user.should_see("<img src=x onerror=alert(1)>")
    (_, row) = await sheet(user, "/library.csv")
    assert row[2] == "'=1+1"


async def test_facts_say_how_they_stand_and_which_notes_cite_them(visitor, shelf):
    user = await visitor("neirong")
    await user.open("/facts")
    for said in ("已过期", "未生效", FACT, "YSXC-2026-001", "信用卡中心 权益组", "1 篇笔记在用"):
        await user.should_see(said)
    await user.open("/facts?validity=expired")
    await user.should_see("已过期")
    await user.should_not_see(FACT)
    await user.open("/facts?q=咖啡立减")
    await user.should_see("共 1 条事实")
    await user.open("/facts?state=used")
    await user.should_see("共 1 条事实")
    rows = await sheet(user, "/facts.csv?state=used")
    assert [(row[0], row[4], row[12]) for row in rows[1:]] == [(FACT, "有效", "r-001")]
    assert len(await sheet(user, "/facts.csv?state=problems")) > 1


async def test_the_dashboard_draws_its_numbers_and_writes_them_beside(visitor, shelf):
    user = await visitor("guanli")
    await user.open("/dashboard?since=2026-11-01&until=2026-11-24")
    for said in ("看板", "100%", "已决定 2 篇", "RET-01", "云杉银行林姐", "银行卡"):
        await user.should_see(said)
    charts = user.find(kind=EChart).elements
    assert len(charts) == 6
    assert all(chart.props["role"] == "img" and chart.props["aria-label"] for chart in charts)
    weeks = next(chart for chart in charts if "每周" in chart.props["aria-label"])
    assert [series["data"] for series in weeks.options["series"]] == [[3], [2], [1]]


async def test_an_approval_within_the_hour_is_told_in_minutes_and_kept_in_hours_in_the_sheet(visitor, keep):
    keep("r-001", submitted=BEGAN + timedelta(hours=1, minutes=48))
    user = await visitor("guanli")
    await user.open("/dashboard?since=2026-11-01&until=2026-11-24")
    await user.should_see("12 分钟")
    await user.should_see("占成稿")
    await user.should_not_see("0.2 小时")
    (heads, row) = await sheet(user, "/dashboard.csv?table=hours&since=2026-11-01&until=2026-11-24")
    assert heads[2] == "中位数（小时）" and float(row[2]) == pytest.approx(0.2)


async def test_a_name_in_a_chart_is_never_a_script(visitor, keep):
    keep("r-001", account="alert(1)//", categories=("card",))
    user = await visitor("guanli")
    await user.open("/dashboard")
    for chart in user.find(kind=EChart).elements:
        _demand_fixed(chart.options)


def _demand_fixed(options):
    """Every expression a chart evaluates is one of ours: it reads a colour."""
    if isinstance(options, dict):
        for key, value in options.items():
            if str(key).startswith(":"):
                assert value.startswith("getComputedStyle(document.body).getPropertyValue('--"), value
                assert "alert" not in value
            _demand_fixed(value)
    elif isinstance(options, list):
        for value in options:
            _demand_fixed(value)


async def test_a_span_without_notes_says_so_and_one_the_wrong_way_round_is_turned(visitor, shelf):
    user = await visitor("guanli")
    await user.open("/dashboard?since=2020-01-01&until=2020-01-31")
    await user.should_see("没有开始写的笔记")
    rows = await sheet(user, "/dashboard.csv?table=accounts&since=2026-11-24&until=2026-11-01")
    assert [row[0] for row in rows[1:]] == ["云杉银行阿宁", "云杉银行林姐", "云杉银行"]
    assert (await sheet(user, "/dashboard.csv?table=nonsense"))[0][0] == "周（周一）"


@pytest.mark.parametrize("path", ["/facts", "/dashboard", "/facts.csv", "/dashboard.csv"])
async def test_an_employee_has_no_way_to_everybodys_facts_and_numbers(visitor, shelf, path):
    user = await visitor("aning")
    answer = await user.http_client.get(path)
    assert answer.status_code == 403
    assert "RET-01" not in answer.text and FACT not in answer.text


async def test_an_employees_sheet_holds_their_own_notes_alone(visitor, shelf):
    rows = await sheet(await visitor("aning"), "/library.csv")
    assert [row[0] for row in rows[1:]] == ["r-001"]
    assert len(await sheet(await visitor("shenhe"), "/library.csv")) == 4


async def test_pages_and_sheets_speak_english_too(visitor, shelf):
    user = await visitor("guanli", kosnote_tongue="en")
    said_at = {
        "/library": "Library",
        "/facts": "Facts ledger",
        "/dashboard": "Dashboard",
        "/library/r-001": "Back to the library",
        "/library?view=alike": "Near duplicates",
    }
    for path, said in said_at.items():
        await user.open(path)
        await user.should_see(said)
    assert (await sheet(user, "/library.csv"))[0][:2] == ["run", "title"]


async def test_every_page_says_who_may_open_it(web_pages):
    everybody = {role.value for role in PAGES["/facts"]}
    assert everybody == {"content", "reviewer", "admin"} == {role.value for role in PAGES["/dashboard"]}
    assert PAGES["/library"] == PAGES["/library/{run}"] == ()
