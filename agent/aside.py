"""Do blocking work beside the event loop: whoever waits for the record keeps nobody else waiting.

The record is asked in threads wherever a loop runs. What was begun there is finished before its caller is cancelled, so
that nothing is written behind the back of whoever gives up.
"""

from __future__ import annotations

import asyncio
import contextvars
import functools
from collections.abc import Callable
from contextlib import suppress
from typing import ParamSpec, TypeVar

__all__ = ["aside"]

_Given = ParamSpec("_Given")
_Returned = TypeVar("_Returned")


async def aside(call: Callable[_Given, _Returned], /, *args: _Given.args, **kwargs: _Given.kwargs) -> _Returned:
    """Return what a blocking call returns, made in a thread; raise what it raises."""
    bound = functools.partial(contextvars.copy_context().run, call, *args, **kwargs)
    working = asyncio.get_running_loop().run_in_executor(None, bound)
    try:
        return await asyncio.shield(working)
    except asyncio.CancelledError:
        while not working.done():
            with suppress(asyncio.CancelledError):  # some cancel again and again until they are obeyed
                await asyncio.wait((working,))
        raise
