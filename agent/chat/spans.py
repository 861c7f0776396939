"""Change the words of one field of a note as a person asks: a marked passage, or words quoted in a line.

What the program must say (conditions, disclosures, role, label) is not changed here, nor is anything the ledger holds.
"""

from __future__ import annotations

from collections.abc import Sequence

from agent.authors.grounding import attributed, tidy
from agent.catalogue import say
from agent.chat.blocks import extents, touched
from agent.chat.rewording import MANDATORY, Rewording
from agent.chat.values import Selection
from agent.models import Note, Segment, Sources

__all__ = ["MandatoryError", "found", "replaced"]


class MandatoryError(Exception):
    """Tell that a change would touch words that must stay."""


def found(note: Note, words: str, *, field: str = "body") -> Selection | None:
    """Return where these words stand; None when they do not."""
    text = note.title if field == "title" else note.body
    start = text.find(words) if words else -1
    if start < 0:
        return None
    return Selection(field="title" if field == "title" else "body", start=start, end=start + len(words), text=words)


def replaced(note: Note, span: Selection, new: str, sources: Sources) -> Rewording | None:
    """Return the note with other words in a passage; None when the passage is not there.

    Raises `MandatoryError` when it touches what must stay.
    """
    new = tidy(new)
    if span.field == "title":
        return _title(note, new)
    if span.field == "cover":
        return Rewording(note.model_copy(update={"cover": new}), (_change(note.cover, new),))
    if span.field == "tags":
        tags = tuple(dict.fromkeys(filter(None, (tag.lstrip("#\uff03") for tag in new.split()))))
        return Rewording(note.model_copy(update={"tags": tags}), (_change(" ".join(note.tags), " ".join(tags)),))
    return _body(note, span, new, sources)


def _title(note: Note, new: str) -> Rewording | None:
    if not new:
        return None
    titles = note.titles if new in note.titles else (new, *note.titles)
    return Rewording(note.model_copy(update={"title": new, "titles": titles}), (_change(note.title, new),))


def _body(note: Note, span: Selection, new: str, sources: Sources) -> Rewording | None:
    hit = touched(note, span)
    old = note.body[span.start : span.end]
    if not hit or (span.text and span.text != old):
        return None
    if any(note.segments[index].kind in MANDATORY for index in hit):
        raise MandatoryError
    kept = _filled(_with(note, hit, span, new))
    if not kept:
        return None
    segments = attributed(kept, sources)
    return Rewording(note.model_copy(update={"segments": segments}), (_change(old, new),))


def _with(note: Note, hit: Sequence[int], span: Selection, new: str) -> list[Segment]:
    """Put the new words where the passage began, and take its rest out of the pieces after it."""
    changed: list[Segment] = []
    for index, (segment, (low, high)) in enumerate(zip(note.segments, extents(note), strict=True)):
        if index not in hit:
            changed.append(segment)
            continue
        start, end = max(span.start, low) - low, min(span.end, high) - low
        middle = new if index == hit[0] else ""
        changed.append(segment.model_copy(update={"text": segment.text[:start] + middle + segment.text[end:]}))
    return changed


def _filled(segments: Sequence[Segment]) -> list[Segment]:
    """Leave out emptied pieces; a paragraph whose first piece went begins with the next one."""
    kept: list[Segment] = []
    opens = False
    for segment in segments:
        if not segment.text.strip():
            opens = opens or segment.paragraph
            continue
        kept.append(segment.model_copy(update={"paragraph": True}) if opens else segment)
        opens = False
    return kept


def _change(old: str, new: str) -> str:
    return say("changed_replaced", old=old, new=new) if new else say("changed_dropped", text=old)
