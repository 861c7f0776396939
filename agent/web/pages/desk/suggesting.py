"""Ask for changes: in words, or by a text edited here and checked at once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from nicegui import ui
from pydantic import ValidationError

from agent.desk.values import Decided, EditedText
from agent.web.pages.desk.dialogs import actions, dialog, reason_field, stay
from agent.web.pages.desk.opened import Opened
from agent.web.pages.writing import text

__all__ = ["suggest_dialog"]

Decide = Callable[[Opened, Awaitable[Decided]], Awaitable[None]]
LONGEST = 20_000


def suggest_dialog(opened: Opened, decide: Decide) -> None:
    """Open the dialog, with the lines collected from the findings in it."""
    say = opened.say
    with dialog(say("desk_suggest_title"), wide=True) as made:
        text(say("desk_suggest_hint"), "desk-quiet")
        reason = reason_field(say("desk_suggest_comment"), value="\n".join(opened.suggestion))
        edits = ui.switch(say("desk_suggest_text"))
        form = ui.element("div").classes("desk-edit")
        shown: list[_Fields] = []

        def show_fields() -> None:
            """Build the fields once they can be seen: a text measures its height when it is built."""
            if edits.value and not shown:
                with form:
                    shown.append(_fields(opened))
            form.set_visibility(edits.value)

        edits.on_value_change(show_fields)

        async def send() -> None:
            if not reason.value.strip():
                stay()
                ui.notify(say("desk_need_reason"), type="warning", position="top")
                return
            edited = shown[0].read() if edits.value else None
            if edits.value and edited is None:
                stay()
                return
            made.close()
            suggested = opened.view.services.desk.suggest(
                opened.run,
                text_hash=opened.case.text_hash,
                by=opened.view.identity.person,
                reason=reason.value.strip(),
                text=edited,
                key=f"suggest-{opened.key}",
            )
            await decide(opened, suggested)

        actions(say, made, say("desk_suggest_send"), send, leaves=True)
    made.open()


@dataclass(frozen=True)
class _Fields:
    opened: Opened
    title: ui.input
    cover: ui.input
    body: ui.textarea
    tags: ui.input

    def read(self) -> EditedText | None:
        """Return what was typed; None once it has been said what is wrong with it."""
        say, note = self.opened.say, self.opened.case.note
        try:
            edited = EditedText(
                title=self.title.value or "",
                cover=self.cover.value or "",
                body=self.body.value or "",
                tags=tuple(tag.removeprefix("#") for tag in (self.tags.value or "").split()),
            )
        except ValidationError:
            ui.notify(say("desk_suggest_empty"), type="warning", position="top")
            return None
        if (edited.title, edited.cover, edited.body, edited.tags) == (note.title, note.cover, note.body, note.tags):
            ui.notify(say("desk_suggest_unchanged"), type="warning", position="top")
            return None
        return edited


def _fields(opened: Opened) -> _Fields:
    say, note = opened.say, opened.case.note
    text(say("desk_suggest_text_hint"), "desk-quiet")
    return _Fields(
        opened=opened,
        title=ui.input(say("desk_field_title"), value=note.title)
        .mark("edit-title")
        .props("outlined dense maxlength=200"),
        cover=ui.input(say("desk_field_cover"), value=note.cover)
        .mark("edit-cover")
        .props("outlined dense maxlength=200"),
        body=ui.textarea(say("desk_field_body"), value=note.body)
        .mark("edit-body")
        .props(f"outlined autogrow maxlength={LONGEST}"),
        tags=ui.input(say("desk_suggest_tags"), value=" ".join(note.tags)).mark("edit-tags").props("outlined dense"),
    )
