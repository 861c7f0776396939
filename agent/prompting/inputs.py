"""Turn values into what templates take: plain data, one text a value, ids beside it.

What a bank or an employee wrote stays text here; templates fence it. No wording of instructions.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from agent.catalogue import say
from agent.models import Fact, Material, Note, Persona, Plan, Point, Sources

__all__ = [
    "facts_input",
    "material_input",
    "note_input",
    "persona_input",
    "plan_input",
    "points_input",
    "sources_input",
]

EARLIER, OPENING = 5, 40
MANDATORY = frozenset({"disclosure", "role", "label"})


def sources_input(sources: Sources) -> dict[str, Any]:
    """Return the inputs that plan, write and revise share; equal for all calls of a run, so a provider can cache it."""
    brief = sources.brief
    return {
        "institution": sources.institution.name,
        "as_of": brief.as_of.isoformat(),
        "note_type": brief.note_type,
        "language": brief.language,
        "topic": brief.topic,
        "keyword": brief.keyword,
        "audience": brief.audience,
        "persona": persona_input(sources.persona),
        "material": material_input(brief.material),
        "earlier": [_opening(note) for note in sources.earlier[:EARLIER]],
    }


def persona_input(persona: Persona | None) -> dict[str, str] | None:
    """Return a persona as one text, or None."""
    if persona is None:
        return None
    about = say(
        "input_persona",
        name=persona.name,
        role=persona.role,
        city=persona.city,
        voice=persona.voice,
        habits="、".join(persona.habits),
        words_used="、".join(persona.words_used),
        words_never="、".join(persona.words_never),
    )
    return {"text": "\n".join([about, *(say("input_sample", text=sample) for sample in persona.samples)])}


def material_input(material: Iterable[Material]) -> list[dict[str, str]]:
    """Return each item as told, with its id."""
    return [{"id": item.id, "text": item.text} for item in material]


def facts_input(facts: Iterable[Fact], sources: Sources) -> list[dict[str, Any]]:
    """Return each fact as one text with its product's name, and its phrases that must be kept."""
    names = {product.id: product.name for product in sources.products}
    return [
        {
            "id": fact.id,
            "text": say("input_fact", product=names.get(fact.product, ""), claim=fact.claim),
            "must_keep": list(fact.must_keep),
        }
        for fact in facts
    ]


def points_input(points: Iterable[Point]) -> list[dict[str, str]]:
    """Return each point as one text: title, text, steps, caveat."""
    return [{"id": point.id, "text": _point(point)} for point in points]


def plan_input(plan: Plan) -> dict[str, str]:
    """Return a plan as one text."""
    text = say(
        "input_plan",
        angle=plan.angle,
        keyword=plan.keyword,
        long_tails="、".join(plan.long_tails),
        material="、".join(plan.material),
    )
    return {"text": text}


def note_input(note: Note, *, prose_only: bool = False) -> dict[str, Any]:
    """Return a note as text; `prose_only` leaves the mandatory lines out of the body."""
    segments = [s for s in note.segments if not (prose_only and s.kind in MANDATORY)]
    prose = note.model_copy(update={"segments": tuple(segments)})
    return {
        "title": note.title,
        "cover": note.cover,
        "body": prose.body,
        "tags": " ".join(note.tags),
        "segments": [
            {"index": index, "kind": s.kind, "text": s.text, "locked": s.kind in MANDATORY}
            for index, s in enumerate(note.segments)
        ],
    }


def _point(point: Point) -> str:
    about = say("input_point", title=point.title, theme=point.theme, text=point.text)
    caveat = [say("input_caveat", text=point.caveat)] if point.caveat else []
    return "\n".join([about, *(say("input_step", text=step) for step in point.steps), *caveat])


def _opening(note: Note) -> str:
    first = next((s.text for s in note.segments if s.kind == "life"), "")
    return say("input_opening", title=note.title, first=first[:OPENING])
