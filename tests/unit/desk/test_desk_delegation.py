"""Delegation: who decides for whom, in which lane, for how long, and what is none."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from reviewing import refused

from agent.desk.policy import LanePolicy


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
