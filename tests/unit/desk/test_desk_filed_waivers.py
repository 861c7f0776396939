"""Waivers of the bank's folder at the desk: shown, red, and worth no more than those granted there."""

from datetime import date

import pytest
from reviewing import BEGAN, refused

from agent.models import Waiver

BAD = "这张卡保证每个月稳赚不赔。"


@pytest.fixture
async def waived(bench):
    """Return a maker of a note whose blocks the bank's folder waives; the bench of that bank, and the run."""

    async def make(**given):
        run = await bench.note(hand_in=False)
        await bench.edited(run, words=BAD)
        blocks = bench.best(run).round.report.open("block")
        usual = {"reason": "引用反面例子", "approver": "shenhe", "second_approver": "郑审核", "created": BEGAN.date(),
                 "expires": date(2026, 12, 10)}  # fmt: skip
        waivers = tuple(
            Waiver(id=f"W{number}", rule=block.rule, fingerprint=block.fingerprint, quote=block.text, **usual | given)
            for number, block in enumerate(blocks, 1)
        )
        bank = bench.with_workspace(waivers=waivers)
        await bank.edited(run, words="再会。")
        bank.hand_in(run)
        return bank, run

    return make


async def test_the_case_and_the_queue_show_them_and_the_lane_is_red(waived):
    bank, run = await waived()
    case, (item,) = await bank.case(run), bank.desk.queue(bank.shen)
    assert (item.lane.lane, item.lane.reasons, item.waived) == ("red", ("有豁免的发现",), len(case.filed_waivers))
    assert item.waived and not item.open_blocks and case.waivers == ()
    assert {waiver.id for waiver in case.filed_waivers} == {f.status_by for f in bank.best(run).round.report.waived}
    assert {finding.status for finding in case.settled if finding.severity == "block"} == {"waived"}
    assert (await bank.approve(run)).outcome == "approved"


@pytest.mark.parametrize("writer", ["shenhe", "沈审核"])
async def test_one_approved_by_somebody_whose_text_it_is_lets_nothing_be_approved(waived, writer):
    bank, run = await waived(approver=writer)
    await bank.edited(run, by="shenhe", words="慢走。")
    bank.hand_in(run)
    case = await bank.case(run, by=bank.zheng)
    assert any("豁免 W1 的批准人 沈审核" in barrier for barrier in case.barriers) and not case.approvable
    with refused("desk_not_today") as caught:
        await bank.approve(run, by=bank.zheng)
    assert "豁免 W1 的批准人 沈审核" in caught.value.message


async def test_one_that_has_run_out_by_the_day_of_approval_is_named_with_its_day(waived):
    bank, run = await waived()
    bank.clock.pass_by(days=30)
    with refused("desk_not_today") as caught:
        await bank.approve(run)
    assert "豁免 W1 已于 2026-12-10 到期" in caught.value.message
    assert any("豁免 W1 已于 2026-12-10 到期" in barrier for barrier in (await bank.case(run)).barriers)
