"""Keep of a model's reply only what was given: known ids, clean text, no word of the instructions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pydantic import BaseModel

from agent.authors.shapes import NoteDraft, PlanDraft, SegmentDraft
from agent.catalogue import say
from agent.guardrails.normalize import fold
from agent.models import Material, Message, Note, Plan, Question, Segment, Sources
from agent.text.clean import clean
from agent.text.provenance import first_person_claims, is_traced, unsupported_numbers

__all__ = ["attributed", "given_texts", "known_sources", "leak_in", "note_of", "plan_of", "tidy"]

MAX_KEYWORD = 12
LEAK = 18  # characters in a row that no writer shares with the instructions by chance


def plan_of(draft: PlanDraft, sources: Sources) -> Plan:
    """Return the plan: named facts and points of the brief always stand, invented ids never."""
    brief = sources.brief
    promotes = brief.note_type in ("benefit", "marketing")
    valid = [fact.id for fact in sources.facts if fact.is_valid(brief.as_of)]
    facts = brief.facts or (_among(draft.facts, valid)[:1] if promotes else ())
    points = brief.points or (() if facts else _among(draft.points, [point.id for point in sources.points])[:1])
    lacks_fact = promotes and not facts
    writable = draft.writable and not lacks_fact
    questions = _questions(draft)
    return Plan(
        angle=tidy(draft.angle),
        keyword=brief.keyword or tidy(draft.keyword)[:MAX_KEYWORD],
        long_tails=tuple(filter(None, map(tidy, draft.long_tails)))[:3],
        material=_among(draft.material, [item.id for item in brief.material]),
        facts=facts,
        points=points,
        questions=questions or (() if writable else _standard_questions(sources)),
        writable=writable,
        reason=say("model_no_fact", topic=brief.topic) if lacks_fact else tidy(draft.reason),
    )


def note_of(draft: NoteDraft, sources: Sources) -> Note:
    """Return the note with one segment a text; its first title is the chosen one."""
    titles = _told_titles(tuple(dict.fromkeys(filter(None, map(tidy, draft.titles)))), sources)
    segments: list[Segment] = []
    for paragraph in draft.body:
        fresh = True
        for segment in paragraph:
            if text := tidy(segment.text):
                segments.append(_segment(segment, text, sources, fresh))
                fresh = False
    return Note(
        titles=titles,
        title=titles[0],
        cover=tidy(draft.cover),
        segments=attributed(segments, sources),
        tags=tuple(dict.fromkeys(filter(None, (tidy(tag).lstrip("#").strip() for tag in draft.tags)))),
    )


def attributed(segments: Iterable[Segment], sources: Sources) -> tuple[Segment, ...]:
    """Add to what a segment cites the material that holds its numbers and tells its first-person claims.

    A model repeats a number of the material in passing and forgets to cite it; where the material does tell it, the
    citation is a matter of record. What no material tells stays without a source, for the rules to find.
    """
    return tuple(_attributed(segment, sources.brief.material) for segment in segments)


def known_sources(cited: Iterable[str], sources: Sources) -> tuple[str, ...]:
    """Return the cited ids that exist, each once."""
    known = [item.id for item in sources.brief.material]
    known += [fact.id for fact in sources.facts] + [point.id for point in sources.points]
    return _among(cited, known)


def tidy(text: str) -> str:
    """Return text on one line without what cannot be seen."""
    return " ".join(clean(text).text.split())


def leak_in(reply: BaseModel, messages: Sequence[Message], given: Iterable[str]) -> str:
    """Say so when a reply repeats the instructions instead of following them; empty when it does not.

    `given` are texts that may well be quoted: material, facts, points.
    """
    secret = _pieces("\n".join(m.content for m in messages if m.role == "system")) - _pieces("\n".join(given))
    return say("reply_leaks_prompt") if secret & _pieces("\n".join(_texts(reply.model_dump()))) else ""


def given_texts(sources: Sources) -> tuple[str, ...]:
    """Return the texts a writer may quote word for word."""
    samples = sources.persona.samples if sources.persona else ()
    return (
        *(item.text for item in sources.brief.material),
        *(text for fact in sources.facts for text in (fact.claim, *fact.must_keep)),
        *(text for point in sources.points for text in (point.text, point.caveat, *point.steps)),
        *samples,
    )


def _told_titles(titles: tuple[str, ...], sources: Sources) -> tuple[str, ...]:
    """Leave out candidates that claim what no material tells, as long as one is left that does not."""
    told, given = [item.text for item in sources.brief.material], given_texts(sources)

    def holds(title: str) -> bool:
        claims = [claim for claim in first_person_claims(title) if not _is_told(claim.text, told)]
        return not claims and not unsupported_numbers(title, given)

    return tuple(title for title in titles if holds(title)) or titles


def _attributed(segment: Segment, material: Sequence[Material]) -> Segment:
    cited = set(segment.sources)
    missing = [item for item in material if item.id not in cited]
    told = [item.text for item in material if item.id in cited]
    wanted: list[str] = []
    for number in unsupported_numbers(segment.text, told):
        wanted += [item.id for item in missing if not unsupported_numbers(number.text, (item.text,))][:1]
    for claim in first_person_claims(segment.text):
        if not _is_told(claim.text, told):
            wanted += [item.id for item in missing if _is_told(claim.text, (item.text,))][:1]
    if segment.kind != "life" or not wanted:
        return segment
    return segment.model_copy(update={"sources": (*segment.sources, *dict.fromkeys(wanted))})


def _is_told(claim: str, told: Iterable[str]) -> bool:
    """Trace a claim whatever script it is in: material told in simplified characters supports a traditional note."""
    return is_traced(fold(claim), [fold(text) for text in told])


def _segment(draft: SegmentDraft, text: str, sources: Sources, fresh: bool) -> Segment:
    return Segment(text=text, kind=draft.kind, sources=known_sources(draft.sources, sources), paragraph=fresh)


def _among(chosen: Iterable[str], known: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in chosen if value in known))


def _questions(draft: PlanDraft) -> tuple[Question, ...]:
    return tuple(
        Question(id=f"q{number}", text=tidy(question.text), options=tuple(filter(None, map(tidy, question.options))))
        for number, question in enumerate((q for q in draft.questions if tidy(q.text)), start=1)
    )


def _standard_questions(sources: Sources) -> tuple[Question, ...]:
    topic = sources.brief.topic
    return (
        Question(id="q1", text=say("model_ask_material", topic=topic)),
        Question(id="q2", text=say("model_ask_detail", topic=topic)),
    )


def _pieces(text: str) -> set[str]:
    lines = ["".join(line.split()) for line in text.splitlines()]
    return {line[start : start + LEAK] for line in lines for start in range(len(line) - LEAK + 1)}


def _texts(value: object) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item)
