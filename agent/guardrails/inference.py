"""What a note promotes and what kind of note it is, when nobody said so.

Owns product and note-type inference from word lists (`products-<category>`, `promo-words`, `education-words` …).
"""

from __future__ import annotations

from agent.guardrails.terms import TermLists
from agent.models import Category, NoteInput, NoteType

__all__ = ["infer_note_type", "infer_products", "promotes_product"]

CATEGORIES: tuple[Category, ...] = ("fund", "wm", "deposit", "card", "loan", "insurance", "securities", "gold")


def infer_products(note: NoteInput, norm: str, lists: TermLists) -> frozenset[Category]:
    """Return declared categories and those the text names."""
    named = {category for category in CATEGORIES if lists.occurs(f"products-{category}", norm)}
    return frozenset(note.products) | named


def promotes_product(note: NoteInput, norm: str, products: frozenset[Category], lists: TermLists) -> bool:
    """Tell whether the note promotes: a product declared, or one named together with promotion words."""
    return bool(note.products) or (bool(products) and lists.occurs("promo-words", norm))


def infer_note_type(note: NoteInput, norm: str, *, promotes: bool, lists: TermLists) -> NoteType:
    """Return the declared type, or the most demanding one the text gives reason for."""
    if note.note_type != "auto":
        return note.note_type
    if promotes:
        return (
            "benefit" if lists.occurs("benefit-words", norm) and not lists.occurs("invest-words", norm) else "marketing"
        )
    return "education" if lists.occurs("education-words", norm) else "lifestyle"
