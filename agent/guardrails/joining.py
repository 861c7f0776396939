"""One piece of advice for one passage: which open findings it answers, which rule speaks, and what is to be written.

Findings of one sentence are one passage, since its reader rewrites it once: the strictest rule speaks, then the one
whose remedy goes furthest, then the one for this product; the others are further reasons. Remedies of a word leave
the rest of a sentence alone, so they stand by themselves. Refuses to change findings.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from agent.guardrails.placement import CLAUSE_LENGTH, blanks_in, field_text, sentence_around
from agent.guardrails.quoting import is_all_of, is_within_clause
from agent.guardrails.wording import label_of, word
from agent.models import Category, Finding, NoteInput

__all__ = ["GRAVITY", "Passage", "passages", "product_of"]

GRAVITY: Final = ("block", "fix", "warn")
_WHOLE, _CLAUSE, _WORD, _NOTHING = range(4)  # how far a remedy goes
_Place = tuple[str, int, int, int]


@dataclass(frozen=True)
class Passage:
    """Hold what one piece of advice answers: the finding that speaks, then the others.

    start, end: the sentence in its raw field; both None for what has no place, and for a tag.
    """

    findings: tuple[Finding, ...]
    start: int | None = None
    end: int | None = None
    rewritten: bool = False  # a clause in place of the one that was hit would leave the rest of the sentence wrong

    @property
    def first(self) -> Finding:
        """Return the finding whose remedy is told."""
        return self.findings[0]

    @property
    def others(self) -> tuple[Finding, ...]:
        """Return one finding of each further rule that speaks against the passage."""
        one_each = {finding.rule: finding for finding in reversed(self.findings) if finding.rule != self.first.rule}
        return tuple(finding for finding in self.findings if one_each.get(finding.rule) is finding)

    @property
    def hits(self) -> list[tuple[int, int]]:
        """Return the spans that were hit, in reading order."""
        return sorted((f.start, f.end) for f in self.findings if f.start is not None and f.end is not None)

    @property
    def gravity(self) -> str:
        """Return the severity of the gravest finding."""
        return min((finding.severity for finding in self.findings), key=GRAVITY.index)

    @property
    def is_of_words(self) -> bool:
        """Tell whether the remedy takes the place of the words that were hit, and no more."""
        return _reach(self.first) == _WORD

    @property
    def cure(self) -> str:
        """Say what is to be written instead; nothing where no rule proposes anything."""
        fix = self.first.fix
        if self.first.field == "tags":
            return word("whole_tag")
        if fix is None:
            return ""
        if not fix.replacement:
            return word("fill_slot") if blanks_in(self.first.text) else word(self._whole)
        if self.first.field == "title" and not self.is_of_words:
            return word("whole_title")
        if _is_short(self.first) and not self.is_of_words:
            return word("rewrite_with").format(line=fix.replacement)
        return word("rewrite").format(line=fix.replacement) if self.rewritten else fix.replacement

    @property
    def _whole(self) -> str:
        return "whole_title" if self.first.field == "title" else "whole_sentence"


def passages(note: NoteInput, findings: Sequence[Finding], products: Sequence[Category]) -> list[Passage]:
    """Join findings, which come in reading order, by what one piece of advice answers."""
    groups: list[tuple[_Place | None, list[Finding]]] = []
    for finding in findings:
        place = _place_in(note, finding)
        twin = next((group for other, group in groups if _is_one(place, other)), None)
        if twin is None:
            groups.append((place, [finding]))
        else:
            twin.append(finding)
    return [passage for place, group in groups for passage in _told(note, place, group, products)]


def _place_in(note: NoteInput, finding: Finding) -> _Place | None:
    """Return field and sentence of a finding, a tag as a whole; None for what has no place."""
    if finding.start is None or finding.end is None:
        return None
    text = field_text(note, finding.field, finding.index)
    span = (0, len(text)) if finding.field == "tags" else sentence_around(text, finding.start, finding.end)
    return finding.field, finding.index, *span


def _is_one(one: _Place | None, other: _Place | None) -> bool:
    return one is not None and other is not None and one[:2] == other[:2] and one[2] < other[3] and other[2] < one[3]


def _told(
    note: NoteInput, place: _Place | None, group: Sequence[Finding], products: Sequence[Category]
) -> Iterator[Passage]:
    """Yield the whole sentence as one passage, or word by word where nothing in it asks for more than a word."""
    ranked = sorted(group, key=lambda finding: _rank(finding, products))
    if place is None or place[0] == "tags":
        yield Passage(tuple(ranked))
        return
    if all(_reach(finding) >= _WORD for finding in group):
        yield from (_passage(note, place, touching, products) for touching in _touching(group))
        return
    yield _passage(note, place, ranked, products)


def _passage(note: NoteInput, place: _Place, group: Sequence[Finding], products: Sequence[Category]) -> Passage:
    ranked = tuple(sorted(group, key=lambda finding: _rank(finding, products)))
    return Passage(ranked, place[2], place[3], _is_rewritten(note, place, ranked))


def _is_rewritten(note: NoteInput, place: _Place, group: Sequence[Finding]) -> bool:
    """Tell whether a sentence that gets a clause in place of what was hit says more than that."""
    if _reach(group[0]) != _CLAUSE:
        return False
    text = field_text(note, group[0].field, group[0].index)
    return not is_all_of(text, Passage(tuple(group)).hits, place[2], place[3])


def _touching(group: Sequence[Finding]) -> list[list[Finding]]:
    """Part findings into those that overlap."""
    runs: list[list[Finding]] = []
    for finding in sorted(group, key=lambda one: one.start or 0):
        if runs and (finding.start or 0) < max(one.end or 0 for one in runs[-1]):
            runs[-1].append(finding)
        else:
            runs.append([finding])
    return runs


def _reach(finding: Finding) -> int:
    """Return how far the remedy of a finding goes."""
    if finding.fix is None:
        return _NOTHING
    if not finding.fix.replacement:
        return _WORD if blanks_in(finding.text) else _WHOLE
    if _is_short(finding) and is_within_clause(finding.text):
        return _WORD
    return _CLAUSE


def _is_short(finding: Finding) -> bool:
    """Tell whether what is to be written instead is no clause."""
    return finding.fix is not None and 0 < len(finding.fix.replacement) < CLAUSE_LENGTH


def _rank(finding: Finding, products: Sequence[Category]) -> tuple[int, int, int, int, str]:
    """Sort the finding that speaks first."""
    length = (finding.end or 0) - (finding.start or 0)
    return GRAVITY.index(finding.severity), _reach(finding), _distance(finding.pack, products), -length, finding.rule


def _distance(pack: str, products: Sequence[Category]) -> int:
    """Return how far a pack of rules is from these products; where none is known, no pack is another product's."""
    own = product_of(pack)
    if own in products:
        return 0
    return 2 if own and products else 1


def product_of(pack: str) -> str:
    """Return the product that a pack of rules is about; empty for one about none."""
    own = label_of("pack_product", pack)
    return own if label_of("product", own) != own else ""
