"""Fence text from outside, so that a model reads it as data.

A fence cannot be closed from inside: its marks, and brackets that look like them, are replaced in the text, and so are
the openings of chat-template tokens (`<|im_start|>`), which some local servers obey. What cannot be seen is dropped.
"""

from __future__ import annotations

import re

from agent.text.clean import clean

__all__ = ["fence"]

OPEN, CLOSE = "⟦", "⟧"
_INSIDE = str.maketrans(dict.fromkeys("⟦〚⟬⦋", "[") | dict.fromkeys("⟧〛⟭⦌", "]"))
_TOKEN = re.compile(r"<(?=[|\uff5c])")
LONGEST_LABEL = 40


def fence(text: object, label: str = "") -> str:
    """Return the text between marks that name it; both text and label lose every mark of their own."""
    name = " ".join(_disarmed(label).split())[:LONGEST_LABEL]
    return f"{OPEN}{name}{CLOSE}\n{_disarmed(str(text)).strip(chr(10))}\n{OPEN}/{name}{CLOSE}"


def _disarmed(text: str) -> str:
    return _TOKEN.sub("< ", clean(text).text.translate(_INSIDE))
