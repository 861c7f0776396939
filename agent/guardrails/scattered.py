"""Words whose characters do not stand together: parted by a filler, by the edge of a field, or at the heads of lines.

Owns where such characters are gathered; the words to find come as an index of skeletons. Refuses what everyday text
does by accident: a filler must be one that nobody needs there, a scattered word must have three characters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from agent.guardrails.document import Document, Reveal
from agent.guardrails.normalize import SEPARATOR
from agent.guardrails.spellings import SpellingIndex, found_near_changes, replaced

__all__ = ["across_fields", "at_line_heads", "between_fillers", "between_marks"]

_HAN: Final = "[\u3400-\u9fff]"
# A lone letter between two characters (稳x赚), kana, or one that adds nothing (加一个微一个信).
_FILLER: Final = re.compile(f"[xozyq\u3041-\u30ff](?<={_HAN}.)(?={_HAN})|一个(?<={_HAN}..)(?={_HAN})")
_MARKUP: Final = re.compile("</?[a-z]{1,6}>")
# The same mark two times and more in a run of characters (只会✨多不会✨少), or a comma after each (天、花、板).
_MARK: Final = r"""[^0-9a-z\u3400-\u9fff\s,.，。!?;:、…—"'“”‘’()\[\]「」『』《》【】%+/]{1,2}|那个|这个"""
_MARKED: Final = re.compile(
    rf"{_HAN}({_MARK}){_HAN}{{1,3}}(?:\1{_HAN}{{1,3}})+|{_HAN}(、){_HAN}(?:、{_HAN}){{2,}}(?!{_HAN})"
)
_LATIN_OR_KANA: Final = re.compile("[a-z\u3041-\u30ff]")
_LONG: Final = 3
_REACH: Final = 8


def between_fillers(document: Document, words: SpellingIndex) -> Iterator[Reveal]:
    """Yield words with letters or measure words between their characters, and words cut by markup."""
    skeleton, view = document.view.skeleton, document.view
    fillers = [(*match.span(), "") for match in _FILLER.finditer(skeleton)]
    if fillers:
        bare = replaced(skeleton, fillers)
        for word, start, end in found_near_changes(words, bare):
            span = view.norm_span(*bare.old_span(start, end))
            written = document.norm[slice(*span)]
            if "\n" not in written:
                yield Reveal(*span, word, ("split",) if _LATIN_OR_KANA.search(written) else ("alias",))
    yield from _cut_by_markup(document, words)


def _cut_by_markup(document: Document, words: SpellingIndex) -> Iterator[Reveal]:
    if "<" not in document.norm:
        return
    bare = replaced(document.norm, [(*match.span(), "") for match in _MARKUP.finditer(document.norm)])
    for word, start, end in found_near_changes(words, bare):
        yield Reveal(*bare.old_span(start, end), word, ("split",))


def between_marks(document: Document) -> Iterator[Reveal]:
    """Yield runs of characters without the mark that stands in them time and again."""
    for match in _MARKED.finditer(document.norm):
        yield Reveal(*match.span(), match.group().replace(match[1] or match[2], ""), ("split",))


def across_fields(document: Document, words: SpellingIndex) -> Iterator[Reveal]:
    """Yield words that begin at the end of the title and end at the beginning of the body."""
    parts, view = document.parts, document.view
    bounds = [i for i, part in enumerate(parts) if part.field == "body" and i and parts[i - 1].field == "title"]
    edge = view.skeleton.find(SEPARATOR)
    if not bounds or bounds[0] != 1 or edge < 0:
        return
    begin, stop = max(0, edge - _REACH), edge + 1 + _REACH
    text = view.skeleton[begin:edge] + view.skeleton[edge + 1 : stop]
    for word, start, end in words.find(text):
        first, last = begin + start, begin + end
        if len(word) >= _LONG and first < edge < last and SEPARATOR not in text[start:end]:
            yield Reveal(*view.norm_span(first, last + 1), word, ("split",))


def at_line_heads(document: Document, words: SpellingIndex) -> Iterator[Reveal]:
    """Yield words that the first characters of neighbouring lines spell; the first head stands for the word."""
    heads = document.view.line_heads()
    if len(heads) < _LONG:
        return
    norm = document.norm
    for word, start, end in words.find("".join(norm[i] for i in heads)):
        if end - start >= _LONG:
            first = heads[start]
            yield Reveal(first, first + 1, f"{word},{norm[first]}", ("acrostic",))
