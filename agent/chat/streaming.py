"""Show what a model writes while it writes: the sentences inside its JSON, and nothing else of it."""

from __future__ import annotations

import re
from collections.abc import Callable

__all__ = ["SentenceStream"]

_OPENING = re.compile(r'"text"\s*:\s*"')
_ESCAPES = {"n": "\n", "t": " ", "r": "", "b": "", "f": ""}


class SentenceStream:
    """Take pieces of a JSON reply as they arrive and pass on the contents of its `text` strings, a line each."""

    def __init__(self, show: Callable[[str], None]) -> None:
        self._show = show
        self._waiting = ""
        self._inside = False

    def __call__(self, piece: str) -> None:
        """Take one piece; a string or an escape cut in two is finished by the next one.

        An empty piece says that a reply begins: what an earlier one left unfinished ends there.
        """
        if not piece:
            self._begin_anew()
        self._waiting += piece
        while self._advance():
            pass

    def _begin_anew(self) -> None:
        if self._inside:
            self._show("\n")
        self._waiting, self._inside = "", False

    def _advance(self) -> bool:
        return self._read() if self._inside else self._seek()

    def _seek(self) -> bool:
        found = _OPENING.search(self._waiting)
        if found is None:
            self._waiting = self._waiting[-40:]  # enough for a key cut in two
            return False
        self._waiting, self._inside = self._waiting[found.end() :], True
        return True

    def _read(self) -> bool:
        shown: list[str] = []
        position, text = 0, self._waiting
        while position < len(text) and text[position] != '"':
            step = _step(text, position)
            if step is None:
                break
            shown.append(step[0])
            position = step[1]
        closed = position < len(text) and text[position] == '"'
        self._waiting, self._inside = text[position + closed :], not closed
        if shown or closed:
            self._show("".join(shown) + ("\n" if closed else ""))
        return closed


def _step(text: str, position: int) -> tuple[str, int] | None:
    """Return the next character and where it ends; None when an escape is not whole yet."""
    if text[position] != "\\":
        return text[position], position + 1
    if position + 1 >= len(text):
        return None
    kind = text[position + 1]
    if kind != "u":
        return _ESCAPES.get(kind, kind), position + 2
    digits = text[position + 2 : position + 6]
    return (chr(int(digits, 16)), position + 6) if len(digits) == 4 else None
