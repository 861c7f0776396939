"""The metrics T02…T27 of one note. T01, T16, T20, T22 and T28 belong to rules; T15 applies when material was given.

Each function returns (value, passed, further values for its message); `passed` None means it cannot be told.
"""

from __future__ import annotations

import re
import statistics
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from agent.text.provenance import traced_share
from agent.text.shingles import first_line_template, similarity
from agent.text.simplified import simplified
from agent.text.units import title_units
from agent.tone.subject import EMOJI, Subject
from agent.tone.thresholds import Threshold, Words

__all__ = ["METRICS", "Measured"]

_LIST_START = re.compile(r"^\s*(?:[-*•·▪]|\d{1,2}[.、)）]|[①-⑳]|[\U0001f000-\U0001faff\u2600-\u27bf])")
_MARKUP = re.compile(r"【|\*\*|^#{1,6} ", re.MULTILINE)
_TRACED = 0.6


class Measured(NamedTuple):
    """Hold the outcome of one metric."""

    value: float | str | None
    passed: bool | None
    details: Mapping[str, object] = MappingProxyType({})
    span: str = ""
    level: str = ""


Metric = Callable[[Subject, Threshold, Words], Measured]


def title_length(subject: Subject, limit: Threshold, words: Words) -> Measured:
    """T02: characters of the title."""
    return _within(len(subject.note.title), limit)


def body_length(subject: Subject, limit: Threshold, words: Words) -> Measured:
    """T03: characters of life and point segments."""
    return _within(len(subject.measured.replace("\n", "")), limit)


def tag_count(subject: Subject, limit: Threshold, words: Words) -> Measured:
    """T04: tags."""
    return _within(len(subject.note.tags), limit)


def keyword_places(subject: Subject, limit: Threshold, words: Words) -> Measured:
    """T05: the keyword stands in the title and near the start."""
    keyword = subject.brief.keyword
    if not keyword:
        return Measured(None, None)
    head = subject.body[: int(limit.bound("window"))]
    return Measured(None, keyword in subject.note.title and keyword in head, {"keyword": keyword})


def keyword_repeats(subject: Subject, limit: Threshold, words: Words) -> Measured:
    """T06: exact repeats of the keyword in the body."""
    keyword = subject.brief.keyword
    if not keyword:
        return Measured(None, None)
    found = _within(subject.body.count(keyword), limit)
    return found._replace(details={"keyword": keyword})


def emoji_count(subject: Subject, limit: Threshold, words: Words) -> Measured:
    """T07: emoji in all, in a paragraph, in the title."""
    total = len(EMOJI.findall(subject.body))
    densest = max((len(EMOJI.findall(p.text)) for p in subject.paragraphs), default=0)
    title = len(EMOJI.findall(subject.note.title))
    passed = total <= limit.bound("max") and densest <= limit.bound("paragraph") and title <= limit.bound("title")
    return Measured(total, passed)


def listed_lines(subject: Subject, limit: Threshold, words: Words) -> Measured:
    """T08: the longest run of lines that start like a list."""
    longest = run = 0
    for line in subject.body.splitlines():
        run = run + 1 if _LIST_START.match(line) else 0
        longest = max(longest, run)
    return _within(longest, limit)


def markup(subject: Subject, limit: Threshold, words: Words) -> Measured:
    """T09: 【】, bold and headers."""
    return _within(len(_MARKUP.findall(subject.body)), limit)


def stock_families(subject: Subject, limit: Threshold, words: Words) -> Measured:
    """T10: families of stock phrasing per 300 characters; up to `pass` passes, above `max` blocks."""
    if not subject.reads_chinese:
        return Measured(None, None)
    found = words.families_in(subject.measured)
    scaled = len(found) * limit.bound("per") / max(limit.bound("per"), len(subject.measured))
    level = "block" if scaled > limit.bound("max") else "warn"
    return Measured(round(scaled, 2), scaled <= limit.bound("pass"), {"found": "、".join(found)}, level=level)


def rhythm(subject: Subject, limit: Threshold, words: Words) -> Measured:
    """T11: coefficient of variation of sentence lengths."""
    lengths = [len(span.text.strip()) for span in subject.sentences]
    if len(lengths) < 4:
        return Measured(None, None)
    return _within(round(statistics.pstdev(lengths) / statistics.mean(lengths), 2), limit)


def sentence_length(subject: Subject, limit: Threshold, words: Words) -> Measured:
    """T12: mean and longest sentence."""
    lengths = [len(span.text.strip()) for span in subject.sentences]
    if not lengths:
        return Measured(None, None)
    mean, longest = statistics.mean(lengths), max(lengths)
    span = max(subject.sentences, key=lambda s: len(s.text)).text.strip() if longest > limit.bound("max") else ""
    passed = mean <= limit.bound("mean") and longest <= limit.bound("max")
    return Measured(round(mean, 1), passed, {"longest": longest}, span)


def paragraph_length(subject: Subject, limit: Threshold, words: Words) -> Measured:
    """T13: the longest paragraph, in characters and sentences."""
    if not subject.paragraphs:
        return Measured(None, None)
    longest = max(subject.paragraphs, key=lambda p: len(p.text))
    counts = [sum(1 for s in subject.sentences if p.start <= s.start < p.end) for p in subject.paragraphs]
    passed = len(longest.text.strip()) <= limit.bound("max") and max(counts) <= limit.bound("sentences")
    return Measured(len(longest.text.strip()), passed, span="" if passed else longest.text.strip()[:20])


def stock_ends(subject: Subject, limit: Threshold, words: Words) -> Measured:
    """T14: stock phrases in the first and last characters of the prose."""
    head = subject.measured.strip()[: int(limit.bound("opening"))].casefold()
    tail = subject.measured.strip()[-int(limit.bound("closing")) :].casefold()
    found = [word for word in words.openings if word in head] + [word for word in words.closings if word in tail]
    return Measured(len(found), not found, {"found": "、".join(found)}, found[0] if found else "")


def traced_details(subject: Subject, limit: Threshold, words: Words) -> Measured:
    """T15: material items whose wording stands in the note; as many as asked for, or as there are."""
    material = subject.brief.material
    if not material:
        return Measured(None, None)
    prose = simplified(subject.measured)  # a note in traditional characters uses what was told in simplified ones
    used = sum(1 for item in material if traced_share(simplified(item.text), [prose]) >= _TRACED)
    return Measured(used, used >= min(limit.bound("min"), len(material)))


def product_share(subject: Subject, limit: Threshold, words: Words) -> Measured:
    """T17: share of the prose in sentences that name a product; far too much blocks in a lifestyle note."""
    if not subject.products or not subject.measured:
        return Measured(0.0, True)
    share = round(sum(len(span.text) for span in subject.product_spans) / len(subject.measured), 2)
    over = share > limit.bound("block") and subject.brief.note_type == "lifestyle"
    return Measured(share, share <= limit.bound("max"), level="block" if over else "warn")


def product_position(subject: Subject, limit: Threshold, words: Words) -> Measured:
    """T18: where the first sentence with a product stands, as a share of the prose."""
    if not subject.product_spans:
        return Measured(None, None if not subject.products else True)
    return _within(round(subject.product_spans[0].start / len(subject.measured), 2), limit)


def calls_to_action(subject: Subject, limit: Threshold, words: Words) -> Measured:
    """T19: calls to act."""
    found = [word for word in words.calls if word in subject.measured]
    return _within(len(found), limit)._replace(span=found[0] if found else "")


def drawback(subject: Subject, limit: Threshold, words: Words) -> Measured:
    """T21: a sentence that says what is wrong, or whom it does not suit; a note without a product owes none."""
    if not subject.products and subject.brief.note_type not in ("benefit", "marketing"):
        return Measured(None, None)
    text = simplified(subject.body)
    return _within(sum(1 for word in words.drawbacks if word in text), limit)


def sameness(subject: Subject, limit: Threshold, words: Words) -> Measured:
    """T23: the highest similarity to an earlier note; far too much blocks."""
    if not subject.earlier:
        return Measured(None, None)
    highest = round(max(similarity(subject.measured, _prose(note)) for note in subject.earlier), 2)
    return Measured(highest, highest < limit.bound("max"), level="block" if highest >= limit.bound("block") else "warn")


def opening_repeats(subject: Subject, limit: Threshold, words: Words) -> Measured:
    """T24: how many recent notes open alike."""
    if not subject.earlier:
        return Measured(None, None)
    mine = first_line_template(subject.measured)
    recent = subject.earlier[: int(limit.bound("recent"))]
    return _within(sum(1 for note in recent if first_line_template(_prose(note)) == mine), limit)


def promotion_share(subject: Subject, limit: Threshold, words: Words) -> Measured:
    """T25: share of earlier notes that carry a disclosure, which only promotion does."""
    if not subject.earlier or not subject.products:
        return Measured(None, None)
    promoted = sum(1 for note in subject.earlier if any(s.kind == "disclosure" for s in note.segments))
    return _within(round(promoted / len(subject.earlier), 2), limit)


def exclamations(subject: Subject, limit: Threshold, words: Words) -> Measured:
    """T26: exclamation marks and tildes."""
    marks = len(re.findall(r"[!！]", subject.body))
    tildes = len(re.findall(r"[~～]", subject.body))
    passed = marks <= limit.bound("max") and tildes <= limit.bound("tildes")
    return Measured(marks, passed, {"tilde": tildes})


def cover_length(subject: Subject, limit: Threshold, words: Words) -> Measured:
    """T27: characters and lines of the cover text."""
    cover = subject.note.cover
    passed = title_units(cover) <= limit.bound("max") and len(cover.splitlines()) <= limit.bound("lines")
    return Measured(title_units(cover), passed)


METRICS: dict[str, Metric] = {
    "T02": title_length,
    "T03": body_length,
    "T04": tag_count,
    "T05": keyword_places,
    "T06": keyword_repeats,
    "T07": emoji_count,
    "T08": listed_lines,
    "T09": markup,
    "T10": stock_families,
    "T11": rhythm,
    "T12": sentence_length,
    "T13": paragraph_length,
    "T14": stock_ends,
    "T15": traced_details,
    "T17": product_share,
    "T18": product_position,
    "T19": calls_to_action,
    "T21": drawback,
    "T23": sameness,
    "T24": opening_repeats,
    "T25": promotion_share,
    "T26": exclamations,
    "T27": cover_length,
}


def _within(value: float, limit: Threshold) -> Measured:
    low = limit.min is None or value >= limit.min
    high = limit.max is None or value <= limit.max
    return Measured(value, low and high)


def _prose(note: object) -> str:
    return "".join(s.text for s in getattr(note, "segments", ()) if s.kind in ("life", "point"))
