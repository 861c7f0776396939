"""Name the slip of the pen behind YAML that does not parse, or parses into something nobody meant.

Owns the judgement about a text of lines; knows no schema. A parser objects where it can go no further, often lines
below the slip, so the lines above are looked at too. Three slips parse: a dash that stands too deep and a key with a
Chinese colon are folded into the line above, and what follows ` #` is a comment that drops half a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

__all__ = ["Slip", "as_typed", "encoding_of", "slip_behind", "slip_inside"]

_EXAMPLES = re.compile(r"  (?:flag|pass|known_miss):")
_LINE_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")  # as the parser counts lines
_PROBLEMS = {  # what the parser says, in the order in which it is looked for → the slip that people make
    "could not find expected ':'": "yaml_slip_colon",
    "mapping values are not allowed": "yaml_slip_quote",
    "tab character": "yaml_slip_tab",
    "'\\t' that cannot start": "yaml_slip_tab",
    "cannot start any token": "yaml_slip_sign",
    "expected alphabetic or numeric": "yaml_slip_sign",
    "expected whitespace or line break": "yaml_slip_sign",
    "expected comment or line break": "yaml_slip_sign",
    "undefined alias": "yaml_slip_sign",
    "undefined tag handle": "yaml_slip_sign",
    "expected '!'": "yaml_slip_sign",
    "expected ','": "yaml_slip_bracket",
    "unexpected end of stream": "yaml_slip_open",
    "unknown escape character": "yaml_slip_escape",
    "duplicate anchor": "yaml_slip_sign",
    "expected hexdecimal": "yaml_slip_escape",
    "did not find expected key": "yaml_slip_indent",
    "did not find expected '-'": "yaml_slip_indent",
    "expected <block end>": "yaml_slip_indent",
    "expected <document start>": "yaml_slip_indent",
}
_BEGUN_EARLIER = ("yaml_slip_colon", "yaml_slip_bracket", "yaml_slip_open")
_NEAR = 4  # lines above the place a parser names in which a slip of dash or colon is looked for
_DASH = re.compile(
    r"\s*(?:-(?=[^\s\-])|[\uff0d—–\u2212\ufe63\u2010\u2011•·・●](?![—–]))"
)  # a pair of them is the dash of a sentence
_COLON = re.compile(r"\s*(?:-\s+)?([a-z_]+)\s*：")
_KEY = re.compile(r"(\s*)(?:-\s+)*([A-Za-z_]+):(?:\s|$)")
_OPENED = re.compile(r"(?:^\s*(?:- +)*(?:[\w.]+: +)?|[\[{] *|, *|[\[{,] *\w+: +)([\"'])")
_WIDE = re.compile(  # a full-width space in an indent, after a dash or after the colon of a key
    r"[ \t]*(?:(?P<indent>\u3000)\s*(?:-|#|[A-Za-z_]+\s*[:：]|$)"
    r"|-(?P<dash>\u3000)|(?:- +)*[A-Za-z_]+:(?P<colon>\u3000))"
)
_SIGNS = tuple("@#*&!%`|>?-[]{},:'")
_LIST_NAME = re.compile(r"@[a-z][a-z0-9-]*(?![^\s,\]}])")
_CUT = re.compile(r"[^\S\n]#\S")
_CJK = re.compile("[\u3400-\u9fff]")


@dataclass(frozen=True)
class Slip:
    """Name a slip by its message code, with line and column (from 1) and the words that are lost."""

    code: str
    line: int
    column: int
    words: str = ""


def slip_behind(error: yaml.MarkedYAMLError, text: str) -> Slip:
    """Return the slip that leads to what the parser objects to, at the line to edit."""
    problem = f"{error.problem or ''} {error.context or ''}"
    code = next((code for words, code in _PROBLEMS.items() if words in problem), "yaml_slip_other")
    begun = error.context_mark if code in _BEGUN_EARLIER else None
    mark = begun or error.problem_mark or error.context_mark
    line, column = (mark.line, mark.column) if mark else (0, 0)
    reached = max(line, error.problem_mark.line if error.problem_mark else 0)
    lines = _LINE_BREAK.split(text)
    found = _lost_cases(lines, reached) or _quote(lines, reached)
    typed = code not in ("yaml_slip_tab", "yaml_slip_sign", "yaml_slip_escape")
    if found is None and typed:
        found = _odd_line(lines, reached)
    if found is None and code == "yaml_slip_quote":
        found = _deep_key(lines, line, column)
    if found is None and typed:
        found = next(filter(None, (_wide_space(lines, n) for n in range(min(reached, len(lines) - 1), -1, -1))), None)
    found = found or _list_name(lines, line, column)
    return found or Slip(_seen_closer(code, lines, line, column), line + 1, column + 1)


def slip_inside(text: str, root: yaml.Node, spread: Iterable[yaml.ScalarNode]) -> Slip | None:
    """Return what parsed and is not meant: lines folded into the one above, or a sentence cut off at ` #`.

    spread: the scalars without quotes that go over several lines.
    """
    lines = _LINE_BREAK.split(text)
    folded = next((slip for node in spread for slip in _folded(lines, node)), None)
    if folded is None and "\u3000" in text:
        folded = next((slip for key in _keys(root) for slip in _widely_indented(key)), None)
    if folded or not _CUT.search(text):
        return folded
    spans = [(node.start_mark, node.end_mark) for node in _scalars(root)]
    for number, line in enumerate(lines):
        comment = next((place for place in _hashes(line) if not _inside(spans, number, place)), len(line))
        if line[:comment].strip() and line[comment + 1 : comment + 2].strip():
            return Slip("yaml_slip_cut", number + 1, comment + 1, line[comment:].strip())
    return None


def _hashes(line: str) -> Iterator[int]:
    """Yield where a comment may begin: at the start of a line and after a space."""
    return (found.start() for found in re.finditer(r"(?:^|(?<=\s))#", line))


def _inside(spans: Sequence[tuple[Any, Any]], line: int, column: int) -> bool:
    return any((a.line, a.column) <= (line, column) < (b.line, b.column) for a, b in spans)


def as_typed(text: str) -> str:
    """Write a text as it is typed into a file: between English quotes where it begins with a sign that YAML reads."""
    return f'"{text}"' if text[:1] in _SIGNS and '"' not in text else text


def encoding_of(raw: bytes) -> str:
    """Return the code of the encoding that bytes which are not UTF-8 are in, as far as one can tell."""
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "yaml_encoding_utf16"
    try:
        told = raw.decode("gb18030")
    except UnicodeDecodeError:
        return "yaml_encoding_other"
    return "yaml_encoding_gbk" if _CJK.search(told) else "yaml_encoding_other"


def _quote(lines: list[str], reached: int) -> Slip | None:
    """Find the first line that opens a quote and does not close it, or goes on after closing it."""
    for number, line in enumerate(lines[: reached + 1]):
        if line.lstrip().startswith("#"):
            continue
        opened = _OPENED.search(line)
        while opened:
            if line[opened.start()] == "," and not re.search(r"[\[{]", line[: opened.start()]):
                break
            end = _closing(line, opened.end(), opened[1])
            if end < 0:
                if not _goes_on(lines, number, opened[1]):
                    return Slip("yaml_slip_unclosed", number + 1, opened.start(1) + 1)
                break
            if line[end + 1 : end + 2] not in ("", " ", ",", "]", "}", ":", "\t", "\r"):
                return Slip("yaml_slip_after_quote", number + 1, end + 2)
            opened = _OPENED.search(line, end + 1)
    return None


def _closing(line: str, start: int, sign: str) -> int:
    """Return where a quote that was opened ends on its line; -1 when it does not."""
    place = start
    while place < len(line):
        if line[place] == "\\" and sign == '"':
            place += 1
        elif line[place] == sign:
            if sign == "'" and line[place + 1 : place + 2] == "'":
                place += 1
            else:
                return place
        place += 1
    return -1


def _goes_on(lines: list[str], number: int, sign: str) -> bool:
    """Tell whether a quote left open is closed further down, before anything that looks like a new entry."""
    for line in lines[number + 1 :]:
        if _KEY.match(line) or line.lstrip().startswith(("- ", "#")):
            return False
        if sign in line:
            return True
    return False


def _odd_line(lines: list[str], reached: int) -> Slip | None:
    """Find, at the place or just above, a dash without its space or of another script, or a Chinese colon."""
    for number in range(min(reached, len(lines) - 1), max(reached - _NEAR, -1), -1):
        line = lines[number]
        colon, dash = _COLON.match(line), _DASH.match(line)
        if wide := _wide_space(lines, number):
            return wide
        if colon:
            return Slip("yaml_slip_fullwidth_colon", number + 1, colon.end())
        if dash and dash.end() < len(line.rstrip()):
            return Slip("yaml_slip_dash", number + 1, dash.end())
    return None


def _wide_space(lines: Sequence[str], number: int) -> Slip | None:
    """Find a full-width space that stands where only an ordinary one counts."""
    found = _WIDE.match(lines[number])
    return Slip("yaml_slip_wide_space", number + 1, found.start(found.lastgroup or 0) + 1) if found else None


def _widely_indented(key: yaml.ScalarNode) -> Iterator[Slip]:
    """Yield the slip of a key that a full-width space has become a part of."""
    if key.value.startswith("\u3000"):
        yield Slip("yaml_slip_wide_space", key.start_mark.line + 1, key.start_mark.column + 1)


def _list_name(lines: Sequence[str], line: int, column: int) -> Slip | None:
    """Find the name of a word list that stands without quotes: no text may begin with its sign."""
    found = _LIST_NAME.match(lines[line], column) if line < len(lines) else None
    return Slip("yaml_slip_list_name", line + 1, column + 1, found[0]) if found else None


def _lost_cases(lines: Sequence[str], reached: int) -> Slip | None:
    """Find the examples of a rule that stand indented in a file that has lost the line above them."""
    if any(line.startswith("cases:") for line in lines):
        return None
    numbers = (number for number, line in enumerate(lines[: reached + 1]) if _EXAMPLES.match(line))
    return next((Slip("yaml_slip_no_cases", number + 1, 3) for number in numbers), None)


def _deep_key(lines: list[str], line: int, column: int) -> Slip | None:
    """Find a key that stands deeper than the finished line above it."""
    key = _KEY.match(lines[line])
    above = next((entry for entry in reversed(lines[:line]) if entry.strip()), "")
    before = _KEY.match(above)
    if key and before and key.end(2) == column and len(key[1]) > len(before[1]):
        return Slip("yaml_slip_deep", line + 1, len(key[1]) + 1)
    return None


def _seen_closer(code: str, lines: list[str], line: int, column: int) -> str:
    """Tell a tab from another sign, and a file that ends in the middle from a colon that is missing."""
    here = lines[line] if line < len(lines) else ""
    if code in ("yaml_slip_bracket", "yaml_slip_open") and here.count("[") > here.count("]"):
        return code if _goes_on(lines, line, "]") else "yaml_slip_bracket_open"
    if code == "yaml_slip_sign" and "\t" in here[: column + 1]:
        return "yaml_slip_tab"
    if code == "yaml_slip_colon" and not any(entry.strip() for entry in lines[line + 1 :]):
        return "yaml_slip_ends"
    return code


def _folded(lines: list[str], node: yaml.ScalarNode) -> Iterator[Slip]:
    """Yield lines that look like an entry of their own and were folded into one text."""
    first = node.start_mark.line
    begins = not lines[first][: node.start_mark.column].strip()
    for number in range(first if begins else first + 1, min(node.end_mark.line + 1, len(lines))):
        line = lines[number]
        indent = len(line) - len(line.lstrip()) + 1
        if wide := _wide_space(lines, number):
            yield wide
        elif _COLON.match(line):
            yield Slip("yaml_slip_fullwidth_colon", number + 1, indent)
        elif re.match(r"\s*-\s", line):
            yield Slip("yaml_slip_folded", number + 1, indent)
        elif _DASH.match(line):
            yield Slip("yaml_slip_dash", number + 1, indent)


def _keys(node: yaml.Node) -> Iterator[yaml.ScalarNode]:
    for child in node.value if isinstance(node, yaml.CollectionNode) else ():
        if isinstance(child, tuple) and isinstance(child[0], yaml.ScalarNode):
            yield child[0]
        yield from _keys(child[1] if isinstance(child, tuple) else child)


def _scalars(node: yaml.Node) -> Iterator[yaml.ScalarNode]:
    if isinstance(node, yaml.ScalarNode):
        yield node
    for child in node.value if isinstance(node, yaml.CollectionNode) else ():
        for inner in child if isinstance(child, tuple) else (child,):
            yield from _scalars(inner)
