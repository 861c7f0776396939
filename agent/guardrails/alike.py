"""Write findings of sentences that read like known violations (`agent.guardrails.likeness`).

Owns where it keeps silent: in a sentence in which a rule found something, be it open or cleared, unless that was part
of another word, and for rules that are not in force or not in scope; and in a window that warns readers. What a waiver
accepted silences its own rule alone. A rule with a list `about-<rule>` is named only where one of its words stands. It
quotes words and asks: a rule's own remedy may be that of another product.
Where it cannot be told which of two rules one of many sentences reads like, it is innocent half of the time: such a one
must score higher, and is not named. One of several sentences that reads like violations as such, and like none in
particular, is innocent nearly always, so that nobody is to look at it.
In a note that promotes nothing and sells nothing it asks for a look only, never for a change, unless the note says
little else and is nobody's own story of a cost; and so it does of what somebody asks. It must be surer of a title, of a
sentence that is about money only by the offer around it or not at all, and of one among many that nobody could object
to; and less sure where at least three sentences tell a seller. A sentence about things of life counts only there, and
only where it is likely.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, partial
from typing import Final

from agent.guardrails.compiled import CompiledRule
from agent.guardrails.contexts import is_warning
from agent.guardrails.document import Hit
from agent.guardrails.evidence import Evidence
from agent.guardrails.findings import EXAMPLE, SUPERSTRING, identify
from agent.guardrails.inference import CATEGORIES, is_own_story, reads_like_a_sellers
from agent.guardrails.lexical import is_worded
from agent.guardrails.likeness import Likeness, Resemblance, Window, holds_one, load_likeness, windows
from agent.guardrails.offering import Offering
from agent.guardrails.packs import Packs
from agent.guardrails.quoting import telling_span, within_quotes
from agent.guardrails.tailoring import tailored
from agent.guardrails.terms import TermLists
from agent.guardrails.topics import weight_of_topic
from agent.guardrails.wording import word
from agent.models import Finding

__all__ = ["find_alike"]

_PRODUCTS: Final = tuple(f"{kind}-{category}" for kind in ("products", "mentions") for category in CATEGORIES)
_WITHOUT_MONEY: Final = 0.7  # score that asks for a change where only the offer around it speaks of money
_APART: Final = 0.8  # the same where nothing but the note as a whole does
_ALONE: Final = 0.8  # the same where few other sentences read like violations
_UNOFFERED: Final = 0.85  # the same where no offer is seen and half of the sentences read so
_HALF: Final = 0.5
_TITLE: Final = 0.9  # the same in a title, which is no sentence
_SOLD: Final = 0.4  # the same in a note of a seller
_EITHER: Final = 0.7  # the same where it cannot be told which of two rules it reads like: half of these are innocent
_NAMED: Final = 0.95  # score from which the two are named
_VAGUE: Final = 0.6  # score below which such a sentence is let be
_LIVELY: Final = 0.5  # score from which a sentence of a seller counts that names things of life and no money
_FEW: Final = 0.25  # share of sentences that a seller has more of
_TELLTALE: Final = 3  # sentences that tell a seller where no product need be named
_STORY: Final = 4  # sentences that make a story
_SENTENCE_END: Final = re.compile("[。!?]+")
_WORD: Final = 3  # characters of a hit that may be part of another word
_ONE: Final = -0.4  # weight of its topic from which a sentence is looked at: 36 of 42 below are innocent, 5 of 26 above
_ANY: Final = -0.6  # the same of one to be changed where nothing is offered
_ASKING: Final = ("?", "?”", "?」", '?"')
_SUBJECT: Final = "about-"
_MONEY: Final = ("money-talk",)
_LIFE: Final = ("life-things",)
_WORDED: Final = ("term", "pattern", "combine", "judge")


def find_alike(
    evidence: Evidence, packs: Packs, applicable: frozenset[int], told: Sequence[Finding]
) -> Iterator[Finding]:
    """Yield a finding for each resembling window in which nothing has been told, of the rule it resembles most.

    applicable: the places of the rules that count.
    """
    reader, norm = load_likeness(), evidence.document.norm
    counted = _Counted(evidence, packs.lists, told, reader)
    if not counted.anything:
        return
    likely = [window for window in reader.likely(norm, counted.windows()) if counted.holds(window)]
    rules = {packs.rules[place].rule.id: packs.rules[place] for place in applicable} if likely else {}
    subjects = {
        number: packs.lists.folded(_SUBJECT + number) for number, one in rules.items() if _may_be_alike(one, evidence)
    }
    for found in reader.name(norm, likely, among=subjects):
        if counted.is_waived(found):
            continue
        sure = counted.is_sure(found)
        if counted.is_vague(found, least=_VAGUE) or counted.is_faint(found, sure=sure):
            continue
        other = rules[found.other].rule.title if found.other else ""
        yield _write(found, rules[found.rule], evidence, packs.lists, sure=sure, other=other)


def _may_be_alike(compiled: CompiledRule, evidence: Evidence) -> bool:
    """Tell whether a sentence can read like it: a rule about words, or a claim whose mandatory words are nowhere."""
    if compiled.rule.kind == "require":
        return bool(compiled.trigger) and not is_worded(compiled, evidence)
    return compiled.rule.kind in _WORDED


class _Counted:
    """Tell which windows of a note may be told: about money, no warning, and nothing told or cleared in them."""

    def __init__(self, evidence: Evidence, lists: TermLists, told: Sequence[Finding], reader: Likeness) -> None:
        self._evidence = evidence
        self._reader = reader
        self._lists = lists
        self._told = [finding for finding in told if finding.start is not None and _tells(finding)]
        self._waived = [finding for finding in told if finding.status == "waived"]
        self._anchors = self._spans(_MONEY)

    @property
    def anything(self) -> bool:
        """Tell whether anything can count at all."""
        return bool(self._anchors or self._evidence.promoted)

    def windows(self) -> list[tuple[int, int]]:
        """Return the windows worth a score."""
        spans = windows(self._evidence.document.norm)
        return list(spans) if self._evidence.promoted else [span for span in spans if holds_one(span, self._anchors)]

    def holds(self, window: Window) -> bool:
        """Tell whether a window may be told."""
        score, start, end = window
        if is_warning(self._evidence.document.norm[start:end]):
            return False
        if not (self._is_about_money((start, end)) or self._is_a_sellers(score)):
            return False
        return not _is_told(Hit(start, end), self._evidence, self._told)

    def is_waived(self, found: Resemblance) -> bool:
        """Tell whether a waiver accepts what a rule found in a window that reads like the same rule."""
        same = [finding for finding in self._waived if finding.rule == found.rule]
        return _is_told(Hit(found.start, found.end), self._evidence, same)

    def is_faint(self, found: Resemblance, *, sure: bool) -> bool:
        """Tell whether one of several sentences reads like violations as such, and like none in particular.

        In a note that offers something what is surely to be changed need not be like one.
        """
        if not self._is_long or (sure and (self._evidence.promotes or self._sells)):
            return False
        weight = weight_of_topic(self._evidence.document.norm[found.start : found.end])
        return weight < (_ANY if sure else _ONE)

    def is_vague(self, found: Resemblance, *, least: float) -> bool:
        """Tell whether one of many sentences reads like two rules, and not even that much like either."""
        return bool(found.other) and found.score < least and self._share < 1

    def is_sure(self, found: Resemblance) -> bool:
        """Tell whether a window reads so much like a violation that it is to be changed, and not only looked at."""
        span, norm = (found.start, found.end), self._evidence.document.norm
        if norm[slice(*span)].endswith(_ASKING) or self.is_vague(found, least=_EITHER):
            return False
        if not (self._evidence.promotes or self._sells):
            return found.score >= _UNOFFERED and self._is_of_nothing_else and not self._is_own_story
        if self._evidence.document.part_at(Hit(*span)).field == "title":
            return found.score >= _TITLE
        if self._sells:
            return found.score >= _SOLD
        return found.score >= max(self._reader.sure, self._demanded(span))

    def _demanded(self, span: tuple[int, int]) -> float:
        if self._share < _FEW:
            return _ALONE
        if self._speaks_of_money(span):
            return 0
        return _WITHOUT_MONEY if self._offering.holds(Hit(*span), ()) else _APART

    @cached_property
    def _sells(self) -> bool:
        """Tell whether the note, of whatever kind, reads like a seller's throughout."""
        note, norm = self._evidence.note, self._evidence.document.norm
        sells = partial(self._reader.sells, telltale=_TELLTALE)
        return self._share >= _FEW and note.note_type == "auto" and reads_like_a_sellers(norm, self._anchors, sells)

    @property
    def _is_of_nothing_else(self) -> bool:
        """Tell whether half of the sentences of a text of no declared kind read like violations."""
        norm = self._evidence.document.norm
        return self._evidence.note.note_type == "auto" and self._reader.share(norm, many=1) >= _HALF

    @cached_property
    def _is_own_story(self) -> bool:
        """Tell whether the note tells in several sentences what befell somebody, and what it cost."""
        return self._is_long and is_own_story(self._evidence.document.norm)

    @property
    def _is_long(self) -> bool:
        """Tell whether a note has sentences enough for a story."""
        return len(_SENTENCE_END.findall(self._evidence.document.norm)) >= _STORY

    @cached_property
    def _share(self) -> float:
        return self._reader.share(self._evidence.document.norm)

    def _speaks_of_money(self, span: tuple[int, int]) -> bool:
        return holds_one(span, self._anchors)

    def _is_about_money(self, span: tuple[int, int]) -> bool:
        return self._speaks_of_money(span) or (bool(self._evidence.promoted) and not holds_one(span, self._life))

    def _is_a_sellers(self, score: float) -> bool:
        """Tell whether a sentence about things of life counts: among many, a share of which are a seller's."""
        return bool(self._evidence.promoted) and score >= _LIVELY and _FEW <= self._share < 1

    @cached_property
    def _life(self) -> list[tuple[int, int]]:
        return self._spans(_LIFE)

    @cached_property
    def _offering(self) -> Offering:
        return Offering(self._evidence, self._lists)

    def _spans(self, names: tuple[str, ...]) -> list[tuple[int, int]]:
        return [(start, end) for _, start, end in self._lists.find(names, self._evidence.document.norm)]


def _write(
    found: Resemblance, compiled: CompiledRule, evidence: Evidence, lists: TermLists, *, sure: bool, other: str
) -> Finding:
    """Write the finding; other: the title of the rule that the window reads like about as much."""
    rule = tailored(compiled, Hit(found.start, found.end), evidence)
    part, start, end, text = evidence.document.locate(Hit(found.start, found.end))
    raw = evidence.document.raw[part.start : part.end]
    _, first, last, _ = evidence.document.locate(Hit(*found.telling))
    words = within_quotes(raw[slice(*telling_span(raw, first, last))])
    example = _fitting(found, evidence, lists)
    code = "alike" if not other else "alike_either" if found.score >= _NAMED else "alike_unnamed"
    asked = word(code).format(words=words, title=rule.title, other=other)
    return Finding(
        rule=rule.id,
        pack=compiled.pack.name,
        severity="fix" if sure and rule.severity != "warn" else "warn",
        field=part.field,
        index=part.index,
        start=start,
        end=end,
        text=text,
        message=asked + (word("alike_example").format(example=example) if example else ""),
        basis=rule.basis,
        advice=word("alike_advice"),
        fingerprint=identify(rule.id, text, raw[:start], raw[end:]),
        related=(EXAMPLE + example,),
    )


def _fitting(found: Resemblance, evidence: Evidence, lists: TermLists) -> str:
    """Return the nearest example that names no product but those of the note; empty when there is none."""
    norm = evidence.document.norm
    named = ({example[start:end] for _, start, end in lists.find(_PRODUCTS, example)} for example in found.examples)
    fitting = (example for example, words in zip(found.examples, named, strict=True) if all(w in norm for w in words))
    return next(fitting, "")


def _tells(finding: Finding) -> bool:
    """Tell whether a finding says anything of its sentence: one of another word (万一 in 一百万一位) does not."""
    cleared_by = finding.status_by if finding.status == "cleared" else ""
    return finding.status != "waived" and not (cleared_by == SUPERSTRING and len(finding.text) <= _WORD)


def _is_told(window: Hit, evidence: Evidence, told: Iterable[Finding]) -> bool:
    """Tell whether a rule has spoken within a window, or was cleared there."""
    part, start, end, _ = evidence.document.locate(window)
    return any(
        (part.field, part.index) == (other.field, other.index)
        and other.start is not None
        and other.end is not None
        and start < other.end
        and other.start < end
        for other in told
    )
