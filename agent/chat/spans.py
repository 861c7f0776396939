"""Change the words of one field of a note as a person asks: a marked passage, or words quoted in a line.

What the program must say (conditions, disclosures, role, label) is not changed here, nor is anything the ledger holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from agent.authors.grounding import attributed, tidy
from agent.catalogue import say
from agent.chat.blocks import extents, touched
from agent.chat.rewording import MANDATORY, Rewording
from agent.chat.values import Selection
from agent.chat.wanting import Wanted, tags_of, tags_wanted
from agent.models import Note, Segment, Sources

__all__ = ["MandatoryError", "found", "place_of", "replaced"]

_SEARCHED: tuple[Literal["body", "title", "cover"], ...] = ("body", "title", "cover")


class MandatoryError(Exception):
    """Tell that a change would touch words that must stay."""


def found(note: Note, words: str, *, field: str = "") -> Selection | None:
    """Return where these words stand, in the body first, else in title or cover; None when they do not."""
    texts = {"body": note.body, "title": note.title, "cover": note.cover}
    for name in _SEARCHED:
        start = texts[name].find(words) if words and field in ("", name) else -1
        if start >= 0:
            return Selection(field=name, start=start, end=start + len(words), text=words)
    return None


def place_of(note: Note, wanted: Wanted) -> tuple[Selection, str] | None:
    """Return the passage that a line is about and what it becomes; None when its words stand nowhere."""
    if wanted.field in ("title", "cover") and not wanted.old:
        return Selection(field=wanted.field), wanted.new
    span = found(note, wanted.old, field="" if wanted.field == "body" else wanted.field)
    if span is not None:
        return span, wanted.new
    tags = tags_wanted(note, wanted) if wanted.field in ("tags", "body") else None
    return None if tags is None else (Selection(field="tags"), " ".join(tags))


def replaced(note: Note, span: Selection, new: str, sources: Sources) -> Rewording | None:
    """Return the note with other words in a passage; None when the passage is not there.

    Raises `MandatoryError` when it touches what must stay.
    """
    new = tidy(new)
    if span.field == "title":
        return _title(note, _within(note.title, span, new))
    if span.field == "cover":
        new = _within(note.cover, span, new)
        return Rewording(note.model_copy(update={"cover": new}), (_change(note.cover, new),)) if new else None
    if span.field == "tags":
        if not (tags := tags_of(new)):
            return None
        return Rewording(note.model_copy(update={"tags": tags}), (_change(" ".join(note.tags), " ".join(tags)),))
    return _body(note, span, new, sources)


def _title(note: Note, new: str) -> Rewording | None:
    if not new:
        return None
    titles = note.titles if new in note.titles else (new, *note.titles)
    return Rewording(note.model_copy(update={"title": new, "titles": titles}), (_change(note.title, new),))


def _within(text: str, span: Selection, new: str) -> str:
    """Return a title or cover with other words in the passage, in its whole length where the passage is none."""
    marked = span.start < span.end and text[span.start : span.end] == span.text
    return text[: span.start] + new + text[span.end :] if marked else new


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
