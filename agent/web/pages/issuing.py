"""A sheet that makes an API token and shows its text this once, and a token as a row of a list."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from nicegui import ui

from agent.record.values import TokenRecord
from agent.web.identity import Scope
from agent.web.pages.controls import copy_button, press, sheet, sheet_head
from agent.web.pages.frame import View
from agent.web.pages.writing import text
from agent.web.signin.tokens import issue
from agent.web.words import Words

__all__ = ["TokenMaker", "moment_of", "row", "token_row"]

LASTING = (7, 30, 90, 365)  # days
LONGEST_NAME = 60


@dataclass(frozen=True)
class TokenMaker:
    """Make tokens for one of `people` (names by id; one alone is not asked for) with some of `scopes`."""

    view: View
    people: Mapping[str, str]
    scopes: Sequence[Scope]
    made: Callable[[], Awaitable[None]]

    def ask(self) -> None:
        """Ask for what a token needs, make it, and show its text this once."""
        say = self.view.say
        with sheet(say("people_token_new")) as dialog, ui.card().classes("sheet-card") as card:
            sheet_head(dialog, say("people_token_new"), say("frame_close"))
            name = ui.input(label=say("people_token_name")).props(f"outlined maxlength={LONGEST_NAME}")
            person = self._person()
            scopes = ui.select(
                {scope: say(f"people_scope_{scope}") for scope in self.scopes},
                label=say("people_token_scopes"), value=["check"], multiple=True,
            ).props("outlined use-chips")  # fmt: skip
            lasting = {day: say("people_days", days=day) for day in LASTING}
            days = ui.select(lasting, label=say("people_token_days"), value=LASTING[1]).props("outlined")

            async def make() -> None:
                whose = person.value if person else next(iter(self.people), None)
                if not ((name.value or "").strip() and whose and scopes.value):
                    ui.notify(say("people_token_incomplete"), type="warning")
                    return
                made = await asyncio.to_thread(self._issue, name.value, whose, scopes.value, days.value)
                self._show_once(card, dialog, made)
                await self.made()

            press(say("people_token_make"), make, kind="main")
        dialog.open()

    def _person(self) -> ui.select | None:
        if len(self.people) == 1:
            return None
        label, first = self.view.say("people_token_person"), next(iter(self.people), None)
        return ui.select(dict(self.people), label=label, value=first).props("outlined")

    def _issue(self, name: str, person: str, scopes: Sequence[str], days: int) -> str:
        services = self.view.services
        _, made = issue(
            services.store,
            user=person,
            name=name.strip()[:LONGEST_NAME],
            scopes=tuple(scope for scope in self.scopes if scope in scopes),
            by=self.view.identity.user,
            at=services.now(),
            days=days,
        )
        return made

    def _show_once(self, card: ui.card, dialog: ui.dialog, made: str) -> None:
        say = self.view.say
        card.clear()
        with card:
            sheet_head(dialog, say("people_token_made"), say("frame_close"))
            text(say("people_token_once"), "hint")
            text(made, "people-token", tag="code")
            copy_button(made, say("people_token_copy"), say("frame_copied"), kind="main")


@contextmanager
def token_row(token: TokenRecord, say: Words, *, now: datetime, more: Sequence[str] = ()) -> Iterator[bool]:
    """Show a token, with `more` about it, as a row to put buttons in; yield whether it still holds."""
    over = token.revoked_at is not None or token.expires_at <= now
    used = moment_of(token.used_at) if token.used_at else say("people_never")
    facts = [
        *more,
        "、".join(say(f"people_scope_{scope}") for scope in token.scopes),
        say("people_token_times", until=moment_of(token.expires_at), used=used),
    ]
    with row(token.name, [*facts, say("people_over")] if over else facts, gone=over):
        yield not over


def row(title: str, facts: Sequence[str], *, gone: bool = False) -> ui.element:
    """Return a row to put buttons in, with what it is about."""
    made = ui.element("section").classes("people-row gone" if gone else "people-row")
    with made, ui.element("div").classes("people-about"):
        text(title, "people-name")
        for fact in facts:
            text(fact, "hint")
    return made


def moment_of(moment: datetime) -> str:
    """Return a moment as people here read it, to the minute."""
    return f"{moment.astimezone():%Y-%m-%d %H:%M}"
