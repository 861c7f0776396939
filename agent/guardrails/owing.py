"""Lines that a note lacks, as a report asks for them: those missing for the same words together, each line once.

Owns the words of these lines, and where the mark of an advertisement goes. Refuses to decide what a note lacks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from agent.guardrails.findings import about_of
from agent.guardrails.joining import GRAVITY
from agent.guardrails.placement import blanks_in, is_mark
from agent.guardrails.quoting import whole_pairs, words_of
from agent.guardrails.wording import brief, label_of, name_blanks, one_line, spelled, word, word_list
from agent.models import Finding, NoteInput

__all__ = ["Missing", "add_lines", "completed_lines", "fill_lines", "mark_line", "missing_together"]

_NUMBER: Final = re.compile("[-–—~至到0-9.%％一二三四五六七八九十百千万零点半元块角分]+")


@dataclass
class Missing:
    """Hold the lines that are asked for together: the first finding speaks, the others are named."""

    findings: list[Finding]

    @property
    def first(self) -> Finding:
        """Return the finding that speaks."""
        return self.findings[0]

    @property
    def rules(self) -> str:
        """Name the rules that ask."""
        return "、".join(dict.fromkeys(finding.rule for finding in self.findings))

    @property
    def grade(self) -> str:
        """Name how much the lines are owed; what is missing is never forbidden."""
        gravest = min((f.severity for f in self.findings), key=GRAVITY.index)
        return word("owed_gravely") if gravest == "block" else label_of("severity", gravest)

    @property
    def lines(self) -> list[str]:
        """Return the lines to add, once each; what another line says already is not asked for again."""
        found = self._replacements
        lines = [word("mark_first").format(line=line) if is_mark(line) else spelled(line) for line in found]
        return [
            line for line in dict.fromkeys(lines) if not any(line in other and line != other for other in lines)
        ]  # fmt: skip

    @property
    def opens(self) -> bool:
        """Tell whether all that is missing opens the note."""
        return bool(self._replacements) and all(map(is_mark, self._replacements))

    @property
    def _replacements(self) -> list[str]:
        return [finding.fix.replacement for finding in self.findings if finding.fix and finding.fix.replacement]

    def asks(self, alike: Finding) -> bool:
        """Tell whether lines are asked for, by the same rule, for words of a sentence that reads like a violation."""
        return any(alike.rule == other.rule and other.text and other.text in alike.text for other in self.findings)


def missing_together(findings: Sequence[Finding]) -> list[Missing]:
    """Join the lines of one pack that are missing for the same words, and the same line asked for twice."""
    items: list[Missing] = []
    for finding in findings:
        twin = next((item for item in items if _is_missing_with(finding, item.first)), None)
        if twin is None:
            items.append(Missing([finding]))
        elif finding.rule not in {other.rule for other in twin.findings}:
            twin.findings.append(finding)
    return items


def _is_missing_with(one: Finding, other: Finding) -> bool:
    if one.rule == other.rule or (bool(one.text) and (one.pack, one.text) == (other.pack, other.text)):
        return True
    lines = [finding.fix.replacement for finding in (one, other) if finding.fix and finding.fix.replacement]
    return len(lines) > 1 and not any(map(is_mark, lines)) and (lines[0] in lines[1] or lines[1] in lines[0])


def mark_line(mark: str, *, anew: bool = False) -> str:
    """Say where the mark of an advertisement goes that no rule asks for yet."""
    return word("mark_owed").format(grade=word("added_grade" if anew else "owed"), line=mark)


def fill_lines(items: Sequence[Missing], *, anew: bool = False) -> Iterator[str]:
    """Name the blanks that only the papers of a product tell, then those of the author's own registration.

    anew: whether others write the note, so that they fill them.
    """
    blanks = tuple(dict.fromkeys(blank for item in items for line in item.lines for blank in blanks_in(line)))
    own = [f"【{label_of('slot', slot)}】" for slot in word_list("own_slots")]
    for code, some in (
        ("fill_anew" if anew else "fill", [blank for blank in blanks if blank not in own]),
        ("fill_own", [blank for blank in blanks if blank in own]),
    ):
        if some:
            yield word(code).format(blanks=name_blanks(some))


def add_lines(note: NoteInput, item: Missing, *, anew: bool = False) -> Iterator[str]:
    """Ask for lines; of a note to be written `anew` by themselves."""
    lines = item.lines
    told = {"grade": word("added_grade") if anew else item.grade, "rules": item.rules}
    if not lines:
        yield word("add_bare").format(**told, text=one_line(item.first.message))
    elif len(lines) == 1:
        asked = _asked_for(note, item.first) or brief(about_of(item.first))
        yield word(f"add_one{_occasion(item.first, anew=anew)}").format(**told, text=asked, line=lines[0])
    else:
        asked, drop = _asked_for(note, item.first), _or_drop(item.first.pack)
        yield word("add_anew" if anew else "add_for").format(**told, text=asked, number=len(lines), drop=drop)
        yield from (f"  + {line}" for line in lines)


def completed_lines(note: NoteInput, item: Missing, *, quote: str, why: str) -> Iterator[str]:
    """Say why the sentence in `quote` is not enough, and with which lines it may be told."""
    told = {"quote": quote, "text": _asked_for(note, item.first), "why": why, "drop": _or_drop(item.first.pack)}
    sentence, reason, how = word_list("completed")
    yield from (sentence.format(**told), reason.format(**told))
    if item.lines:
        yield how.format(**told)
        yield from (f"    + {line}" for line in item.lines)


def _occasion(finding: Finding, *, anew: bool) -> str:
    """Name what a line is missing for: words as they are, or the product; of a note anew, always for that."""
    if anew:
        return ""
    return "_for" if finding.text else "_about" if about_of(finding) else ""


def _or_drop(pack: str) -> str:
    """Say when the words that ask for lines go instead: a pack may know more than that the lines cannot be had."""
    told = label_of("or_drop", pack)
    return told if told != pack else label_of("or_drop", "any")


def _asked_for(note: NoteInput, finding: Finding) -> str:
    """Return the words for which a line is missing, with the rest of a number that they end in."""
    start = note.body.find(finding.text) if finding.text else -1
    if start < 0:
        return brief(finding.text)
    numeric = _NUMBER.fullmatch(finding.text[-1])
    rest = _NUMBER.match(note.body, start + len(finding.text)) if numeric else None
    end = start + len(finding.text) + (len(rest[0]) if rest else 0)
    asked = note.body[slice(*whole_pairs(note.body, start, end))]
    return brief(words_of(asked, 0, len(asked))[1:-1])
