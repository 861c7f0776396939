"""Read what a reviewer wrote, so that its author can do it with a tap: which words to change, or where to look.

Nothing is guessed: words are changed as asked only where they and what they become stand in quotation marks, each as
a whole and with nothing after them; a comment that names neither words nor a place of the note is left to be read.
"""

from __future__ import annotations

import re

from agent.chat.blocks import block_named, blocks_of, span_of
from agent.chat.cues import load_cues
from agent.chat.spans import found
from agent.chat.values import Selection
from agent.models import Frozen, Note

__all__ = ["Advice", "advice_in"]

_PARTS = re.compile(r"[。；;！!\n]+(?![^“”]*”)|，(?=(?:把|将|删掉|删去|去掉|标题))")  # not inside quotation marks
_QUOTED = re.compile(r"[“「\"『](.{2,120}?)[”」\"』]")
_SPAN = re.compile(r"[“「\"『]([^“”「」『』\"]+)[”」\"』]")


class Advice(Frozen):
    """Hold what a comment asks for: a change of named words as a line to say, and the block it is about."""

    change: str = ""
    block: str = ""
    span: Selection | None = None


def advice_in(comment: str, note: Note) -> Advice:
    """Return what a comment on this note asks for; nothing in it when it names no words and no place."""
    for part in filter(None, (piece.strip(" ，,、") for piece in _PARTS.split(comment))):
        named = load_cues().change_in(part)
        if named is None or named.rest or _SPAN.findall(part) != list(filter(None, (named.old, named.new))):
            continue
        if named.field == "tags" or (named.field != "body" and not named.old):
            return Advice(change=part, block=named.field)
        span = found(note, named.old, field="" if named.field == "body" else named.field)
        if span is not None:
            return Advice(change=part, block=_block_at(note, span), span=span)
    return _place_of(comment, note)


def _place_of(comment: str, note: Note) -> Advice:
    for words in _QUOTED.findall(comment):
        if (span := found(note, words)) is not None:
            return Advice(block=_block_at(note, span), span=span)
        if words in note.title:
            return Advice(block="title")
        if words in note.cover:
            return Advice(block="cover")
    block = block_named(note, comment)
    return Advice(block=block.id, span=span_of(note, block) if block.kind == "body" else None) if block else Advice()


def _block_at(note: Note, span: Selection) -> str:
    if span.field != "body":
        return span.field
    for block in blocks_of(note):
        if block.kind == "body":
            place = span_of(note, block)
            if place.start <= span.start < place.end:
                return block.id
    return ""
