"""Who speaks in a thread: which account and persona a person may choose, and which one holds now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nicegui import ui

from agent.briefs import account_of
from agent.chat.state import ThreadState
from agent.models import Account
from agent.people import Role
from agent.web.pages.controls import row_press, sheet, sheet_head
from agent.web.pages.frame import View
from agent.web.pages.writing import attribute, text, visible

if TYPE_CHECKING:
    from agent.web.pages.chat.page import ChatPage

__all__ = ["Speaker", "first_speaker"]


@dataclass
class Speaker:
    """Hold the account that speaks, out of those this person may speak for; None speaks for nobody."""

    choices: tuple[Account, ...]
    account: Account | None
    persona: str = ""

    @property
    def persona_id(self) -> str:
        """Return the persona that speaks with the account, else the person's own."""
        return (self.account.persona if self.account else "") or self.persona

    def changed(self, state: ThreadState) -> dict[str, str]:
        """Return what a turn must carry so that the thread speaks as chosen; empty when it does already."""
        if self.account is None or self.account.id == state.account:
            return {}
        return {"account": self.account.id, "persona": self.persona_id}

    def show(self, page: ChatPage) -> None:
        """Show who speaks, as a button that offers the others."""
        say = page.say
        name = self.account.nickname if self.account else say("chat_no_account")
        button = (
            ui.button(on_click=lambda: self._choose(page), color=None)
            .props("flat no-caps")
            .classes("press speaker")
            .mark("speaker")
        )
        with button:
            text(name[:1], "avatar", tag="span").props("aria-hidden=true")
            self._name = text(name, "speaker-name", tag="span")
            if len(self.choices) > 1:
                ui.icon("expand_more")
        self._button = button
        attribute(button, aria_label=visible(say("chat_speaks_as", name=name)), aria_haspopup="dialog")

    def _choose(self, page: ChatPage) -> None:
        say = page.say
        with sheet(say("chat_speaker")) as dialog, ui.card().classes("sheet-card"):
            sheet_head(dialog, say("chat_speaker"), say("frame_close"))
            ui.label(say("chat_speaker_hint")).classes("hint")
            for account in self.choices:
                self._offer(page, dialog, account)
        dialog.open()

    def _offer(self, page: ChatPage, dialog: ui.dialog, account: Account) -> None:
        def take() -> None:
            self.account = account
            self._name.set_text(visible(account.nickname))
            attribute(self._button, aria_label=visible(page.say("chat_speaks_as", name=account.nickname)))
            page.refresh_panel()
            page.composer.refresh()
            dialog.close()

        chosen = account == self.account
        with row_press(take, chosen=chosen).mark(f"account-{account.id}") as row:
            text(account.nickname, "row-title", tag="span")
            text(page.say(f"chat_account_{account.type.replace('-', '_')}"), "hint", tag="span")
        attribute(row, aria_pressed=str(chosen).lower())


def first_speaker(view: View, state: ThreadState) -> Speaker:
    """Return who speaks when a page opens: as the thread remembers, else as the person is known."""
    workspace, identity = view.services.workspace, view.identity
    bound = tuple(account for account in workspace.accounts if account.id in identity.accounts)
    choices = bound if bound or not identity.is_any(Role.CONTENT, Role.ADMIN) else workspace.accounts
    wanted = state.account or account_of(identity.persona, workspace) or (identity.accounts or ("",))[0]
    account = next((account for account in choices if account.id == wanted), None)
    return Speaker(choices, account, identity.persona)
