"""Everything that operates one application, put together: `attach` adds routes, `running` watches the services."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import replace

from fastapi import FastAPI

from agent.settings import Settings
from agent.watching import Step, Watch
from agent.web.ops import health, scraping
from agent.web.ops.logs import log_step
from agent.web.ops.metrics import Metrics
from agent.web.ops.requests import RequestMiddleware
from agent.web.ops.stopping import Stopping
from agent.web.ops.traces import open_traces
from agent.web.services import Services

__all__ = ["Operating"]


class Operating:
    """Hold the metrics, the traces and the state of stopping of one application."""

    def __init__(self, settings: Settings) -> None:
        self.metrics = Metrics()
        self.stopping = Stopping(seconds=settings.web.stop_seconds)
        self._settings = settings
        self._traces = open_traces() if settings.web.traces else None

    def attach(self, app: FastAPI) -> None:
        """Add the routes, and the middleware that sees every request: call it after all other middleware is added."""
        app.state.operating = self
        health.register(app)
        scraping.register(app)
        app.add_middleware(RequestMiddleware, metrics=self.metrics, settings=self._settings)

    @asynccontextmanager
    async def running(self, services: Services) -> AsyncIterator[Services]:
        """Yield the services with all they do counted, logged and traced; at the end wait for turns at work."""
        services.store.database.on_error(self.metrics.storage_error)
        drafting = replace(services.drafting, watch=self._watch)
        try:
            yield replace(services, chat=replace(services.chat, drafting=drafting))
        finally:
            self.stopping.begin()
            await services.chat.finish(self.stopping.left())
            if self._traces is not None:
                await asyncio.to_thread(self._traces.close)

    @property
    def _watches(self) -> tuple[Watch, ...]:
        traced = (self._traces.watch,) if self._traces is not None else ()
        return (*traced, self.metrics.watch, log_step)

    @contextmanager
    def _watch(self, step: Step) -> Iterator[None]:
        with ExitStack() as watches:
            for watch in self._watches:
                watches.enter_context(watch(step))
            yield
