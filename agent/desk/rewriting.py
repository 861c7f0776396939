"""Turn a text as a person typed it into a note: what each piece rests on stays with the words that stay."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby

from rapidfuzz.distance import Levenshtein

from agent.desk.values import EditedText
from agent.models import Note, Segment

__all__ = ["rewritten"]

MOST_TITLES = 5
_PARAGRAPH = re.compile(r"[^\n]+\n*")


def rewritten(note: Note, text: EditedText) -> Note:
    """Return the note with exactly this text; new words belong to the piece in whose place they stand."""
    title = text.title.strip()
    titles = note.titles if title in note.titles else (title, *note.titles)[:MOST_TITLES]
    body = text.body.replace("\r\n", "\n").strip("\n")
    return note.model_copy(
        update={
            "titles": titles,
            "title": title,
            "cover": text.cover.strip(),
            "segments": note.segments if body == note.body else tuple(_laid_on(note, body)),
            "tags": tuple(dict.fromkeys(tag for raw in text.tags if (tag := raw.strip().strip("#").strip()))),
        }
    )


def _laid_on(note: Note, body: str) -> Iterator[Segment]:
    """Cut the new body where its paragraphs and pieces end; a note joins paragraphs with the newline cut off here."""
    owners = _owners(note, body)
    for paragraph in _PARAGRAPH.finditer(body):
        start, end = paragraph.span()
        end -= end < len(body)
        pieces = groupby(range(start, end), key=lambda place: owners[place])
        for number, (owner, places) in enumerate(pieces):
            text = "".join(body[place] for place in places)
            yield note.segments[owner].model_copy(update={"text": text, "paragraph": number == 0})


def _owners(note: Note, body: str) -> list[int]:
    """Name the piece each character of the new body belongs to: its own, or the one in whose place it stands."""
    before = [index for index, segment in enumerate(note.segments) for _ in _with_newline(segment, first=index == 0)]
    owners: list[int] = []
    for step in Levenshtein.opcodes(note.body, body):
        for offset in range(step.dest_end - step.dest_start):
            place = step.src_start + (offset if step.tag == "equal" else 0)
            owners.append(before[min(place, len(before) - 1)])
    return owners


def _with_newline(segment: Segment, *, first: bool) -> str:
    return segment.text if first or not segment.paragraph else f"\n{segment.text}"
