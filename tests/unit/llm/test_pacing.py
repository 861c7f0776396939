"""Bounds on calls, with a clock that moves only when somebody sleeps."""

import asyncio

from agent.llm.pacing import Pace, pace_of


class Clock:
    def __init__(self):
        self.now = 1000.0
        self.slept = []

    async def sleep(self, seconds):
        self.slept.append(seconds)
        self.now += seconds


async def begin(pace):
    async with pace.turn():
        pass


async def test_a_call_over_the_limit_waits_until_the_minute_is_over():
    clock = Clock()
    pace = Pace(8, 2, clock=lambda: clock.now, sleep=clock.sleep)
    await begin(pace)
    clock.now += 20
    await begin(pace)
    assert clock.slept == []
    await begin(pace)
    assert clock.slept == [40.0]
    await begin(pace)
    assert clock.slept == [40.0, 20.0]


async def test_no_minute_ever_holds_more_starts_than_allowed():
    clock = Clock()
    pace = Pace(50, 3, clock=lambda: clock.now, sleep=clock.sleep)
    starts = []

    async def call():
        async with pace.turn():
            starts.append(clock.now)

    await asyncio.gather(*(call() for _ in range(10)))
    assert all(later - earlier >= 60 for earlier, later in zip(starts, starts[3:], strict=False))


async def test_without_a_limit_nobody_waits():
    clock = Clock()
    pace = Pace(1, clock=lambda: clock.now, sleep=clock.sleep)
    for _ in range(20):
        await begin(pace)
    assert clock.slept == []


async def test_a_turn_is_given_back_when_a_call_fails():
    pace = Pace(1)
    for _ in range(2):
        try:
            async with pace.turn():
                raise RuntimeError
        except RuntimeError:
            pass
    await asyncio.wait_for(begin(pace), 1)


async def test_callers_of_one_endpoint_keep_one_pace_and_of_another_another():
    assert pace_of("http://a/v1", 2, 0) is pace_of("http://a/v1", 2, 0)
    assert pace_of("http://a/v1", 2, 0) is not pace_of("http://b/v1", 2, 0)


def test_another_event_loop_has_a_pace_of_its_own():
    async def once():
        pace = pace_of("http://a/v1", 1, 0)
        await asyncio.gather(*(begin(pace) for _ in range(3)))
        return pace

    assert asyncio.run(once()) is not asyncio.run(once())
