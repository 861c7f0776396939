"""Changing the note on the table: every edit is checked again, what must stay stays, and limits are said."""

from dataclasses import replace
from datetime import date

import pytest
from chatting import COFFEE, Talk
from sqlalchemy import update

from agent.chat.values import Intent, Selection
from agent.graph.state import Review
from agent.record.tables import runs

MUST = ("每户每月限3次", "利益相关：我是云杉银行股份有限公司的员工", "本文由AI辅助生成", "办卡须审核")


STORY = f"{COFFEE}\n老板说：下雨天豆子味道会闷一点，你别怪它\n雨停了，伞忘在门口桶里"


@pytest.fixture
async def benefit(talk):
    return await talk.drafted("咖啡卡的优惠", material=STORY)


def span_of(note, words):
    start = note.body.index(words)
    return Selection(start=start, end=start + len(words), text=words)


def versions(talk, run):
    return talk.store.versions(run)


@pytest.mark.parametrize("wish", ["短一点", "换个开头", "少点产品"])
async def test_a_wish_changes_the_note_and_keeps_what_must_be_said(talk, benefit, wish):
    answer = await talk(wish)
    assert answer.note.body != benefit.note.body and answer.changes
    assert all(line in answer.note.body for line in MUST)
    assert answer.note.verdict == "pass" and answer.note.revision == benefit.note.revision + 1
    assert any("模型" in line for line in answer.limits)


async def test_every_edit_is_a_checked_version_by_a_person(talk, benefit):
    await talk("短一点")
    decisions = talk.store.decisions(benefit.run)
    assert [(d.decision, d.reviewer, d.reason, d.text_hash) for d in decisions] == [
        ("edit", "甲", "更短", benefit.note.text_hash)
    ]
    last = versions(talk, benefit.run)[-1]
    assert last.round.report.text_hash == last.text_hash != benefit.note.text_hash


async def test_shorter_takes_life_that_rests_on_nothing_and_stops_honestly(talk, benefit):
    body = benefit.note.body
    for _ in range(8):
        answer = await talk("短一点")
        if not answer.changes:
            break
        assert len(answer.note.body) < len(body)
        body = answer.note.body
    assert not answer.changes and "删到底" in answer.text
    assert "绕到青年路那家没有招牌的咖啡店" in body and all(line in body for line in MUST)


async def test_another_opening_is_another_first_sentence(talk, benefit):
    first = (await talk("换个开头")).note.body
    assert not first.startswith(benefit.note.body[:10]) and benefit.note.body[:20] in first


async def test_more_spoken_replaces_what_it_knows_and_else_says_so(talk, benefit):
    answer = await talk("口语一点")
    assert not answer.changes and "模型" in answer.text
    note = answer.note
    await talk(span=span_of(note, "绕到青年路那家没有招牌的咖啡店"), replacement="因此前往青年路那家没有招牌的咖啡店")
    answer = await talk("口语一点")
    assert "所以去青年路那家没有招牌的咖啡店" in answer.note.body and len(answer.changes) == 2


async def test_less_product_ends_in_a_question_and_the_whole_goes_only_when_tapped(talk):
    note = (await talk.drafted("下班绕路喝一杯手冲", note_type="benefit")).note
    assert "每户每月限3次" in note.body
    for _ in range(4):
        answer = await talk("少点产品")
        if answer.question:
            break
    assert answer.question and not answer.changes
    assert "每户每月限3次" in answer.note.body and (await talk("留着")).status
    await talk("少点产品")
    gone = await talk("整段拿掉")
    assert "云杉咖啡卡" not in gone.note.body and "利益相关" not in gone.note.body
    assert "绕到青年路" in gone.note.body and gone.note.verdict == "pass"


async def test_a_product_that_is_the_brief_is_not_dropped(talk, benefit):
    for _ in range(4):
        answer = await talk("少点产品")
        if not answer.changes:
            break
    assert answer.question is None and any("产品写的" in line for line in (answer.text, *answer.limits))


async def test_words_are_changed_by_saying_so_or_by_marking_them(talk, benefit):
    answer = await talk("把“磨了很久”改成“磨了好一会儿”")
    assert "老板磨豆磨了好一会儿" in answer.note.body
    answer = await talk(span=span_of(answer.note, "点了一杯耶加"), replacement="要了一杯耶加")
    assert "要了一杯耶加" in answer.note.body
    answer = await talk("删掉“要了一杯耶加，”")
    assert "要了一杯耶加" not in answer.note.body


async def test_an_experience_nobody_told_is_found_again_after_an_edit(talk, benefit):
    answer = await talk(
        span=span_of(benefit.note, "老板磨豆磨了很久"), replacement="昨天我还在巴黎的歌剧院门口买到了一把红伞。"
    )
    assert answer.note.verdict != "pass" and any(card.rule == "END-04" for card in answer.findings)
    assert answer.note.outcome == "needs_human"


@pytest.mark.parametrize("words", ["每户每月限3次", "利益相关", "本文由AI辅助生成", "办卡须审核"])
async def test_what_must_be_said_cannot_be_changed_here(talk, benefit, words):
    answer = await talk(span=span_of(benefit.note, words), replacement="随便")
    assert not answer.changes and "必须写" in answer.text
    assert len(versions(talk, benefit.run)) == benefit.note.revision


@pytest.mark.parametrize("text", ["把“没有这几个字”改成“别的”", "删掉“没有这几个字”"])
async def test_words_that_are_not_there_change_nothing(talk, benefit, text):
    answer = await talk(text)
    assert not answer.changes


async def test_the_title_is_changed_within_the_limit_of_the_platform(talk, benefit):
    answer = await talk("标题改成下班路上的一杯")
    assert answer.note.title == "下班路上的一杯" and benefit.note.title in answer.note.titles
    long = await talk(f"标题改成{'长' * 30}")
    assert not long.changes and "30" in long.text
    cover = await talk(span=Selection(field="cover"), replacement="一杯")
    assert cover.note.cover == "一杯"
    tags = await talk(span=Selection(field="tags"), replacement="#手冲 下班 手冲")
    assert tags.note.tags == ("手冲", "下班")


async def test_another_candidate_becomes_the_title(talk, benefit):
    answer = await talk("标题换一个")
    assert answer.note.title == benefit.note.titles[1] and answer.note.titles == benefit.note.titles
    for _ in benefit.note.titles[2:]:
        await talk("标题换一个")
    assert (await talk("标题换一个")).note.title == benefit.note.titles[0]


async def test_a_paragraph_is_dropped_by_its_number_unless_it_must_stay(talk, benefit):
    second = next(block for block in benefit.note.blocks if block.id == "p2")
    answer = await talk("第二段删掉")
    assert second.text not in answer.note.body and answer.changes
    must = next(block for block in answer.note.blocks if "每户每月限3次" in block.text)
    refused = await talk(f"第{must.id[1:]}段删掉")
    assert not refused.changes and "必须写" in refused.text


async def test_a_wish_in_own_words_needs_a_model_and_says_so(talk, benefit):
    answer = await talk("写得像下雨天", span=span_of(benefit.note, "点了一杯耶加"))
    assert answer.intent is Intent.CHANGE_SPAN and not answer.changes and "模型" in answer.text


class TestLocks:
    async def test_a_locked_title_is_not_changed_until_it_is_unlocked(self, talk, benefit):
        locked = await talk("锁住标题")
        assert next(block for block in locked.note.blocks if block.id == "title").locked
        refused = await talk("标题改成别的题目")
        assert not refused.changes and benefit.note.title in refused.text
        await talk("解锁标题")
        assert (await talk("标题改成别的题目")).note.title == "别的题目"

    async def test_no_wish_touches_a_locked_paragraph(self, talk, benefit):
        body = [block for block in benefit.note.blocks if block.kind == "body"]
        for number in range(1, len(body) + 1):
            await talk(block=f"p{number}", intent="lock")
        for wish in ("短一点", "换个开头", "少点产品", "口语一点"):
            answer = await talk(wish)
            assert not answer.changes and answer.note.body == benefit.note.body

    async def test_other_blocks_change_while_one_is_locked(self, talk, benefit):
        await talk("锁 第一段")
        answer = await talk("短一点")
        assert answer.changes and benefit.note.blocks[2].text in answer.note.body
        assert next(block for block in answer.note.blocks if block.id == "p1").locked

    async def test_words_in_a_locked_paragraph_cannot_be_changed_by_hand(self, talk, benefit):
        await talk(block="p1", intent="lock")
        answer = await talk("把“磨了很久”改成“磨了一下”")
        assert not answer.changes and "锁" in answer.text

    async def test_a_block_nobody_can_name_is_asked_about(self, talk, benefit):
        assert "哪一块" in (await talk("那个", intent="lock")).text


class TestFixes:
    @pytest.fixture
    async def flawed(self, talk, benefit):
        words = "老板磨豆磨了很久"
        return await talk(span=span_of(benefit.note, words), replacement="这款理财稳赚不赔，闭眼入")

    async def test_a_finding_says_which_sentence_why_under_which_law_and_what_to_do(self, flawed):
        assert flawed.note.verdict == "block" and flawed.findings[0].severity == "block"
        for card in flawed.findings:
            assert card.why and "《" in card.clause and card.advice
        found = next(card for card in flawed.findings if card.rule == "RET-03")
        assert found.text in found.sentence and found.acceptable and found.fix

    async def test_an_accepted_fix_is_applied_and_checked(self, talk, flawed):
        card = next(card for card in flawed.findings if card.rule == "RET-03")
        answer = await talk(intent="accept_fix", finding=card.id)
        assert "稳赚不赔" not in answer.note.body and answer.changes
        gone = await talk(intent="accept_fix", finding=card.id)
        assert not gone.changes and "不在了" in gone.text

    async def test_explaining_one_of_several_asks_which(self, talk, flawed):
        answer = await talk("为什么不行")
        assert answer.question and 2 <= len(answer.question.options) <= 4
        chosen = await talk(answer.question.options[0].label)
        (card,) = chosen.findings
        assert card.id == answer.question.options[0].id and card.why
        named = await talk("为什么 RET-03")
        assert {card.rule for card in named.findings} == {"RET-03"}

    async def test_a_blocked_note_is_not_handed_in(self, talk, flawed):
        answer = await talk("送审")
        assert "禁止项" in answer.text and answer.findings and talk.store.publishing.submissions(flawed.run) == ()


class TestHandingIn:
    async def test_a_note_is_handed_in_once_for_the_text_as_it_stands(self, talk, benefit):
        told = (await talk("送审")).limits
        assert "沈审核、郑审核" in told[0] and "我是谁" in told[1] and "沈审核" in told[1]
        await talk("送审")
        (kept,) = talk.store.publishing.submissions(benefit.run)
        assert (kept.text_hash, kept.submitted_by) == (benefit.note.text_hash, "甲")
        assert (await talk("进度")).status[0].submitted
        await talk("短一点")
        assert not (await talk("进度")).status[0].submitted

    async def test_what_a_reviewer_sent_back_is_refused_as_at_the_desk_and_shown(self, talk, benefit):
        drafting = talk.session.chat.drafting
        await talk("送审")
        await drafting.review(
            benefit.run, Review(action="comment", reviewer="乙", reason="改开头", text_hash=benefit.note.text_hash)
        )
        answer = await talk("送审")
        assert "已被退回修改" in answer.text and "先改了再送" in answer.limits[0]
        assert answer.note.text_hash == benefit.note.text_hash

    async def test_somebody_elses_note_is_not_there_to_hand_in_or_publish(self, talk, benefit):
        with talk.store.database.writing() as connection:
            connection.execute(update(runs).values(owner="丙"))
        for said in ("送审", "发布了 https://www.xiaohongshu.com/explore/66aa"):
            assert "没有运行" in (await talk(said)).text
        assert talk.store.publishing.submissions(benefit.run) == ()

    async def test_an_approval_does_not_hold_for_an_edited_text(self, talk, benefit):
        old = benefit.note.text_hash
        await talk("短一点")
        with pytest.raises(Exception, match="哈希"):
            await talk.session.chat.drafting.review(benefit.run, Review(action="approve", reviewer="乙", text_hash=old))

    async def test_an_approved_note_stays_as_it_is_and_offers_another_version(self, talk, benefit):
        await talk.session.chat.drafting.review(
            benefit.run, Review(action="approve", reviewer="乙", reason="好", text_hash=benefit.note.text_hash)
        )
        answer = await talk("短一点")
        assert not answer.changes and answer.question.options[0].label == "另写一版"
        status = (await talk("批了吗")).status[0]
        assert (status.outcome, status.decided_by, status.reason) == ("approved", "乙", "好")

    async def test_an_address_is_recorded_only_for_an_approved_note_and_only_of_the_platform(self, talk, benefit):
        url = "https://www.xiaohongshu.com/explore/66aa?x=1"
        early = await talk(f"发布了 {url}")
        assert "还没有批准" in early.text and talk.store.publishing.publications(benefit.run) == ()
        assert benefit.run not in early.text and "送审" in early.limits[0]
        await talk("送审")
        waiting = await talk(f"发布了 {url}")
        assert "还没有批准" in waiting.text and "已经送审" in waiting.limits[0]
        await talk.session.chat.drafting.review(
            benefit.run, Review(action="approve", reviewer="乙", text_hash=benefit.note.text_hash)
        )
        disguised = "https://evil.cn\\@www.xiaohongshu.com/x"
        for wrong in ("https://xiaohongshu.com.evil.cn/1", "https://evil.cn/?xiaohongshu.com", disguised, "没有链接"):
            assert "链接" in (await talk(wrong, intent="published")).text
        await talk(f"发布了 {url}")
        (kept,) = talk.store.publishing.publications(benefit.run)
        assert (kept.url, kept.published_by, kept.text_hash) == (url, "甲", benefit.note.text_hash)
        assert (await talk("进度")).status[0].urls == (url,)

    async def test_a_note_whose_fact_has_ended_since_is_not_recorded_as_published(self, talk, benefit):
        review = Review(action="approve", reviewer="乙", text_hash=benefit.note.text_hash)
        await talk.session.chat.drafting.review(benefit.run, review)
        later = replace(talk.session, chat=replace(talk.session.chat, today=lambda: date(2027, 1, 1)))
        answer = await Talk(later)("发布了 https://www.xiaohongshu.com/explore/66aa")
        assert "2026-12-31" in answer.text and talk.store.publishing.publications(benefit.run) == ()


@pytest.mark.parametrize("intent", ["shorter", "accept_fix", "explain", "lock", "submit", "published", "change_span"])
async def test_without_a_note_the_chat_says_so(talk, intent):
    answer = await talk("随便", intent=intent)
    assert "还没有稿子" in answer.text and answer.note is None


async def test_what_was_told_after_a_note_was_begun_is_offered_for_a_new_version(talk):
    await talk.drafted()
    await talk("我后来又给同事带了一杯拿铁，花了38块", intent="capture")
    unknown = await talk("标题改成“我买的豆子花了99块”")
    assert unknown.findings and unknown.question is None
    known = await talk("标题改成“我给同事带了一杯拿铁，花了38块”")
    assert [option.id for option in known.question.options] == ["again"]
    again = await talk(option="again")
    assert again.intent == "draft" and again.run != known.run and "拿铁" in again.note.body


async def test_what_is_open_is_counted_by_how_grave_it_is(talk, benefit):
    answer = await talk("标题改成“稳赚不赔的一杯”")
    assert "1 处不能发" in answer.text and "要人看" not in answer.text


async def test_a_line_nobody_understood_may_be_meant_for_the_note_on_the_table(talk):
    line = "那个什么来着"
    assert "改这篇" not in [option.label for option in (await talk(line)).question.options]
    await talk.drafted()
    (change,) = [option for option in (await talk(line)).question.options if option.label == "改这篇"]
    assert (await talk(option=change.id)).intent is Intent.CHANGE_SPAN


async def test_advice_speaks_to_the_person_who_lived_it(talk, benefit):
    (card,) = [card for card in (await talk("标题改成“我买的豆子花了99块”")).findings if card.rule == "END-04"]
    assert "你经历的这一段" in card.advice and "本人" not in card.advice
