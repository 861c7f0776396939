"""Compare notes by character shingles: Jaccard over sets of n letters (Broder 1997)."""

from __future__ import annotations

import functools
import re
import unicodedata

__all__ = ["first_line_template", "shingles", "similarity"]

SIZE = 5
_TEMPLATE_WORDS = 4
_REMEMBERED = 512  # texts, some 25 KB each: the earlier notes of the accounts that write just now


@functools.lru_cache(maxsize=_REMEMBERED)
def shingles(text: str, *, size: int = SIZE) -> frozenset[str]:
    """Return the set of `size`-character shingles over letters and digits; a shorter text is its own shingle."""
    letters = "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())
    if not letters:
        return frozenset()
    return frozenset(letters[start : start + size] for start in range(max(1, len(letters) - size + 1)))


def similarity(left: str, right: str, *, size: int = SIZE) -> float:
    """Return the Jaccard similarity of two texts in 0…1; two empty texts are not similar."""
    a, b = shingles(left, size=size), shingles(right, size=size)
    shared = len(a & b)
    return shared / (len(a) + len(b) - shared) if a and b else 0.0


def first_line_template(body: str) -> str:
    """Return the shape of an opening: its first clause with digits folded, cut to its first characters."""
    line = re.split(r"[，,。！？!?\n]", body.strip(), maxsplit=1)[0]
    return re.sub(r"[0-9]+", "0", line)[:_TEMPLATE_WORDS]
