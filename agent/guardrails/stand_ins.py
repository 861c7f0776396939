"""Characters that stand for another: emoji (返🧧), letters and digits (5风险), look-alike characters (徽信, 保夲).

Owns when a stand-in counts; the table is data (`stand_ins` in `disguises.yaml`). One stand-in a word: the other
characters must be right. A common character counts in words of three and more only, since 货款 is a word of its own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import numpy as np

from agent.guardrails.document import Document, Reveal
from agent.guardrails.normalize import fold
from agent.guardrails.planes import is_han
from agent.guardrails.spellings import SpellingIndex, index_spellings

__all__ = ["StandIns"]

_HOLE: Final = "\ue000"
_SHORT: Final = 2
_RARE: Final = 0xD8  # lead bytes of GB 2312 from here on are characters of the second level


class StandIns:
    """Find words with one character replaced by a stand-in.

    table: plain character → its stand-ins; words: what to look for, on the norm plane.
    """

    def __init__(self, table: Mapping[str, str], words: Iterable[str]) -> None:
        self._plain: dict[str, set[str]] = defaultdict(set)
        for plain, stand_ins in table.items():
            for char in fold(stand_ins):
                self._plain[char].add(fold(plain))
        self._any = np.zeros(0x110000, dtype=bool)
        self._any[[ord(char) for char in self._plain]] = True
        holes = [(w[:i] + _HOLE + w[i + 1 :], w) for w in words for i, char in enumerate(w) if char in table]
        self._index: SpellingIndex = index_spellings(holes)

    def find(self, document: Document) -> Iterator[Reveal]:
        """Yield the words of a text that a stand-in hides."""
        norm = document.norm
        codes = document.view.codes
        changed = self._any[codes]
        if not changed.any():
            return
        holed = np.where(changed, np.uint32(ord(_HOLE)), codes).tobytes().decode("utf-32-le")
        for word, start, end in self._index.find(holed):
            at = holed.index(_HOLE, start)
            char, plain = norm[at], word[at - start]
            if char != plain and plain in self._plain.get(char, ()) and _counts(char, word):
                yield Reveal(start, end, word, ("shape",) if is_han(char) else ("alias",))


def _counts(char: str, word: str) -> bool:
    return len(word) > _SHORT or not (_is_common(char) or char.isascii())


def _is_common(char: str) -> bool:
    try:
        return is_han(char) and char.encode("gb2312")[0] < _RARE
    except UnicodeEncodeError:
        return False
