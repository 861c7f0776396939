"""The queue: what waits, in which lane, until when, in which order, and for whom."""

import pytest
from reviewing import Bench, refused

from agent.desk.policy import LanePolicy, Policy, policy_of
from agent.desk.values import NearNote, QueueFilter
from agent.drafting import open_drafting
from agent.settings import Settings
from agent.workspace import load_workspace


def runs_of(items):
    return [item.run for item in items]


async def test_a_note_waits_once_it_is_handed_in_and_until_somebody_decides(bench):
    run = await bench.note(hand_in=False)
    assert bench.desk.queue(bench.shen) == ()
    assert runs_of(bench.desk.queue(bench.shen, QueueFilter(waiting=True))) == [run]
    bench.hand_in(run)
    bench.clock.pass_by(hours=3)
    (item,) = bench.desk.queue(bench.shen)
    assert (item.run, item.text_hash, item.owner_name, item.account_name) == (
        run, bench.hash_of(run), "阿宁", "云杉银行阿宁",
    )  # fmt: skip
    assert (item.age_hours, item.left_hours, item.overdue) == (3.0, 21.0, False)
    await bench.approve(run)
    assert bench.desk.queue(bench.shen) == ()


async def test_an_edit_takes_a_note_out_of_the_queue_until_it_is_handed_in_again(bench):
    run = await bench.note()
    await bench.edited(run)
    assert bench.desk.queue(bench.shen) == ()
    bench.hand_in(run)
    assert runs_of(bench.desk.queue(bench.shen)) == [run]


async def test_overdue_comes_first_then_urgent_then_oldest(bench):
    late = await bench.note()
    bench.clock.pass_by(hours=23)
    older = await bench.note()
    bench.clock.pass_by(hours=1, minutes=1)
    newer = await bench.note()
    hurried = await bench.note(urgent=True)
    assert runs_of(bench.desk.queue(bench.shen)) == [late, hurried, older, newer]
    assert [item.overdue for item in bench.desk.queue(bench.shen)] == [True, False, False, False]


async def test_an_urgent_note_has_the_urgent_hours(bench):
    run = await bench.note(urgent=True)
    (item,) = bench.desk.queue(bench.shen)
    assert (item.run, item.urgent, item.left_hours) == (run, True, 2.0)
    bench.clock.pass_by(hours=3)
    assert bench.desk.queue(bench.shen)[0].left_hours == -1.0


async def test_a_note_whose_fact_ends_soon_is_urgent(bench):
    bench.clock.pass_by(days=35)  # 29 December; the coffee benefit ends on the 31st
    await bench.note(note_type="benefit")
    assert bench.desk.queue(bench.shen)[0].urgent


async def test_filters_narrow_the_queue(bench):
    green, yellow = await bench.note(), await bench.note(note_type="benefit", topic="咖啡卡的早餐")
    asked = {
        QueueFilter(lane="yellow"): [yellow],
        QueueFilter(lane="red"): [],
        QueueFilter(search="手冲"): [green],
        QueueFilter(owner="linjie"): [],
        QueueFilter(account="staff-aning"): [green, yellow],
        QueueFilter(overdue=True): [],
        QueueFilter(urgent=False): [green, yellow],
    }
    for filters, expected in asked.items():
        assert sorted(runs_of(bench.desk.queue(bench.shen, filters))) == sorted(expected), filters
    assert bench.desk.queue(bench.shen.model_copy(update={"accounts": ("staff-aning",)}), QueueFilter(mine=True)) == ()


async def test_near_duplicates_are_shown_where_somebody_looks_for_them(bench):
    run = await bench.note()
    near = NearNote(run="r-2", title="另一篇", account="staff-linjie", score=0.9)
    desk = type(bench.desk)(drafting=bench.drafting, today=bench.clock.today, near=lambda asked: (near,))
    assert desk.queue(bench.shen)[0].near == (near,)
    assert (await desk.case(run, bench.shen)).item.near == (near,)


async def test_an_employee_sees_no_queue_and_no_case(bench):
    run = await bench.note()
    with refused("desk_not_reviewer"):
        bench.desk.queue(bench.aning)
    with refused("desk_not_reviewer"):
        await bench.case(run, by=bench.aning)


async def test_an_erased_note_is_in_no_queue(bench):
    run = await bench.note()
    await bench.drafting.forget(run)
    assert bench.desk.queue(bench.shen) == ()
    with refused("run_erased"):
        await bench.case(run)


class TestLanes:
    @pytest.fixture
    def policy(self):
        return policy_of(load_workspace(None))

    @pytest.mark.parametrize(
        ("note_type", "products", "waived", "lane"),
        [
            ("lifestyle", (), False, "green"),
            ("education", (), False, "green"),
            ("education", ("card",), False, "yellow"),
            ("benefit", ("card",), False, "yellow"),
            ("benefit", ("fund",), False, "red"),
            ("marketing", ("card",), False, "red"),
            ("lifestyle", (), True, "red"),
        ],
    )
    def test_a_lane_follows_from_type_products_and_waivers(self, policy, note_type, products, waived, lane):
        call = policy.call(Settings(), drawn=None, note_types={note_type}, products=products, waived=waived)
        assert call.lane == lane and call.reasons and call.must_review

    def test_what_no_rule_takes_is_red(self):
        policy = Policy.model_validate(
            {"lanes": {}, "rules": [{"lane": "green", "why": "x", "note_types": ["benefit"]}]}
        )
        call = policy.call(Settings(), drawn=None, note_types={"lifestyle"}, products=(), waived=False)
        assert call.lane == "red"

    def test_a_share_of_the_green_lane_is_looked_at_by_what_the_run_drew(self):
        def looked_at(share, *drawn):
            policy = Policy.model_validate(
                {"lanes": {"green": {"sampled": share}}, "rules": [{"lane": "green", "why": "x"}]}
            )
            about = {"note_types": (), "products": (), "waived": False}
            return [policy.call(Settings(), drawn=number, **about).must_review for number in drawn]

        assert looked_at(0.25, 0, 249_999, 250_000, 999_999) == [True, True, False, False]
        assert looked_at(0.25, None) == [True], "what was never handed in has not been drawn for"
        assert looked_at(0, None, 0) == [False, False] and looked_at(1, None, 999_999) == [True, True]

    def test_only_the_green_lane_is_sampled(self):
        policy = Policy(lanes={"yellow": LanePolicy(sampled=0)}, rules=policy_of(load_workspace(None)).rules)
        assert policy.call(Settings(), drawn=None, note_types={"benefit"}, products=(), waived=False).must_review

    async def test_a_bank_replaces_the_policy_in_its_own_folder(self, settings, bench, tmp_path):
        from agent.workspace.copying import init_workspace

        init_workspace(tmp_path / "bank")
        (tmp_path / "bank" / "desk.yaml").write_text(
            "lanes: {green: {hours: 1, reviewers: [shenhe2]}}\nrules: [{lane: green, why: 一条通道}]\n",
            encoding="utf-8",
        )
        home = settings.model_copy(update={"home": tmp_path / "other"})
        async with open_drafting(load_workspace(tmp_path / "bank"), home, now=bench.clock) as drafting:
            other = Bench(drafting, bench.clock)
            await other.note(note_type="benefit")
            (item,) = other.desk.queue(other.shen)
            assert (item.lane.lane, item.left_hours, item.permission.code) == ("green", 1.0, "desk_other_lane")
            assert other.desk.queue(other.zheng)[0].permission.allowed


@pytest.mark.parametrize("drawn", [123, 246, 255, 250_000, 524_286, 999_999])
def test_a_note_is_looked_at_from_the_number_below_the_share_and_not_from_it(drawn):
    share = LanePolicy(sampled=drawn / 1_000_000)
    shipped = policy_of(load_workspace(None))
    policy = Policy(lanes={"green": share, "yellow": share, "red": share}, rules=shipped.rules)

    def looked_at(number):
        given = {"note_types": ("lifestyle",), "products": (), "waived": False}
        called = policy.call(Settings(), drawn=number, **given)
        assert called.lane == "green"
        return called.must_review

    assert not looked_at(drawn) and looked_at(drawn - 1)
