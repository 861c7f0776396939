"""Cut a text into paragraphs, sentences and clauses, losslessly: spans are code points and cover the text."""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["Span", "clauses", "paragraphs", "sentences"]

_CLOSERS = "”’」』）)】》\"'"
_SENTENCE = re.compile(rf"[^。！？!?…\n]*(?:[。！？!?…]+[{_CLOSERS}]*|\n+|$)")
_CLAUSE = re.compile(r"[^，,、；;：:。！？!?…\n]*(?:[，,、；;：:。！？!?…\n]+|$)")
_PARAGRAPH = re.compile(r"[^\n]*(?:\n+|$)")


@dataclass(frozen=True)
class Span:
    """Hold a piece of text and where it stands (half-open code-point offsets)."""

    start: int
    end: int
    text: str


def paragraphs(text: str) -> tuple[Span, ...]:
    """Return the paragraphs; each holds its newline, so that joining them gives the text back."""
    return _cut(_PARAGRAPH, text)


def sentences(text: str) -> tuple[Span, ...]:
    """Return the sentences; a full stop takes the closing quotes after it, a newline ends a sentence."""
    return _cut(_SENTENCE, text)


def clauses(text: str) -> tuple[Span, ...]:
    """Return the clauses: cut at commas as well. A decimal point is no mark here; a comma in 1,000 is kept."""
    merged: list[Span] = []
    for span in _cut(_CLAUSE, text):
        if merged and _splits_number(merged[-1].text, span.text):
            last = merged.pop()
            merged.append(Span(last.start, span.end, last.text + span.text))
        else:
            merged.append(span)
    return tuple(merged)


def _splits_number(left: str, right: str) -> bool:
    return bool(re.search(r"[0-9][,，:：]$", left)) and bool(re.match(r"[0-9]", right))


def _cut(pattern: re.Pattern[str], text: str) -> tuple[Span, ...]:
    return tuple(Span(match.start(), match.end(), match.group()) for match in pattern.finditer(text) if match.group())
