"""`/people`: who has which role, who is signed in, and which API tokens are out. For admins.

The list itself is the workspace's people.yaml; here sessions and tokens are ended, and tokens made with which nobody
can act as somebody else. For those that act as oneself there is `/tokens`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from fastapi import FastAPI
from nicegui import ui

from agent.people import Person, Role
from agent.record.values import SessionRecord, TokenRecord
from agent.web.identity import FOR_OTHERS
from agent.web.pages.controls import Kind, press
from agent.web.pages.frame import View, private_page
from agent.web.pages.issuing import TokenMaker, moment_of, row, token_row
from agent.web.pages.writing import text
from agent.web.signin.persons import is_here

__all__ = ["register"]


class End(Protocol):
    """End what a name stands for."""

    def __call__(self, name: str, /, *, at: datetime, by: str) -> None:
        """End it as of a moment, by whoever pressed."""


def register(app: FastAPI) -> None:
    """Register `/people`."""

    @private_page(app, "/people", Role.ADMIN)
    async def people(view: View) -> None:
        await _Board(view).build()


class _Board:
    """Show the three lists, and show them again after each change."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._say = view.say
        self._access = view.services.store.access
        self._names = {person.id: person.name for person in view.services.workspace.people}

    async def build(self) -> None:
        with ui.element("div").classes("people"):
            text(self._say("people_title"), "people-title", tag="h1")
            text(self._say("people_where"), "hint")
            self._body = ui.element("div").classes("people-lists")
        self._sheets = ui.element("div")  # outside of what is shown again
        await self._show()

    async def _show(self) -> None:
        now = self._view.services.now()
        sessions = await asyncio.to_thread(self._access.sessions, at=now)
        tokens = await asyncio.to_thread(self._access.tokens)
        self._body.clear()
        with self._body:
            self._show_people()
            self._show_tokens(tokens, now)
            self._show_sessions(sessions)

    def _show_people(self) -> None:
        text(self._say("people_people"), tag="h2")
        for person in self._view.services.workspace.people:
            here = is_here(person, self._view.services.today())
            with row(f"{person.name} · {person.id}", self._described(person), gone=not here):
                self._button("people_end_all", self._access.end_all_of, person.id, kind="quiet")

    def _described(self, person: Person) -> Sequence[str]:
        roles = "、".join(self._say(f"role_{role.value}") for role in person.roles)
        left = self._say("people_left", day=person.left_on) if person.left_on else ""
        return [part for part in (roles, " ".join(person.accounts), left) if part]

    def _show_tokens(self, tokens: Sequence[TokenRecord], now: datetime) -> None:
        text(self._say("people_tokens"), tag="h2")
        text(self._say("people_token_limits"), "hint")
        press(self._say("people_token_new"), self._make_token, icon="add", kind="main")
        if not tokens:
            text(self._say("people_tokens_none"), "hint")
        for token in tokens:
            whose = self._say("people_token_for", person=self._name(token.user), by=self._name(token.created_by))
            with token_row(token, self._say, now=now, more=(whose,)) as holds:
                if holds:
                    self._button("people_revoke", self._access.revoke_token, token.id)

    def _show_sessions(self, sessions: Sequence[SessionRecord]) -> None:
        text(self._say("people_sessions"), tag="h2")
        if not sessions:
            text(self._say("people_sessions_none"), "hint")
        for session in sessions:
            times = self._say(
                "people_session", since=moment_of(session.created_at), until=moment_of(session.expires_at)
            )
            own = [self._say("people_session_own")] if session.digest == self._view.identity.session else []
            with row(self._name(session.user), [times, *own]):
                self._button("people_end", self._access.end_session, session.digest)

    def _button(self, key: str, act: End, subject: str, *, kind: Kind = "plain") -> None:
        async def pressed() -> None:
            await asyncio.to_thread(act, subject, at=self._view.services.now(), by=self._view.identity.user)
            ui.notify(self._say("people_done"))
            await self._show()

        press(self._say(key), pressed, kind=kind)

    def _make_token(self) -> None:
        maker = TokenMaker(self._view, people=self._here(), scopes=FOR_OTHERS, made=self._show)
        with self._sheets:
            maker.ask()

    def _here(self) -> dict[str, str]:
        services = self._view.services
        return {person.id: person.name for person in services.workspace.people if is_here(person, services.today())}

    def _name(self, user: str) -> str:
        return self._names.get(user, user)
