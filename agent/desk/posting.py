"""Post notices to the webhook of the settings: each once, again later when it fails, one sender among many at a time.

An attempt is counted before it is made, so that a sender that dies in the middle leaves the notice to the next one.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx2

from agent.aside import aside
from agent.desk.policy import WebhookPolicy, policy_of
from agent.desk.wording import wording_of
from agent.errors import ConfigurationError, StorageError
from agent.record import NoticeRecord, Store
from agent.settings import Settings
from agent.workspace import Workspace

__all__ = ["Postman", "posting"]

LOOK_AGAIN_SECONDS = 5.0
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Postman:
    """Hold what posting needs; the address of the webhook is a secret and is in no message and no log."""

    store: Store
    settings: Settings
    workspace: Workspace
    now: Callable[[], datetime]

    @property
    def policy(self) -> WebhookPolicy:
        """Return how long to wait, and when to try again."""
        return policy_of(self.workspace).webhook

    async def post_due(self) -> int:
        """Post what is due and return how many arrived; what fails stays, and why is kept with it."""
        now = self.now()
        due = await aside(self.store.notices.due, now=now, since=now - timedelta(hours=self.policy.keep_hours))
        arrived = 0
        async with httpx2.AsyncClient(timeout=self.policy.timeout_seconds, follow_redirects=False) as client:
            for kept in due:
                again_at = self.now() + self.policy.again_after(kept.attempts)
                if await aside(self.store.notices.begin, kept, again_at=again_at):
                    arrived += await self._post(client, kept)
        return arrived

    async def _post(self, client: httpx2.AsyncClient, kept: NoticeRecord) -> bool:
        web = self.settings.web
        try:
            body = wording_of(kept, web.webhook_format, workspace=self.workspace, address=web.address)
            reply = await client.post(self.settings.webhook.get_secret_value(), json=body)
            problem = _problem(reply)
        except ConfigurationError as error:
            problem = error.message
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            problem = type(error).__name__  # what it says may quote the address
        if problem:
            await aside(self.store.notices.failed, kept, problem)
            logger.warning("notice %s was not posted: %s", kept.id, problem)
            return False
        await aside(self.store.notices.sent, kept, at=self.now())
        return True

    async def keep_posting(self) -> None:
        """Post for ever; a record that cannot be used just now is asked again."""
        while True:
            with suppress(StorageError):
                await self.post_due()
            await asyncio.sleep(LOOK_AGAIN_SECONDS)


@asynccontextmanager
async def posting(postman: Postman) -> AsyncIterator[None]:
    """Post in the background for as long as this is open; without a webhook there is nothing to do."""
    if not postman.settings.webhook.get_secret_value():
        yield
        return
    logging.getLogger("httpx2").setLevel(logging.WARNING)  # at INFO it tells the address of every request
    task = asyncio.create_task(postman.keep_posting())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def _problem(reply: httpx2.Response) -> str:
    """Say why a reply is no success: the robots answer 200 with a code of their own when they refuse."""
    if not reply.is_success:
        return f"HTTP {reply.status_code}"
    try:
        said: Any = reply.json()
    except ValueError:
        return ""
    codes = [said.get(name) for name in ("errcode", "code", "StatusCode")] if isinstance(said, dict) else []
    refused = [code for code in codes if code not in (None, 0)]
    return f"code {refused[0]}" if refused else ""
