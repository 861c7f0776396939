"""Fold texts so that scorers compare what a reader reads: width, script, case and invisible characters aside.

Owns folding and the cutting of a note posted as plain text. It refuses judgement: what counts is up to each scorer.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from dataclasses import dataclass
from typing import Any

from agent.models import Note

__all__ = ["Posted", "fold", "posted_note", "read_posted", "simplified", "squeeze"]

_ZERO_WIDTH = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\u00ad]")
_BLANKS = re.compile(r"[^\S\n]+")
_BETWEEN_HAN = re.compile(r"(?<=[一-鿿])[.·•*_|]+(?=[一-鿿])")
_TAG = re.compile(r"[#\uff03](\w+)")


@dataclass(frozen=True)
class Posted:
    """Hold a note as a reader sees it."""

    title: str
    body: str
    tags: tuple[str, ...] = ()
    cover: str = ""

    @property
    def text(self) -> str:
        """Join title and body."""
        return f"{self.title}\n{self.body}"


def posted_note(note: Note) -> Posted:
    """Return what is posted of a note this program wrote."""
    return Posted(title=note.title, body=note.body, tags=note.tags, cover=note.cover)


def read_posted(text: str) -> Posted:
    """Cut a note kept as plain text: first line title, lines that hold nothing but tags, and the body between."""
    title, _, rest = text.strip().partition("\n")
    lines = rest.strip().splitlines()
    tags = [tag for line in lines if _is_tag_line(line) for tag in _TAG.findall(line)]
    body = "\n".join(line for line in lines if not _is_tag_line(line)).strip()
    return Posted(title=title.strip(), body=body, tags=tuple(tags))


def simplified(text: str) -> str:
    """Write Traditional characters as Simplified ones; other characters stay."""
    return str(_converter().convert(text))


def squeeze(text: str) -> str:
    """Apply NFKC and drop blanks and zero-width characters; newlines go too, so that a wrapped line still matches."""
    return "".join(_ZERO_WIDTH.sub("", unicodedata.normalize("NFKC", text)).split())


def fold(text: str) -> str:
    """Apply NFKC, lower case and Simplified script; drop blanks, zero-width characters and dots between Han letters."""
    plain = _ZERO_WIDTH.sub("", unicodedata.normalize("NFKC", text)).casefold()
    return _BETWEEN_HAN.sub("", _BLANKS.sub("", simplified(plain)))


def _is_tag_line(line: str) -> bool:
    return bool(line.strip()) and all(word[0] in "#\uff03" for word in line.split())


@functools.cache
def _converter() -> Any:
    """Load the converter once; opencc reads its dictionaries from its own wheel."""
    from opencc import OpenCC

    return OpenCC("t2s")
