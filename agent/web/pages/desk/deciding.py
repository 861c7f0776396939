"""The three decisions, at the lower edge of the page and under the keys A, S and R; about the text on screen."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from nicegui import ui

from agent.desk.values import Decided
from agent.errors import KosnoteError
from agent.web.pages.controls import press
from agent.web.pages.desk.attempts import refused
from agent.web.pages.desk.badges import ask_key, short_hash
from agent.web.pages.desk.dialogs import actions, dialog, reason_field, stay
from agent.web.pages.desk.opened import Opened
from agent.web.pages.desk.suggesting import suggest_dialog
from agent.web.pages.writing import attribute, text

__all__ = ["decide", "decision_bar", "show_barriers"]

STALE = frozenset({"review_of_other_text"})
GONE = frozenset({"run_not_in_review", "run_being_decided", "desk_decided_already"})


def show_barriers(opened: Opened) -> None:
    """Say why the note cannot be approved by whoever opened it; a key for a decision leads here then."""
    say, case = opened.say, opened.case
    if not opened.undecided:
        with ui.element("div").classes("desk-standing") as standing:
            attribute(standing, role="status", tabindex="-1", id="desk-why")
            text(say(f"status_{case.status}"), "desk-standing-title")
        return
    if case.approvable:
        return
    allowed = case.permission.allowed
    title = "desk_cannot_approve" if opened.may_send_back else "desk_cannot_decide"
    with ui.element("div").classes("desk-barriers") as barriers:
        attribute(barriers, role="note", tabindex="-1", id="desk-why")
        text(say(title), "desk-standing-title")
        for reason in dict.fromkeys((*(() if allowed else (case.permission.reason,)), *case.barriers)):
            text(reason)


def decision_bar(opened: Opened) -> None:
    """Put up the buttons; what cannot be done now is disabled, and says why to whoever asks."""
    say, case = opened.say, opened.case
    if not opened.undecided:
        return
    may = opened.may_send_back
    with opened.view.dock, ui.element("div").classes("desk-decisions") as bar:
        attribute(bar, role="group", aria_label=say("desk_decide"))
        _button(opened, "approve", "check", "a", lambda: _approve(opened), enabled=case.approvable)
        _button(opened, "suggest", "edit", "s", lambda: suggest_dialog(opened, decide), enabled=may)
        _button(opened, "reject", "undo", "r", lambda: _reject(opened), enabled=may)


async def decide(opened: Opened, decision: Awaitable[Decided]) -> None:
    """Wait for a decision and go on to the next note, or say why it was not taken."""
    try:
        decided = await decision
    except KosnoteError as error:
        stay()
        _not_decided(opened, error)
        return
    await opened.go_on(decided.decision)


def _button(opened: Opened, name: str, icon: str, key: str, ask: Callable[[], None], *, enabled: bool) -> None:
    say = opened.say
    button = press(say(f"desk_{name}"), ask, icon=icon, kind="main" if name == "approve" else "plain")
    button.classes(f"desk-decide-{name}").mark(name)
    with button:
        attribute(text(key.upper(), "desk-wide-only", tag="kbd"), aria_hidden="true")
    ask_key(button, key)
    if not enabled:
        button.disable()
        attribute(button, data_why="desk-why", aria_describedby="desk-why")


def _approve(opened: Opened) -> None:
    say, case = opened.say, opened.case

    def about() -> None:
        text(say("desk_hash", hash=short_hash(case.text_hash)), "desk-quiet desk-hash")
        if case.open:
            text(say("desk_approve_open", count=len(case.open)), "desk-warning")

    _ask(opened, "approve", about, opened.view.services.desk.approve, comment="desk_approve_comment")


def _reject(opened: Opened) -> None:
    def about() -> None:
        text(opened.say("desk_reject_hint"), "desk-quiet")

    _ask(opened, "reject", about, opened.view.services.desk.reject)


def _ask(
    opened: Opened, name: str, about: Callable[[], None], send: Callable[..., Awaitable[Decided]], *, comment: str = ""
) -> None:
    """Ask once more before a decision; it needs a reason unless it may have a `comment` (its label)."""
    say, case = opened.say, opened.case
    with dialog(say(f"desk_{name}_title")) as made:
        text(case.note.title, "desk-quote", tag="bdi")
        about()
        reason = reason_field(say(comment or "desk_reason_required"))
        if comment:
            reason.props(remove="autofocus")

        async def confirmed() -> None:
            said = reason.value.strip()
            if not (said or comment):
                stay()
                ui.notify(say("desk_need_reason"), type="warning", position="top")
                return
            made.close()
            by, key = opened.view.identity.person, f"{name}-{opened.key}"
            await decide(opened, send(opened.run, text_hash=case.text_hash, by=by, reason=said, key=key))

        actions(say, made, say(f"desk_{name}_send"), confirmed, grave=not comment, first=bool(comment), leaves=True)
    made.open()


def _not_decided(opened: Opened, error: KosnoteError) -> None:
    if error.code in STALE:
        _overtaken(opened, "stale", error)
    elif error.code in GONE:
        _overtaken(opened, "gone", error)
    else:
        refused(error)


def _overtaken(opened: Opened, how: str, error: KosnoteError) -> None:
    """Say that somebody was faster: nothing of what was typed has been recorded."""
    say = opened.say
    with dialog(say(f"desk_{how}_title")) as made:
        made.props("persistent")
        text(say(f"desk_{how}_hint"))
        text(error.message, "desk-quiet")
        with ui.element("div").classes("desk-actions"):
            if how == "stale":
                press(say("desk_stale_reload"), opened.reload, kind="main").props("autofocus")
            else:
                press(say("desk_gone_next"), lambda: opened.go_on(), kind="main").props("autofocus")
                press(say("desk_gone_show"), opened.reload, kind="quiet")
    made.open()
