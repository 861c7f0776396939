"""Put text on a page: as text, never as markup, with what hides or turns letters around made visible.

Whatever comes from outside (topics, notes, names, reasons) goes through `text` or `visible`.
"""

from __future__ import annotations

import re
import unicodedata

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement

__all__ = ["attribute", "text", "visible"]

_EMOJI = "\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\ufe0f"
_JOINED = re.compile(f"(?<=[{_EMOJI}])\u200d(?=[{_EMOJI}])")
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co"})
_BLANK = frozenset("\u115f\u1160\u3164\uffa0\u2800")  # letters without any ink


def visible(raw: str) -> str:
    """Return the text with every invisible or direction-changing character written as its code, `[U+202E]`.

    Line breaks and tabs stay, and so do the joiners inside an emoji.
    """
    joined = {match.start() for match in _JOINED.finditer(raw)}
    return "".join(
        f"[U+{ord(character):04X}]" if _is_hidden(character) and place not in joined else character
        for place, character in enumerate(raw)
    )


def text(content: str, classes: str = "", *, tag: str = "div") -> TextElement:
    """Write text from outside in an element of its own."""
    element = TextElement(tag=tag, text=visible(content))
    if classes:
        element.classes(classes)
    return element


def attribute(element: ui.element, **values: str | bool) -> None:
    """Set HTML attributes whatever their text holds; `_` in a name stands for `-`."""
    for name, value in values.items():
        element.props[name.rstrip("_").replace("_", "-")] = value


def _is_hidden(character: str) -> bool:
    if character in "\n\t":
        return False
    return unicodedata.category(character) in _HIDDEN or character in _BLANK
