"""What can be done about one block of a note: copy it, lock it, have it written anew, or write it by hand."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from nicegui import ui

from agent.chat.blocks import block_named, span_of
from agent.chat.means import can_rewrite, may_rewrite
from agent.chat.values import Block, Intent
from agent.web.pages.chat.table import Table
from agent.web.pages.controls import icon_press, press, sheet, sheet_head, switch_off
from agent.web.pages.writing import attribute, text

if TYPE_CHECKING:
    from agent.web.pages.chat.page import ChatPage

__all__ = ["block_menu"]


def block_menu(page: ChatPage, table: Table, name: str, *, must: bool = False) -> None:
    """Offer what can be done about a block; words that the law demands (`must`) can be copied alone."""
    block = next((block for block in table.card.blocks if block.id == name), None)
    if block is None or not block.text:
        return
    say, called = page.say, page.block_name(name)
    with ui.element("div").classes("block-tools"):
        if block.locked:
            ui.icon("lock").classes("locked").props(f'role=img aria-label="{say("chat_locked")}"')
        with icon_press("more_vert", say("chat_block_tools", block=called)), ui.menu().classes("block-menu"):
            _copy(page, block)
            if table.open_to_change and not must:
                _changes(page, table, block)


def _copy(page: ChatPage, block: Block) -> None:
    item = _item(page.say("chat_copy"), "content_copy", f"copy-{block.id}")
    attribute(item, data_copy=block.text, data_copied=page.say("frame_copied"))


def _changes(page: ChatPage, table: Table, block: Block) -> None:
    say = page.say
    intent = Intent.UNLOCK if block.locked else Intent.LOCK
    icon = "lock_open" if block.locked else "lock"
    _item(say(f"chat_intent_{intent.value}"), icon, f"{intent.value}-{block.id}").on_click(
        partial(page.act, intent=intent, block=block.id)
    )
    if block.locked:
        return
    if may_rewrite(block, table.note, table.result.sources):
        _anew(page, table, block)
    _item(say("chat_by_hand"), "edit", f"edit-{block.id}").on_click(partial(_by_hand, page, table, block))


def _anew(page: ChatPage, table: Table, block: Block) -> None:
    say, item = page.say, _item(page.say("chat_anew"), "refresh", f"anew-{block.id}")
    if can_rewrite(block, table.note, table.result.sources, has_model=page.has_model):
        said = {"text": say("chat_wish_anew"), "bubble": anew_of(page, block)}
        item.on_click(partial(page.act, intent=Intent.CHANGE_SPAN, block=block.id, **said))
        return
    reason = f"anew-off-{block.id}"
    switch_off(item, reason)
    with item:
        key = "chat_needs_model_marked" if table.findings else "chat_needs_model"
        text(say(key, what=say("chat_anew")), "hint", tag="span").props(f"id={reason}")


def anew_of(page: ChatPage, block: Block) -> str:
    """Return what the conversation shows of the wish to have one block written anew."""
    return f"{page.said('chat_anew')} · {page.block_said(block.id)}"


def _item(label: str, icon: str, mark: str) -> ui.menu_item:
    with ui.menu_item().mark(mark).classes("block-item") as item:
        ui.icon(icon).props("aria-hidden=true")
        ui.label(label)
    return item


def _by_hand(page: ChatPage, table: Table, block: Block) -> None:
    """Open a sheet with the words of a block, to be written by hand; the check looks at them like at any others."""
    say, called = page.say, page.block_name(block.id)
    named = block_named(table.note, block.id)
    assert named is not None
    selection = span_of(table.note, named)

    async def keep() -> None:
        dialog.close()
        await page.act(intent=Intent.CHANGE_SPAN, span=selection, replacement=field.value or "")

    with sheet(say("chat_by_hand")) as dialog, ui.card().classes("sheet-card"):
        sheet_head(dialog, f"{say('chat_by_hand')} · {called}", say("frame_close"))
        field = ui.textarea(label=called, value=block.text).props("outlined autogrow autofocus")
        text(say("chat_by_hand_hint"), "hint")
        with ui.element("div").classes("actions"):
            press(say("chat_use_words"), keep, kind="main")
            press(say("chat_cancel"), dialog.close)
    dialog.open()
