"""Cut a note into the blocks a person copies, locks and changes, and find out whether locked ones are as they were."""

from __future__ import annotations

import re
from collections.abc import Iterable

from agent.chat.state import Lock
from agent.chat.values import Block, Selection
from agent.models import Note, Segment

__all__ = ["block_named", "blocks_of", "extents", "is_locked", "locks_broken", "span_of", "touched"]

NAMES = {"标题": "title", "封面": "cover", "话题": "tags", "标签": "tags"}
FIRST, LAST = ("开头", "第一句", "头一句"), ("结尾", "末尾", "最后一句", "最后一段")
DIGITS = {character: number for number, character in enumerate("一二三四五六七八九十", 1)}


def blocks_of(note: Note, locked: Iterable[Lock] = ()) -> tuple[Block, ...]:
    """Return title, cover, each paragraph (p1, p2, …) and tags; a locked block says so."""
    locks = tuple(locked)
    tags = " ".join(f"#{tag}" for tag in note.tags)
    blocks = [Block(id="title", kind="title", text=note.title), Block(id="cover", kind="cover", text=note.cover)]
    for number, paragraph in enumerate(_paragraphs(note.segments), 1):
        cited = tuple(dict.fromkeys(source for segment in paragraph for source in segment.sources))
        text = "".join(segment.text for segment in paragraph)
        blocks.append(Block(id=f"p{number}", kind="body", text=text, sources=cited))
    blocks.append(Block(id="tags", kind="tags", text=tags))
    held = {(lock.kind, lock.text) for lock in locks}
    return tuple(block.model_copy(update={"locked": (block.kind, block.text) in held}) for block in blocks)


def block_named(note: Note, name: str, span: Selection | None = None) -> Block | None:
    """Return the block an id, a Chinese name (标题, 第二段) or a marked passage means."""
    known = {block.id: block for block in blocks_of(note)}
    if name in known:
        return known[name]
    for word, block in NAMES.items():
        if word in name:
            return known[block]
    if any(word in name for word in LAST):
        return _last_told(note, known)
    if any(word in name for word in FIRST):
        return known.get("p1")
    found = re.search(r"第\s*([0-9]{1,2}|[一二三四五六七八九十])\s*段", name)
    if found:
        number = found.group(1)
        return known.get(f"p{DIGITS.get(number) or number}")
    if span is None:
        return None
    if span.field != "body":
        return known[span.field]
    return next((known[f"p{number}"] for number, low, high in _places(note) if low <= span.start < high), None)


def _last_told(note: Note, known: dict[str, Block]) -> Block | None:
    """Return the last paragraph that a person may change: what follows it is there because it must be."""
    numbered = enumerate(_paragraphs(note.segments), 1)
    told = [n for n, paragraph in numbered if any(segment.kind in ("life", "point") for segment in paragraph)]
    return known.get(f"p{told[-1]}") if told else None


def locks_broken(note: Note, locked: Iterable[Lock]) -> tuple[Lock, ...]:
    """Return the locks whose words are not a block of this note."""
    present = {(block.kind, block.text) for block in blocks_of(note)}
    return tuple(lock for lock in locked if (lock.kind, lock.text) not in present)


def is_locked(note: Note, index: int, locked: Iterable[Lock]) -> bool:
    """Tell whether a segment stands in a locked paragraph."""
    held = {lock.text for lock in locked if lock.kind == "body"}
    position = 0
    for paragraph in _paragraphs(note.segments):
        if position <= index < position + len(paragraph):
            return "".join(segment.text for segment in paragraph) in held
        position += len(paragraph)
    return False


def extents(note: Note) -> tuple[tuple[int, int], ...]:
    """Return where each segment stands in the body."""
    found, position = [], 0
    for index, segment in enumerate(note.segments):
        position += 1 if index and segment.paragraph else 0
        found.append((position, position + len(segment.text)))
        position += len(segment.text)
    return tuple(found)


def span_of(note: Note, block: Block) -> Selection:
    """Return where a block stands."""
    if block.kind != "body":
        return Selection(field=block.kind)
    low, high = next((low, high) for number, low, high in _places(note) if f"p{number}" == block.id)
    return Selection(start=low, end=high, text=block.text)


def touched(note: Note, span: Selection) -> tuple[int, ...]:
    """Return the indices of the segments a marked passage of the body touches."""
    return tuple(i for i, (low, high) in enumerate(extents(note)) if span.start < high and span.end > low)


def _paragraphs(segments: tuple[Segment, ...]) -> list[list[Segment]]:
    found: list[list[Segment]] = []
    for segment in segments:
        if segment.paragraph or not found:
            found.append([])
        found[-1].append(segment)
    return found


def _places(note: Note) -> list[tuple[int, int, int]]:
    """Return number, start and end of each paragraph in the body."""
    found, position = [], 0
    for number, paragraph in enumerate(_paragraphs(note.segments), 1):
        length = sum(len(segment.text) for segment in paragraph)
        found.append((number, position, position + length))
        position += length + 1
    return found
