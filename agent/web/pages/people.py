"""`/people`: who has which role, who is signed in, and which API tokens are out. For admins.

The list itself is the workspace's people.yaml; here sessions and tokens are ended, and tokens made. The text of a token
is shown once.
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
from agent.web.identity import SCOPES
from agent.web.pages.controls import Kind, copy_button, press, sheet, sheet_head
from agent.web.pages.frame import View, private_page
from agent.web.pages.writing import text
from agent.web.signin.persons import is_here
from agent.web.signin.tokens import issue

__all__ = ["register"]

LASTING = (7, 30, 90, 365)  # days
LONGEST_NAME = 60


class End(Protocol):
    """End what a name stands for."""

    def __call__(self, name: str, /, *, at: datetime) -> None:
        """End it as of a moment."""


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
            with _row(f"{person.name} · {person.id}", self._described(person), gone=not here):
                self._button("people_end_all", self._access.end_all_of, person.id, kind="quiet")

    def _described(self, person: Person) -> Sequence[str]:
        roles = "、".join(self._say(f"role_{role.value}") for role in person.roles)
        left = self._say("people_left", day=person.left_on) if person.left_on else ""
        return [part for part in (roles, " ".join(person.accounts), left) if part]

    def _show_tokens(self, tokens: Sequence[TokenRecord], now: datetime) -> None:
        text(self._say("people_tokens"), tag="h2")
        press(self._say("people_token_new"), self._make_token, icon="add", kind="main")
        if not tokens:
            text(self._say("people_tokens_none"), "hint")
        for token in tokens:
            over = token.revoked_at is not None or token.expires_at <= now
            used = _moment(token.used_at) if token.used_at else self._say("people_never")
            facts = [
                self._say("people_token_for", person=self._name(token.user), by=self._name(token.created_by)),
                "、".join(self._say(f"people_scope_{scope}") for scope in token.scopes),
                self._say("people_token_times", until=_moment(token.expires_at), used=used),
            ]
            with _row(token.name, [*facts, self._say("people_over")] if over else facts, gone=over):
                if not over:
                    self._button("people_revoke", self._access.revoke_token, token.id)

    def _show_sessions(self, sessions: Sequence[SessionRecord]) -> None:
        text(self._say("people_sessions"), tag="h2")
        if not sessions:
            text(self._say("people_sessions_none"), "hint")
        for session in sessions:
            times = self._say("people_session", since=_moment(session.created_at), until=_moment(session.expires_at))
            own = [self._say("people_session_own")] if session.digest == self._view.identity.session else []
            with _row(self._name(session.user), [times, *own]):
                self._button("people_end", self._access.end_session, session.digest)

    def _button(self, key: str, act: End, subject: str, *, kind: Kind = "plain") -> None:
        async def pressed() -> None:
            await asyncio.to_thread(act, subject, at=self._view.services.now())
            ui.notify(self._say("people_done"))
            await self._show()

        press(self._say(key), pressed, kind=kind)

    def _make_token(self) -> None:
        """Ask for what a token needs, make it, and show its text this once."""
        say, people = self._say, self._here()
        with self._sheets, sheet(say("people_token_new")) as dialog, ui.card().classes("sheet-card") as card:
            sheet_head(dialog, say("people_token_new"), say("frame_close"))
            name = ui.input(label=say("people_token_name")).props(f"outlined maxlength={LONGEST_NAME}")
            person = ui.select(people, label=say("people_token_person"), value=next(iter(people), None)).props(
                "outlined"
            )
            scopes = ui.select(
                {scope: say(f"people_scope_{scope}") for scope in SCOPES},
                label=say("people_token_scopes"), value=["draft", "check"], multiple=True,
            ).props("outlined use-chips")  # fmt: skip
            lasting = {day: say("people_days", days=day) for day in LASTING}
            days = ui.select(lasting, label=say("people_token_days"), value=LASTING[1]).props("outlined")

            async def make() -> None:
                if not ((name.value or "").strip() and person.value and scopes.value):
                    ui.notify(say("people_token_incomplete"), type="warning")
                    return
                made = await asyncio.to_thread(self._issue, name.value, person.value, scopes.value, days.value)
                self._show_once(card, dialog, made)
                await self._show()

            press(say("people_token_make"), make, kind="main")
        dialog.open()

    def _issue(self, name: str, person: str, scopes: Sequence[str], days: int) -> str:
        services = self._view.services
        _, made = issue(
            services.store,
            user=person,
            name=name.strip()[:LONGEST_NAME],
            scopes=tuple(scope for scope in SCOPES if scope in scopes),
            by=self._view.identity.user,
            at=services.now(),
            days=days,
        )
        return made

    def _show_once(self, card: ui.card, dialog: ui.dialog, made: str) -> None:
        card.clear()
        with card:
            sheet_head(dialog, self._say("people_token_made"), self._say("frame_close"))
            text(self._say("people_token_once"), "hint")
            text(made, "people-token", tag="code")
            copy_button(made, self._say("people_token_copy"), self._say("frame_copied"), kind="main")

    def _here(self) -> dict[str, str]:
        services = self._view.services
        return {person.id: person.name for person in services.workspace.people if is_here(person, services.today())}

    def _name(self, user: str) -> str:
        return self._names.get(user, user)


def _row(title: str, facts: Sequence[str], *, gone: bool = False) -> ui.element:
    """Return a row to put buttons in, with what it is about."""
    row = ui.element("section").classes("people-row gone" if gone else "people-row")
    with row, ui.element("div").classes("people-about"):
        text(title, "people-name")
        for fact in facts:
            text(fact, "hint")
    return row


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone():%Y-%m-%d %H:%M}"
