"""The mandatory wording by product: `guardrails/<jurisdiction>/disclosures.yaml`.

Owns which line a note needs, rendering it with the product's slots, and recognising it in a text. Used by `require`
rules and by the assembler, so that what is demanded is what is added.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import re2
from pydantic import Field

from agent.guardrails.normalize import LETTERS, fold
from agent.models import Basis, Category, Frozen, Product
from agent.paths import data_root
from agent.yamlsource import read_yaml, validate

__all__ = ["Disclosure", "Disclosures", "filled", "load_disclosures", "phrase_pattern", "required_disclosures"]

Occasion = Literal["product", "performance", "benchmark", "registered", "education", "antifraud"]
_SLOT = re.compile(r"\{([a-z_]+)\}")
_NOISE = r"[^\p{L}\p{N}%+]*"
_WORDS = re2.compile(f"[{LETTERS}]+")
_BLANK = re.compile(r"\{[a-z_]+\}|【[^】\n]+】")
_NAME = "某某某某"  # stands where a person will write a name
_FILLED = r"[^。!?\n]{1,40}?"


class Disclosure(Frozen):
    """State one mandatory sentence, when it is due and where it belongs.

    `seen` lists other wordings that satisfy it; `cues` are words whose presence makes the occasion arise (performance,
    benchmark …); an occasion `product` arises with the product itself.
    """

    id: str
    title: str
    categories: tuple[Category, ...] = ()
    subtypes: tuple[str, ...] = ()
    when: Occasion = "product"
    cues: tuple[str, ...] = ()
    text: str
    seen: tuple[str, ...] = ()
    placement: Literal["near_claim", "own_line_before_tags"] = "own_line_before_tags"
    basis: tuple[Basis, ...] = Field(min_length=1)

    @property
    def slots(self) -> tuple[str, ...]:
        """Name the slots of the sentence, in order."""
        return tuple(dict.fromkeys(_SLOT.findall(self.text)))

    @property
    def texts(self) -> tuple[str, ...]:
        """Return the sentence and the other wordings that satisfy it."""
        return (self.text, *self.seen)

    @property
    def patterns(self) -> tuple[Any, ...]:
        """Return RE2 patterns over the norm plane, any of which recognises the sentence."""
        return _patterns(self.texts)

    def render(self, slots: Mapping[str, str]) -> str:
        """Fill the slots; raise KeyError naming a slot that has no value."""
        return _SLOT.sub(lambda match: slots[match.group(1)], self.text)

    def missing_slots(self, slots: Mapping[str, str]) -> tuple[str, ...]:
        """Name the slots that have no value."""
        return tuple(slot for slot in self.slots if not slots.get(slot))

    def is_in(self, text: str) -> bool:
        """Tell whether the text carries this sentence, with any values in its slots."""
        norm = fold(text)
        return any(pattern.search(norm) for pattern in self.patterns)

    def applies_to(self, product: Product) -> bool:
        """Tell whether the sentence belongs to this product."""
        return product.category in self.categories and (not self.subtypes or product.subtype in self.subtypes)

    def arises_in(self, text: str) -> bool:
        """Tell whether the occasion arises in this text."""
        norm = fold(text)
        return self.when == "product" or not self.cues or any(fold(cue) in norm for cue in self.cues)


class Disclosures(Mapping[str, Disclosure]):
    """Hold all disclosures of a jurisdiction by id, in file order."""

    def __init__(self, entries: Sequence[Disclosure]) -> None:
        self._entries = {entry.id: entry for entry in entries}

    def __getitem__(self, key: str) -> Disclosure:
        return self._entries[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def ids(self) -> tuple[str, ...]:
        """Return all ids in file order."""
        return tuple(self._entries)


def filled(line: str) -> str:
    """Return a line as it reads once its slots and blanks hold a name."""
    return _BLANK.sub(_NAME, line)


def phrase_pattern(text: str) -> str:
    """Return the RE2 pattern of a sentence: punctuation and spaces are free, `{slot}` matches anything short."""
    pieces = _SLOT.split(text)[::2]
    return _FILLED.join(_literal(piece) for piece in pieces)


def required_disclosures(
    products: Sequence[Product], note_type: str, body: str, *, jurisdiction: str = "cn"
) -> tuple[Disclosure, ...]:
    """Return the sentences a note needs: those of its products, and of the occasions its body gives rise to."""
    entries = load_disclosures(data_root() / "guardrails" / jurisdiction / "disclosures.yaml").values()
    return tuple(entry for entry in entries if _is_due(entry, products, note_type, body))


@functools.cache
def load_disclosures(path: Path) -> Disclosures:
    """Read a disclosures file; raise `ConfigurationError` with line and column."""
    source = read_yaml(path)
    entries: list[Disclosure] = []
    for index in range(len(source.value or ())):
        entry = validate(Disclosure, source, (index,))
        if any(entry.id == known.id for known in entries):
            raise source.error("rule_id_twice", (index, "id"), rule=entry.id, other=path.name)
        entries.append(entry)
    if not entries:
        raise source.error("disclosures_empty")
    return Disclosures(entries)


def _is_due(entry: Disclosure, products: Sequence[Product], note_type: str, body: str) -> bool:
    if entry.when in ("education", "antifraud"):
        return not products and note_type == "education" and entry.arises_in(body)
    return any(entry.applies_to(product) for product in products) and entry.arises_in(body)


def _literal(piece: str) -> str:
    """Match a piece word for word; what stands between its words, and at its edges, may be any punctuation."""
    norm = fold(piece)
    runs = [re2.escape(run) for run in _WORDS.findall(norm)]
    lead = _NOISE if norm and not _WORDS.match(norm) else ""
    return lead + _NOISE.join(runs) + (_NOISE if runs and not _WORDS.match(norm[-1]) else "")


@functools.cache
def _patterns(texts: tuple[str, ...]) -> tuple[Any, ...]:
    return tuple(re2.compile(phrase_pattern(text)) for text in texts)
