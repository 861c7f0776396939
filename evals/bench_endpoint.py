"""An endpoint of a fixed latency on this machine, for benchmarks: it answers by the shape asked for and keeps time.

Every request names its user by a word of what was told (`u017`), so that what a user waited for models can be taken
away from what they waited in all. It is no test double: nothing about the replies matters but that they pass.
"""

from __future__ import annotations

import asyncio
import json
import re
import socket
import time
from collections import defaultdict
from pathlib import Path
from typing import Any, Final

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

__all__ = ["FixedLatency", "waited"]

REPLIES: Final = Path(__file__).parent / "data" / "bench" / "replies.json"
_USER: Final = re.compile(r"u\d{3}")
Spell = tuple[float, float]


class FixedLatency:
    """Serve scripted replies after `latency` seconds on a free port of this machine."""

    def __init__(self, latency: float) -> None:
        self.latency = latency
        self.spells: dict[str, list[Spell]] = defaultdict(list)
        self._replies: dict[str, Any] = json.loads(REPLIES.read_text(encoding="utf-8"))
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        app = Starlette(routes=[Route("/v1/chat/completions", self._complete, methods=["POST"])])
        self._server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, lifespan="off"))

    @property
    def url(self) -> str:
        """Return what OPENAI_BASE_URL must be."""
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}/v1"

    async def __aenter__(self) -> FixedLatency:
        """Start serving."""
        self._serving = asyncio.create_task(self._server.serve(sockets=[self._socket]))
        while not self._server.started:
            await asyncio.sleep(0.01)
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop serving."""
        self._server.should_exit = True
        await self._serving

    async def _complete(self, request: Request) -> JSONResponse:
        began = time.perf_counter()
        body = await request.body()
        asked = json.loads(body)
        shape = asked["response_format"]["json_schema"]["name"]
        await asyncio.sleep(self.latency)
        user = _USER.search(json.dumps(asked["messages"], ensure_ascii=False))
        self.spells[user.group() if user else ""].append((began, time.perf_counter()))
        message = {"role": "assistant", "content": json.dumps(self._replies[shape], ensure_ascii=False)}
        usage = {"prompt_tokens": 100, "completion_tokens": 50, "total_tokens": 150}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        return JSONResponse({"id": "bench", "model": asked["model"], "choices": [choice], "usage": usage, "created": 0})


def waited(spells: list[Spell], began: float, ended: float) -> float:
    """Return the seconds between two moments in which at least one of these calls was under way."""
    total, reached = 0.0, began
    for first, last in sorted(spells):
        first, last = max(first, reached), min(last, ended)
        if last > first:
            total += last - first
            reached = last
    return total
