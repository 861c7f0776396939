"""Findings as staff need them: which sentence, why (clause), how to fix it, and the fix to accept."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from nicegui import ui

from agent.chat.accepting import preview
from agent.chat.values import FindingCard, Intent, Selection
from agent.guardrails.placement import sentence_around
from agent.web.pages.chat.table import Piece, cut
from agent.web.pages.controls import press, row_press, sheet, sheet_head
from agent.web.pages.library.asking import SEEING_ALL
from agent.web.pages.writing import attribute, text, visible

if TYPE_CHECKING:
    from agent.web.pages.chat.page import ChatPage

__all__ = ["finding_row", "finding_sheet", "highlighted", "linked"]

QUOTED = 60  # characters of a passage that a hint repeats


def highlighted(page: ChatPage, content: str, findings: Sequence[FindingCard], *, begin: int = 0) -> None:
    """Write a text with its findings marked; a marked passage opens their sheet, by tap or by keyboard."""
    for piece in cut(content, begin, findings):
        if piece.findings:
            _mark(page, piece)
        else:
            text(piece.text, tag="span")


def finding_row(page: ChatPage, finding: FindingCard, *, editable: bool = True) -> None:
    """List one finding: its grade, the words and what to do; a tap opens its sheet."""
    row = row_press(lambda: finding_sheet(page, (finding,), editable=editable))
    with row.classes(f"finding finding-{finding.severity}").mark(f"finding-{finding.rule}"):
        ui.label(page.say(f"chat_grade_{finding.severity}")).classes(f"grade grade-{finding.severity}")
        with ui.element("span").classes("finding-words"):
            text(finding.text or finding.sentence or page.say("chat_whole_note"), "finding-text", tag="span")
            text(finding.advice or finding.why, "hint", tag="span")
        ui.icon("chevron_right").props("aria-hidden=true")
    attribute(row, aria_haspopup="dialog")


def linked(page: ChatPage, content: str) -> None:
    """Write advice; where it names the ledger, its page is a tap away, for an employee what holds this week."""
    before, named, after = content.partition(page.said("nav_facts"))
    with ui.element("span"):
        text(before, tag="span")
        if named and page.view.identity.is_any(*SEEING_ALL):
            attribute(text(page.say("nav_facts"), "ledger", tag="a"), href="/facts")
        elif named:
            button = text(page.say("chat_panel"), "ledger", tag="button").on("click", page.open_panel)
            attribute(button, type="button")
        text(after, tag="span")


def finding_sheet(page: ChatPage, findings: Sequence[FindingCard], *, editable: bool = True) -> None:
    """Open the sheet of the findings that touch one passage."""
    say = page.say
    with sheet(say("chat_finding")) as dialog, ui.card().classes("sheet-card"):
        sheet_head(dialog, say("chat_finding"), say("frame_close"))
        for number, finding in enumerate(findings):
            _explained(page, dialog, finding, editable=editable, first=number == 0)
    dialog.open()


def _mark(page: ChatPage, piece: Piece) -> None:
    worst = piece.findings[0]
    mark = text(piece.text, f"mark mark-{worst.severity}", tag="mark")
    attribute(mark, role="button", tabindex="0", aria_haspopup="dialog")
    attribute(mark, aria_label=visible(page.say("chat_marked", text=piece.text, advice=worst.advice or worst.why)))
    tell = partial(finding_sheet, page, piece.findings, editable=True)
    mark.on("click", tell)
    mark.on("keydown.enter", tell)
    mark.on("keydown", tell, js_handler="(e) => { if (e.key === ' ') { e.preventDefault(); emit(); } }")


def _explained(page: ChatPage, dialog: ui.dialog, finding: FindingCard, *, editable: bool, first: bool) -> None:
    say = page.say
    with ui.element("section").classes("explained"):
        with ui.element("div").classes("explained-head"):
            ui.label(say(f"chat_grade_{finding.severity}")).classes(f"grade grade-{finding.severity}")
            text(page.names.title(finding.rule), "rule-title", tag="span")
            text(finding.rule, "rule", tag="span")
        if finding.sentence or finding.text:
            text(finding.sentence or finding.text, "quote", tag="p")
        for label, content in (
            ("chat_why", finding.why),
            ("chat_clause", finding.clause),
            ("chat_advice", finding.advice),
        ):
            if content:
                with ui.element("p").classes("reason"):
                    text(say(label), "reason-name", tag="span")
                    linked(page, content)
        if finding.fix is not None:
            _proposal(page, finding)
        if editable and page.table is not None and page.table.open_to_change:
            _remedies(page, dialog, finding, first=first)


def _proposal(page: ChatPage, finding: FindingCard) -> None:
    """Show what accepting would do: the words that go and those that come."""
    shown = preview(page.table.result, finding.id) if page.table is not None else None
    before, after = shown or (finding.text, finding.fix or "")
    with ui.element("div").classes("proposal"):
        if before:
            text(before, "before", tag="del")
        if after:
            text(after, "after", tag="ins")
        else:
            ui.label(page.say("chat_drop_it")).classes("hint")


def _remedies(page: ChatPage, dialog: ui.dialog, finding: FindingCard, *, first: bool) -> None:
    say = page.say

    async def accept() -> None:
        dialog.close()
        await page.act(intent=Intent.ACCEPT_FIX, finding=finding.id)

    async def drop() -> None:
        dialog.close()
        bubble = page.said("chat_said_dropped", text=finding.drop.text if finding.drop else "")
        await page.act(intent=Intent.CHANGE_SPAN, span=finding.drop, replacement="", bubble=bubble)

    with ui.element("div").classes("actions"):
        buttons = []
        if finding.drop is not None:
            text(say("chat_drop_why", text=_short(finding.drop.text.strip("，,。"))), "hint", tag="p")
            buttons.append(press(say("chat_drop_sentence"), drop, icon="delete_sweep", kind="main"))
        if finding.acceptable:
            buttons.append(press(say("chat_accept"), accept, icon="check", kind="plain" if buttons else "main"))
        if first and buttons:
            buttons[0].props("autofocus")
        if finding.field in ("body", "title", "cover") and finding.start is not None:
            _own_words(page, dialog, finding)


def _short(words: str) -> str:
    return words if len(words) <= QUOTED else f"{words[:QUOTED]}…"


def _own_words(page: ChatPage, dialog: ui.dialog, finding: FindingCard) -> None:
    """Let a person write the sentence anew; the check looks at it like at any other text."""
    say, selection = page.say, _sentence_of(page, finding)
    if selection is None:
        return

    async def change() -> None:
        dialog.close()
        await page.act(intent=Intent.CHANGE_SPAN, span=selection, replacement=field.value or "")

    def write() -> None:
        opener.set_visibility(False)
        own.set_visibility(True)
        field.run_method("focus")

    opener = press(say("chat_own_words"), write, icon="edit")
    with ui.element("div").classes("own-words") as own:
        field = ui.textarea(label=say("chat_own_words"), value=selection.text).props("outlined autogrow")
        press(say("chat_use_words"), change, kind="main")
    own.set_visibility(False)


def _sentence_of(page: ChatPage, finding: FindingCard) -> Selection | None:
    if page.table is None or finding.start is None or finding.end is None:
        return None
    note = page.table.note
    if finding.field == "title":
        chosen = note.titles.index(note.title) == finding.index
        return Selection(field="title", text=note.title) if chosen else None
    if finding.field == "cover":
        return Selection(field="cover", text=note.cover)
    start, end = sentence_around(note.body, finding.start, finding.end)
    return Selection(field="body", start=start, end=end, text=note.body[start:end])
