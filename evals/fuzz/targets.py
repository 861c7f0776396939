"""What is done with fuzzed bytes, and what must hold whatever they are. A target fails by raising.

Every target reads its bytes as text in one of three ways, so that lone surrogates, broken UTF-8 and heaps of what
disguises are made of all come about.
"""

from __future__ import annotations

import functools
from datetime import date
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from agent.errors import ConfigurationError, UsageError
from agent.guardrails import Packs, load_packs
from agent.guardrails import check as check_note
from agent.guardrails.compiled import compile_rule
from agent.guardrails.matchers import available_engines, build_matcher
from agent.guardrails.normalize import SEPARATOR, TextView, fold
from agent.guardrails.rules import PackInfo, Rule
from agent.guardrails.vocabulary import Vocabulary
from agent.models import NoteInput, Report
from agent.yamlsource import parse_yaml, validate

__all__ = ["check", "loader", "matcher", "normaliser", "text_of"]

AS_OF: Final = date(2026, 11, 24)
PIECES: Final = (
    *"稳赚不赔保本息收益率存款送礼加微信群年化", *"wenzhuan vx0123456789", *".-*·、,。!?:;“”()<>#@%&\\/_~|\n\t ",
    *"㊙㎏㈠⑩①Ａ１％🅥❶穩賺證収❤➕🧧✨💯", "👨\u200d👩\u200d👧", "\u200b", "\u2060", "\u3164", "\u202e", "\u202c",
    "\u2066", "\u2069", "\u0336", "\ufe0f", "\U000e0041", "\ufdd0", SEPARATOR, "\ud800", "\udfff", "\x00", "\u2028",
    "%E4%BF%9D", "\\u4fdd", "&#20445;", "本不保", "三点五", "一三八", "http://", "{金额}", "贝兼", "亻", "\ufffd",
    "\u0130", "\u017f", "\u212a",
)  # fmt: skip
YAML: Final = (
    "id: FUZ-01\n", "title: 题\n", "severity: fix\n", "kind: pattern\n", "kind: term\n", "kind: combine\n",
    "effective: 2020-01-01\n", "match: {patterns: ['", "']}\n", "match: {terms: [", "]}\n", "message: 话。\n",
    "advice: 换。\n", "basis: [{instrument: 法}]\n", "cases:\n  flag: []\n  pass: []\n", "&a ", "*a", "<<: ", "- ",
    "  ", "{", "}", "[", "]", "(", ")", "(?:", "(?=", "|", "*", "+", "{0,6}", "{1000}", "?", "\\1", "\\b", "\\p{L}",
    "[^。]", "稳赚", "保本", "@无", "\n", "\t", '"', "'", ": ", "#", "!!python/object:os.system ", "!", "%YAML 1.2\n",
    "---\n", "~", "0",
)  # fmt: skip


def text_of(data: bytes, pieces: tuple[str, ...] = PIECES) -> str:
    """Read bytes as text: as pairs of bytes, as broken UTF-8, or each byte as one of some pieces."""
    if not data:
        return ""
    way, rest = data[0] % 4, data[1:]
    if way == 0:
        return rest[: len(rest) // 2 * 2].decode("utf-16-le", "surrogatepass")
    if way == 1:
        return rest.decode("utf-8", "surrogateescape")
    return "".join(pieces[byte % len(pieces)] for byte in rest)


def normaliser(data: bytes) -> None:
    """Demand that every character of a plane leads back to the raw text it stems from."""
    raw = text_of(data)
    view = TextView(raw)
    assert len(view.codes) == len(view.norm)
    assert not view.norm or fold(raw) == view.norm or any(0xD800 <= ord(char) < 0xE000 for char in raw)
    for index in range(len(view.norm)):
        start, end = view.raw_span(index, index + 1)
        assert 0 <= start < end <= len(raw)
    for index in range(len(view.skeleton)):
        first, last = view.norm_span(index, index + 1)
        assert 0 <= first < last <= len(view.norm) and view.norm[first] == view.skeleton[index]
        assert view.norm[first:last].count(view.skeleton[index]) >= int(view.runs[index])
    assert all(view.norm[head] not in "\n" for head in view.line_heads())


def matcher(data: bytes) -> None:
    """Demand that every engine finds exactly what looking at each place finds."""
    cut = data.find(b"\xff")
    head, text = data[: max(cut, 0)], _sound(text_of(data[cut + 1 :]))
    literals = list(dict.fromkeys(filter(None, _sound(text_of(head)).split(" "))))[:20]
    expected = sorted(
        (start, start + len(literal), number)
        for number, literal in enumerate(literals)
        for start in range(len(text))
        if text.startswith(literal, start)
    )
    for engine in available_engines():
        found = build_matcher(literals, engine=engine).find(text)
        assert [(start, end, number) for number, start, end in found] == expected, engine


def loader(data: bytes) -> None:
    """Demand that a rule file is read, or refused with a message and a remedy."""
    try:
        source = parse_yaml(text_of(data, YAML), Path("rule.yaml"))
        if not isinstance(source.value, dict):
            return
        rule = validate(Rule, source)
        packs = _packs()
        pack = PackInfo(name="fuzz", title="试", version="1")
        vocabulary = Vocabulary()
        compile_rule(
            rule, pack, source, lists=packs.lists, disclosures=packs.disclosures, vocabulary=vocabulary
        )  # fmt: skip
        vocabulary.seal()
    except ConfigurationError as error:
        assert error.message and error.hint


def check(data: bytes) -> None:
    """Demand that a note is refused as no text, or checked with findings that quote it where they say."""
    text = text_of(data)
    title, _, rest = text.partition("|")
    body, _, tags = rest.partition("|")
    try:
        note = NoteInput(title=title, body=body, tags=tuple(tags.split(" ")) if tags else (), cover=title[::-1])
        report = check_note(note, packs=_packs(), as_of=AS_OF)
    except ValidationError:
        return
    except UsageError as error:
        assert error.code == "note_not_text"
        return
    _demand_quotes(report, note)


def _demand_quotes(report: Report, note: NoteInput) -> None:
    fields = {("title", 0): note.title, ("body", 0): note.body, ("cover", 0): note.cover}
    fields |= {("tags", index): tag for index, tag in enumerate(note.tags)}
    for finding in report.findings:
        if finding.start is not None and finding.end is not None:
            raw = fields[finding.field, finding.index]
            assert 0 <= finding.start < finding.end <= len(raw)
            assert raw[finding.start : finding.end].replace(SEPARATOR, "\u200b") == finding.text


def _sound(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")


@functools.cache
def _packs() -> Packs:
    return load_packs(examples=False)
