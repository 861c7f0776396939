"""What people paste: NUL, half a character and what cannot be seen reach no decision, waiver or text."""

from datetime import timedelta

import pytest
from reviewing import refused

from agent.desk.values import EditedText
from agent.graph.state import Review

DIRT = "\x00\ud800\u202e\u200b"


async def test_a_reason_is_kept_without_what_cannot_be_seen(bench):
    run = await bench.note()
    decided = await bench.approve(run, reason=f"好{DIRT}的")
    assert (decided.outcome, decided.reason) == ("approved", "好的")
    assert [kept.reason for kept in bench.store.decisions(run)] == ["好的"]


@pytest.mark.parametrize("verdict", ["suggest", "reject"])
async def test_a_reason_of_nothing_that_can_be_seen_is_none(bench, verdict):
    run = await bench.note()
    with refused("desk_reason_missing"):
        await getattr(bench.desk, verdict)(run, text_hash=bench.hash_of(run), by=bench.shen, reason=DIRT)
    assert bench.store.decisions(run) == ()


async def test_an_edited_text_is_kept_without_what_no_database_holds(bench):
    run = await bench.note()
    text = bench.longer(run, "慢\x00一点\ud800再喝。")
    await bench.desk.suggest(run, text_hash=bench.hash_of(run), by=bench.shen, reason="改字", text=text)
    assert "慢一点再喝。" in bench.best(run).round.note.body


async def test_what_disguises_words_in_a_text_stays_for_the_rules_to_see(bench):
    assert EditedText(title="标题", body="零\u200b宽").body == "零\u200b宽"


async def test_a_note_that_comes_with_a_decision_is_kept_the_same_way(bench):
    note = bench.best(await bench.note()).round.note
    spoilt = note.model_copy(update={"cover": "封\x00面", "tags": ("手\x00冲",)})
    review = Review(action="edit", reviewer="a\x00ning", text_hash=note.text_hash, note=spoilt)
    assert (review.note.cover, review.note.tags, review.reviewer) == ("封面", ("手冲",), "aning")
    assert review.note.segments == note.segments


async def test_reasons_beside_decisions_are_kept_the_same_way(bench):
    now = bench.clock()
    period = {"starts_at": now, "ends_at": now + timedelta(days=1)}
    given = bench.desk.delegate(by=bench.shen, to="shenhe2", reason=f"休{DIRT}假", **period)
    assert given.reason == "休假"
    with refused("desk_delegation_vague"):
        bench.desk.delegate(by=bench.shen, to="shenhe2", reason=DIRT, **period)
    run, url = await bench.note(), "https://www.xiaohongshu.com/explore/1"
    await bench.approve(run)
    await bench.desk.publish(run, text_hash=bench.hash_of(run), url=url, by=bench.aning)
    with refused("desk_reason_missing"):
        bench.desk.retract(run, url=url, reason=DIRT, by=bench.shen)
    bench.desk.retract(run, url=url, reason=f"违{DIRT}规", by=bench.shen)
    assert [kept.reason for kept in bench.store.desk.corrections(run)] == ["违规"]
