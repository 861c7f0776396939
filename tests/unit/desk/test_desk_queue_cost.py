"""The queue costs a few queries however much waits, and a text is read from its JSON once."""

import threading

import pytest
from sqlalchemy import event

from agent.models import Round


@pytest.fixture
def statements(bench):
    """What the database is asked, as it is asked."""
    asked = []
    engine = bench.store.database.engine
    event.listen(engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    return asked


@pytest.fixture
def parsed(monkeypatch):
    """The texts read from JSON."""
    read = []
    real = Round.model_validate_json
    monkeypatch.setattr(Round, "model_validate_json", lambda content: read.append(content) or real(content))
    return read


async def test_a_queue_twice_as_long_asks_the_database_no_more(bench, statements):
    for _ in range(2):
        await bench.note()
    bench.desk.queue(bench.shen)
    costs = []
    for _ in range(2):
        statements.clear()
        bench.desk.queue(bench.shen)
        costs.append(len(statements))
        await bench.note()
        await bench.note()
        bench.desk.queue(bench.shen)
    assert costs[0] == costs[1] > 0


async def test_a_text_is_read_once_until_it_changes(bench, parsed):
    first, second = await bench.note(), await bench.note()
    parsed.clear()
    bench.desk.queue(bench.shen)
    assert len(parsed) == 2
    assert len(bench.desk.queue(bench.shen)) == 2
    assert len(parsed) == 2
    await bench.edited(first, words="再坐一会儿。")
    bench.hand_in(first)
    parsed.clear()
    told = {item.run: item.text_hash for item in bench.desk.queue(bench.shen)}
    assert len(parsed) == 1
    assert told == {first: bench.hash_of(first), second: bench.hash_of(second)}


async def test_what_no_longer_waits_is_forgotten(bench):
    run = await bench.note()
    bench.desk.queue(bench.shen)
    await bench.drafting.forget(run)
    assert bench.desk.queue(bench.shen) == ()
    kept = bench.store.desk._waiting._read
    assert not any(kept.values())


async def test_nobody_looks_for_near_duplicates_unless_asked(bench):
    looked = []
    desk = type(bench.desk)(drafting=bench.drafting, today=bench.clock.today, near=lambda run: looked.append(run) or ())
    run = await bench.note()
    assert [item.run for item in desk.queue(bench.shen, near=False)] == [run]
    assert looked == []
    assert desk.alike(bench.shen, [run]) == {}
    assert looked == [run]


async def test_a_case_is_put_together_beside_the_event_loop(bench):
    threads = []
    near = lambda run: threads.append(threading.current_thread()) or ()  # noqa: E731
    desk = type(bench.desk)(drafting=bench.drafting, today=bench.clock.today, near=near)
    await desk.case(await bench.note(), bench.shen)
    assert threads and threading.main_thread() not in threads
