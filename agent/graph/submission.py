"""Turn what an author wrote into what the readers are given: the note as engine input, and the sources it cites."""

from __future__ import annotations

from agent.graph.protocols import Checker
from agent.models import Category, Note, NoteInput, Product, Report, Sources, Waiver

__all__ = ["categories", "check_note", "cited_sources", "submit"]


def cited_sources(note: Note, sources: Sources) -> Sources:
    """Narrow the sources to those the note cites; products are the brief's and those of cited facts."""
    cited = {source for segment in note.segments for source in segment.sources}
    facts = tuple(fact for fact in sources.facts if fact.id in cited)
    wanted = {*sources.brief.products, *(fact.product for fact in facts)}
    return sources.model_copy(
        update={
            "facts": facts,
            "points": tuple(point for point in sources.points if point.id in cited),
            "products": tuple(product for product in sources.products if product.id in wanted),
        }
    )


def submit(note: Note, sources: Sources) -> NoteInput:
    """Hand a note to the rule engine; every text of this program has origin `ai`, the offline author's too."""
    products = cited_sources(note, sources).products
    return NoteInput(
        id=sources.brief.id,
        title=note.title,
        titles=note.titles,
        body=note.body,
        tags=note.tags,
        cover=note.cover,
        note_type=sources.brief.note_type,
        products=categories(products),
        account_type=sources.account.type if sources.account else None,
        origin="ai",
        account=sources.account,
        segments=note.segments,
    )


def check_note(note: Note, sources: Sources, *, check: Checker, waivers: tuple[Waiver, ...]) -> Report:
    """Check a note against the rules, with what it cites and the day of its brief."""
    cited = cited_sources(note, sources)
    return check(
        submit(note, sources),
        facts=cited.facts,
        points=cited.points,
        material=sources.brief.material,
        account=cited.account,
        earlier=tuple(note for note in cited.earlier if note.text_hash not in cited.drafts),
        as_of=sources.brief.as_of,
        waivers=waivers,
    )


def categories(products: tuple[Product, ...]) -> tuple[Category, ...]:
    """Return the categories of these products, each once, in order."""
    return tuple(dict.fromkeys(product.category for product in products))
