"""Waivers: a finding accepted for one run, by two people where it is a block, until a day; then the lane is red."""

from datetime import UTC, date, datetime

import pytest
from reviewing import refused

EXPIRES = date(2026, 12, 10)
BAD = "这张卡保证每个月稳赚不赔。"


@pytest.fixture
async def blocked(bench):
    """A note with an open block that its author cannot hand in, and the finding's id."""
    run = await bench.note(hand_in=False)
    await bench.edited(run, words=BAD)
    case = await bench.case(run)
    return run, [finding.id for finding in case.open if finding.severity == "block"]


async def accept(bench, run, finding, by=None, **given):
    asked = {"reason": "引用反面例子", "expires_on": EXPIRES, **given}
    return await bench.desk.waive(run, text_hash=bench.hash_of(run), finding=finding, by=by or bench.shen, **asked)


async def test_a_block_counts_once_somebody_else_agrees_and_can_then_be_approved(bench, blocked):
    run, blocks = blocked
    for finding in blocks:
        first = await accept(bench, run, finding)
        assert first.needs_second and not first.counts
    assert bench.best(run).round.report.open("block")
    with refused("approve_with_block"):
        await bench.approve(run)
    for waiver in (await bench.case(run)).waivers:
        with refused("waiver_same_person"):
            await bench.desk.second(run, waiver.id, by=bench.shen)
        assert (await bench.desk.second(run, waiver.id, by=bench.zheng)).counts
    case = await bench.case(run)
    assert case.item.lane.lane == "red" and case.barriers == ()
    assert case.filed_waivers == () and case.item.waived == len(bench.best(run).round.report.waivers) > 0
    assert not [finding for finding in case.open if finding.severity == "block"]
    assert {finding.status for finding in case.settled if finding.severity == "block"} == {"waived"}
    bench.hand_in(run)
    assert [item.run for item in bench.desk.queue(bench.shen)] == [run]
    assert (await bench.approve(run)).outcome == "approved"
    assert bench.store.audit.verify().breaks == ()


async def test_a_finding_is_accepted_on_a_leap_day_too(bench, blocked):
    run, (first, *_) = blocked
    bench.clock.moment = datetime(2028, 2, 29, 5, tzinfo=UTC)
    with refused("desk_waiver_period"):
        await accept(bench, run, first, expires_on=date(2029, 3, 2))
    assert (await accept(bench, run, first, expires_on=date(2029, 2, 28))).expires_on == date(2029, 2, 28)


async def test_a_waiver_that_has_expired_stops_counting(bench, blocked):
    run, blocks = blocked
    for finding in blocks:
        kept = await accept(bench, run, finding, expires_on=date(2026, 11, 25))
        await bench.desk.second(run, kept.id, by=bench.zheng)
    bench.hand_in(run)
    assert (await bench.case(run)).approvable
    bench.clock.pass_by(days=2)
    case = await bench.case(run)
    assert not case.approvable and not any(waiver.counts for waiver in case.waivers)
    with refused("desk_not_today"):
        await bench.approve(run)


async def test_an_edit_after_a_waiver_is_checked_anew_and_the_waiver_holds_for_its_words_alone(bench, blocked):
    run, blocks = blocked
    for finding in blocks:
        kept = await accept(bench, run, finding)
        await bench.desk.second(run, kept.id, by=bench.zheng)
    await bench.edited(run, words="这只基金保本保息。")
    assert bench.best(run).round.report.open("block")


async def test_reviewers_hear_of_a_block_that_waits_for_a_second(bench, blocked):
    run, blocks = blocked
    await accept(bench, run, blocks[0])
    assert [notice.kind for notice in bench.desk.notices(bench.zheng)] == ["waiver"]
    assert bench.desk.notices(bench.shen) == ()


async def test_who_may_not_and_what_is_no_waiver(bench, blocked):
    run, blocks = blocked
    with refused("desk_not_reviewer"):
        await accept(bench, run, blocks[0], by=bench.aning)
    with refused("desk_own_note"):
        await accept(bench, run, blocks[0], by=bench.shen.model_copy(update={"accounts": ("staff-aning",)}))
    with refused("desk_no_such_finding"):
        await accept(bench, run, "RET-99:body:0")
    with refused("desk_reason_missing"):
        await accept(bench, run, blocks[0], reason=" ")
    for day in (date(2026, 11, 23), date(2028, 1, 1)):
        with refused("desk_waiver_period"):
            await accept(bench, run, blocks[0], expires_on=day)
    with refused("review_of_other_text"):
        await bench.desk.waive(
            run, text_hash="sha256:0", finding=blocks[0], reason="x", expires_on=EXPIRES, by=bench.shen
        )
    kept = await accept(bench, run, blocks[0])
    with refused("waiver_unknown"):
        await bench.desk.second(run, kept.id + 99, by=bench.zheng)
    with refused("desk_not_reviewer"):
        await bench.desk.second(run, kept.id, by=bench.aning)


async def test_a_waiver_granted_anew_needs_its_second_approver_anew(bench, blocked):
    run, blocks = blocked
    kept = await accept(bench, run, blocks[0])
    assert (await bench.desk.second(run, kept.id, by=bench.zheng)).counts
    with refused("desk_no_such_finding"):  # it is waived, not open
        await accept(bench, run, blocks[0])
    assert [waiver.second_approver for waiver in bench.store.desk.waivers(run)][:1] == ["shenhe2"]


async def test_the_record_of_a_waiver_cannot_be_changed_unseen(bench, blocked):
    import sqlite3
    from contextlib import closing

    run, blocks = blocked
    await accept(bench, run, blocks[0])
    with closing(sqlite3.connect(bench.drafting.settings.home / "record.db")) as connection, connection:
        connection.execute("UPDATE run_waivers SET second_approver = 'shenhe2'")
    assert [(found.code, found.kind) for found in bench.store.audit.verify().breaks] == [
        ("audit_row_changed", "waived")
    ]


async def test_a_waiver_takes_a_reason_that_can_be_seen_and_keeps_only_that(bench, blocked):
    run, (finding, *_) = blocked
    with refused("desk_reason_missing"):
        await accept(bench, run, finding, reason="\x00\u200b")
    await accept(bench, run, finding, reason="引用\x00反面例子")
    assert [kept.reason for kept in bench.store.desk.waivers(run)] == ["引用反面例子"]
