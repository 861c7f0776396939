"""Ask of a note that was let through where its numbers, products and experiences come from.

Owns what counts as a source: what the employee told, what the note cites from the ledger, the slots of the products
in play, and mandatory wording. It asks no rule pack.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from agent.models import Brief, Note, Product
from agent.text.provenance import first_person_claims, traced_share, unsupported_numbers
from agent.workspace import Workspace
from evals.scorers.hard import let_through
from evals.scorers.measured import Measured, Scorer, checked
from evals.scorers.pool import Pool
from evals.scorers.texts import fold, simplified
from evals.scorers.yardsticks import yardsticks
from evals.values import Case, Sample

__all__ = ["SCORERS"]

WRITTEN = frozenset({"life", "point", "condition"})


def grounded_numbers(note: Note, sample: Sample, case: Case, pool: Pool) -> Measured:
    """Check that amounts, rates, dates, ranks and durations occur in a source, and products in the brief or a fact."""
    brief = _brief(sample, case)
    products = _products(note, brief, pool.workspace)
    sources = [simplified(text) for text in _sources(note, brief, products, pool.workspace)]
    texts = (note.title, note.cover, *(segment.text for segment in note.segments))
    numbers = [claim.text for text in texts for claim in unsupported_numbers(simplified(text), sources)]
    return checked("score_numbers", (*numbers, *_foreign_products(note, products, pool.workspace)))


def grounded_experience(note: Note, sample: Sample, case: Case, pool: Pool) -> Measured:
    """Check that every first-person claim cites material and says something of it."""
    told = {item.id: simplified(item.text) for item in _brief(sample, case).material}
    return checked("score_experience", (*_untold_in_segments(note, told), *_untold(note.title, told.values())))


def _brief(sample: Sample, case: Case) -> Brief:
    """Return the brief of the run, or what the case says where a sample holds none."""
    if sample.brief is not None:
        return sample.brief
    spec = case.brief
    return Brief(id=case.id, topic=spec.topic, products=spec.products, facts=spec.facts, as_of=spec.as_of)


def _cited(note: Note) -> set[str]:
    return {source for segment in note.segments for source in segment.sources}


def _products(note: Note, brief: Brief, bank: Workspace) -> tuple[Product, ...]:
    cited = _cited(note)
    wanted = {bank.product(name).id for name in brief.products} | {f.product for f in bank.facts if f.id in cited}
    return tuple(product for product in bank.products if product.id in wanted)


def _sources(note: Note, brief: Brief, products: Iterable[Product], bank: Workspace) -> Iterator[str]:
    cited = _cited(note)
    yield from (brief.topic, brief.keyword, *(item.text for item in brief.material))
    yield from (fact.claim for fact in bank.facts if fact.id in cited)
    yield from ("\n".join((p.text, p.bridge, p.caveat, *p.steps)) for p in bank.points if p.id in cited)
    for product in products:
        yield f"{product.full_name}\n{product.risk_grade}\n{_rates(product)}"
    yield from yardsticks().standing


def _rates(product: Product) -> str:
    """Write the slots of a product as text; a slot of an annual rate holds bare digits."""
    return "\n".join(f"{value}%" if name.startswith("apr_") else value for name, value in product.slots.items())


def _foreign_products(note: Note, products: tuple[Product, ...], bank: Workspace) -> Iterator[str]:
    text, known = fold(note.to_text()), {product.id for product in products}
    for product in bank.products:
        if product.id not in known and any(fold(name) in text for name in (product.name, product.full_name)):
            yield product.name


def _untold_in_segments(note: Note, told: dict[str, str]) -> Iterator[str]:
    for segment in note.segments:
        if segment.kind in WRITTEN:
            yield from _untold(segment.text, [told[source] for source in segment.sources if source in told])


def _untold(text: str, told: Iterable[str]) -> Iterator[str]:
    material = tuple(told)
    for claim in first_person_claims(simplified(text)):
        if not material or traced_share(claim.text, material) < yardsticks().traced:
            yield claim.text.strip()


SCORERS = (
    Scorer("grounded_numbers", let_through(grounded_numbers), "1"),
    Scorer("grounded_experience", let_through(grounded_experience), "1"),
)
