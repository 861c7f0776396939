"""Show what changed between two texts, character by character for Chinese and word by word for Latin script."""

from __future__ import annotations

import re
from collections.abc import Iterator

from markupsafe import Markup
from rapidfuzz.distance import Indel

from evals.reports.visible import show

__all__ = ["Piece", "difference", "differences"]

Piece = tuple[str, str]  # kept | gone | new, text
_TOKEN = re.compile(r"[A-Za-z0-9.,%]+|.", re.DOTALL)
_ISLAND = 1  # so few kept tokens between two changes read as noise


def differences(before: str, after: str) -> tuple[Piece, ...]:
    """Return kept, gone and new stretches in reading order; joining all but the new ones gives `before`."""
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    pieces: list[Piece] = []
    for operation in Indel.opcodes(old, new):
        if operation.tag == "equal":
            pieces.append(("kept", "".join(old[operation.src_start : operation.src_end])))
            continue
        pieces.append(("gone", "".join(old[operation.src_start : operation.src_end])))
        pieces.append(("new", "".join(new[operation.dest_start : operation.dest_end])))
    return tuple(_gathered(pieces))


def difference(before: str, after: str) -> Markup:
    """Return the difference as HTML with `<del>` and `<ins>`; empty when nothing changed."""
    if before == after:
        return Markup("")
    tags = {"kept": Markup("{}"), "gone": Markup("<del>{}</del>"), "new": Markup("<ins>{}</ins>")}
    return Markup("").join(tags[kind].format(show(text)) for kind, text in differences(before, after))


def _gathered(pieces: list[Piece]) -> Iterator[Piece]:
    """Join neighbouring changes, also across an island of one character, into one removal and one insertion."""
    gone = new = ""
    for number, (kind, text) in enumerate(pieces):
        if kind == "gone":
            gone += text
        elif kind == "new":
            new += text
        elif (gone or new) and len(text) <= _ISLAND and text != "\n" and number + 1 < len(pieces):
            gone, new = gone + text, new + text
        else:
            yield from _change(gone, new)
            gone = new = ""
            yield "kept", text
    yield from _change(gone, new)


def _change(gone: str, new: str) -> Iterator[Piece]:
    if gone:
        yield "gone", gone
    if new:
        yield "new", new
