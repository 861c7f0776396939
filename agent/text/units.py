"""Count a text as the platform does (third-party tools' documentation; not an official specification).

A Han or full-width character is one unit, a half-width character half a unit, and the sum is rounded up. An emoji
sequence (joined family, flag, skin tone, variation selector) counts as one unit: an assumption, not verified.
"""

from __future__ import annotations

import math
import re
import unicodedata

__all__ = ["body_units", "title_units"]

_EMOJI = "\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\u231a-\u23ff"
_FLAG = "\U0001f1e6-\U0001f1ff"
_SKIN = "\ufe0f\U0001f3fb-\U0001f3ff"
# It begins with a class, which `re` looks for quickly: a pair of flag letters, an emoji or joined ones, a keycap.
_CLUSTER = re.compile(
    f"[0-9#*{_EMOJI}](?:(?<=[{_FLAG}])[{_FLAG}]|(?<=[{_EMOJI}])[{_SKIN}]*(?:\u200d[{_EMOJI}][{_SKIN}]*)*"
    "|(?<=[0-9#*])\ufe0f?\u20e3)"
)


def title_units(title: str) -> int:
    """Return the units of a title: half-width characters weigh a half, the sum is rounded up."""
    rest, clusters = _CLUSTER.subn("", title)
    return math.ceil(clusters + sum(map(_weight, rest)))


def body_units(body: str) -> int:
    """Return the characters of a body; newlines count, an emoji sequence counts once."""
    rest, clusters = _CLUSTER.subn("", body)
    return clusters + len(rest)


def _weight(character: str) -> float:
    if unicodedata.category(character) in {"Mn", "Cf", "Cc"}:
        return 0.0
    return 1.0 if unicodedata.east_asian_width(character) in {"W", "F", "A"} else 0.5
