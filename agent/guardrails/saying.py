"""What is said of one sentence of a note that is to be written anew: that it goes, or may have to, and why.

Owns the words: what the sentence does and what is wrong with that (`agent.guardrails.topics`), one clause. What is
wrong is told once a letter. A reason that quotes words which the note does not hold is left out, and one that the
reader doubts gives way to what the sentence reads like. Refuses to tell another wording.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from agent.guardrails.findings import is_alike
from agent.guardrails.joining import Passage, product_of
from agent.guardrails.looking import has_one_reading, question_of, quoted_window
from agent.guardrails.owing import Missing, completed_lines
from agent.guardrails.placement import sentence_around
from agent.guardrails.quoting import within_quotes
from agent.guardrails.todo import quote_of
from agent.guardrails.topics import (
    Reading,
    is_doubtful,
    is_final,
    law_of,
    likeliest_said,
    own_law_of,
    read_sentences,
    says_of,
    weight_of,
    why_of,
)
from agent.guardrails.wording import cite, clause_of, gist, word, word_list
from agent.models import Category, Finding, NoteInput

__all__ = ["Saying", "claim_saying", "does_words", "look_sayings", "passage_saying"]

_LONGEST: Final = 100  # characters of a sentence that is quoted whole
_LISTED: Final = 3  # marks of a list, which names more than a sentence does
_ALIKE: Final = 0.5  # share of the characters of a reason that tell nothing new
_QUOTED: Final = re.compile("“([^“”]*)”")
_MARKS: Final = "，。！？；：、,.!?;:… "


class Saying(NamedTuple):
    """Hold the lines about a sentence, whether they only ask, what it does, how grave that is, and what it owes.

    weight: 0 is the gravest; None where what it does is not clear. quote: the sentence. unnamed: nobody can tell its
    author what it does, so that a reviewer alone is asked, with what it may be.
    """

    lines: tuple[str, ...]
    asks: bool
    says: str = ""
    weight: int | None = None
    owes: Missing | None = None
    quote: str = ""
    unnamed: tuple[str, ...] | None = None

    @property
    def grade(self) -> str:
        """Return the code of what becomes of the sentence."""
        return "completed_grade" if self.owes else "asked_grade" if self.asks else "gone_grade"


def passage_saying(
    note: NoteInput, passage: Passage, products: Sequence[Category], told: set[str], *, full: bool
) -> Saying:
    """Say of a sentence in which rules found something why it goes; a title and a tag are told their remedy.

    told: the reasons given so far, which are not given again; this one is added.
    """
    first, asks = passage.first, passage.gravity == "warn"
    text = note.body[slice(passage.start, passage.end)] if first.field == "body" else first.text
    after = passage.cure if first.field in ("title", "tags") else ""
    doubtful = first.field == "body" and is_doubtful(first.rule, text)
    says = likeliest_said(text, products) if doubtful else says_of(first.rule, text)
    if full:
        why = "；".join(_in_full(finding) for finding in (first, *passage.others))
    elif doubtful:
        why = _because(says, told, law=law_of(says, products)) if says else word("reason_none")
    else:
        why = _certain(note, first, says, products, told)
    code = "gone_whole" if after else "gone_perhaps" if asks else "gone"
    quote = _sentence(note, passage)
    return Saying(_lines(code, quote=quote, after=after, why=why), asks, says, weight_of(says), quote=quote)


def _lines(code: str, **told: str) -> tuple[str, ...]:
    return tuple(line.format(**told) for line in word_list(code))


def claim_saying(note: NoteInput, item: Missing, told: set[str], *, full: bool) -> Saying:
    """Say of words that lack their conditions why they go, and with which lines they come back, if any does."""
    first = item.first
    start = max(0, note.body.find(first.text))
    quote = _whole(note.body[slice(*sentence_around(note.body, start, start + len(first.text)))]) or f"“{first.text}”"
    if is_final(first.rule, quote):
        says = says_of(first.rule, quote)
        why = _because(says, told, rule=item.rules, law=_clause(first))
        return Saying(_lines("gone", quote=quote, why=why), False, says, weight_of(says), quote=quote)
    point = gist(first.message)
    message = first.message if full else point if _is_in(note, point) else says_of(first.rule, quote)
    why = word("reason").format(why=message.rstrip("。"), rule=item.rules, law=_clause(first))
    return Saying(tuple(completed_lines(note, item, quote=quote, why=why)), asks=False, owes=item)


def look_sayings(
    note: NoteInput, finding: Finding, products: Sequence[Category], told: set[str], *, full: bool
) -> list[Saying]:
    """Ask about what reads like a violation, sentence by sentence, by what each does; not of the faint and unknown.

    A rule and its clause are told where a sentence reads like that one, and it is no rule of another product.
    """
    if full:
        line = f"{question_of(finding)}（{_laws(finding)}）"
        return [Saying(_lines("asked", quote=quoted_window(note, finding), says=line), asks=True)]
    known = finding.severity != "warn" or has_one_reading(finding)
    cited = has_one_reading(finding) and _is_of(finding.pack, products)
    readings = [reading for reading in read_sentences(finding.text, products) if reading.says or known]
    asked = [(reading, _question(reading, finding, products, told, cited=cited)) for reading in readings]
    code = "asked_title" if finding.field == "title" else "asked"
    return [_asked(code, _quoted_part(note, finding, reading.text), reading, says) for reading, says in asked]


def _quoted_part(note: NoteInput, finding: Finding, text: str) -> str:
    whole = text == finding.text.strip()
    return quoted_window(note, finding) if whole else f"“{within_quotes(text).rstrip(_MARKS)}”"


def _is_of(pack: str, products: Sequence[Category]) -> bool:
    """Tell whether a pack of rules is about one of these products, or about none."""
    return product_of(pack) in ("", *products)


def _asked(code: str, quote: str, reading: Reading, says: str) -> Saying:
    named = bool(reading.says) and not reading.other
    unnamed = None if named else tuple(filter(None, (reading.says, reading.other)))
    weight = weight_of(reading.says) if reading.sure else None
    lines = _lines(code, quote=quote, says=says)
    return Saying(lines, True, reading.says if named else "", weight, quote=quote, unnamed=unnamed)


def _question(reading: Reading, finding: Finding, products: Sequence[Category], told: set[str], *, cited: bool) -> str:
    """Ask what a sentence does: rule and clause where it reads like that one, its topic's clause, or just whether."""
    if not reading.says:
        return word("asked_openly")
    if reading.other:
        return word("asked_either").format(says=reading.says, other=reading.other)
    if not reading.sure:
        return _whether(reading.says, told, law=law_of(reading.says, products))
    if cited and reading.says == says_of(finding.rule, reading.text):
        because = _because(reading.says, told, rule=finding.rule, law=_law(finding, reading.says, products))
    else:
        because = _because(reading.says, told, law=law_of(reading.says, products))
    return word("asked_as").format(says=because)


def _whether(says: str, told: set[str], *, law: str) -> str:
    """Ask whether a sentence does this, with what would be wrong with it if it was not told yet."""
    why = why_of(says)
    code = "asked_whether_why" if why and why not in told else "asked_whether"
    told.add(why)
    return word(code).format(says=says, because=_cited(why, law=law))


def _because(says: str, told: set[str], *, law: str, rule: str = "") -> str:
    """Say what a sentence does, what is wrong with that if it was not told yet, and by which rule and clause."""
    why = why_of(says)
    line = word("reason_point").format(says=says, point=why) if why and why not in told else says
    told.add(why)
    return _cited(line, law=law, rule=rule)


def _cited(why: str, *, law: str, rule: str = "") -> str:
    """End a reason with its rule and clause, as far as they are known."""
    code = "reason" if rule else "reason_by_topic" if law else "reason_bare"
    return word(code).format(why=why, rule=rule, law=law)


def does_words(finding: Finding, products: Sequence[Category]) -> str:
    """Say what a sentence does, as something asked where it only reads like that."""
    if not is_alike(finding):
        return says_of(finding.rule, finding.text) or gist(finding.message)
    cited = has_one_reading(finding) and _is_of(finding.pack, products)
    read = read_sentences(finding.text, products)
    return "".join(dict.fromkeys(_question(one, finding, products, set(), cited=cited) for one in read))


def _in_full(finding: Finding) -> str:
    return word("reason").format(why=finding.message.rstrip("。"), rule=finding.rule, law=_laws(finding))


def _laws(finding: Finding) -> str:
    return "；".join(map(cite, finding.basis))


def _certain(note: NoteInput, finding: Finding, says: str, products: Sequence[Category], told: set[str]) -> str:
    """Say what a sentence does and why that is wrong; else the point of the reason, if new and of this note's words."""
    if why_of(says):
        return _because(says, told, rule=finding.rule, law=_law(finding, says, products))
    point = gist(finding.message).rstrip("。")
    new = point not in told and not _tells_the_same(point, says)
    fitting = _is_in(note, point) and point.count("、") < _LISTED
    told.add(point)
    why = word("reason_point").format(says=says, point=point) if says and new and fitting else says or point
    return word("reason").format(why=why, rule=finding.rule, law=_clause(finding))


def _is_in(note: NoteInput, point: str) -> bool:
    """Tell whether the words that a reason quotes stand in the note, which is told of its own words alone."""
    return all(quote in note.body + note.title for quote in _QUOTED.findall(point))


def _tells_the_same(point: str, says: str) -> bool:
    return sum(char in says for char in point) >= _ALIKE * len(point)


def _sentence(note: NoteInput, passage: Passage) -> str:
    """Quote the whole sentence, which goes as a whole; only what was hit where it is long."""
    first = passage.first
    if first.field != "body" or passage.start is None or passage.end is None:
        return quote_of(note, passage)
    return _whole(note.body[passage.start : passage.end]) or quote_of(note, passage)


def _whole(sentence: str) -> str:
    """Quote a sentence, if it is not too long."""
    told = within_quotes(sentence).rstrip(_MARKS)
    return f"“{told}”" if len(told) <= _LONGEST else ""


def _law(finding: Finding, says: str, products: Sequence[Category]) -> str:
    """Cite the clause of the very act, else one of the rule."""
    return own_law_of(says, products) or _clause(finding)


def _clause(finding: Finding) -> str:
    return clause_of(finding.basis)
