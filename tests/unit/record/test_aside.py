"""Blocking work is done in a thread, and what was begun there is finished before whoever waited is let go."""

import asyncio
import contextvars
import threading

import pytest

from agent.aside import aside

told = contextvars.ContextVar("told")


async def test_the_loop_goes_on_while_a_call_blocks():
    going_on = threading.Event()
    asyncio.get_running_loop().call_soon(going_on.set)
    assert await aside(going_on.wait, timeout=5)


async def test_a_call_knows_its_context_and_raises_what_it_raises():
    told.set("here")
    assert await aside(told.get) == "here"
    with pytest.raises(ZeroDivisionError):
        await aside(divmod, 1, 0)


async def test_who_is_cancelled_is_let_go_only_when_what_was_begun_is_done():
    begun, over, done = threading.Event(), threading.Event(), []

    def work():
        begun.set()
        over.wait(timeout=5)
        done.append(True)

    waiting = asyncio.ensure_future(aside(work))
    while not begun.is_set():
        await asyncio.sleep(0.01)
    for _ in range(3):  # as a scope does that cancels until it is obeyed
        waiting.cancel()
        await asyncio.sleep(0.01)
    assert not waiting.done()
    asyncio.get_running_loop().call_later(0.05, over.set)
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert done == [True]
