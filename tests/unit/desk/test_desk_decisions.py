"""Decisions: who may, about which text, once, and checked again on the day they are made."""

import asyncio
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from reviewing import URL, refused

from agent.desk.policy import LanePolicy
from agent.graph.state import Review


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
    assert [notice.text for notice in bench.desk.notices(bench.aning)] == [
        "《下班绕路喝一杯手冲》已退回（沈审核）：像广告"
    ]


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
        with refused("approve_with_block"):
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


class TestOnce:
    async def test_the_same_key_again_confirms_and_repeats_nothing(self, bench):
        run = await bench.note()
        first = await bench.approve(run, key="k1")
        again = await bench.approve(run, key="k1")
        assert again.repeated and again.at == first.at and len(bench.store.decisions(run)) == 1

    async def test_the_same_word_again_without_a_key_confirms(self, bench):
        run = await bench.note()
        await bench.approve(run)
        assert (await bench.approve(run, reason="再看一遍")).repeated
        assert len(bench.store.decisions(run)) == 1

    async def test_a_key_is_for_one_decision_and_one_person(self, bench):
        run = await bench.note()
        await bench.desk.suggest(run, text_hash=bench.hash_of(run), by=bench.shen, reason="改开头", key="k1")
        with refused("desk_key_reused"):
            await bench.approve(run, key="k1")
        assert not (await bench.approve(run, by=bench.zheng, key="k1")).repeated

    async def test_who_comes_second_is_told_who_was_first(self, bench):
        run = await bench.note()
        await bench.approve(run)
        with refused("desk_decided_already") as caught:
            await bench.desk.reject(run, text_hash=bench.hash_of(run), by=bench.zheng, reason="不行")
        assert "shenhe" in caught.value.message
        assert bench.store.run(run).outcome == "approved"

    async def test_of_many_approvals_at_once_one_is_recorded(self, bench):
        run, seen = await bench.note(), None
        seen = bench.hash_of(run)
        people = [bench.shen.model_copy(update={"id": f"reviewer-{n}"}) for n in range(60)]
        done = await asyncio.gather(
            *(bench.desk.approve(run, text_hash=seen, by=person) for person in people), return_exceptions=True
        )
        won = [outcome for outcome in done if not isinstance(outcome, Exception)]
        assert len(won) == 1 and not won[0].repeated
        assert {error.code for error in done if isinstance(error, Exception)} <= {
            "run_being_decided", "desk_decided_already",
        }  # fmt: skip
        assert [kept.reviewer for kept in bench.store.decisions(run)] == [won[0].by]
        assert bench.store.audit.verify().breaks == ()

    async def test_a_double_click_is_one_decision_and_both_are_told(self, bench):
        run = await bench.note()
        done = await asyncio.gather(*(bench.approve(run, key="k") for _ in range(5)))
        assert {item.outcome for item in done} == {"approved"} and len(bench.store.decisions(run)) == 1

    async def test_an_edit_and_an_approval_at_once_leave_one_text_or_the_other(self, bench):
        run = await bench.note()
        seen = bench.hash_of(run)
        await asyncio.gather(
            bench.edited(run), bench.desk.approve(run, text_hash=seen, by=bench.shen), return_exceptions=True
        )
        (kept,) = bench.store.decisions(run)
        assert bench.store.run(run).outcome == ("approved" if kept.decision == "approve" else "in_review")
        assert (bench.hash_of(run) == seen) == (kept.decision == "approve")

    async def test_reading_a_run_while_it_is_decided_does_not_undo_the_decision(self, bench):
        run = await bench.note()
        await asyncio.gather(*(bench.drafting.resume(run) for _ in range(5)), bench.approve(run))
        assert bench.store.run(run).outcome == "approved"
        assert bench.store.audit.verify().breaks == ()


class TestDelegation:
    def give(self, bench, *, by=None, to="shenhe2", lane="all", days=3, **given):
        start = bench.clock()
        period = {"starts_at": start, "ends_at": start + timedelta(days=days), **given}
        return bench.desk.delegate(by=by or bench.shen, to=to, lane=lane, reason="休假", **period)

    async def test_who_decided_and_for_whom_is_recorded_and_vouched_for(self, bench):
        run = await bench.note()
        self.give(bench)
        assert (await bench.approve(run, by=bench.zheng)).on_behalf_of == "shenhe"
        assert bench.store.decisions(run)[0].on_behalf_of == "shenhe"
        assert (await bench.case(run)).decisions[0].on_behalf_of == "shenhe"
        assert bench.store.audit.verify().breaks == ()

    @pytest.mark.parametrize(("lane", "days", "behalf"), [("red", 3, ""), ("green", 3, "shenhe"), ("all", 1, "")])
    async def test_it_holds_for_its_lane_and_its_days(self, bench, lane, days, behalf):
        self.give(bench, lane=lane, days=days)
        bench.clock.pass_by(days=2)
        run = await bench.note()
        assert (await bench.approve(run, by=bench.zheng)).on_behalf_of == behalf

    async def test_it_ends_when_it_is_taken_back_and_only_its_giver_can(self, bench):
        given = self.give(bench)
        with refused("delegation_unknown"):
            bench.desk.revoke(given.id, by=bench.zheng)
        assert not bench.desk.revoke(given.id, by=bench.shen).active
        run = await bench.note()
        assert (await bench.approve(run, by=bench.zheng)).on_behalf_of == ""
        assert bench.store.audit.verify().breaks == ()

    async def test_a_lane_of_named_reviewers_is_theirs_or_their_delegates(self, bench):
        bench.choose(green=LanePolicy(reviewers=("shenhe",)))
        run = await bench.note()
        with refused("desk_other_lane"):
            await bench.approve(run, by=bench.zheng)
        self.give(bench, lane="green")
        assert (await bench.approve(run, by=bench.zheng)).on_behalf_of == "shenhe"

    @pytest.mark.parametrize("lost", [{"left_on": date(2026, 11, 24)}, {"roles": ("employee",)}, None])
    async def test_whoever_has_left_or_reviews_no_longer_has_nothing_to_hand_over(self, bench, lost):
        lane = {"green": LanePolicy(reviewers=("shenhe",))}
        run = await bench.note()
        self.give(bench)
        people = [p.model_copy(update=lost or {}) if p.id == "shenhe" else p for p in bench.drafting.workspace.people]
        left = bench.with_workspace(people=tuple(p for p in people if lost or p.id != "shenhe"))
        left.choose(**lane)
        with refused("desk_other_lane"):
            await left.approve(run, by=left.zheng)
        bench.choose(**lane)
        assert (await bench.approve(run, by=bench.zheng)).on_behalf_of == "shenhe"

    async def test_whoever_leaves_only_later_can_be_handed_reviews_until_then(self, bench):
        for left_on, fits in ((date(2026, 12, 1), True), (date(2026, 11, 24), False)):
            people = bench.drafting.workspace.people
            gone = [p.model_copy(update={"left_on": left_on}) if p.id == "shenhe2" else p for p in people]
            other = bench.with_workspace(people=tuple(gone))
            if fits:
                assert self.give(other).active
            else:
                with refused("desk_delegate_unfit"):
                    self.give(other)

    async def test_a_period_at_the_end_of_time_is_refused(self, bench):
        start, west = datetime(9999, 12, 31, tzinfo=UTC), timezone(-timedelta(hours=14))
        for end in (start, start.replace(hour=10), start.replace(hour=23, tzinfo=west)):
            with refused("desk_delegation_period"):
                self.give(bench, starts_at=start, ends_at=end)

    async def test_nobody_decides_for_the_one_whose_note_it_is(self, bench):
        run = await bench.note(owner="shenhe", account="", persona="", hand_in=False)
        self.give(bench)
        assert (await bench.approve(run, by=bench.zheng)).on_behalf_of == ""

    @pytest.mark.parametrize(
        ("given", "code"),
        [
            ({"to": "aning"}, "desk_delegate_unfit"),
            ({"to": "niemand"}, "desk_delegate_unfit"),
            ({"to": "shenhe"}, "desk_delegate_self"),
            ({"days": -1}, "desk_delegation_period"),
            ({"days": 91}, "desk_delegation_period"),
        ],
    )
    async def test_what_is_no_delegation(self, bench, given, code):
        with refused(code):
            self.give(bench, **given)

    async def test_an_employee_has_nothing_to_delegate_and_sees_only_their_own(self, bench):
        with refused("desk_not_reviewer"):
            self.give(bench, by=bench.aning)
        self.give(bench)
        assert bench.desk.delegations(bench.aning) == ()
        assert len(bench.desk.delegations(bench.zheng)) == len(bench.desk.delegations(bench.person("guanli"))) == 1


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


class TestPublishing:
    async def test_a_text_taken_back_is_published_nowhere_else(self, bench):
        run = await bench.note()
        await bench.approve(run)
        await bench.desk.publish(run, text_hash=bench.hash_of(run), url=URL, by=bench.aning)
        bench.desk.retract(run, url=URL, reason="活动改期", by=bench.shen)
        for url in (URL, f"{URL}2"):
            with refused("publication_retracted"):
                await bench.desk.publish(run, text_hash=bench.hash_of(run), url=url, by=bench.aning)
        assert [item.url for item in bench.store.publishing.publications(run)] == [URL]

    async def test_only_an_address_of_the_platform_is_one(self, bench):
        run = await bench.note()
        await bench.approve(run)
        for url in ("javascript:alert(1)", "https://evil.example\\@www.xiaohongshu.com/x"):
            with refused("publication_foreign"):
                await bench.desk.publish(run, text_hash=bench.hash_of(run), url=url, by=bench.aning)
        assert bench.store.publishing.publications(run) == ()

    async def test_an_approved_text_is_published_and_can_be_taken_back(self, bench):
        run = await bench.note()
        await bench.approve(run)
        await bench.desk.publish(run, text_hash=bench.hash_of(run), url=URL, by=bench.aning)
        bench.desk.retract(run, url=URL, reason="活动改期", by=bench.shen)
        (shown,) = (await bench.case(run)).publications
        assert (shown.action, shown.action_reason, shown.action_by) == ("retract", "活动改期", "shenhe")
        assert "要撤回" in bench.desk.notices(bench.aning)[0].text
        assert bench.store.audit.verify().breaks == ()

    async def test_somebody_elses_account_is_not_published_on(self, bench):
        run = await bench.note(owner="linjie", hand_in=False)
        await bench.approve(run)
        with refused("publication_forbidden") as caught:
            await bench.desk.publish(run, text_hash=bench.hash_of(run), url=URL, by=bench.person("linjie"))
        assert "XHS-07" in caught.value.message

    async def test_a_fact_that_ended_after_the_approval_keeps_it_from_being_published(self, bench):
        run = await bench.note(note_type="benefit")
        await bench.approve(run)
        bench.clock.pass_by(days=38)
        with refused("publication_forbidden") as caught:
            await bench.desk.publish(run, text_hash=bench.hash_of(run), url=URL, by=bench.aning)
        assert "2026-12-31" in caught.value.message

    async def test_what_is_not_approved_is_not_published(self, bench):
        run = await bench.note()
        with refused("publication_unapproved"):
            await bench.desk.publish(run, text_hash=bench.hash_of(run), url=URL, by=bench.aning)

    async def test_a_correction_begins_from_the_published_text_in_a_run_of_its_own(self, bench):
        run = await bench.note()
        await bench.approve(run)
        await bench.desk.publish(run, text_hash=bench.hash_of(run), url=URL, by=bench.aning)
        new = await bench.desk.correct(run, url=URL, reason="数字写错", by=bench.shen)
        assert bench.hash_of(new) == bench.hash_of(run) and bench.store.run(new).owner == "aning"
        assert bench.store.run(run).outcome == "approved" and (await bench.case(new)).corrects == run
        assert await bench.desk.correct(run, url=URL, reason="再点一次", by=bench.shen) == new
        await bench.edited(new)
        bench.hand_in(new)
        assert (await bench.approve(new)).outcome == "approved"
        assert bench.store.audit.verify().breaks == ()

    async def test_other_peoples_notes_are_not_there(self, bench):
        run = await bench.note()
        await bench.approve(run)
        stranger = bench.person("linjie")
        for attempt in (
            lambda: bench.desk.retract(run, url=URL, reason="x", by=stranger),
            lambda: bench.desk.hand_in(run, text_hash=bench.hash_of(run), by=stranger),
        ):
            with refused("run_unknown"):
                attempt()
        with refused("run_unknown"):
            await bench.desk.publish(run, text_hash=bench.hash_of(run), url=URL, by=stranger)
        with refused("publication_unknown"):
            bench.desk.retract(run, url=URL, reason="x", by=bench.shen)


async def test_a_decision_whose_record_was_cut_off_is_finished_by_whoever_comes_next(bench, monkeypatch):
    run = await bench.note()
    seen = bench.hash_of(run)
    with monkeypatch.context() as cut:
        cut.setattr(type(bench.drafting), "_settle", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            await bench.approve(run)
    assert bench.store.run(run).outcome == "in_review" and bench.store.decisions(run) == ()
    with refused("desk_decided_already"):
        await bench.desk.reject(run, text_hash=seen, by=bench.zheng, reason="不行")
    assert (await bench.approve(run)).repeated
    assert [kept.reviewer for kept in bench.store.decisions(run)] == ["shenhe"]
    assert bench.store.audit.verify().breaks == ()


async def test_a_run_held_by_somebody_else_is_refused_until_they_are_done(bench):
    from datetime import UTC, datetime

    run = await bench.note()
    held = {"worker": "another-host/1/x", "purpose": "p", "now": datetime.now(UTC), "seconds": 60}
    assert bench.store.claims.take(run, **held) == "mine"
    with refused("run_being_decided"):
        await bench.approve(run)
    with refused("run_being_decided"):
        await bench.drafting.review(
            run, Review(action="reject", reviewer="x", reason="y", text_hash=bench.hash_of(run))
        )
    bench.store.claims.release(run, worker="another-host/1/x")
    assert (await bench.approve(run)).outcome == "approved"
