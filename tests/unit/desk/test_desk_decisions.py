"""Decisions: who may, about which text, once, and checked again on the day they are made."""

from datetime import date

import pytest
from reviewing import ADDED, refused
from sqlalchemy import update

from agent.desk.policy import LanePolicy
from agent.record.tables import submissions


async def test_an_approval_ends_the_run_and_is_vouched_for(bench):
    run = await bench.note()
    decided = await bench.approve(run, reason="已核对")
    assert (decided.outcome, decided.by, decided.repeated) == ("approved", "shenhe", False)
    assert bench.store.run(run).outcome == "approved"
    (kept,) = bench.store.decisions(run)
    assert (kept.decision, kept.reviewer, kept.text_hash, kept.reason) == (
        "approve", "shenhe", bench.hash_of(run), "已核对",
    )  # fmt: skip
    assert bench.store.audit.verify().breaks == ()


async def test_a_rejection_needs_a_reason_and_tells_the_owner(bench):
    run = await bench.note()
    with refused("desk_reason_missing"):
        await bench.desk.reject(run, text_hash=bench.hash_of(run), by=bench.shen, reason="  ")
    decided = await bench.desk.reject(run, text_hash=bench.hash_of(run), by=bench.shen, reason="像广告")
    assert decided.outcome == "rejected"
    title = bench.best(run).round.note.title
    assert [notice.text for notice in bench.desk.notices(bench.aning)] == [f"《{title}》已退回（沈审核）：像广告"]


class TestWho:
    @pytest.mark.parametrize("name", ["linjie", "neirong", "guanli"])
    async def test_only_a_reviewer_decides(self, bench, name):
        run = await bench.note()
        with refused("desk_not_reviewer"):
            await bench.approve(run, by=bench.person(name))
        with refused("desk_not_reviewer"):
            await bench.desk.reject(run, text_hash=bench.hash_of(run), by=bench.person(name), reason="不行")
        assert bench.store.run(run).outcome == "in_review"

    async def test_nobody_approves_their_own_note(self, bench):
        run = await bench.note(owner="shenhe", account="", persona="", hand_in=False)
        with refused("desk_own_note"):
            await bench.approve(run)
        with refused("desk_own_note"):
            await bench.desk.reject(run, text_hash=bench.hash_of(run), by=bench.shen, reason="不行")
        assert (await bench.approve(run, by=bench.zheng)).outcome == "approved"

    @pytest.mark.parametrize("given", [{"accounts": ("staff-aning",)}, {"persona": "aning"}])
    async def test_a_note_of_ones_own_account_or_voice_is_ones_own(self, bench, given):
        run = await bench.note()
        with refused("desk_own_note"):
            await bench.approve(run, by=bench.shen.model_copy(update=given))

    async def test_nobody_approves_what_they_changed_but_somebody_else_may(self, bench):
        run = await bench.note()
        await bench.desk.suggest(
            run, text_hash=bench.hash_of(run), by=bench.shen, reason="补一句", text=bench.longer(run)
        )
        with refused("desk_wrote_on_it"):
            await bench.approve(run)
        bench.hand_in(run)
        assert (await bench.approve(run, by=bench.zheng)).outcome == "approved"

    async def test_nobody_approves_what_they_handed_in(self, bench):
        both = bench.shen.model_copy(update={"roles": (*bench.shen.roles, "content")})
        run = await bench.note(hand_in=False)
        bench.desk.hand_in(run, text_hash=bench.hash_of(run), by=both)
        with refused("desk_wrote_on_it"):
            await bench.approve(run, by=both)

    async def test_who_has_left_decides_nothing(self, bench):
        run = await bench.note()
        with refused("desk_has_left"):
            await bench.approve(run, by=bench.shen.model_copy(update={"left_on": date(2026, 11, 24)}))


class TestWhichText:
    async def test_an_edit_voids_what_was_seen(self, bench):
        run = await bench.note()
        seen = bench.hash_of(run)
        await bench.edited(run)
        for decide in (
            bench.desk.approve(run, text_hash=seen, by=bench.shen),
            bench.desk.reject(run, text_hash=seen, by=bench.shen, reason="不行"),
            bench.desk.suggest(run, text_hash=seen, by=bench.shen, reason="改"),
        ):
            with refused("review_of_other_text"):
                await decide
        assert bench.store.run(run).outcome in ("in_review", "needs_human")

    async def test_a_suggested_text_is_checked_at_once_and_goes_back_to_its_author(self, bench):
        run = await bench.note()
        bad = bench.longer(run, "这张卡保证每个月稳赚不赔。")
        decided = await bench.desk.suggest(run, text_hash=bench.hash_of(run), by=bench.shen, reason="改", text=bad)
        assert decided.decision == "edit" and decided.outcome == "needs_human"
        assert bench.best(run).round.report.open("block")
        assert bench.desk.queue(bench.zheng) == ()
        with refused("submission_blocked"):
            bench.hand_in(run)
        assert [notice.kind for notice in bench.desk.notices(bench.aning)] == ["suggested"]

    async def test_a_comment_sends_the_text_back_as_it_is(self, bench):
        run = await bench.note()
        before = bench.hash_of(run)
        await bench.desk.suggest(run, text_hash=before, by=bench.shen, reason="开头再具体一点")
        assert bench.hash_of(run) == before and bench.desk.queue(bench.shen) == ()

    async def test_what_was_sent_back_is_changed_before_it_is_handed_in_again(self, bench):
        run = await bench.note()
        bench.clock.pass_by(minutes=5)
        await bench.desk.suggest(run, text_hash=bench.hash_of(run), by=bench.shen, reason="开头再具体一点")
        bench.clock.pass_by(minutes=5)
        with refused("submission_sent_back") as caught:
            bench.hand_in(run)
        assert "先改了再送" in caught.value.hint
        await bench.edited(run)
        bench.hand_in(run)
        assert [item.run for item in bench.desk.queue(bench.shen)] == [run]

    async def test_a_text_sent_back_before_anybody_handed_it_in_is_changed_first_too(self, bench):
        run = await bench.note(hand_in=False)
        await bench.desk.suggest(run, text_hash=bench.hash_of(run), by=bench.shen, reason="开头再具体一点")
        with refused("submission_sent_back"):
            bench.hand_in(run)
        assert bench.store.publishing.submissions(run) == ()

    async def test_an_open_block_keeps_a_note_from_being_approved(self, bench):
        run = await bench.note()
        await bench.edited(run, words="这张卡保证每个月稳赚不赔。")
        with refused("approve_with_block"):
            await bench.approve(run)


class TestToday:
    async def test_an_approval_after_a_fact_has_ended_names_the_fact_and_the_day(self, bench):
        run = await bench.note(note_type="benefit")
        bench.clock.pass_by(days=38)  # 1 January; the benefit ended on 31 December
        with refused("desk_not_today") as caught:
            await bench.approve(run)
        assert "cc-coffee-30-5" in caught.value.message and "2026-12-31" in caught.value.message
        assert bench.store.run(run).outcome == "in_review" and bench.store.decisions(run) == ()
        case = await bench.case(run)
        assert not case.approvable and "2026-12-31" in case.barriers[0]
        assert [(fact.valid, fact.days_left) for fact in case.facts if fact.id == "cc-coffee-30-5"] == [(False, -1)]

    async def test_on_the_last_day_of_a_fact_it_still_goes_through(self, bench):
        run = await bench.note(note_type="benefit")
        bench.clock.pass_by(days=37)
        assert (await bench.approve(run)).outcome == "approved"

    async def test_a_fact_that_has_left_the_ledger_is_named(self, bench):
        run = await bench.note(note_type="benefit")
        facts = tuple(fact for fact in bench.drafting.workspace.facts if fact.id != "cc-coffee-30-5")
        with refused("desk_not_today") as caught:
            await bench.with_workspace(facts=facts).approve(run)
        assert "已不在台账里" in caught.value.message

    async def test_a_lapsed_authorisation_speaks_against_it(self, bench):
        run = await bench.note(note_type="benefit")
        accounts = tuple(
            account.model_copy(update={"authorised_until": date(2026, 11, 25)})
            for account in bench.drafting.workspace.accounts
        )
        other = bench.with_workspace(accounts=accounts)
        bench.clock.pass_by(days=2)
        with refused("desk_not_today") as caught:
            await other.approve(run)
        assert "授权已于 2026-11-25 到期" in caught.value.message

    async def test_rejecting_asks_nothing_of_the_day(self, bench):
        run = await bench.note(note_type="benefit")
        bench.clock.pass_by(days=60)
        decided = await bench.desk.reject(run, text_hash=bench.hash_of(run), by=bench.shen, reason="过期了")
        assert decided.outcome == "rejected"


class TestSelfService:
    @pytest.fixture
    def lenient(self, bench):
        bench.choose(green=LanePolicy(sampled=0))

    async def test_an_author_releases_a_clean_green_note_where_the_bank_lets_them(self, bench, lenient):
        run = await bench.note()
        done = await bench.desk.release(run, text_hash=bench.hash_of(run), by=bench.aning)
        assert done.outcome == "approved" and done.reason == "绿色通道自助放行"

    async def test_by_default_every_note_is_looked_at(self, bench):
        run = await bench.note()
        with refused("desk_must_review"):
            await bench.desk.release(run, text_hash=bench.hash_of(run), by=bench.aning)

    async def test_what_was_drawn_when_a_note_was_first_handed_in_holds_for_every_text_of_it(self, bench):
        bench.choose(green=LanePolicy(sampled=0.5))
        run = await bench.note(hand_in=False)
        with refused("desk_must_review") as caught:
            await bench.desk.release(run, text_hash=bench.hash_of(run), by=bench.aning)
        assert "先送审" in caught.value.hint
        drawn = set()
        for words in ADDED, "风很轻。", "天黑得早。":
            await bench.edited(run, words=words)
            bench.hand_in(run)
            drawn.add((bench.store.publishing.drawn(run), bench.desk._standing(run).lane.must_review))
            assert bench.desk.queue(bench.shen)[0].lane.must_review == bench.desk._standing(run).lane.must_review
        assert len(drawn) == 1
        bench.choose(green=LanePolicy(sampled=bench.store.publishing.drawn(run) / 1_000_000))
        assert (await bench.desk.release(run, text_hash=bench.hash_of(run), by=bench.aning)).outcome == "approved"
        assert bench.store.audit.verify().breaks == ()

    async def test_nobody_can_change_what_was_drawn_behind_the_program(self, bench):
        run = await bench.note()
        with bench.store.database.writing() as connection:
            connection.execute(update(submissions).values(drawn=submissions.c.drawn + 1))
        assert [(item.code, item.run) for item in bench.store.audit.verify().breaks] == [("audit_row_changed", run)]

    async def test_nobody_else_and_no_other_lane(self, bench, lenient):
        run, yellow = await bench.note(), await bench.note(note_type="benefit")
        with refused("desk_must_review"):
            await bench.desk.release(run, text_hash=bench.hash_of(run), by=bench.person("linjie"))
        with refused("desk_must_review"):
            await bench.desk.release(yellow, text_hash=bench.hash_of(yellow), by=bench.aning)

    async def test_nothing_may_be_open(self, bench, lenient):
        run = await bench.note()
        await bench.edited(run, words="这张卡保证每个月稳赚不赔。")
        with refused("desk_not_clean"):
            await bench.desk.release(run, text_hash=bench.hash_of(run), by=bench.aning)
