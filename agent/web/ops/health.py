"""`/healthz` says that the process answers, `/readyz` that it can work: record, checkpoints, rules, disk, not stopping.

Both are open to everybody, for whatever starts and stops the server: they name a part and an error code, nothing else.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from agent.errors import GuardError, KosnoteError, StorageError
from agent.web.access import services_of
from agent.web.services import Services

__all__ = ["PARTS", "Readiness", "register"]

ENOUGH_BYTES = 32 * 1024 * 1024
Part = Callable[[Services], Awaitable[None]]


async def _record(services: Services) -> None:
    await asyncio.to_thread(services.store.database.probe)


async def _checkpoints(services: Services) -> None:
    await services.drafting.probe()


async def _rules(services: Services) -> None:
    packs = await asyncio.to_thread(lambda: services.chat.packs)
    if not packs.rules:
        raise GuardError("rules_missing")


async def _disk(services: Services) -> None:
    if services.settings.database.get_secret_value():
        return  # the record is not on this machine
    home = services.settings.home
    if shutil.disk_usage(home).free < ENOUGH_BYTES:
        raise StorageError("disk_nearly_full", path=home)


PARTS: dict[str, Part] = {"record": _record, "checkpoints": _checkpoints, "rules": _rules, "disk": _disk}


class Readiness:
    """Ask every part within a bound. A part still busy with the last question is not asked a second one meanwhile."""

    def __init__(self, *, seconds: float) -> None:
        self._seconds = seconds
        self._asked: dict[str, asyncio.Task[None]] = {}

    async def ask(self, services: Services) -> dict[str, str]:
        """Return "ok" or the code of what is wrong, by part."""
        answers = await asyncio.gather(*(self._of(name, services) for name in PARTS))
        return dict(zip(PARTS, answers, strict=True))

    async def _of(self, name: str, services: Services) -> str:
        task = self._asked.get(name)
        if task is None:
            task = self._asked[name] = asyncio.ensure_future(PARTS[name](services))
            task.add_done_callback(lambda done: self._forget(name, done))
        try:
            await asyncio.wait_for(asyncio.shield(task), self._seconds)
        except TimeoutError:
            return "too_slow"
        except KosnoteError as error:
            return error.code
        except Exception as error:  # whatever it is, this server cannot work
            return type(error).__name__
        return "ok"

    def _forget(self, name: str, done: asyncio.Task[None]) -> None:
        self._asked.pop(name, None)
        if not done.cancelled():
            done.exception()


def register(app: FastAPI) -> None:
    """Add both routes."""
    readiness = Readiness(seconds=app.state.settings.web.ready_seconds)

    @app.get("/healthz", include_in_schema=False)
    async def healthz() -> JSONResponse:
        return JSONResponse({"status": "alive"}, headers={"Cache-Control": "no-store"})

    @app.get("/readyz", include_in_schema=False)
    async def readyz(request: Request) -> JSONResponse:
        parts = await readiness.ask(services_of(request))
        if app.state.operating.stopping.has_begun:
            parts["server"] = "stopping"
        ready = all(answer == "ok" for answer in parts.values())
        content = {"status": "ready" if ready else "not_ready", "parts": parts}
        return JSONResponse(content, status_code=200 if ready else 503, headers={"Cache-Control": "no-store"})
