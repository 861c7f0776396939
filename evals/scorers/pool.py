"""Hold what a sample is measured against beyond its own case: the bank, and the references of all cases.

Bands come from references by leave-one-out wherever enough of them stand, never from a number somebody liked.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from agent.models import NoteType
from agent.workspace import Workspace, load_workspace
from evals.scorers.shape import Shape, measure_shape
from evals.scorers.texts import Posted, read_posted
from evals.scorers.yardsticks import BandTable, Bounds, ShapeBands, yardsticks
from evals.values import Case

__all__ = ["Pool", "PooledReference", "build_pool"]


@dataclass(frozen=True)
class PooledReference:
    """Hold one reference with its case, and what the case supplied its writer with."""

    case: str
    theme: str
    note_type: NoteType
    posted: Posted
    material: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Pool:
    """Hold the bank and every reference; a pool equals itself alone, so that what is drawn from it can be kept."""

    workspace: Workspace
    references: tuple[PooledReference, ...] = ()
    _bands: dict[NoteType, ShapeBands] = field(default_factory=dict, repr=False, compare=False)

    def of_case(self, case: str) -> tuple[Posted, ...]:
        """Return the references of one case."""
        return tuple(reference.posted for reference in self.references if reference.case == case)

    def of_theme(self, theme: str) -> tuple[PooledReference, ...]:
        """Return the references of one theme."""
        return tuple(reference for reference in self.references if reference.theme == theme)

    @property
    def names(self) -> tuple[str, ...]:
        """Return what the bank and its products are called."""
        bank = self.workspace
        products = (name for product in bank.products for name in (product.name, product.full_name, *product.aliases))
        return (bank.institution.name, *products)

    @property
    def supplied(self) -> tuple[str, ...]:
        """Return what the bank supplies every writer with: claims, points, and the names of products."""
        bank = self.workspace
        points = (line for p in bank.points for line in (p.text, p.bridge, p.caveat, *p.steps))
        products = (f"{product.full_name}\n{product.issuer}\n{product.seller}" for product in bank.products)
        return (*(fact.claim for fact in bank.facts), *points, *products)

    def shape(self, body: str) -> Shape | None:
        """Measure the shape of a body with the names of this bank."""
        return measure_shape(body, self.names)

    def bands(self, note_type: NoteType) -> ShapeBands:
        """Return the shape of references of this note type: from least to most, with some slack."""
        if note_type not in self._bands:
            self._bands[note_type] = self._drawn(note_type)
        return self._bands[note_type]

    def _drawn(self, note_type: NoteType) -> ShapeBands:
        table = yardsticks().bands
        found = [self.shape(r.posted.body) for r in self.references if r.note_type == note_type]
        shapes = [shape for shape in found if shape is not None]
        if len(shapes) < table.least:
            return table.of(note_type)
        return ShapeBands(
            life_share=_span([shape.life_share for shape in shapes], table),
            first_money=_span([shape.first_money for shape in shapes], table),
        )


def build_pool(cases: Iterable[Case], workspace: Workspace | None = None) -> Pool:
    """Gather the references of cases; without a workspace the demo bank's."""
    references = tuple(
        PooledReference(
            case=case.id,
            theme=case.theme,
            note_type=case.brief.note_type,
            posted=read_posted(reference.text),
            material=tuple(item.text for item in case.material),
        )
        for case in cases
        for reference in case.references
    )
    return Pool(workspace=workspace or load_workspace(None), references=references)


def _span(values: list[float], table: BandTable) -> Bounds:
    ordered = sorted(values)
    cut = int(len(ordered) * table.tail)
    return (max(0.0, ordered[cut] - table.slack), min(1.0, ordered[-1 - cut] + table.slack))
