"""Read a note with words of patterns that suspicious spellings may stand for: 四平八吻, 天花✨板, 贝兼头.

Such a word says nothing by itself, and many a spelling is an accident. So a guess counts only where a rule that knows
the word says something that it does not say of the text as written; what it says is never a block, names the disguise,
and gives way to a negation or a warning as plain words do.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from agent.guardrails.document import Document, Hit, Reveal
from agent.guardrails.evidence import Evidence
from agent.guardrails.findings import touch
from agent.guardrails.loader import Packs
from agent.guardrails.spellings import apart
from agent.models import Finding, NoteInput

__all__ = ["Guessed", "guess", "guessed_texts", "only_guessed"]


_TELLING: Final = 3  # characters of a word that may be all that a rule missed in a sentence

_MONEY: Final = ("money-talk",)
Stretch = tuple[str, int, int, int]  # field, index, start and end in it


@dataclass(frozen=True)
class Guessed:
    """Hold a note with guessed words in plain spelling, and which rules may say something of it.

    told_by: what hides the words in each sentence that has a telling one.
    """

    evidence: Evidence
    rules: frozenset[int]
    told_by: Mapping[Stretch, tuple[str, ...]]


def guess(evidence: Evidence, packs: Packs, applicable: frozenset[int]) -> tuple[Guessed, ...]:
    """Return what a note may say as well; nothing when nothing in it looks like a word of a rule in disguise.

    Where no product was named for the note, only its lines that talk of money are looked at. applicable: the places of
    the rules that count.
    """
    readings = _readings(evidence.document, evidence.note, evidence.reveals, packs)
    return tuple(_read(evidence, reveals, packs, applicable) for reveals in readings)


def guessed_texts(note: NoteInput, packs: Packs) -> tuple[str, ...]:
    """Return the norm plane of every way to read a note with guessed words in it."""
    document = Document(note)
    reveals = packs.disguises.reveal(document)
    return tuple(
        document.revealed(apart([*reveals, *guesses])).norm for guesses in _readings(document, note, reveals, packs)
    )


def _readings(
    document: Document, note: NoteInput, reveals: Sequence[Reveal], packs: Packs
) -> Iterator[tuple[Reveal, ...]]:
    if not note.products:
        lines = {document.window("paragraph", hit) for hit in _money(document, reveals, packs)}
        if not lines:
            return
        document = document.only(lines)
    yield from packs.guesses.readings(document)


def _money(document: Document, reveals: Sequence[Reveal], packs: Packs) -> Iterator[Hit]:
    """Yield where a note talks of money, in plain words or in disguise."""
    yield from (Hit(reveal.start, reveal.end) for reveal in reveals)
    yield from (Hit(start, end) for _, start, end in packs.lists.find(_MONEY, document.norm))


def _read(evidence: Evidence, guesses: Sequence[Reveal], packs: Packs, applicable: frozenset[int]) -> Guessed:
    document = evidence.document
    plain = document.revealed(apart([*evidence.reveals, *guesses]))
    scan = packs.vocabulary.scan(plain)
    told_by = {_sentence(document, reveal): reveal.kinds for reveal in guesses if len(reveal.text) >= _TELLING}
    rules = frozenset(packs.candidates(scan, applicable))
    return Guessed(replace(evidence, document=plain, scan=scan, plain=None), rules, told_by)


def _sentence(document: Document, reveal: Reveal) -> Stretch:
    part, start, end, _ = document.locate(Hit(*document.window("sentence", Hit(reveal.start, reveal.end))))
    return part.field, part.index, start, end


def only_guessed(found: Iterable[Finding], guessed: Guessed, told: Sequence[Finding]) -> Iterator[Finding]:
    """Yield what a rule says of guessed words alone, as something to mend."""
    for finding in found:
        kinds = finding.disguise or _kinds_around(finding, guessed)
        if kinds and not any(touch(finding, other) for other in told):
            severity = "fix" if finding.severity == "block" else finding.severity
            fix = finding.fix.model_copy(update={"safety": "review"}) if finding.fix else None
            yield finding.model_copy(update={"severity": severity, "disguise": kinds, "fix": fix})


def _kinds_around(finding: Finding, guessed: Guessed) -> tuple[str, ...]:
    """Name what hides a telling word in the sentence of a finding."""
    if finding.start is None or finding.end is None:
        return ()
    for (field, index, start, end), kinds in guessed.told_by.items():
        if (finding.field, finding.index) == (field, index) and start <= finding.start and finding.end <= end:
            return kinds
    return ()
