"""Say beforehand what can be done to a note without a model, so that nothing is offered that would only be declined."""

from __future__ import annotations

from collections.abc import Sequence

from agent.chat.rewording import more_spoken, other_cover
from agent.chat.state import Lock
from agent.chat.values import Block, Intent
from agent.models import Note, Sources

__all__ = ["can_rewrite", "can_wish", "may_rewrite"]


def can_wish(intent: Intent, note: Note, *, locked: Sequence[Lock] = (), has_model: bool) -> bool:
    """Tell whether a wish about the whole note leads to something: more spoken takes a model or a bookish word."""
    return has_model or intent is not Intent.MORE_SPOKEN or more_spoken(note, locked=locked) is not None


def may_rewrite(block: Block, note: Note, sources: Sources) -> bool:
    """Tell whether a block can be written anew by itself: a paragraph, a title of several, a cover that was told."""
    if block.kind == "cover":
        return bool(other_cover(note, sources))
    return block.kind == "body" or (block.kind == "title" and len(note.titles) > 1)


def can_rewrite(block: Block, note: Note, sources: Sources, *, has_model: bool) -> bool:
    """Tell whether it can be now: a title or a cover takes the next of the options, a paragraph a model."""
    return may_rewrite(block, note, sources) and (has_model or block.kind != "body")
