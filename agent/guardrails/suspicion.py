"""Show a reader what a sentence looks like without its tricks and what it sounds like: the norm and sound planes.

Only sentences that look as if something were hidden in them; it decides nothing and finds nothing by itself.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from agent.guardrails.normalize import TextView
from agent.guardrails.planes import is_han, spell
from agent.models import Frozen

__all__ = ["PlaneView", "suspicious_sentences"]

MOST: Final = 6
_SENTENCE: Final = re.compile(r"[^。！？!?\n]+")
_LETTERS: Final = re.compile("(?<=[\u3400-\u9fff])[a-z]{1,8}(?![a-z])|(?<![a-z])[a-z]{1,8}(?=[\u3400-\u9fff])")
_SCATTERED: Final = re.compile('(?:[\u3400-\u9fff][^0-9a-z\u3400-\u9fff。,，、：:;；"“”]{1,3}){2,}[\u3400-\u9fff]')
_HIDDEN: Final = frozenset({"Cf", "Mn", "Me", "Co", "So"})  # format marks, overlays, private use, enclosed letters
_SOUND: Final = re.compile(r"\s+")


class PlaneView(Frozen):
    """Put one sentence as written beside its norm plane and its toneless reading, syllables apart."""

    text: str
    norm: str
    sound: str


def suspicious_sentences(text: str) -> tuple[PlaneView, ...]:
    """Return the sentences in which letters stand among Han, characters are scattered or marks hidden (six at most)."""
    found = (_view(match.group().strip()) for match in _SENTENCE.finditer(text))
    return tuple(view for view in found if _looks_odd(view))[:MOST]


def _view(sentence: str) -> PlaneView:
    norm = TextView(sentence).norm if sentence else ""
    spoken = "".join(f" {spell(char)} " if is_han(char) else char for char in norm)
    return PlaneView(text=sentence, norm=norm, sound=_SOUND.sub(" ", spoken).strip())


def _looks_odd(view: PlaneView) -> bool:
    hidden = any(unicodedata.category(char) in _HIDDEN and _joins(view.text, at) for at, char in enumerate(view.text))
    return hidden or bool(_LETTERS.search(view.norm) or _SCATTERED.search(view.norm))


def _joins(text: str, at: int) -> bool:
    """Tell whether a mark stands between two letters, where it can hide a word; an emoji at an end is decoration."""
    return 0 < at < len(text) - 1 and text[at - 1].isalnum() and text[at + 1].isalnum()
