"""Where the fix of a finding goes: the span of a field it replaces, and the text that stands there afterwards.

Owns widening (a full clause replaces the clause, an empty replacement takes the sentence out) and the place of a
mandatory line. Refuses judging whether the outcome is allowed: that is `rewriting`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from agent.guardrails.rules import Rule
from agent.guardrails.wording import spelled
from agent.models import FieldName, Finding, NoteInput

__all__ = [
    "CLAUSE_LENGTH", "NEW_TITLE", "Amendment", "amend", "blanks_in", "clause_around", "clauses_around", "field_text",
    "is_mark", "sentence_around", "with_field_text",
]  # fmt: skip

_SOFT = "，,、；;：:"
_HARD = "。！？!?…\n"
_CLAUSE_ENDS = frozenset(_SOFT + _HARD)
_SENTENCE_ENDS = frozenset(_HARD)
_CLOSERS = '”’」』）)】》"'
CLAUSE_LENGTH = 8  # a replacement this long is a clause of its own and does not fit inside another
NEW_TITLE = "【请另写标题】"  # where a title was taken out, so that the first line of the body is not read as one
_BLANK = re.compile(r"\{[a-z_]+\}|【[^】\n]{1,40}】|_{2,}")
_CLAUSE = re.compile(f"[^{_SOFT.replace('、', '')}{_HARD}]+")
_TAG_LINE = re.compile(r"(?:\s*#[^#\s]+(?:\[话题\])?#?)+\s*")


@dataclass(frozen=True)
class Amendment:
    """Change one span of one raw field (code points, half-open) from `before` to `after`."""

    finding: Finding
    field: FieldName
    index: int
    start: int
    end: int
    before: str
    after: str

    @property
    def is_insertion(self) -> bool:
        """Tell whether a line is added and nothing is taken away."""
        return self.start == self.end

    @property
    def place(self) -> tuple[str, int, int, int]:
        """Name field, index and span: two changes of one place exclude each other."""
        return self.field, self.index, self.start, self.end

    def overlaps(self, other: Amendment) -> bool:
        """Tell whether both take away some of the same words."""
        return self.place[:2] == other.place[:2] and self.start < other.end and other.start < self.end

    @property
    def reading_order(self) -> tuple[int, int, int, int]:
        """Sort by where a reader meets the change; lines to add come last."""
        fields = ("title", "cover", "body", "note", "tags")
        return int(self.is_insertion), fields.index(self.field), self.index, self.start

    @property
    def blanks(self) -> tuple[str, ...]:
        """Name the slots that a person has to fill in."""
        return blanks_in(self.after)

    def apply(self, note: NoteInput) -> NoteInput:
        """Return the note with this span changed and nothing else."""
        text = field_text(note, self.field, self.index)
        return with_field_text(note, self.field, self.index, text[: self.start] + self.after + text[self.end :])


def amend(finding: Finding, rule: Rule, note: NoteInput) -> Amendment | None:
    """Place the fix of a finding in the note; None when the finding brings none that can be placed."""
    if finding.fix is None:
        return None
    replacement = finding.fix.replacement
    if finding.start is None or finding.end is None:
        return _insertion(finding, rule, note, spelled(replacement)) if replacement else None
    text = field_text(note, finding.field, finding.index)
    if finding.field == "tags":
        return _change(finding, text, (0, len(text)), "")
    span = _trimmed(text, finding.start, finding.end)
    if replacement and len(replacement) < CLAUSE_LENGTH:
        return _change(finding, text, span, replacement)
    if not replacement:
        return _taken_out(finding, text, _cut(text, *_unit(text, *span, _SENTENCE_ENDS)))
    start, end = _unit(text, *span, _CLAUSE_ENDS)
    if replacement.rstrip("。") in text[:start] + "\n" + text[end:]:  # the note says it already
        return _taken_out(finding, text, _cut(text, start, end))
    if text[end : end + 1] in _CLAUSE_ENDS:  # the clause keeps the mark that ends it
        replacement = replacement.rstrip("。")
    return _change(finding, text, (_after_bullet(text, start, span[0]), end), replacement)


def blanks_in(text: str) -> tuple[str, ...]:
    """Return the slots of a text that nobody has filled in, once each."""
    return tuple(dict.fromkeys(_BLANK.findall(text)))


def sentence_around(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the span of the sentence that holds a span, without the mark that ends it."""
    return _unit(text, *_trimmed(text, start, end), _SENTENCE_ENDS)


def clause_around(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the span of the clauses that a span touches, without the mark that ends them; 、 parts no clauses."""
    return _unit(text, *_trimmed(text, start, end), _CLAUSE_ENDS - {"、"})


def clauses_around(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Return the spans of the clauses of a sentence, the one from `start` to `end` among them; 、 parts no clauses."""
    first, last = sentence_around(text, start, end)
    left = [(m.start() + first, m.end() + first) for m in _CLAUSE.finditer(text[first:start])]
    right = [(m.start() + end, m.end() + end) for m in _CLAUSE.finditer(text[end:last])]
    return [*left, (start, end), *right]


def field_text(note: NoteInput, field: FieldName, index: int) -> str:
    """Return the raw text of a field; `index` counts titles and tags as findings do."""
    match field:
        case "title":
            return _titles(note)[index]
        case "tags":
            return note.tags[index]
        case "cover":
            return note.cover
        case _:
            return note.body


def with_field_text(note: NoteInput, field: FieldName, index: int, text: str) -> NoteInput:
    """Return the note with another text in one field; a tag without text stays in its place until the note is done."""
    if field == "title":
        return _with_title(note, index, text)
    if field == "tags":
        return _with(note, tags=(*note.tags[:index], text, *note.tags[index + 1 :]))
    return _with(note, cover=text) if field == "cover" else _with(note, body=text)


def _with(note: NoteInput, **changed: object) -> NoteInput:
    return NoteInput.model_validate({**dict(note), **changed})


def _titles(note: NoteInput) -> tuple[str, ...]:
    return note.titles if note.title in note.titles else (note.title, *note.titles)


def _with_title(note: NoteInput, index: int, text: str) -> NoteInput:
    titles = _titles(note)
    changed = (*titles[:index], text, *titles[index + 1 :])
    title = text if titles[index] == note.title else note.title
    kept = changed if note.title in note.titles else changed[1:]
    return _with(note, title=title, titles=kept)


def _change(finding: Finding, text: str, span: tuple[int, int], after: str) -> Amendment:
    start, end = span
    return Amendment(finding, finding.field, finding.index, start, end, text[start:end], after)


def _taken_out(finding: Finding, text: str, span: tuple[int, int]) -> Amendment:
    """Take a span out; a title that would be gone leaves a place for a new one."""
    start, end = span
    if finding.field == "title" and not (text[:start] + text[end:]).strip():
        return _change(finding, text, (0, len(text)), NEW_TITLE)
    return _change(finding, text, span, "")


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Leave white space and line breaks at the edges of a span where they are."""
    while start < end - 1 and text[start].isspace():
        start += 1
    while end > start + 1 and text[end - 1].isspace():
        end -= 1
    return start, end


def _unit(text: str, start: int, end: int, ends: frozenset[str]) -> tuple[int, int]:
    """Return the clause or sentence around a span, without the mark that ends it; a decimal point ends nothing."""
    while start > 0 and not _ends(text, start - 1, ends):
        start -= 1
    while end < len(text) and not _ends(text, end, ends):
        end += 1
    return start, end


def _ends(text: str, at: int, ends: frozenset[str]) -> bool:
    if text[at] not in ends:
        return False
    between_digits = text[at - 1 : at].isdigit() and text[at + 1 : at + 2].isdigit()
    return not (between_digits and text[at] in ",，:：。")


def _after_bullet(text: str, start: int, limit: int) -> int:
    """Leave a bullet, an emoji or a quotation mark that opens the clause where it is."""
    while start < limit and not text[start].isalnum():
        start += 1
    return start


def _cut(text: str, start: int, end: int) -> tuple[int, int]:
    """Widen a span that is taken out by the mark that would be left without a clause, and by an emptied line."""
    while end < len(text) and text[end] in _CLOSERS and text[end - 1 : end] in _HARD:
        end += 1
    if end < len(text) and text[end] in _SOFT:
        end += 1
    elif start > 0 and text[start - 1] in _SOFT:
        start -= 1
    else:
        while end < len(text) and text[end] in _HARD and text[end] != "\n":
            end += 1
    at_line_start = start == 0 or text[start - 1] == "\n"
    if at_line_start and end < len(text) and text[end] == "\n":
        return start, end + 1
    if at_line_start and end == len(text) and start > 0:
        return start - 1, end
    return start, end


def _insertion(finding: Finding, rule: Rule, note: NoteInput, line: str) -> Amendment:
    at = _line_end_near(note.body, finding.text) if rule.match.proximity in ("sentence", "paragraph") else None
    if at is None and rule.match.proximity == "next_paragraph":
        at = _line_end_near(note.body, finding.text)
    if at is None:
        at = 0 if is_mark(line) else _before_tags(note.body)
    lead = "" if at == 0 or note.body[:at].endswith("\n") else "\n"
    tail = "\n" if at < len(note.body) and note.body[at] != "\n" else ""
    return Amendment(finding, "body", 0, at, at, "", f"{lead}{line}{tail}")


def is_mark(line: str) -> bool:
    """Tell whether a line is a mark of a word or two (广告), which opens the note."""
    return len(line) < CLAUSE_LENGTH


def _line_end_near(body: str, quote: str) -> int | None:
    """Return the end of the line that holds the quoted claim; None when it does not stand in the body."""
    found = body.find(quote) if quote else -1
    if found < 0:
        return None
    end = body.find("\n", found + len(quote))
    return len(body) if end < 0 else end


def _before_tags(body: str) -> int:
    """Return where a line of its own goes: after the text, before a last line of hashtags."""
    lines = body.split("\n")
    position = len(body)
    while lines and (not lines[-1].strip() or _TAG_LINE.fullmatch(lines[-1])):
        position -= len(lines.pop()) + 1
    return max(position, 0)
