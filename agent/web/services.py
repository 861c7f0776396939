"""What pages and routes work with: one `Services` a process, opened when the server starts and closed when it stops."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property

from agent.chat.session import Chat, open_chat
from agent.desk import Desk
from agent.desk.posting import Postman, posting
from agent.desk.values import NearNote
from agent.drafting import Drafting
from agent.library import Library
from agent.people import Person
from agent.record import Store
from agent.settings import Settings
from agent.workspace import Workspace

__all__ = ["Services", "open_services"]


@dataclass(frozen=True)
class Services:
    """Hold what a server process shares among its requests."""

    chat: Chat
    now: Callable[[], datetime]
    today: Callable[[], date]

    @property
    def drafting(self) -> Drafting:
        """Return what runs briefs; a note always waits for a person here."""
        return self.chat.drafting

    @property
    def store(self) -> Store:
        """Return the record."""
        return self.drafting.store

    @property
    def settings(self) -> Settings:
        """Return the settings the server was started with."""
        return self.drafting.settings

    @property
    def workspace(self) -> Workspace:
        """Return the bank's folder as it was read when the server started."""
        return self.drafting.workspace

    @property
    def desk(self) -> Desk:
        """Return the review desk."""
        return Desk(drafting=self.drafting, today=self.today, near=self._near)

    @cached_property
    def library(self) -> Library:
        """Return what reads across all notes; it keeps what it has read."""
        return Library(self.store, self.workspace, today=self.today)

    def _near(self, run: str) -> tuple[NearNote, ...]:
        return tuple(
            NearNote(run=note.run, title=note.heading, account=note.stamp.account, score=share)
            for note, share in self.library.near(run)
        )


@asynccontextmanager
async def open_services(
    workspace: Workspace,
    settings: Settings,
    *,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    today: Callable[[], date] = lambda: datetime.now().astimezone().date(),
) -> AsyncIterator[Services]:
    """Open record, checkpoints, models and chat; raise what keeps one of them from being opened.

    Who of the bank's people may do what from now on goes into the audit, if it has changed since a server was started.
    """
    async with open_chat(workspace, settings, now=now, today=today) as chat:
        roles = {person.id: _may(person) for person in workspace.people}
        await asyncio.to_thread(chat.drafting.store.access.note_roles, roles, at=now())
        postman = Postman(store=chat.drafting.store, settings=settings, workspace=workspace, now=now)
        async with posting(postman):
            yield Services(chat=chat, now=now, today=today)


def _may(person: Person) -> dict[str, object]:
    return person.model_dump(mode="json", include={"roles", "accounts", "left_on"})
