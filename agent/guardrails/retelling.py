"""What others say, ask and do, told without quotation marks, and what the writer makes of it in the next sentences.

Told is what a clause says of somebody else (客户让我…, 有人说…, 考试有一道判断题…). It is turned down where the writer
refuses, gives it back, asks back or judges it, and not where he serves it (帮他勾了, 后来真批了): that is heard
whatever else would clear it. A note that promotes or sells anywhere clears nothing. Word lists are data
(`data/retellings.yaml`).
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, Final

from agent.guardrails.document import Document, Hit
from agent.guardrails.spotting import NEAR, Phrases, load_phrases
from agent.guardrails.voices import Said, around, is_rejection, is_sold_beside, is_stood_by, is_testimonial

if TYPE_CHECKING:
    from agent.guardrails.contexts import GuardContext

__all__ = ["is_served", "is_turned_down"]

_CLAUSE_BREAK: Final = re.compile(r"[,。!?;:\n]")


def is_turned_down(hit: Hit, context: GuardContext) -> bool:
    """Tell whether the hit lies in what is told of others and turned down, or in the writer's words that do so."""
    document = context.document
    if context.promotes or hit.disguise:
        return False
    before, after = around(Said(hit.start, hit.end, False), document)
    words = document.norm[hit.start : hit.end]
    told = _told(before, words)
    leading = before[: told.start()] if told is not None else before
    if is_testimonial(before) or _is_stood_by(hit, leading, document):
        return False
    if told is not None and not _finds("between", before[told.end() :]):
        return _is_answer(after)
    return _finds("held_off", words + after) or _is_within_answer(hit, before, after, document)


def is_served(hit: Hit, document: Document) -> bool:
    """Tell whether the hit is told of others and the writer then serves or obeys them: 客户问能不能借，我说没问题."""
    before, after = around(Said(hit.start, hit.end, False), document)
    told = _told(before, document.norm[hit.start : hit.end])
    return told is not None and not _finds("between", before[told.end() :]) and _finds("served", after)


def _told(before: str, words: str) -> re.Match[str] | None:
    """Return the clause that names another subject, before the words or with their beginning."""
    told = _words()["others"].search(f"{before}{words}")
    return told if told is not None and told.start() <= len(before) else None


def _is_answer(text: str) -> bool:
    return _finds("answered", text) or _finds("judged", text) or is_rejection(text)


def _is_within_answer(hit: Hit, before: str, after: str, document: Document) -> bool:
    """Tell whether the writer says the hit in answer to what others were told of, and his clause takes it away."""
    norm, begin = document.norm, hit.start - len(before)
    told = before
    if _told(before, "") is None and (previous := _last_word(norm, begin)):
        first = document.window("sentence", Hit(previous - 1, previous))[0]
        told = norm[max(first, begin - NEAR) : begin]
    if not _finds("others", told) or _finds("ours", f"{before}{norm[hit.start : hit.end]}") or _finds("served", told):
        return False
    said = f"{_CLAUSE_BREAK.split(before)[-1]}{norm[hit.start : hit.end]}{','.join(_CLAUSE_BREAK.split(after)[:2])}"
    return _finds("refuted", said) and _is_answer(f"。{before}{norm[hit.start : hit.end]}{after}")


def _last_word(norm: str, begin: int) -> int:
    """Return where the text before a place ends, blanks apart; 0 where there is none."""
    while begin and norm[begin - 1].isspace():
        begin -= 1
    return begin


def _is_stood_by(hit: Hit, leading: str, document: Document) -> bool:
    """Tell whether what leads to what is told, or follows the words, stands by them or serves who says them."""
    said = Said(hit.start, hit.end, False)
    _, after = around(said, document)
    _, stop = document.window("paragraph", hit)
    if _words().stand_within("served", document.norm, hit.end, max(stop, hit.end + len(after))):
        return True
    if _finds("served", after) or is_sold_beside(hit, document):
        return True
    return is_stood_by(said, (leading, after), document)


def _finds(name: str, text: str) -> bool:
    return _words().stand_in(name, text)


@functools.cache
def _words() -> Phrases:
    return load_phrases("retellings")
