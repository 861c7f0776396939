"""Compare two texts of a note, field by field and sentence by sentence, down to the characters that changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Literal

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from agent.desk.values import FieldDiff, Piece, SentenceDiff, TextDiff, TextField
from agent.models import Note
from agent.text.sentences import sentences

__all__ = ["compare"]

ALIKE = 45.0  # of 100: below it, two sentences in the same place have nothing to do with each other
FIELDS: tuple[TextField, ...] = ("title", "cover", "body", "tags")


def compare(before: Note, after: Note) -> TextDiff:
    """Return what changed from one text to the other; a field empty in both is left out."""
    fields = ((field, _sentences(before, field), _sentences(after, field)) for field in FIELDS)
    found = (FieldDiff(field=field, sentences=tuple(_compared(old, new))) for field, old, new in fields if old or new)
    return TextDiff(from_hash=before.text_hash, to_hash=after.text_hash, fields=tuple(found))


def _sentences(note: Note, field: TextField) -> list[str]:
    if field == "tags":
        return list(note.tags)
    if field == "body":
        return [span.text for span in sentences(note.body)]
    return [text] if (text := getattr(note, field)) else []


def _compared(old: Sequence[str], new: Sequence[str]) -> Iterator[SentenceDiff]:
    for tag, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            yield from (_whole("kept", text) for text in new[k:m])
        else:
            yield from _replaced(old[i:j], new[k:m])


def _replaced(old: Sequence[str], new: Sequence[str]) -> Iterator[SentenceDiff]:
    """Pair sentences in their order; what is not alike was removed, and something else added."""
    for before, after in zip_longest(old, new):
        if before is not None and after is not None and fuzz.ratio(before, after) >= ALIKE:
            yield SentenceDiff(kind="changed", pieces=tuple(_pieces(before, after)))
            continue
        if before is not None:
            yield _whole("removed", before)
        if after is not None:
            yield _whole("added", after)


def _pieces(before: str, after: str) -> Iterator[Piece]:
    for step in Levenshtein.opcodes(before, after):
        removed, added = before[step.src_start : step.src_end], after[step.dest_start : step.dest_end]
        if step.tag == "equal":
            yield Piece(kind="kept", text=added)
            continue
        if removed:
            yield Piece(kind="removed", text=removed)
        if added:
            yield Piece(kind="added", text=added)


def _whole(kind: Literal["kept", "removed", "added"], text: str) -> SentenceDiff:
    return SentenceDiff(kind=kind, pieces=(Piece(kind=kind, text=text),))
