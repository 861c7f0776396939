"""What the metrics look at: the note cut into the pieces they measure, once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from agent.models import Brief, Fact, Note, Persona, Product
from agent.text.sentences import Span, paragraphs, sentences

__all__ = ["EMOJI", "MEASURED", "Subject"]

EMOJI = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\u2b50\u2764]|\\[[^\\[\\]\\s]{1,6}R?\\]")
MEASURED = ("life", "point")


@dataclass(frozen=True)
class Subject:
    """Hold one note with its brief and what came before it."""

    note: Note
    brief: Brief
    products: Sequence[Product] = ()
    facts: Sequence[Fact] = ()
    persona: Persona | None = None
    earlier: Sequence[Note] = ()

    @cached_property
    def body(self) -> str:
        """Return the whole body."""
        return self.note.body

    @cached_property
    def measured(self) -> str:
        """Return the life and point segments alone: disclosures and labels are not the writer's prose."""
        parts: list[str] = []
        for segment in self.note.segments:
            if segment.kind in MEASURED:
                parts.append(("\n" if parts and segment.paragraph else "") + segment.text)
        return "".join(parts)

    @cached_property
    def sentences(self) -> tuple[Span, ...]:
        """Return the sentences of the measured text that hold a word."""
        return tuple(span for span in sentences(self.measured) if _letters(span.text))

    @cached_property
    def paragraphs(self) -> tuple[Span, ...]:
        """Return the paragraphs of the measured text."""
        return tuple(span for span in paragraphs(self.measured) if span.text.strip())

    @cached_property
    def product_words(self) -> tuple[str, ...]:
        """Return the names by which the note's products go."""
        return tuple(name for p in self.products for name in (p.name, p.full_name, *p.aliases) if name)

    @cached_property
    def product_spans(self) -> tuple[Span, ...]:
        """Return the measured sentences that name a product, and those of segments that cite a fact."""
        ledger = {fact.id for fact in self.facts}
        facts = {s.text for s in self.note.segments if s.kind in MEASURED and ledger & set(s.sources)}
        return tuple(
            span
            for span in self.sentences
            if any(word in span.text for word in self.product_words) or any(span.text.strip() in text for text in facts)
        )

    @property
    def reads_chinese(self) -> bool:
        """Tell whether metrics of Chinese prose make sense."""
        return self.brief.language == "zh-CN"


def _letters(text: str) -> int:
    return sum(1 for character in text if character.isalnum())
