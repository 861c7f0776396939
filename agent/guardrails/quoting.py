"""What is quoted of a note: whole clauses, never a word or a pair of quotation marks cut in two, no mark at either end.

Owns the span that a reader is shown for what a rule has hit. Refuses to move the hit: findings keep their offsets.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from agent.guardrails.placement import clause_around, clauses_around
from agent.guardrails.wording import one_line, word

__all__ = [
    "clauses_of",
    "is_all_of",
    "is_within_clause",
    "quotes_of",
    "telling_span",
    "whole_pairs",
    "within_quotes",
    "words_of",
]

_MARKS: Final = "，,、；;：:。！？!?…\n \t\u3000~～—"
_SINGLE: Final = str.maketrans("“”", "‘’")
_PAIRS: Final = ("「」", "『』", "“”", "《》", "（）", "【】")
_REACH: Final = 20  # characters away at which the other mark of a pair is looked for
_LONGEST: Final = 80  # characters of a quote that is read to its end
_PLAIN: Final = 40  # characters among which a reader finds the hit unaided
_TOLD: Final = 60  # characters of a sentence that is asked about


def clauses_of(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the span of the clauses that a span touches, without marks at either end."""
    return _bare(text, *clause_around(text, *_bare(text, start, end)))


def telling_span(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the span of the sentence around a span, or of as many clauses as can be taken in, what follows first.

    What offends is seldom all in the clause that is most like a violation, and a lead-in by itself accuses nobody.
    """
    first, last = clauses_of(text, start, end)
    around = clauses_around(text, first, last)
    at = around.index((first, last))
    for begin, stop in ((around[0][0], around[-1][1]), *around[at + 1 :], *reversed(around[:at])):
        wider = _bare(text, min(first, begin), max(last, stop))
        if wider[1] - wider[0] <= _TOLD:
            first, last = wider
    return whole_pairs(text, first, last)


def whole_pairs(text: str, start: int, end: int) -> tuple[int, int]:
    """Widen a span by the near other mark of a pair that it holds one mark of."""
    for left, right in _PAIRS:
        more = text.count(left, start, end) - text.count(right, start, end)
        if more > 0 and (closed := text.find(right, end, end + _REACH)) >= 0 and "\n" not in text[end:closed]:
            end = closed + 1
        if more < 0 and (opened := text.rfind(left, max(0, start - _REACH), start)) >= 0:
            start = opened if "\n" not in text[opened:start] else start
    return start, end


def quotes_of(text: str, hits: Sequence[tuple[int, int]]) -> str:
    """Quote the clauses around hits that come in reading order; neighbouring clauses stand in one quote."""
    return "、".join(dict.fromkeys(_quoted(text, *run) for run in _runs(text, hits)))


def is_all_of(text: str, hits: Sequence[tuple[int, int]], start: int, end: int) -> bool:
    """Tell whether the clauses around hits that come in reading order are all that a sentence says."""
    left = start
    for first, last, _ in _runs(text, hits):
        if any(map(str.isalnum, text[left:first])):
            return False
        left = last
    return not any(map(str.isalnum, text[left:end]))


def is_within_clause(text: str) -> bool:
    """Tell whether words hold no mark that parts clauses."""
    first, last = _bare(text, 0, len(text))
    return not any(mark in text[first:last] for mark in _MARKS if not mark.isspace() and mark != "、")


def _runs(text: str, hits: Sequence[tuple[int, int]]) -> list[tuple[int, int, tuple[int, int]]]:
    """Return first and last place of neighbouring clauses, and what was hit in them."""
    runs: list[tuple[int, int, tuple[int, int]]] = []
    for start, end in hits:
        (first, last), hit = clauses_of(text, start, end), (start, end)
        if runs and not any(char.isalnum() for char in text[runs[-1][1] : first]):
            begun = runs.pop()
            first, last, hit = begun[0], max(begun[1], last), (begun[2][0], max(begun[2][1], hit[1]))
        runs.append((first, last, hit))
    return runs


def words_of(text: str, start: int, end: int) -> str:
    """Quote the words of a span and no more, for a remedy that takes the place of these words."""
    start, end = _bare(text, start, end)
    return f"“{within_quotes(text[start:end])}”"


def _quoted(text: str, first: int, last: int, hit: tuple[int, int]) -> str:
    """Quote clauses; the hit alone where they are endless, and both where it is hard to find."""
    start, end = _bare(text, *hit)
    clauses, words = within_quotes(text[slice(*whole_pairs(text, first, last))]), within_quotes(text[start:end])
    if len(clauses) > _LONGEST:
        return f"“…{words}…”"
    if len(clauses) <= _PLAIN or 2 * len(words) >= len(clauses):
        return f"“{clauses}”"
    return word("within").format(text=words, sentence=clauses)


def within_quotes(text: str) -> str:
    """Return a text on one line with single marks in place of the double ones that are put around it."""
    return one_line(text).translate(_SINGLE)


def _bare(text: str, start: int, end: int) -> tuple[int, int]:
    """Leave out marks and blanks at both ends, as long as something is left."""
    first, last = start, end
    while first < last and text[first] in _MARKS:
        first += 1
    while last > first and text[last - 1] in _MARKS:
        last -= 1
    return (first, last) if first < last else (start, end)
