"""Clean text that comes from outside: it is data, and what cannot be seen in it does not belong there."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Annotated

from pydantic import BeforeValidator

__all__ = ["Cleaned", "Stated", "Storable", "clean", "stated", "storable"]

_KEPT_CONTROLS = {"\n", "\t"}
_EMOJI_JOINERS = {"\u200d", "\ufe0f"}
_ORDINARY = ("\n", "\t", "\u3000", "\u200d")  # what stays, though Python does not call it printable
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True)
class Cleaned:
    """Hold cleaned text and what was removed, in order."""

    text: str
    removed: tuple[str, ...] = ()


def clean(raw: str) -> Cleaned:
    """Drop control, bidi and other invisible format characters; newlines are unified, emoji joiners stay."""
    text = raw.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")
    if _is_plain(text):  # as nearly every text is, and a hundred times quicker to tell
        return Cleaned(text)
    removed = tuple(character for character in text if _is_hidden(character))
    return Cleaned("".join(character for character in text if not _is_hidden(character)), removed)


def stated(raw: str) -> str:
    """Return what a person gives as a reason or a name, without what cannot be seen and without blanks around it."""
    return clean(raw).text.strip()


def storable(raw: str) -> str:
    """Return a text as it is, without the characters no database and no file can hold: NUL and half a pair."""
    return _UNSTORABLE.sub("", raw)


def _stated(value: object) -> object:
    return stated(value) if isinstance(value, str) else value


def _storable(value: object) -> object:
    return storable(value) if isinstance(value, str) else value


Stated = Annotated[str, BeforeValidator(_stated)]
Storable = Annotated[str, BeforeValidator(_storable)]


def _is_plain(text: str) -> bool:
    for ordinary in _ORDINARY:
        text = text.replace(ordinary, "")
    return text.isprintable()


def _is_hidden(character: str) -> bool:
    if character in _KEPT_CONTROLS or character in _EMOJI_JOINERS:
        return False
    return unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Cn"}
