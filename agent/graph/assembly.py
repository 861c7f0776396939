"""Add what is mandatory to what an author wrote, and keep the platform's limits. No model, idempotent.

Conditions a fact may not lose, who provides the product, whose employee is speaking, the disclosure of each product,
the 广告 mark and the AI line. Sentences are data: `agent/data/assembly.yaml` and the disclosure pack.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable

import yaml

from agent.guardrails import required_disclosures
from agent.guardrails.normalize import fold
from agent.models import Fact, Frozen, LabelDecision, Note, Product, Segment, Sources
from agent.paths import package_data
from agent.text.provenance import checkable_numbers, unsupported_numbers
from agent.text.sentences import sentences
from agent.text.units import body_units, title_units

__all__ = ["assemble", "marked_as_due"]

MAX_TITLE_UNITS = 20
MAX_BODY_UNITS = 1000
MAX_TAGS = 10


class _Lines(Frozen):
    """Mirror `agent/data/assembly.yaml`."""

    ai_line: str
    ai_seen: tuple[str, ...]
    ad_line: str
    role_line: str
    role_seen: tuple[str, ...]
    provider_own: str
    provider_agency: str


def assemble(note: Note, sources: Sources, *, ledger: tuple[Fact, ...] = (), whole: bool = False) -> Note:
    """Return the note with everything mandatory in place, within the platform's limits.

    `sources` are those the note cites; `ledger` holds the facts that may support the numbers of a mandatory line.
    `whole` leaves out nothing of what a person wrote: what is too long is then a finding, for them to cut.
    """
    segments = _with_conditions(note.segments, sources.facts)
    tail = (
        *_provider(segments, sources.products),
        *_role(segments, sources),
        *_disclosures(segments, sources, ledger),
        *_ai_line(segments),
    )
    segments = (*_before_label(segments), *tail, *_label_lines(segments))
    note = note.model_copy(update={"segments": segments})
    return note if whole else _within_limits(note)


def marked_as_due(note: Note, label: LabelDecision) -> Note:
    """Put the 广告 mark on a line of its own before everything else when the label decision asks for it."""
    line = _lines().ad_line
    due = line in label.text.splitlines()
    if not due or (note.segments and note.segments[0].text == line):
        return note
    return note.model_copy(update={"segments": (Segment(text=line, kind="label"), *note.segments)})


def _with_conditions(segments: tuple[Segment, ...], facts: Iterable[Fact]) -> tuple[Segment, ...]:
    body = fold(_text(segments))
    result = list(segments)
    for fact in facts:
        if all(fold(phrase) in body for phrase in fact.must_keep):
            continue
        last = max(index for index, segment in enumerate(result) if fact.id in segment.sources)
        result.insert(last + 1, Segment(text=fact.claim, kind="condition", sources=(fact.id,), paragraph=False))
    return tuple(result)


def _provider(segments: tuple[Segment, ...], products: Iterable[Product]) -> tuple[Segment, ...]:
    body, lines = _text(segments), _lines()
    added = []
    for product in products:
        if product.issuer in body and (product.seller or product.issuer) in body and product.full_name in body:
            continue
        agency = product.seller and product.seller != product.issuer
        template = lines.provider_agency if agency else lines.provider_own
        text = template.format(full_name=product.full_name, issuer=product.issuer, seller=product.seller)
        added.append(Segment(text=text, kind="disclosure"))
    return tuple(added)


def _role(segments: tuple[Segment, ...], sources: Sources) -> tuple[Segment, ...]:
    if not sources.products or (sources.account and sources.account.role_on_profile):
        return ()
    if sources.account and sources.account.type == "institution":
        return ()
    employer = (sources.account.employer if sources.account else "") or sources.institution.full_name
    names = {employer, sources.institution.name}
    body, lines = _text(segments), _lines()
    if any(seen.format(employer=name) in body for seen in lines.role_seen for name in names):
        return ()
    return (Segment(text=lines.role_line.format(employer=employer), kind="role"),)


def _disclosures(segments: tuple[Segment, ...], sources: Sources, ledger: tuple[Fact, ...]) -> tuple[Segment, ...]:
    body = _text(segments)
    slots = {key: value for product in sources.products for key, value in product.slots.items()}
    selling = {product.id for product in sources.products}
    ledger = tuple(fact for fact in ledger if fact.product in selling)
    wanted = required_disclosures(sources.products, note_type=sources.brief.note_type, body=body)
    return tuple(
        Segment(text=text, kind="disclosure", sources=_supporting(text, ledger))
        for text in (
            disclosure.render(slots)
            for disclosure in wanted
            if not disclosure.is_in(body) and not disclosure.missing_slots(slots)
        )
    )


def _supporting(line: str, ledger: tuple[Fact, ...]) -> tuple[str, ...]:
    """Return the fact that supports every number of a mandatory line, where the ledger has one."""
    if not checkable_numbers(line):
        return ()
    return tuple(fact.id for fact in ledger if not unsupported_numbers(line, (fact.claim,)))[:1]


def _ai_line(segments: tuple[Segment, ...]) -> tuple[Segment, ...]:
    body, lines = _text(segments), _lines()
    if any(seen in body for seen in lines.ai_seen):
        return ()
    return (Segment(text=lines.ai_line, kind="label"),)


def _before_label(segments: tuple[Segment, ...]) -> tuple[Segment, ...]:
    ai = _label_lines(segments)
    return tuple(segment for segment in segments if segment not in ai)


def _label_lines(segments: tuple[Segment, ...]) -> tuple[Segment, ...]:
    return tuple(s for s in segments if s.kind == "label" and any(seen in s.text for seen in _lines().ai_seen))


def _within_limits(note: Note) -> Note:
    titles = tuple(title for title in note.titles if title_units(title) <= MAX_TITLE_UNITS)
    if titles:
        title = note.title if note.title in titles else titles[0]
        note = note.model_copy(update={"titles": titles, "title": title})
    note = note.model_copy(update={"tags": note.tags[:MAX_TAGS]})
    while body_units(note.body) > MAX_BODY_UNITS and (shorter := _shorten(note.segments)) is not None:
        note = note.model_copy(update={"segments": shorter})
    return note


def _shorten(segments: tuple[Segment, ...]) -> tuple[Segment, ...] | None:
    """Drop the last sentence of the longest life segment; None when no life is left to drop."""
    life = [index for index, segment in enumerate(segments) if segment.kind == "life"]
    if not life:
        return None
    index = max(life, key=lambda position: len(segments[position].text))
    segment = segments[index]
    kept = segment.text[: sentences(segment.text)[-1].start].rstrip()
    if not kept:
        return segments[:index] + segments[index + 1 :]
    return (*segments[:index], segment.model_copy(update={"text": kept}), *segments[index + 1 :])


def _text(segments: Iterable[Segment]) -> str:
    return "\n".join(segment.text for segment in segments)


@functools.cache
def _lines() -> _Lines:
    return _Lines.model_validate(yaml.safe_load(package_data("assembly.yaml").read_text(encoding="utf-8")))
