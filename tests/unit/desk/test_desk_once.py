"""A decision is made once: sent again, made by many at the same moment, or cut off half-way."""

import asyncio
from datetime import UTC, datetime

import pytest
from reviewing import refused

from agent.graph.state import Review


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
