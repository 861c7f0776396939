"""Cut a told story into paragraphs, or join them again: by whole sentences, and no word changes.

What is locked stays as it is, and so does a paragraph that states a fact or what must be said: a condition stands
beside its claim, by law.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from agent.catalogue import say
from agent.chat.blocks import is_locked
from agent.chat.cues import load_cues
from agent.chat.rewording import MANDATORY, Rewording
from agent.chat.state import Lock
from agent.models import Note, Segment, Sources
from agent.text.sentences import sentences

__all__ = ["joined", "split"]

MOST_SENTENCES, MOST_CHARACTERS = 3, 90
_NUMBERS = {"两": 2, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6}
_PARTS = re.compile(r"(?:成|分|拆)\s*(?:为)?\s*([两二三四五六2-6])\s*个?(?:自然)?段")
_WORD = re.compile(r"\w$")

_Sentence = tuple[Segment, ...]


def split(
    note: Note, sources: Sources, wish: str = "", *, locked: Sequence[Lock] = (), only: Sequence[int] | None = None
) -> Rewording | None:
    """Cut paragraphs of life: as many as the wish names, a sentence each, else such as are easily read.

    `only` names the segments whose paragraphs are meant. None where no sentence ends before its paragraph does.
    """
    paragraphs = _paragraphs(note)
    free = [_may_change(note, span, sources, locked) and _is_meant(span, only) for span in paragraphs]
    told = [
        _sentences(note.segments[low:high]) if may else [] for (low, high), may in zip(paragraphs, free, strict=True)
    ]
    cuts = [_groups(units, wish) for units in told]
    if all(len(groups) < 2 for groups in cuts):  # short enough as they are, and yet asked for
        cuts = [_even(units, 2) for units in told]
    if all(len(groups) < 2 for groups in cuts):
        return None
    segments: list[Segment] = []
    for (low, high), groups in zip(paragraphs, cuts, strict=True):
        segments += _laid_out(groups) if len(groups) > 1 else note.segments[low:high]
    return Rewording(note.model_copy(update={"segments": tuple(segments)}), (_told(note, segments),))


def joined(note: Note, sources: Sources, *, locked: Sequence[Lock] = ()) -> Rewording | None:
    """Join paragraphs of life that stand one after the other; None where there are no two."""
    segments, before = list(note.segments), False
    for low, high in _paragraphs(note):
        may = _may_change(note, (low, high), sources, locked)
        if may and before:
            segments[low - 1] = _closed(segments[low - 1])
            segments[low] = segments[low].model_copy(update={"paragraph": False})
        before = may
    if tuple(segments) == note.segments:
        return None
    return Rewording(note.model_copy(update={"segments": tuple(segments)}), (_told(note, segments),))


def _paragraphs(note: Note) -> list[tuple[int, int]]:
    """Return where each paragraph begins and ends, in segments."""
    starts = [index for index, segment in enumerate(note.segments) if segment.paragraph or not index]
    return list(zip(starts, (*starts[1:], len(note.segments)), strict=True))


def _may_change(note: Note, span: tuple[int, int], sources: Sources, locked: Sequence[Lock]) -> bool:
    facts = {fact.id for fact in sources.facts}
    held = note.segments[span[0] : span[1]]
    stays = any(segment.kind in MANDATORY or facts.intersection(segment.sources) for segment in held)
    return not stays and not is_locked(note, span[0], locked)


def _is_meant(span: tuple[int, int], only: Sequence[int] | None) -> bool:
    return only is None or any(span[0] <= index < span[1] for index in only)


def _sentences(segments: Sequence[Segment]) -> list[_Sentence]:
    """Return the sentences of a paragraph, each as the pieces of segments that make it up."""
    found: list[list[Segment]] = []
    goes_on = False
    for segment in segments:
        for span in sentences(segment.text):
            piece = segment.model_copy(update={"text": span.text, "paragraph": False})
            if goes_on:
                found[-1].append(piece)
            else:
                found.append([piece])
            goes_on = bool(_WORD.search(span.text) or span.text.endswith(("，", ",", "、", "：", ":", "；", ";")))
    return [tuple(pieces) for pieces in found]


def _groups(units: Sequence[_Sentence], wish: str) -> list[list[_Sentence]]:
    if any(re.search(cue, wish) for cue in load_cues().sentence_each):
        return [[unit] for unit in units]
    named = _PARTS.search(wish)
    if named:
        return _even(units, _NUMBERS.get(named.group(1)) or int(named.group(1)))
    groups: list[list[_Sentence]] = []
    for unit in units:
        if not groups or len(groups[-1]) == MOST_SENTENCES or _length([*groups[-1], unit]) > MOST_CHARACTERS:
            groups.append([])
        groups[-1].append(unit)
    return groups


def _even(units: Sequence[_Sentence], count: int) -> list[list[_Sentence]]:
    """Return so many groups of about the same length, fewer where there are not enough sentences."""
    count = min(count, len(units))
    if count < 1:
        return []
    groups: list[list[_Sentence]] = [[]]
    whole, done = _length(units), 0
    for number, unit in enumerate(units):
        left = len(units) - number
        full = done + _length([unit]) / 2 > whole * len(groups) / count
        if groups[-1] and len(groups) < count and (full or left <= count - len(groups)):
            groups.append([])
        groups[-1].append(unit)
        done += _length([unit])
    return groups


def _length(units: Sequence[_Sentence]) -> int:
    return sum(len(piece.text) for unit in units for piece in unit)


def _laid_out(groups: Sequence[Sequence[_Sentence]]) -> Iterator[Segment]:
    """Yield the segments of these paragraphs; pieces of one segment that stay side by side are one again."""
    for group in groups:
        pieces: list[Segment] = []
        for piece in (piece for unit in group for piece in unit):
            last = pieces[-1] if pieces else None
            if last is not None and (last.kind, last.sources) == (piece.kind, piece.sources):
                pieces[-1] = last.model_copy(update={"text": last.text + piece.text})
            else:
                pieces.append(piece)
        yield pieces[0].model_copy(update={"paragraph": True})
        yield from pieces[1:]


def _closed(segment: Segment) -> Segment:
    """Return a segment that ends a sentence, so that the next one does not run into it."""
    return segment.model_copy(update={"text": f"{segment.text}。"}) if _WORD.search(segment.text) else segment


def _told(note: Note, segments: Sequence[Segment]) -> str:
    before, after = (sum(1 for i, s in enumerate(held) if s.paragraph or not i) for held in (note.segments, segments))
    return say("changed_paragraphs", before=before, after=after)
