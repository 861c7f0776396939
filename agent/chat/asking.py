"""Ask models on behalf of a chat: which of a closed list a line asks for, replies, and edits of marked pieces.

Every answer is a proposal: an intent from the list, replies that are checked, edits that touch only what was marked.
A model that fails costs the turn nothing but its help.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from pydantic import BaseModel, ConfigDict

from agent.authors.editing import Issue, apply_edits
from agent.authors.grounding import given_texts, leak_in
from agent.authors.shapes import RevisionDraft
from agent.chat.cues import load_cues
from agent.chat.replies import ReplyWriter
from agent.chat.replydata import ReplyKind
from agent.chat.routing import RouteDraft
from agent.errors import ProviderError
from agent.llm import Calls
from agent.models import Institution, Message, Note, Persona, Revision, Sources
from agent.prompting import Library
from agent.prompting.inputs import facts_input, note_input, persona_input, points_input, sources_input

__all__ = ["RepliesDraft", "ask_edits", "ask_route", "reply_writer"]


class RepliesDraft(BaseModel):
    """Read a model's replies."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    replies: tuple[str, ...]


async def ask_route(text: str, has_note: bool, *, calls: Calls | None, prompts: Library) -> RouteDraft | None:
    """Return which intent a line asks for; None without a model, or when it failed."""
    if calls is None:
        return None
    prompt = prompts.find("route_turn")
    intents = [
        {"id": cue.id.value, "about": cue.about} for cue in load_cues().intents if has_note or not cue.needs_note
    ]
    messages = prompt.render(intents=intents, has_note=has_note, said=text)
    try:
        return await calls.ask(
            RouteDraft, role="critic", prompt=prompt.ref, messages=messages, node="route", round=1,
            objection=_echo(messages),
        )  # fmt: skip
    except ProviderError:
        return None


def reply_writer(
    *, calls: Calls | None, prompts: Library, institution: Institution, persona: Persona | None, as_of: str
) -> ReplyWriter | None:
    """Return what writes replies with a model; None without one."""
    if calls is None:
        return None

    async def write(incoming: str, kind: ReplyKind) -> Sequence[str]:
        prompt = prompts.find("reply_comment")
        messages = prompt.render(
            institution=institution.name,
            as_of=as_of,
            kind=kind.label,
            handoff=kind.handoff,
            official=[*filter(None, (institution.app_name,)), *institution.hotlines],
            persona=persona_input(persona),
            incoming=incoming,
        )
        draft = await calls.ask(
            RepliesDraft, role="writer", prompt=prompt.ref, messages=messages, node="reply", round=1,
            objection=_echo(messages),
        )  # fmt: skip
        return draft.replies

    return write


async def ask_edits(
    note: Note,
    wish: str,
    targets: Iterable[int],
    *,
    calls: Calls,
    prompts: Library,
    sources: Sources,
    round_number: int,
) -> Revision:
    """Return the note with a model's edits of these pieces and of nothing else; raise `ProviderError` when it fails."""
    wanted = sorted(targets)
    pieces = "、".join(str(index) for index in wanted)
    issue = Issue(id="i1", what=wish, where=pieces, text=wish, targets=frozenset(("segment", i) for i in wanted))
    cited = {source for segment in note.segments for source in segment.sources}
    prompt = prompts.find("revise_note")
    messages = prompt.render(
        **sources_input(sources),
        facts=facts_input((fact for fact in sources.facts if fact.id in cited), sources),
        points=points_input(point for point in sources.points if point.id in cited),
        note=note_input(note),
        issues=[{"id": issue.id, "where": issue.where, "text": issue.text}],
    )
    draft = await calls.ask(
        RevisionDraft, role="writer", prompt=prompt.ref, messages=messages, node="edit", round=round_number,
        objection=lambda reply: leak_in(reply, messages, given_texts(sources)),
    )  # fmt: skip
    edits = [edit for edit in draft.edits if edit.target == "segment"]
    return apply_edits(note, edits, issues=(issue,), sources=sources)


def _echo(messages: Sequence[Message]) -> Callable[[BaseModel], str]:
    return lambda reply: leak_in(reply, messages, ())
