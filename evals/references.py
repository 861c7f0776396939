"""Read a reference note: the text as posted becomes what the rules check and what the tone metrics measure.

Owns the cut of a person's text into title, prose, mandatory lines and tags. It refuses judgement.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

from agent.guardrails.disclosures import Disclosure, load_disclosures
from agent.guardrails.parsing import parse_notes
from agent.models import Account, Category, Note, NoteInput, NoteType, Segment, SegmentKind
from agent.paths import data_root
from agent.text.sentences import sentences
from evals.values import Reference

__all__ = ["prose_of", "reference_input", "reference_note"]

_ROLE = re.compile(r"利益相[关關]|[银銀]行[^，。]{0,8}(?:[员員]工|上班|工作)")
_LABEL = re.compile(r"AI\s*[辅輔]助|^[【\[]?[广廣]告[】\]]?$")


def reference_input(
    reference: Reference,
    *,
    note_type: NoteType,
    products: tuple[Category, ...] = (),
    account: Account | None = None,
) -> NoteInput:
    """Return a reference as a person's note for the rule engine; raise `UsageError` when it has no text."""
    read = parse_notes(reference.text, format="md", name=reference.file)[0]
    return read.model_copy(
        update={
            "note_type": note_type,
            "products": products,
            "account": account,
            "account_type": account.type if account else None,
        }
    )


def reference_note(reference: Reference) -> Note:
    """Return a reference cut into segments by sentence: prose is `life`, mandatory lines are what they are."""
    read = parse_notes(reference.text, format="md", name=reference.file)[0]
    segments = tuple(segment for line in read.body.split("\n") for segment in _segments(line))
    return Note(titles=(read.title,), title=read.title, segments=segments, tags=read.tags)


def prose_of(note: Note) -> str:
    """Return what the writer wrote: without disclosure, role and label lines."""
    return "".join(segment.text for segment in note.segments if segment.kind in ("life", "point", "condition"))


def _segments(line: str) -> Iterator[Segment]:
    spans = [span.text.strip() for span in sentences(line)]
    for number, text in enumerate(text for text in spans if text):
        yield Segment(text=text, kind=_kind(text), paragraph=number == 0)


def _kind(sentence: str) -> SegmentKind:
    if _LABEL.search(sentence):
        return "label"
    if _ROLE.search(sentence):
        return "role"
    return "disclosure" if any(entry.is_in(sentence) for entry in _disclosures()) else "life"


@functools.cache
def _disclosures() -> tuple[Disclosure, ...]:
    return tuple(load_disclosures(data_root() / "guardrails" / "cn" / "disclosures.yaml").values())
