r"""Decode what a text hides behind escapes (%E4%BF%9D, \\u4fdd, &#20445;), right-to-left overrides and spoken rates."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote

from agent.guardrails.document import Document, Reveal
from agent.guardrails.normalize import TextView

__all__ = ["decoded", "spoken_rates"]

_ESCAPES: Final = re.compile(
    r"(?P<url>(?:%[0-9a-f]{2}){3,})|(?P<script>(?:\\u[0-9a-f]{4})+)|(?P<html>(?:&#x?[0-9a-f]{2,7};)+)"
)
_OVERRIDE: Final = re.compile("[\u202e\u2067]([^\u202c\u2069\n]{2,40})")
_ESCAPE_SIGNS: Final = ("%", "\\u", "&#")
_OVERRIDE_SIGNS: Final = "\u202e\u2067"
_SCRIPT: Final = re.compile(r"\\u([0-9a-f]{4})")


_HAN_DIGITS: Final = dict(zip("〇零一二三四五六七八九壹贰叁肆伍陆柒捌玖两", "00123456789123456789" + "2", strict=True))
_NUMERAL: Final = "[" + "".join(_HAN_DIGITS) + "]"
_RATE: Final = re.compile(
    rf"(?<![0-9十百])(?P<whole>{_NUMERAL}?十?{_NUMERAL}|十|[0-9]{{1,2}})"
    rf"(?:(?P<dot>[点。])(?P<rest>{_NUMERAL}{{1,2}}|[0-9]{{1,2}}))?(?P<unit>%|个点)"
)
_RATE_SIGNS: Final = ("%", "个点")


def spoken_rates(document: Document) -> Iterator[Reveal]:
    """Yield rates that are not written in digits: 三点五%, 3。5%, 三点伍个点."""
    if not any(sign in document.norm for sign in _RATE_SIGNS):
        return
    for match in _RATE.finditer(document.norm):
        whole, rest = match["whole"], match["rest"] or ""
        if match["dot"] == "。" or not whole.isascii() or not rest.isascii():
            digits = _value(whole) + ("." + "".join(_HAN_DIGITS.get(c, c) for c in rest) if rest else "")
            yield Reveal(match.start(), match.end(), f"{digits}%", ("number",))


def _value(whole: str) -> str:
    """Return the digits of a whole number below 100."""
    if "十" not in whole:
        return "".join(_HAN_DIGITS.get(char, char) for char in whole)
    tens, ones = whole.split("十")
    return _HAN_DIGITS.get(tens, "1") + _HAN_DIGITS.get(ones, "0")


def decoded(view: TextView) -> Iterator[tuple[int, int, str]]:
    """Yield (start, end, plain text) on the norm plane for each escaped or reversed stretch that decodes to text."""
    for match in _ESCAPES.finditer(view.norm) if any(sign in view.norm for sign in _ESCAPE_SIGNS) else ():
        text = _plain(match)
        if text and "\ufffd" not in text:
            yield match.start(), match.end(), text
    for match in _OVERRIDE.finditer(view.raw) if any(sign in view.raw for sign in _OVERRIDE_SIGNS) else ():
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
