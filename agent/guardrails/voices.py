"""Words of somebody else: who says them, what the writer makes of them, and whether anything stands by them.

Reads quotation marks, reported speech, and words named as words (停售两个字，我不说). A plain rejection counts in any
note, a doubt only where nothing is promoted; what the writer or the bank says counts only once it is struck out. Word
lists are data (`data/voices.yaml`).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final, NamedTuple

from agent.guardrails.document import Document, Hit
from agent.guardrails.spotting import NEAR, Phrases, load_phrases, without

if TYPE_CHECKING:
    from agent.guardrails.contexts import GuardContext

__all__ = [
    "Said",
    "around",
    "is_answered",
    "is_endorsed",
    "is_rejection",
    "is_sold_beside",
    "is_stood_by",
    "is_testimonial",
]

_QUOTED: Final = re.compile(
    '“[^“”\n]{1,120}”|「[^「」\n]{1,120}」|『[^『』\n]{1,120}』|"[^"\n]{1,120}"|‘[^‘’\n]{1,120}’',
)
_CLAUSE_END: Final = re.compile(r"[,。!?;:\n]")
_WORD: Final = re.compile(r"\w")
_HEARD: Final = 3  # sentences in which the writer may answer: the rest of this one and two more
_SPOKEN: Final = 4  # characters, marks and all, above which a quotation is speech and no word held up
_REJECTIONS: Final = ("denied", "refused", "struck", "unsaid", "forbidden", "exposed", "harmed", "warned")


class Said(NamedTuple):
    """Hold where words are said: their span, and how it is known that they are somebody's words."""

    start: int
    end: int
    is_marked: bool


def is_endorsed(hit: Hit, document: Document) -> bool:
    """Tell whether the hit lies between quotation marks and what surrounds them stands by it, whoever said it."""
    quoted = next((q for q in _quotations(hit, document) if _holds(q, hit)), None)
    if quoted is None:
        return False
    said = Said(*quoted, True)
    return is_stood_by(said, around(said, document), document)


def is_answered(hit: Hit, context: GuardContext) -> bool:
    """Tell whether the hit lies in somebody's words that the writer turns down, and that nothing stands by."""
    said = None if hit.disguise else _said(hit, context.document)
    if said is None:
        return False
    before, after = around(said, context.document)
    if is_stood_by(said, (before, after), context.document):
        return False
    if _finds("own", before):
        return _finds("struck", after) or _finds("unsaid", after)
    if _is_rejected(said, before, after, context.document):
        return True
    if context.promotes or not said.is_marked or _finds("praised", before):
        return False
    return _is_another(before) and _finds("doubted", after)


def _said(hit: Hit, document: Document) -> Said | None:
    """Return the quotation in which the hit begins or ends, the words named as words, or the reported clause."""
    norm = document.norm
    quoted = next((q for q in _quotations(hit, document) if _holds(q, hit)), None)
    if quoted is not None:
        return Said(*quoted, True)
    begin, _ = document.window("sentence", hit)
    if _words()["named"].match(norm[hit.end : hit.end + NEAR]):
        return Said(hit.start, hit.end, True)
    if _finds("reported", norm[max(begin, hit.start - NEAR) : hit.start]):
        end = _CLAUSE_END.search(norm, hit.end)
        return Said(hit.start, end.start() if end else len(norm), False)
    return None


def _quotations(hit: Hit, document: Document) -> Iterable[tuple[int, int]]:
    begin, stop = document.window("paragraph", hit)
    return (match.span() for match in _QUOTED.finditer(document.norm, begin, stop))


def _holds(quote: tuple[int, int], hit: Hit) -> bool:
    """Tell whether the hit begins or ends in the quotation; a quoted word or two holds nothing beyond its marks."""
    if quote[0] <= hit.start and hit.end <= quote[1]:
        return True
    is_speech = quote[1] - quote[0] > _SPOKEN
    return is_speech and (quote[0] <= hit.start < quote[1] or quote[0] < hit.end <= quote[1])


def around(said: Said, document: Document) -> tuple[str, str]:
    """Return what leads to the words in their sentence, and what follows them in this and the next sentences."""
    first = Hit(said.start, said.start + 1)
    begin, _ = document.window("sentence", first)
    stop, limit = said.end, _limit(first, document)
    for _ in range(_HEARD):
        word = _WORD.search(document.norm, stop, limit)
        if word is None:
            break
        stop = document.window("sentence", Hit(word.start(), word.end()))[1]
    after = document.norm[said.end : min(stop, said.end + _HEARD * NEAR)]
    return document.norm[max(begin, said.start - NEAR) : said.start], _words()["boilerplate"].sub("", after)


def _limit(first: Hit, document: Document) -> int:
    """Return where the writer's answer ends at the latest: a title is answered by the body."""
    part = document.part_at(first)
    if part.field == "title" and document.body is not None:
        part = document.body
    return document.part_range(part)[1]


def is_stood_by(said: Said, around: tuple[str, str], document: Document) -> bool:
    """Tell whether anything around the words, or later in the note, agrees with them or sells."""
    norm, words = document.norm, _words()
    begin, stop = document.window("paragraph", Hit(said.start, said.end))
    stop = max(stop, said.end + len(around[1]))
    heard = words["disclaimed"].sub("", norm[said.end : min(stop, said.end + NEAR)])
    if any(_finds("endorsed", text) for text in (around[0], heard)):
        return True
    if words.stand_within("endorsed", without(words["disclaimed"], norm), said.end, stop):
        return True
    if words.stand_within("turned", norm, said.end, len(norm)):
        return True
    outside = without(_QUOTED, norm)
    return words.stand_within("sold", outside, begin, said.start) or words.stand_within("sold", outside, said.end, stop)


def _is_rejected(said: Said, before: str, after: str, document: Document) -> bool:
    """Tell whether the words are turned down: by what follows, or by what leads to them (别信“…”)."""
    if is_rejection(after):
        return True
    leading = _CLAUSE_END.split(before)[-1]
    if said.is_marked and (_finds("warned", leading) or _finds("forbidden", leading) or _finds("condemned", before)):
        return True
    words = document.norm[said.start : said.end]
    is_asked = said.is_marked and _finds("asked", f"{before}{words}") and not _finds("feared", words)
    return is_asked and _finds("direct", after)


def is_sold_beside(hit: Hit, document: Document) -> bool:
    """Tell whether the writer sells anywhere but in the hit, outside quotation marks."""
    return _words().stand_beside("sold", without(_QUOTED, document.norm), hit)


def is_testimonial(before: str) -> bool:
    """Tell whether what leads to the words makes them what many are said to say: 客户都说…."""
    return _finds("praised", before)


def is_rejection(text: str) -> bool:
    """Tell whether a text that follows somebody's words turns them down."""
    return any(_finds(name, text) for name in _REJECTIONS)


def _is_another(before: str) -> bool:
    """Tell whether somebody else says the words, or they open the sentence as what it speaks of."""
    return _WORD.search(before) is None or _finds("attributed", before)


def _finds(name: str, text: str) -> bool:
    return _words().stand_in(name, text)


@functools.cache
def _words() -> Phrases:
    return load_phrases("voices")
