"""The case says what is wrong and why, what changed, what it rests on, and who did what."""

from datetime import date

import pytest
from deskcases import HASH, NOW, OLD_HASH, case, clear_case, fact, finding, item, note, publication, waiver
from nicegui import ui

from agent.desk import values
from agent.models import Waiver
from agent.web.pages.desk.marks import passages


def said(user, tag):
    """Return the words of every element of a kind, as they are shown."""
    with user:
        return [
            found.text for found in ui.context.client.elements.values() if found.tag == tag and hasattr(found, "text")
        ]


async def test_a_finding_says_sentence_reason_clause_date_advice_and_rewrite(visit, desk):
    desk.cases["n1"] = case("n1")
    user = await visit("/desk/n1")
    for words in (
        "稳赚不赔", "不得保证收益，也不得暗示没有风险。", "中华人民共和国广告法", "第二十五条", "2015-09-01 起施行",
        "删去，改写成可以核对的权益条件。", "省下 10 块",
    ):  # fmt: skip
        await user.should_see(words)


async def test_an_article_nobody_verified_says_so_and_a_verified_one_does_not(visit, desk):
    verified, unverified = finding().clauses
    desk.cases["n1"] = case("n1", open=(finding(clauses=(verified,)),))
    desk.cases["n2"] = case("n2", open=(finding(clauses=(unverified,)),))
    user = await visit("/desk/n1")
    await user.should_not_see("条款待核")
    user = await visit("/desk/n2")
    await user.should_see("条款待核")


async def test_only_open_findings_are_marked_in_the_text(visit, desk):
    desk.cases["n1"] = case("n1", open=(finding(),), settled=(finding("32 块", severity="warn", status="waived"),))
    user = await visit("/desk/n1")
    assert said(user, "mark") == ["稳赚不赔"]
    await user.should_see("已处理或豁免（1）")


@pytest.mark.parametrize(
    ("spans", "pieces"),
    [
        ([], [("abcdef", ())]),
        ([(1, 3)], [("a", ()), ("bc", (1,)), ("def", ())]),
        ([(0, 4), (2, 6)], [("ab", (1,)), ("cd", (1, 2)), ("ef", (2,))]),
        ([(4, 9), (3, 3)], [("abcdef", ())]),
        ([None], [("abcdef", ())]),
    ],
)
def test_passages_carry_every_finding_that_touches_them_and_lose_no_letter(spans, pieces):
    given = []
    for number, span in enumerate(spans, start=1):
        start, end = span or (None, None)
        given.append((number, finding("x", content="x", start=start, end=end)))
    cut = list(passages("abcdef", given))
    assert [(piece.text, piece.numbers) for piece in cut] == pieces
    assert "".join(piece.text for piece in cut) == "abcdef"


async def test_the_difference_to_the_last_version_is_written_not_only_coloured(visit, desk):
    desk.cases["n1"] = case("n1")
    user = await visit("/desk/n1")
    for words in ("改动", "删去", "新增", "… 1 句没有变"):
        await user.should_see(words)
    assert {"拿铁", "宝子们冲鸭！"} <= set(said(user, "del"))
    assert {"耶加", "具体以活动页为准。"} <= set(said(user, "ins"))


async def test_a_first_version_says_that_there_is_none_before_it(visit, desk):
    desk.cases["n1"] = case("n1", diff=None)
    user = await visit("/desk/n1")
    await user.should_see("这是第一版，没有上一版可比。")


async def test_facts_say_whether_they_may_be_told_today(visit, desk):
    over = fact(id="old", valid=False, valid_to=date(2026, 11, 20), days_left=-4, claim="旧活动")
    desk.cases["n1"] = case("n1", facts=(fact(), over))
    user = await visit("/desk/n1")
    for words in ("✓ 今天有效，还剩 37 天", "✕ 今天无效", "2026-09-01 至 2026-11-20", "消保审 2026-112"):
        await user.should_see(words)


async def test_each_claim_shows_what_it_rests_on_in_the_words_it_was_told(visit, desk):
    unknown = values.CaseSource(id="m9", kind="unknown", text="")
    lost = values.CaseClaim(text="排队排了两小时。", kind="life", sources=(unknown,))
    desk.cases["n1"] = case("n1", claims=(*case().claims, lost))
    user = await visit("/desk/n1")
    for words in ("点了一杯耶加，32 块", "阿宁 11-24", "不作陈述，无需来源", "查不到", "m9"):
        await user.should_see(words)


async def test_what_people_changed_is_measured_and_named(visit, desk):
    desk.cases["n1"] = case("n1")
    user = await visit("/desk/n1")
    for words in ("人自己写的改动 18 个字，占 16%", "改 18 字", "换成我真喝的"):
        await user.should_see(words)


async def test_history_says_which_text_a_decision_was_about(visit, desk):
    desk.cases["n1"] = case("n1")
    user = await visit("/desk/n1")
    for words in (
        "送审",
        "就是现在的文本",
        "郑审核",
        "别写稳赚",
        f"针对另一版 {OLD_HASH[7:15]}",
        f"文本 {HASH[7:15]}",
    ):
        await user.should_see(words)


async def test_hostile_text_is_shown_as_text_and_what_hides_is_named(visit, desk):
    body = "<img src=x onerror=alert(1)>\u202e倒\u202c零\u200b宽" + "长" * 10_000
    desk.cases["n1"] = case(
        "n1",
        note=note(body=body, title="<script>alert(1)</script>"),
        open=(finding("\u202e倒", content=body, message="<b>x</b>"),),
    )
    user = await visit("/desk/n1")
    for words in (
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[U+202E]倒",
        "[U+202C]零[U+200B]宽",
        "<b>x</b>",
    ):
        await user.should_see(words)
    with user:
        assert not [found for found in ui.context.client.elements.values() if found.tag in ("script", "img")]


async def test_a_note_that_is_not_there_is_said_to_be_absent(visit, desk):
    with pytest.raises(AssertionError, match="404"):
        await visit("/desk/n9")


async def test_a_waiver_of_a_block_waits_for_somebody_else(visit, desk):
    desk.cases["n1"] = case("n1", waivers=(waiver(),))
    own = await visit("/desk/n1", who="shenhe")
    await own.should_see("等第二位审核人同意")
    await own.should_not_see("我同意这项豁免")
    other = await visit("/desk/n1", who="shenhe2")
    other.find("我同意这项豁免").click()
    asked = await desk.asked("second")
    assert (asked["waiver"], asked["by"].id) == (7, "shenhe2")


async def test_a_waiver_of_the_banks_folder_is_shown_with_who_approved_it_and_until_when(visit, desk):
    filed = Waiver(
        id="W1", rule="AD-014", fingerprint="0123456789abcdef", quote="写着稳赚不赔", reason="书评", approver="shenhe",
        second_approver="shenhe2", created=date(2026, 11, 20), expires=date(2026, 12, 24),
    )  # fmt: skip
    desk.cases["n1"] = clear_case("n1", filed_waivers=(filed,))
    user = await visit("/desk/n1")
    for words in ("“写着稳赚不赔”", "W1（waivers.yaml）：沈审核、郑审核 批准，2026-11-20 至 2026-12-24", "生效中"):
        await user.should_see(words)
    await user.should_not_see("没有豁免。")


async def test_a_finding_is_waived_with_a_reason_and_a_last_day(visit, desk):
    desk.cases["n1"] = case("n1", open=(finding(),))
    user = await visit("/desk/n1")
    user.find("豁免…").click()
    await user.should_see("这是禁止项：要另一位审核人同意后才生效。")
    user.find(marker="send").click()
    await user.should_see("请写理由。")
    assert desk.did("waive") == []
    user.find(marker="reason").type("引用监管原文")
    user.find(marker="send").click()
    asked = await desk.asked("waive")
    assert (asked["finding"], asked["reason"], asked["text_hash"]) == ("f-稳赚不赔", "引用监管原文", HASH)
    assert asked["expires_on"] == date(2026, 12, 24)


@pytest.mark.parametrize(("words", "method"), [("撤下…", "retract"), ("更正…", "correct")])
async def test_a_publication_is_taken_down_or_corrected_with_a_reason(visit, desk, words, method):
    done = item("n1", outcome="approved")
    desk.cases["n1"] = clear_case("n1", item=done, publications=(publication(),))
    user = await visit("/desk/n1")
    user.find(words).click()
    user.find(marker="send").click()
    await user.should_see("请写理由。")
    user.find(marker="reason").type("活动提前结束")
    user.find(marker="send").click()
    asked = await desk.asked(method)
    assert (asked["url"], asked["reason"], asked["by"].id) == (publication().url, "活动提前结束", "shenhe")


async def test_a_publication_taken_down_offers_nothing_more_and_says_who_did_it(visit, desk):
    gone = publication(action="retract", action_reason="活动提前结束", action_by="shenhe2", action_at=NOW)
    desk.cases["n1"] = clear_case("n1", item=item("n1", outcome="approved"), publications=(gone,))
    user = await visit("/desk/n1")
    await user.should_not_see("撤下…")
    for words in ("撤下", "活动提前结束", "郑审核"):
        await user.should_see(words)


async def test_an_address_that_is_no_web_address_is_no_link(visit, desk):
    odd = publication(url="javascript:alert(1)")
    desk.cases["n1"] = clear_case("n1", item=item("n1", outcome="approved"), publications=(odd, publication()))
    user = await visit("/desk/n1")
    await user.should_see("javascript:alert(1)")
    with user:
        targets = {found.props["href"] for found in ui.context.client.elements.values() if "href" in found.props}
    assert publication().url in targets
    assert "javascript:alert(1)" not in targets
