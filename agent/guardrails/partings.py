"""Where the characters of a word are parted or doubled: when that hides the word, and when it is an accident.

Owns judgement over one hit on the skeleton; which words are looked for is decided in `agent.guardrails.disguises`.
"""

from __future__ import annotations

import re
from typing import Final

from agent.guardrails.document import Document
from agent.guardrails.normalize import LETTERS
from agent.guardrails.planes import is_han

__all__ = ["MAX_STRETCH", "is_hidden", "latin_border", "split_kinds", "with_marks"]

MAX_STRETCH: Final = 6
"""How many times longer than the word its spelling may be."""

_NATURAL: Final = re.compile(r"[\s,、:…—“”‘’\"'「」『』《》()【】\[\]<>|]")
_NOISE: Final = re.compile(f"[^{LETTERS}]")
_PAUSES: Final = frozenset(",、")
# one character alone in brackets, and a hashtag for each character: 保(本), 「微」「信」, #稳# #赚#
_ENCLOSED: Final = re.compile("[(\\[【《「『<][\u3400-\u9fff][)\\]】》」』>]")
_MARKS: Final = dict(zip("*#_~「」【】[]()《》『』", "*#_~」「】【][)(》《』『", strict=True))
_TAGGED: Final = ("##", "# #")
_SHORT: Final = 2


def latin_border(norm: str, start: int, end: int) -> bool:
    """Refuse a Latin term inside a longer Latin word, and a number inside a longer number."""
    for inner, outer in ((start, start - 1), (end - 1, end)):
        if not 0 <= outer < len(norm):
            continue
        for shape in (str.isalpha, str.isdecimal):
            if norm[inner].isascii() and norm[outer].isascii() and shape(norm[inner]) and shape(norm[outer]):
                return False
    return not (norm[start].isdigit() and start > 1 and norm[start - 1] == "." and norm[start - 2].isdigit())


def split_kinds(document: Document, span: tuple[int, int], word: str, length: int) -> tuple[str, ...] | None:
    """Name the disguise of a split word, or return None when it is an accident of neighbouring words."""
    text = document.norm[span[0] : span[1]]
    if len(text) > MAX_STRETCH * length or not latin_border(document.norm, *span):
        return None
    noise = "".join(_NOISE.findall(text))
    kinds = []
    if noise:
        if _is_accident(document.norm, span, text, noise, length):
            return None
        kinds.append("split")
    if len(text) - len(noise) > len(word):
        kinds.append("repeat")
    if document.view.deleted_inside(*span):
        kinds.append("invisible")
    return tuple(kinds) or ("split",)


def with_marks(norm: str, span: tuple[int, int], *, short: bool) -> tuple[int, int]:
    """Take in the outer marks of a word in which the same marks stand: **稳**赚, #稳# #赚#, 「微」「信」."""
    start, end = span
    noise = set(_NOISE.findall(norm[start:end])) & _MARKS.keys()
    outer = start, end
    marks = noise | {_MARKS[char] for char in noise}
    while start and norm[start - 1] in marks:
        start -= 1
    while end < len(norm) and norm[end] in marks:
        end += 1
    both = start < outer[0] and outer[1] < end
    return (start, end) if both or short else outer


def is_hidden(written: str, tight: str, word: str) -> bool:
    """Tell a stutter that hides a word (稳稳赚赚) from everyday reduplication (稳稳赚, 亏,亏不了)."""
    doubled = sum(written.count(char) > word.count(char) for char in set(word))
    return doubled > 1 or (tight != word and not (doubled == 1 and len(written) == len(word) + 1))


def _is_accident(norm: str, span: tuple[int, int], text: str, noise: str, length: int) -> bool:
    """Tell two neighbouring words from a split term.

    Ordinary punctuation, spaces and emoji end words everywhere in notes, so a two-character term that they part
    counts only when it stands alone; one comma parts a longer one; a line break must leave a whole line inside the hit.
    """
    if "\n" in text and not _line_inside(norm, span):
        return True
    if length > _SHORT:
        return noise in _PAUSES and _SHORT <= text.index(noise) <= len(text) - 1 - _SHORT
    if not _NATURAL.search(noise):
        return False
    if _ENCLOSED.search(norm[max(0, span[0] - 1) : span[1] + 1]) or noise in _TAGGED:
        return False
    before = norm[span[0] - 1] if span[0] else " "
    after = norm[span[1]] if span[1] < len(norm) else " "
    return is_han(before) or is_han(after)


def _line_inside(norm: str, span: tuple[int, int]) -> bool:
    begin = norm.rfind("\n", 0, span[0]) + 1
    stop = norm.find("\n", span[1])
    lines = norm[begin : stop if stop >= 0 else len(norm)].split("\n")
    whole_first = begin == span[0]
    whole_last = span[1] == (stop if stop >= 0 else len(norm))
    return len(lines) > _SHORT or whole_first or whole_last
