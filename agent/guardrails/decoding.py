r"""Decode what a text hides behind escapes: %E4%BF%9D, \\u4fdd, &#20445;, and right-to-left overrides."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote

from agent.guardrails.normalize import TextView

__all__ = ["decoded"]

_ESCAPES: Final = re.compile(
    r"(?P<url>(?:%[0-9a-f]{2}){3,})|(?P<script>(?:\\u[0-9a-f]{4})+)|(?P<html>(?:&#x?[0-9a-f]{2,7};)+)"
)
_OVERRIDE: Final = re.compile("[\u202e\u2067]([^\u202c\u2069\n]{2,40})")
_SCRIPT: Final = re.compile(r"\\u([0-9a-f]{4})")


def decoded(view: TextView) -> Iterator[tuple[int, int, str]]:
    """Yield (start, end, plain text) on the norm plane for each escaped or reversed stretch that decodes to text."""
    for match in _ESCAPES.finditer(view.norm):
        text = _plain(match)
        if text and "\ufffd" not in text:
            yield match.start(), match.end(), text
    for match in _OVERRIDE.finditer(view.raw):
        start, end = view.norm_at(match.start(1)), view.norm_at(match.end(1))
        if end > start:
            yield start, end, match.group(1)[::-1]


def _plain(match: re.Match[str]) -> str:
    text = match.group()
    if match.lastgroup == "url":
        return unquote(text, errors="replace")
    if match.lastgroup == "html":
        return html.unescape(text)
    return _SCRIPT.sub(lambda code: chr(int(code.group(1), 16)), text)
