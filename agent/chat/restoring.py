"""Take back what was changed in a thread: every text a note had is in the record, so nothing is lost by a wish."""

from __future__ import annotations

from collections.abc import Sequence

from agent.catalogue import say
from agent.chat.blocks import block_named
from agent.chat.rewording import Rewording
from agent.chat.state import Edited, ThreadState
from agent.models import Note
from agent.results import DraftResult

__all__ = ["can_restore", "restored", "restored_block", "with_edit"]

MOST_EDITS = 20


def can_restore(state: ThreadState, note: Note) -> bool:
    """Tell whether the text on the table is what the last change made of it."""
    return bool(state.edits) and state.edits[-1].after == note.text_hash


def with_edit(state: ThreadState, before: str, after: str) -> ThreadState:
    """Return the state that remembers one more change."""
    if before == after:
        return state
    edits = (*state.edits, Edited(before=before, after=after))
    return state.model_copy(update={"edits": edits[-MOST_EDITS:]})


def restored(result: DraftResult, state: ThreadState) -> tuple[Rewording, ThreadState] | None:
    """Return the text before the last change and the state without it; None when there is none to take back."""
    note = result.note
    if note is None or not can_restore(state, note):
        return None
    earlier = _text(result, state.edits[-1].before)
    if earlier is None:
        return None
    return Rewording(earlier, (say("changed_back"),)), state.model_copy(update={"edits": state.edits[:-1]})


def restored_block(result: DraftResult, edits: Sequence[Edited], wish: str) -> Rewording | None:
    """Return the note with the title, cover or tags a wish names as they were before; None when it names none."""
    note = result.note
    block = block_named(note, wish) if note is not None else None
    if note is None or block is None or block.kind == "body":
        return None
    for edit in reversed(edits):
        earlier = _text(result, edit.before)
        if earlier is not None and getattr(earlier, block.kind) != getattr(note, block.kind):
            back: dict[str, object] = {block.kind: getattr(earlier, block.kind)}
            return Rewording(note.model_copy(update=back), (say("changed_back"),))
    return None


def _text(result: DraftResult, text_hash: str) -> Note | None:
    return next((round.note for round in reversed(result.rounds) if round.note.text_hash == text_hash), None)
