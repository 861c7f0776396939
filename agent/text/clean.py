"""Clean text that comes from outside: it is data, and what cannot be seen in it does not belong there."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

__all__ = ["Cleaned", "clean"]

_KEPT_CONTROLS = {"\n", "\t"}
_EMOJI_JOINERS = {"\u200d", "\ufe0f"}


@dataclass(frozen=True)
class Cleaned:
    """Hold cleaned text and what was removed, in order."""

    text: str
    removed: tuple[str, ...] = ()


def clean(raw: str) -> Cleaned:
    """Drop control, bidi and other invisible format characters; newlines are unified, emoji joiners stay."""
    text = raw.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")
    removed = tuple(character for character in text if _is_hidden(character))
    return Cleaned("".join(character for character in text if not _is_hidden(character)), removed)


def _is_hidden(character: str) -> bool:
    if character in _KEPT_CONTROLS or character in _EMOJI_JOINERS:
        return False
    return unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Cn"}
