"""What is said of one sentence of a note that is to be written anew: that it goes, or may have to, and why.

Owns the words: what the sentence does (`agent.guardrails.topics`), the point of one reason, one clause. A reason that
quotes words which the note does not hold is left out, and one that the reader doubts gives way to what the sentence
reads like. Refuses to tell another wording.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from agent.guardrails.findings import is_alike
from agent.guardrails.joining import Passage
from agent.guardrails.looking import has_one_reading, question_of, quoted_window
from agent.guardrails.owing import Missing, add_lines
from agent.guardrails.placement import sentence_around
from agent.guardrails.quoting import within_quotes
from agent.guardrails.todo import quote_of
from agent.guardrails.topics import is_doubtful, is_final, likeliest_topic, says_of, topics_by_sentence, weight_of
from agent.guardrails.wording import cite, cite_shortly, gist, word
from agent.models import Finding, NoteInput

__all__ = ["Saying", "claim_saying", "does_words", "look_sayings", "passage_saying"]

_LONGEST: Final = 100  # characters of a sentence that is quoted whole
_LISTED: Final = 3  # marks of a list, which names more than a sentence does
_ALIKE: Final = 0.5  # share of the characters of a reason that tell nothing new
_QUOTED: Final = re.compile("“([^“”]*)”")
_MARKS: Final = "，。！？；：、,.!?;:… "


class Saying(NamedTuple):
    """Hold the lines about a sentence, whether they only ask, what it does, how grave that is, and what it owes.

    weight: 0 is the gravest.
    """

    lines: tuple[str, ...]
    asks: bool
    says: str = ""
    weight: int | None = None
    owes: Missing | None = None


def passage_saying(note: NoteInput, passage: Passage, told: set[str], *, full: bool) -> Saying:
    """Say of a sentence in which rules found something why it goes; a title and a tag are told their remedy.

    told: the reasons given so far, which are not given again; this one is added.
    """
    first, asks = passage.first, passage.gravity == "warn"
    after = passage.cure if first.field in ("title", "tags") else ""
    doubtful = first.field == "body" and is_doubtful(first.rule, note.body[slice(passage.start, passage.end)])
    if full:
        why = "；".join(_in_full(finding) for finding in (first, *passage.others))
    elif doubtful:
        why = word("reason_open").format(says=likeliest_topic(note.body[slice(passage.start, passage.end)]))
    else:
        why = _certain(note, first, told)
    code = "gone_whole" if after else "gone_perhaps" if asks else "gone"
    line = word(code).format(quote=_sentence(note, passage), after=after, why=why)
    says = "" if doubtful else says_of(first.rule)
    return Saying((line,), asks, says, weight_of(says))


def claim_saying(note: NoteInput, item: Missing, *, full: bool) -> Saying:
    """Say of words that lack their conditions why they go, and with which lines they come back, if any does."""
    first = item.first
    start = max(0, note.body.find(first.text))
    quote = _whole(note.body[slice(*sentence_around(note.body, start, start + len(first.text)))]) or f"“{first.text}”"
    if is_final(first.rule):
        says = says_of(first.rule)
        why = word("reason").format(why=says, rule=item.rules, law=_clause(first))
        return Saying((word("gone").format(quote=quote, after="", why=why),), False, says, weight_of(says))
    message = first.message if full else gist(first.message)
    why = word("reason").format(why=message.rstrip("。"), rule=item.rules, law=_clause(first))
    return Saying(tuple(add_lines(note, item, why=why, quote=quote)), asks=False, owes=item)


def look_sayings(note: NoteInput, finding: Finding, *, full: bool) -> list[Saying]:
    """Ask about what reads like a violation, sentence by sentence, by what each does; not of the faint and unknown.

    A rule and its clause are told where a sentence reads like that one.
    """
    if full:
        line = f"{question_of(finding)}（{_laws(finding)}）"
        return [Saying((word("asked").format(quote=quoted_window(note, finding), says=line),), asks=True)]
    known = finding.severity != "warn" or has_one_reading(finding)
    parts = [(text, told) for text, told in topics_by_sentence(finding.text) if told or known]
    return [_asked(_quoted_part(note, finding, text), told, finding) for text, told in parts]


def _quoted_part(note: NoteInput, finding: Finding, text: str) -> str:
    whole = text == finding.text.strip()
    return quoted_window(note, finding) if whole else f"“{within_quotes(text).rstrip(_MARKS)}”"


def _asked(quote: str, told: str, finding: Finding) -> Saying:
    says = word("asked_as").format(says=_with_law(told, finding)) if told else word("asked_openly")
    return Saying((word("asked").format(quote=quote, says=says),), True, told, weight_of(told))


def does_words(finding: Finding) -> str:
    """Say what a sentence does, as something asked where it only reads like that."""
    if not is_alike(finding):
        return says_of(finding.rule) or gist(finding.message)
    told = dict.fromkeys(says for _, says in topics_by_sentence(finding.text) if says)
    return word("asked_as").format(says=word("asked_too").join(told)) if told else word("asked_openly")


def _with_law(says: str, finding: Finding) -> str:
    """Add rule and clause to what a sentence does where it reads like that one rule."""
    if says != says_of(finding.rule) or not has_one_reading(finding):
        return says
    return word("reason").format(why=says, rule=finding.rule, law=_clause(finding))


def _in_full(finding: Finding) -> str:
    return word("reason").format(why=finding.message.rstrip("。"), rule=finding.rule, law=_laws(finding))


def _laws(finding: Finding) -> str:
    return "；".join(map(cite, finding.basis))


def _certain(note: NoteInput, finding: Finding, told: set[str]) -> str:
    """Say what a sentence does, and the point of the reason where that is new and of the words of this note."""
    says, point = says_of(finding.rule), gist(finding.message).rstrip("。")
    new = point not in told and not _tells_the_same(point, says)
    fitting = all(quote in note.body + note.title for quote in _QUOTED.findall(point)) and point.count("、") < _LISTED
    told.add(point)
    why = word("reason_point").format(says=says, point=point) if says and new and fitting else says or point
    return word("reason").format(why=why, rule=finding.rule, law=_clause(finding))


def _tells_the_same(point: str, says: str) -> bool:
    return sum(char in says for char in point) >= _ALIKE * len(point)


def _sentence(note: NoteInput, passage: Passage) -> str:
    """Quote the whole sentence, which goes as a whole; only what was hit where it is long, or hides what was hit."""
    first = passage.first
    hidden = any(finding.disguise for finding in passage.findings)
    if hidden or first.field != "body" or passage.start is None or passage.end is None:
        return quote_of(note, passage)
    return _whole(note.body[passage.start : passage.end]) or quote_of(note, passage)


def _whole(sentence: str) -> str:
    """Quote a sentence, if it is not too long."""
    told = within_quotes(sentence).rstrip(_MARKS)
    return f"“{told}”" if len(told) <= _LONGEST else ""


def _clause(finding: Finding) -> str:
    """Cite a clause that was read, if any, else the first; of a platform's rule the platform's."""
    read = [basis for basis in finding.basis if basis.verified and basis.article]
    read = [] if finding.basis and finding.basis[0].status == "practice" else read
    return "".join(map(cite_shortly, (read or finding.basis)[:1]))
