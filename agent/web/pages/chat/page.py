"""One opened chat page: it hands every action to the session as a turn with a key of its own, and shows what comes.

A page that opens while a turn is at work joins in with that turn's key. Nothing here decides anything about a note.
"""

from __future__ import annotations

import json
import secrets
from typing import Any

from fastapi import FastAPI
from fastapi.responses import RedirectResponse, Response
from nicegui import ui

from agent.aside import aside
from agent.chat.naming import RuleNames
from agent.chat.narrating import Narrator
from agent.chat.session import ChatSession, Exchange
from agent.chat.state import ThreadState
from agent.chat.values import Answer, Answered, Intent, Turn
from agent.errors import KosnoteError, UsageError
from agent.people import Role
from agent.web.pages.chat.answers import show_answer, show_note_line
from agent.web.pages.chat.composer import Composer
from agent.web.pages.chat.history import Listed, history_list, listed_threads
from agent.web.pages.chat.live import NAMED, Live, show_said, show_steps
from agent.web.pages.chat.note import show_note
from agent.web.pages.chat.panel import show_sources, show_week
from agent.web.pages.chat.speaker import Speaker, first_speaker
from agent.web.pages.chat.table import Table, load_table
from agent.web.pages.controls import icon_press, sheet, sheet_head
from agent.web.pages.frame import View, private_page
from agent.web.pages.writing import attribute, visible
from agent.web.words import Words

__all__ = ["ChatPage", "register"]

LOOK_SECONDS = 15.0  # how often a page looks whether somebody has decided


def register(app: FastAPI) -> None:
    """Register `/chat`, which leads to the thread used last, a new one or that of a note, and `/chat/{thread}`."""

    @private_page(app, "/chat", Role.EMPLOYEE, Role.CONTENT)
    async def newest(view: View) -> Response | None:
        chat, user = view.services.chat, view.identity.user
        if run := view.request.query_params.get("run", ""):
            try:
                session = await aside(chat.session_about, user, run)
            except UsageError:
                view.absent()
                return None
            return RedirectResponse(f"/chat/{session.thread}", status_code=303)
        wants_new = "new" in view.request.query_params
        kept = () if wants_new else await aside(chat.threads, user)
        thread = kept[0].id if kept else await aside(_fresh, view)
        return RedirectResponse(f"/chat/{thread}", status_code=303)

    @private_page(app, "/chat/{thread}", Role.EMPLOYEE, Role.CONTENT)
    async def opened(view: View, thread: str) -> None:
        try:
            session = await aside(view.services.chat.session, view.identity.user, thread)
            state = await aside(session.state)
        except UsageError:  # unknown, erased or somebody else's: the same to whoever asks
            view.absent()
            return
        await ChatPage(view, session, state).build()


def _fresh(view: View) -> str:
    """Return a thread of this user in which nothing was said yet, a new one if there is none."""
    chat, user = view.services.chat, view.identity.user
    silent = next((record.id for record in chat.threads(user) if not record.title and not record.state), "")
    if silent and not chat.session(user, silent).history():
        return silent
    return chat.session(user).thread


def _block_name(say: Words, block: str) -> str:
    number = block.removeprefix("p")
    return say("chat_block_body", number=number) if number.isdigit() else say(f"chat_block_{block}")


class ChatPage:
    """Hold what one browser tab shows of a thread."""

    def __init__(self, view: View, session: ChatSession, state: ThreadState) -> None:
        self.view = view
        self.say = view.say
        self.said = Words("zh")  # what a person sends, a tap included, stands there in the language of the answers
        self.session = session
        self.state = state  # as the last look found it
        self.client = ui.context.client
        self.table: Table | None = None
        self.speaker: Speaker = first_speaker(view, state)
        self.busy = False
        self.offers: list[ui.element] = []  # answers to tap, which stand until something else is said
        self.names = RuleNames(view.services.chat.packs)
        self._note_place: ui.element | None = None
        self._newest: ui.element | None = None
        self._last_listed: Listed | None = None

    async def build(self) -> None:
        """Build the page: history, the conversation with the note on the table, the panel, and the composer."""
        history, left = await aside(lambda: (self.session.history(), self.session.unfinished()))
        await self._look()
        listed = await self._listed()
        ui.page_title(f"{self.say('chat_title')} · kosnote")
        self._build_bar()
        with ui.element("div").classes("chat-columns"):
            with ui.element("aside").classes("chat-side wide-only") as side:
                attribute(side, aria_label=self.say("chat_history"))
                self._threads = ui.element("div")
            with ui.element("section").classes("chat-middle") as middle:
                attribute(middle, aria_label=self.say("chat_conversation"))
                ui.label(self.say("chat_title")).classes("unseen").props("role=heading aria-level=1")
                self.stream = ui.element("div").classes("chat-stream")
                self.status = ui.label().classes("unseen").props("role=status aria-live=polite")
            with ui.element("aside").classes("chat-side chat-panel widest-only") as panel:
                attribute(panel, aria_label=self.say("chat_panel"))
                self._panel = ui.element("div").classes("panel")
        with self.view.dock:
            self.composer = Composer(self)
        self._build_history(history)
        self._refresh_sides(listed)
        if left is not None:
            ui.timer(0.05, lambda: self.take(left), once=True)
        ui.timer(LOOK_SECONDS, self._look_again)

    async def act(self, *, bubble: str = "", **said: Any) -> None:
        """Do one thing a person asked for just now: a turn with a fresh key; `bubble` is what the page shows of it."""
        speaker = self.speaker.changed(await aside(self.session.state))
        await self.take(Turn(key=secrets.token_hex(12), **{**speaker, **said}), bubble=bubble)

    async def take(self, turn: Turn, *, bubble: str = "") -> None:
        """Take a turn and show how it goes; sent again after an error it is the same turn."""
        if self.busy:
            ui.notify(self.say("chat_busy"), position="top")
            return
        self._set_busy(True)
        self._withdraw_offers()
        with self.stream:
            live = Live(self.say, turn, bubble or self.bubble_of(turn))
        self._reveal(live.root)
        self.announce(live.began)
        failure: tuple[str, str] | None = (self.say("chat_odd"), "unexpected")
        try:
            answer = await self._follow(turn, live)
            if answer is not None:
                await self._show(live, answer)
            failure = None
        except KosnoteError as error:
            failure = (error.message, error.code)
        finally:
            self._set_busy(False)
            if failure is not None and not self.client.is_deleted:
                live.fail(*failure, lambda: self._again(turn, live, bubble))
                self.announce(failure[0])

    def bubble_of(self, turn: Turn) -> str:
        """Return what a turn said, in words: typed ones, else what was tapped."""
        if turn.replacement:
            return self.said("chat_said_replaced", text=turn.replacement)
        if turn.replacement is not None and not turn.text and turn.span is not None and turn.span.text:
            return self.said("chat_said_dropped", text=turn.span.text)
        if turn.text and turn.intent is not Intent.CHANGE_SPAN:
            return turn.text
        name = self.said(f"chat_intent_{turn.intent.value}") if turn.intent else ""
        block = self.block_said(turn.block) if turn.block else ""
        rule = self.names.title(turn.finding.partition(":")[0])
        return " · ".join(part for part in (name, block, rule) if part)

    def block_name(self, block: str) -> str:
        """Return the name of a block as people call it."""
        return _block_name(self.say, block)

    def block_said(self, block: str) -> str:
        """Return the name of a block as what was sent holds it."""
        return _block_name(self.said, block)

    def source_name(self, source: str) -> str:
        """Return how a source is named beside a claim: material by number, a fact by its product, a point by title."""
        number = source.removeprefix("m")
        if number.isdigit():
            return self.say("chat_material_number", number=number)
        sources = self.table.result.sources if self.table else None
        fact = next((fact for fact in (sources.facts if sources else ()) if fact.id == source), None)
        point = next((point for point in (sources.points if sources else ()) if point.id == source), None)
        if fact is not None:
            products = self.view.services.workspace.products
            return next((product.name for product in products if product.id == fact.product), self.say("chat_fact"))
        return point.title if point is not None else self.say("chat_fact")

    @property
    def has_model(self) -> bool:
        """Tell whether a model may be asked."""
        return bool(self.view.services.drafting.casting.models)

    def look_at(self, place: str) -> None:
        """Bring a part of the note into view, and the focus to it."""
        self.client.run_javascript(f"kosnote.look({json.dumps(place)})")

    def announce(self, words: str) -> None:
        """Let a screen reader say it."""
        self.status.set_text(words)

    def refresh_panel(self) -> None:
        """Show again what this account may say, and what the note rests on."""
        self._panel.clear()
        with self._panel:
            show_week(self)
            show_sources(self)

    async def _listed(self) -> Listed:
        return await aside(listed_threads, self.view.services.chat, self.session.user)

    def _refresh_sides(self, listed: Listed) -> None:
        self.refresh_panel()
        self._refresh_history(listed)

    def _refresh_history(self, listed: Listed) -> None:
        """List the threads anew, if they are not as they were listed."""
        if listed == self._last_listed:
            return
        self._last_listed = listed
        self._threads.clear()
        with self._threads:
            history_list(self, listed)

    def open_panel(self) -> None:
        """Show the panel as a sheet, where the window has no room for it."""
        with sheet(self.say("chat_panel")) as dialog, ui.card().classes("sheet-card"):
            sheet_head(dialog, self.say("chat_panel"), self.say("frame_close"))
            show_week(self)
            show_sources(self)
        dialog.open()

    async def _open_history(self) -> None:
        listed = await self._listed()
        with sheet(self.say("chat_history"), side="left") as dialog, ui.card().classes("sheet-card"):
            sheet_head(dialog, self.say("chat_history"), self.say("frame_close"))
            history_list(self, listed)
        dialog.open()

    def _build_bar(self) -> None:
        with self.view.bar:
            history = icon_press("menu", self.say("chat_history"), self._open_history).classes("narrow-only")
            attribute(history, aria_haspopup="dialog")
            self.speaker.show(self)
            week = icon_press("event_note", self.say("chat_panel"), self.open_panel).classes("not-widest")
            attribute(week, aria_haspopup="dialog")

    def _build_history(self, history: tuple[Exchange, ...]) -> None:
        answered = [exchange for exchange in history if exchange.answer is not None]
        last = answered[-1].number if answered else 0
        holder = self._holder_of_note(answered)
        with self.stream:
            if self.table is not None and holder is None:  # a note that was written elsewhere
                self._note_place = ui.element("div").classes("note-place")
                with self._note_place:
                    show_note(self, self.table)
            elif not history:
                self.composer.welcome()
            for exchange in answered:
                assert exchange.answer is not None
                said = self.bubble_of(exchange.turn) if exchange.turn is not None else ""
                with ui.element("article").classes("turn") as turn:
                    attribute(turn, aria_label=visible(said or self.say("chat_answer"))[:NAMED])
                    show_said(said)
                    with ui.element("div").classes("told") as told:
                        show_steps(self.say, self._steps(exchange.answer, of_table=exchange is holder))
                        self._fill(told, exchange.answer, latest=exchange.number == last, holder=exchange is holder)
        if answered:
            ui.timer(0.2, lambda: self._reveal(self._newest, smooth=False), once=True)

    def _steps(self, answer: Answer, *, of_table: bool) -> tuple[str, ...]:
        """Return how a turn went, as it was told then; what nobody heard is told from the record."""
        if answer.steps or not of_table or answer.intent is not Intent.DRAFT or self.table is None:
            return answer.steps
        return tuple(Narrator(self.names).rounds(self.table.result.rounds))

    def _holder_of_note(self, answered: list[Exchange]) -> Exchange | None:
        """Return the exchange under which the note on the table stands: the last one that showed it."""
        run = self.table.result.run if self.table else ""
        shown = [e for e in answered if e.answer and e.answer.note and e.answer.note.run == run]
        return shown[-1] if shown else None

    def _fill(self, told: ui.element, answer: Answer, *, latest: bool, holder: bool) -> None:
        self._newest = told
        show_answer(self, answer, latest=latest)
        if holder and self.table is not None:
            self._note_place = ui.element("div").classes("note-place")
            with self._note_place:
                show_note(self, self.table)
        elif answer.note is not None:
            show_note_line(self, answer.note)

    async def _follow(self, turn: Turn, live: Live) -> Answer | None:
        async for event in self.session.take(turn):
            if self.client.is_deleted:  # the work goes on; whoever opens the thread again joins in
                return None
            if isinstance(event, Answered):
                return event.answer
            if line := live.show(event):
                self.announce(line)
        return None

    async def _show(self, live: Live, answer: Answer) -> None:
        before = self.table
        await self._look()
        listed = await self._listed()  # before anything is drawn: what can be tapped must not be busy
        is_table = answer.note is not None and self.table is not None and answer.note.run == self.table.result.run
        if is_table and self._note_place is not None:
            self._note_place.delete()
            self._note_place = None
        with live.finish():
            self._fill(live.told, answer, latest=True, holder=is_table)
        if not is_table:
            self._redraw(before)
        self.announce(answer.text)
        self._refresh_sides(listed)
        self._reveal(live.told)  # what was said may be long: the answer is what to read

    async def _again(self, turn: Turn, live: Live, bubble: str) -> None:
        live.root.delete()
        await self.take(turn, bubble=bubble)

    async def _look(self) -> None:
        state = self.state = await aside(self.session.state)
        self.table = await load_table(self.view.services, state.run, state.locked) if state.run else None

    async def _look_again(self) -> None:
        """Show the note anew when somebody has decided about it meanwhile."""
        if self.busy or self.table is None:
            return
        before = self.table
        try:
            await self._look()
        except UsageError:  # the thread was erased meanwhile, on another page
            self.view.go("/chat")
            return
        self._refresh_history(await self._listed())
        if self._redraw(before) and self.table is not None:
            self.announce(self.say(f"chat_stage_{self.table.standing.stage}"))

    def _redraw(self, before: Table | None) -> bool:
        """Show the note anew where it stands, if it is not as it was; tell whether it was drawn."""
        if self.table is None or self._note_place is None or self.client.is_deleted:
            return False
        if before is not None and (self.table.standing, self.table.card) == (before.standing, before.card):
            return False
        self._note_place.clear()
        with self._note_place:
            show_note(self, self.table)
        return True

    def _withdraw_offers(self) -> None:
        """Leave no answers to tap once something else was said."""
        for offer in self.offers:
            offer.delete()
        self.offers = []

    def _set_busy(self, busy: bool) -> None:
        self.busy = busy
        if not self.client.is_deleted:
            self.composer.set_busy(busy)

    def _reveal(self, element: ui.element | None, *, smooth: bool = True) -> None:
        if element is not None and not self.client.is_deleted:
            self.client.run_javascript(f"kosnote.reveal('{element.html_id}', {str(smooth).lower()})")
