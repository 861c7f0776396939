"""Find out what a turn asks for: what the interface knows first, then plain words, then a model, else ask back.

A model chooses from a closed list and never decides anything that cannot be undone: that is asked back.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from pydantic import BaseModel, ConfigDict

from agent.chat.cues import Cues, load_cues
from agent.chat.state import Request, ThreadState
from agent.chat.values import Intent, Turn
from agent.text.clean import clean
from agent.text.provenance import first_person_claims
from agent.workspace import material_from_text

__all__ = ["CONSEQUENTIAL", "AskModel", "RouteDraft", "route"]

CONSEQUENTIAL = frozenset({Intent.SUBMIT, Intent.PUBLISHED, Intent.ACCEPT_FIX, Intent.LOCK, Intent.UNLOCK})
SHORTEST_STORY = 8


class RouteDraft(BaseModel):
    """Read a model's choice."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    intent: Intent
    sure: bool = False
    topic: str = ""
    quote: str = ""


AskModel = Callable[[str, bool], Awaitable[RouteDraft | None]]


async def route(turn: Turn, state: ThreadState, *, ask: AskModel) -> Request:
    """Return what a turn asks for; `ask` puts a line to a model and returns None when there is none or it failed."""
    text = clean(turn.text).text.strip()
    request = _answered(turn, text, state) or _known(turn, text) or await _understood(text, state, ask)
    named = {
        name: value
        for name, value in (
            ("span", turn.span),
            ("finding", turn.finding),
            ("block", turn.block),
            ("note_type", turn.note_type),
        )
        if value
    }
    if (replacement := _replacement(turn, text)) is not None:
        named["replacement"] = replacement
    return request.model_copy(update=named)


def _replacement(turn: Turn, text: str) -> str | None:
    """Return what a passage becomes; no words at all take it out, unless the turn asks for something else."""
    other = text or (turn.intent is not Intent.CHANGE_SPAN and (turn.intent or turn.finding or turn.option))
    return None if other and not turn.replacement else turn.replacement


def _answered(turn: Turn, text: str, state: ThreadState) -> Request | None:
    """Read an answer to the question that waits: a tapped one, or words that ask for nothing else."""
    pending = state.pending
    if pending is None or turn.intent is not None:
        return None
    if (chosen := pending.chosen(turn.option or text)) is not None:
        return chosen
    if pending.free is None or not text:
        return None
    asked = load_cues().asked_in(text, has_note=bool(state.run))
    if asked == (Intent.DRAFT,) and not load_cues().topic_of(text):
        return pending.free.model_copy(update={"bare": True})
    return None if asked else pending.free.model_copy(update={"text": text, "told": True})


def _known(turn: Turn, text: str) -> Request | None:
    """Take what a button or a marked passage says."""
    cues = load_cues()
    if turn.intent is not None:
        return _request(turn.intent, text, cues)
    if _replacement(turn, text) is not None:
        return Request(intent=Intent.CHANGE_SPAN, text=text)
    if turn.finding:
        return Request(intent=Intent.EXPLAIN, text=text)
    if turn.span is None:
        return None
    asked = cues.asked_in(text, has_note=True)
    return _request(asked[0] if len(asked) == 1 else Intent.CHANGE_SPAN, text, cues)


async def _understood(text: str, state: ThreadState, ask: AskModel) -> Request:
    cues, has_note = load_cues(), bool(state.run)
    asked = cues.asked_in(text, has_note=has_note)
    if len(asked) == 1:
        return _request(asked[0], text, cues)
    if not asked and _tells(text):
        return _request(Intent.CAPTURE, text, cues)
    draft = await ask(text, has_note) if text else None
    if draft is None or not draft.sure:
        likely = (draft.intent,) if draft is not None else ()
        return Request(text=text, candidates=tuple(dict.fromkeys((*likely, *asked))))
    request = _request(draft.intent, text, cues)
    topic = draft.topic if draft.topic and draft.topic in text else request.topic
    quote = draft.quote if draft.quote and draft.quote in text else request.quote
    return request.model_copy(update={"topic": topic, "quote": quote, "sure": draft.intent not in CONSEQUENTIAL})


def _request(intent: Intent, text: str, cues: Cues) -> Request:
    """Read from the words what this intent needs of them."""
    quote = {Intent.MAY_I_SAY: cues.asked_about, Intent.REPLY: cues.replied_to}.get(intent, lambda _: "")(text)
    topic = cues.topic_of(text) if intent is Intent.DRAFT else ""
    kind = cues.note_type_of(text) if intent is Intent.DRAFT else None
    return Request(intent=intent, text=text, quote=quote, topic=topic, note_type=kind)


def _tells(text: str) -> bool:
    """Tell whether a line reads like something lived: an experience, or a time, place or sum, and no question."""
    if len(text) < SHORTEST_STORY or text.endswith(load_cues().questions):
        return False
    return bool(first_person_claims(text)) or any(item.kind != "event" for item in material_from_text(text))
