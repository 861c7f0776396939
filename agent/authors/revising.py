"""Revise a note: apply fixes, insert what is missing, drop what cannot be fixed. Nothing else is touched.

The claim of a fact is never edited, only dropped whole. Disclosures, role and labels belong to the assembler.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

from agent.authors.naming import name_cover, name_titles
from agent.authors.retouching import Retouch
from agent.authors.topics import is_clean, read_topic
from agent.catalogue import say
from agent.guardrails.placement import blanks_in
from agent.models import Critique, Finding, Note, Plan, Report, Revision, Segment, Sources
from agent.text.numbers import find_numbers
from agent.text.sentences import sentences

__all__ = ["Revisor", "reads_on"]

MANDATORY = ("disclosure", "role", "label")
SHORTEST_SENTENCE = 4
LONGEST_PHRASE = 12
_DANGLING = re.compile(
    r"^[，、；：,;:。！？!?的地得和与]|[的地得和与很最更太][。！？!?]?$|[，、；]{2}|[，、；：][。！？]$"
)
_LETTER = re.compile(r"\w")


class Revisor:
    """Edit one note, noting each change with the rule or metric that asked for it."""

    def __init__(self, note: Note, *, plan: Plan, sources: Sources, rng: Random) -> None:
        self.note = note
        self.plan = plan
        self.sources = sources
        self.rng = rng
        self.changes: list[str] = []
        self._told = frozenset(item.id for item in sources.brief.material)

    def revised(self, report: Report, critique: Critique) -> Revision:
        """Return the revision; the same note and no changes when nothing is open."""
        findings = [f for f in report.open() if f.severity != "warn" or (f.fix and f.fix.safety == "safe")]
        edits: dict[str, Callable[[list[Finding]], None]] = {
            "body": self._edit_body,
            "title": self._edit_titles,
            "tags": self._edit_tags,
            "cover": self._edit_cover,
        }
        for field, edit in edits.items():
            spans = [f for f in findings if f.field == field and f.start is not None]
            if spans:
                edit(sorted(spans, key=lambda f: (f.start or 0, f.end or 0), reverse=True))
        self._insert([f for f in findings if f.start is None])
        retouch = Retouch(self.note, plan=self.plan, sources=self.sources, rng=self.rng)
        note, changes = retouch.retouched(critique)
        return Revision(note=note, changes=(*self.changes, *changes))

    def _edit_body(self, findings: list[Finding]) -> None:
        """Edit from the end, so that the offsets of what is still to do stay true."""
        segments = list(self.note.segments)
        starts = _starts(segments)
        untouched = len(self.note.body) + 1
        for finding in findings:
            start, end = finding.start or 0, finding.end or 0
            if end > untouched:
                continue
            for index in reversed(range(len(segments))):
                low, high = starts[index], starts[index] + len(self.note.segments[index].text)
                if start < high and end > low and segments[index].kind not in MANDATORY:
                    span = (max(start, low) - low, min(end, high) - low)
                    edited, where = self._edit_segment(segments[index], span, finding)
                    segments[index] = edited
                    untouched = low + where
        kept = tuple(segment for segment in segments if _LETTER.search(segment.text))
        self._set(segments=kept or self.note.segments)

    def _edit_segment(self, segment: Segment, span: tuple[int, int], finding: Finding) -> tuple[Segment, int]:
        """Return the edited segment and the offset from which it is no longer the text that was checked."""
        if set(segment.sources) & {fact.id for fact in self.sources.facts}:
            self._note("author_changed_fact", finding, old=segment.text)
            return segment.model_copy(update={"text": ""}), 0
        if finding.fix and reads_on(finding.fix.replacement) and set(segment.sources) & self._told:
            finding = finding.model_copy(update={"fix": None})  # nobody said the statement: the sentence is left out
        text, code, where, old = _edited(segment.text, span, finding)
        new = finding.fix.replacement if finding.fix else ""
        self._note(code, finding, old=old, new=new)
        return segment.model_copy(update={"text": text}), where

    def _edit_titles(self, findings: list[Finding]) -> None:
        listed = self.note.titles
        titles = {index: title for index, title in enumerate(listed)}
        for index in sorted({finding.index for finding in findings}):
            own = [finding for finding in findings if finding.index == index]
            if index in titles:
                titles[index] = self._fixed_title(titles[index], own)
        kept = tuple(dict.fromkeys(title for title in titles.values() if title))
        chosen = titles.get(listed.index(self.note.title), "")
        self._set_titles(kept or self._neutral_titles(), chosen)

    def _fixed_title(self, title: str, findings: list[Finding]) -> str:
        text = title
        for finding in findings:
            if finding.fix is None or reads_on(finding.fix.replacement):  # a statement is no part of a title
                self._note("author_changed_title", finding, old=title)
                return ""
            text = text[: finding.start] + finding.fix.replacement + text[finding.end :]
            self._note(_replaced(finding), finding, old=finding.text, new=finding.fix.replacement)
        text = text.strip("，、；：,;: ")
        return text if len(text) >= SHORTEST_SENTENCE and not _DANGLING.search(text) else ""

    def _neutral_titles(self) -> tuple[str, ...]:
        reading = read_topic(self.sources.brief)
        return tuple(t for t in name_titles(reading, self.rng, earlier=self.note.titles) if is_clean(t)) or (
            reading.keyword or reading.topic,
        )

    def _edit_tags(self, findings: list[Finding]) -> None:
        bad = {finding.index: finding for finding in findings}
        for index, finding in bad.items():
            if index < len(self.note.tags):
                self._note("author_changed_tag", finding, old=self.note.tags[index])
        self._set(tags=tuple(tag for index, tag in enumerate(self.note.tags) if index not in bad))

    def _edit_cover(self, findings: list[Finding]) -> None:
        old, text = self.note.cover, self.note.cover
        for finding in findings:
            replacement = finding.fix.replacement if finding.fix else ""
            text = text[: finding.start] + replacement + text[finding.end :]
        states = any(finding.fix and reads_on(finding.fix.replacement) for finding in findings)
        if states or not is_clean(text) or len(text) < SHORTEST_SENTENCE or _DANGLING.search(text):
            text = name_cover(read_topic(self.sources.brief), self.note.title, self.rng)
        self._note("author_changed_cover", findings[0], old=old)
        self._set(cover=text)

    def _insert(self, findings: list[Finding]) -> None:
        for finding in findings:
            text = self._filled(finding.fix.replacement.strip()) if finding.fix else ""
            if text and not blanks_in(text) and text not in self.note.body:
                added = Segment(text=text, kind="disclosure")
                labels = tuple(s for s in self.note.segments if s.kind == "label")
                rest = tuple(s for s in self.note.segments if s.kind != "label")
                self._set(segments=(*rest, added, *labels))
                self._note("author_changed_insert", finding, new=text)

    def _filled(self, line: str) -> str:
        """Fill the slots of a mandatory line with what is known of the product; what nobody knows stays open."""
        for product in self.sources.products:
            known = {
                "full_name": product.full_name,
                "issuer": product.issuer,
                "seller": product.seller,
                **product.slots,
            }
            for slot, value in known.items():
                line = line.replace(f"{{{slot}}}", value or f"{{{slot}}}")
        return line

    def _set_titles(self, titles: tuple[str, ...], chosen: str) -> None:
        self._set(titles=titles, title=chosen if chosen in titles else titles[0])

    def _set(self, **update: object) -> None:
        self.note = self.note.model_copy(update=update)

    def _note(self, code: str, finding: Finding, **parameters: str) -> None:
        self.changes.append(say(code, rule=finding.rule, **parameters))


def _starts(segments: list[Segment]) -> list[int]:
    """Return where each segment begins in the body; a new paragraph is preceded by one newline."""
    starts, position = [], 0
    for index, segment in enumerate(segments):
        position += 1 if index and segment.paragraph else 0
        starts.append(position)
        position += len(segment.text)
    return starts


def _replaced(finding: Finding) -> str:
    return "author_changed_fix" if finding.fix and finding.fix.replacement else "author_changed_cut"


def _edited(text: str, span: tuple[int, int], finding: Finding) -> tuple[str, str, int, str]:
    """Return text, message code, offset of the edit and what was there; a sentence that breaks is dropped."""
    start, end = span
    sentence = next((s for s in sentences(text) if s.start <= start < s.end), None)
    low, high = (sentence.start, sentence.end) if sentence else (start, end)
    if finding.fix is not None and reads_on(finding.fix.replacement):
        closing = re.sub(r"[^。！？!?…]", "", text[end:high])[:1] or "。"
        whole = finding.fix.replacement.rstrip("。") + closing
        return (
            text[:low] + whole + text[max(end, high) :],
            "author_changed_fix",
            low,
            text[low : max(end, high)].strip(),
        )
    if finding.fix is not None and not (not finding.fix.replacement and find_numbers(text[start:end])):
        replacement = finding.fix.replacement
        fixed = text[low:start] + replacement + text[end : max(end, high)]
        if replacement or not _breaks(fixed):
            return text[:start] + replacement + text[end:], _replaced(finding), start, text[start:end]
    return text[:low] + text[max(end, high) :], "author_changed_sentence", low, text[low : max(end, high)].strip()


def reads_on(replacement: str) -> bool:
    """Tell whether a replacement is a statement of its own, which cannot stand inside another sentence."""
    return len(replacement) > LONGEST_PHRASE or "，" in replacement


def _breaks(sentence: str) -> bool:
    bare = sentence.strip()
    return len(re.sub(r"\W", "", bare)) < SHORTEST_SENTENCE or bool(_DANGLING.search(bare))
