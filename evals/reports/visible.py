"""Make hostile text safe to show: what cannot be seen (bidi, zero-width, control characters) becomes a visible mark.

Owns characters. Escaping for HTML and XML stays with Jinja2 and ElementTree.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from markupsafe import Markup, escape

__all__ = ["name_hidden", "one_line", "pieces", "show", "visible"]

_BLANKS = "\u115f\u1160\u2800\u3164\uffa0"  # letters and symbols that are drawn as nothing
_PICTURED = r"\u00a9\u00ae\u203c-\u3299\ufe0f\U0001f000-\U0001faff"
_JOINER = re.compile(rf"(?<=[{_PICTURED}])\u200d(?=[{_PICTURED}])")  # 👨‍👩‍👧 is one picture
_SUSPECT = re.compile(r"[^\n\t\x20-\x7e\u4e00-\u9fff]")  # everything that needs a second look
_HIDDEN = {"Cc", "Cf", "Cs", "Cn", "Zl", "Zp"}
_SHADES = range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0), range(0x180B, 0x1810)  # variation selectors


def visible(text: str) -> str:
    """Return the text with every hidden character written out as `⟦U+202E⟧`; line breaks and tabs stay."""
    return "".join(f"⟦{name_hidden(part)}⟧" if hidden else part for part, hidden in pieces(text))


def show(text: str) -> Markup:
    """Return the text as escaped HTML with every hidden character boxed and named."""
    return Markup("").join(_boxed(part) if hidden else escape(part) for part, hidden in pieces(text))


def one_line(text: str, limit: int = 0) -> str:
    """Return visible text on one line, cut to `limit` characters if one is given."""
    line = " ".join(visible(text).split())
    return line[: limit - 1] + "…" if limit and len(line) > limit else line


def name_hidden(character: str) -> str:
    """Name a character by its code point."""
    return f"U+{ord(character):04X}"


def pieces(text: str) -> Iterator[tuple[str, bool]]:
    """Split into stretches that can be seen and single characters that cannot."""
    text = text.replace("\r\n", "\n")
    kept = {match.start() for match in _JOINER.finditer(text)}
    begin = 0
    for match in _SUSPECT.finditer(text):
        at = match.start()
        if at in kept or not _is_hidden(text, at):
            continue
        if begin < at:
            yield text[begin:at], False
        yield text[at], True
        begin = at + 1
    if begin < len(text):
        yield text[begin:], False


def _is_hidden(text: str, at: int) -> bool:
    character = text[at]
    if any(ord(character) in shades for shades in _SHADES):
        return character != "\ufe0f" or at == 0 or not re.match(rf"[{_PICTURED}#*0-9]", text[at - 1])
    return character in _BLANKS or unicodedata.category(character) in _HIDDEN


def _boxed(character: str) -> Markup:
    name = unicodedata.name(character, "CONTROL CHARACTER")
    code = name_hidden(character)
    return Markup('<span class="hid" title="{} {}">{}</span>').format(code, name, code)
