"""`/tokens`: the API tokens with which a program acts as oneself. For anybody signed in, and only their own."""

from __future__ import annotations

import asyncio

from fastapi import FastAPI
from nicegui import ui

from agent.record.values import TokenRecord
from agent.web.identity import SCOPES
from agent.web.pages.controls import press
from agent.web.pages.frame import View, private_page
from agent.web.pages.issuing import TokenMaker, token_row
from agent.web.pages.writing import text

__all__ = ["register"]


def register(app: FastAPI) -> None:
    """Register `/tokens`."""

    @private_page(app, "/tokens")
    async def tokens(view: View) -> None:
        await _Own(view).build()


class _Own:
    """Show somebody's tokens, and show them again after each change."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._say = view.say
        self._access = view.services.store.access

    async def build(self) -> None:
        with ui.element("div").classes("people"):
            text(self._say("tokens_title"), "people-title", tag="h1")
            text(self._say("tokens_where"), "hint")
            press(self._say("people_token_new"), self._make, icon="add", kind="main")
            self._body = ui.element("div").classes("people-lists")
        self._sheets = ui.element("div")  # outside of what is shown again
        await self._show()

    async def _show(self) -> None:
        now = self._view.services.now()
        kept = await asyncio.to_thread(self._access.tokens, user=self._view.identity.user)
        self._body.clear()
        with self._body:
            if not kept:
                text(self._say("people_tokens_none"), "hint")
            for token in kept:
                maker = self._view.name(token.created_by)
                by = [] if token.created_by == token.user else [self._say("tokens_by", by=maker)]
                with token_row(token, self._say, now=now, more=by) as holds:
                    if holds:
                        self._revoke_button(token)

    def _revoke_button(self, token: TokenRecord) -> None:
        async def pressed() -> None:
            now, me = self._view.services.now(), self._view.identity.user
            await asyncio.to_thread(self._access.revoke_token, token.id, at=now, by=me)
            ui.notify(self._say("people_done"))
            await self._show()

        press(self._say("people_revoke"), pressed)

    def _make(self) -> None:
        me = self._view.identity
        maker = TokenMaker(self._view, people={me.user: me.name}, scopes=SCOPES, made=self._show)
        with self._sheets:
            maker.ask()
