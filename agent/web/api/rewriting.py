"""Turn a note as a person typed it anew into an edit of the note as it stands.

What was not touched keeps its sources; what the program must say (conditions, disclosures, role, label) stays.
"""

from __future__ import annotations

from difflib import SequenceMatcher
from itertools import takewhile

from agent.authors.grounding import attributed, tidy
from agent.catalogue import say
from agent.chat.blocks import extents
from agent.chat.spans import MandatoryError, replaced
from agent.chat.values import Selection
from agent.drafting import Drafting
from agent.graph.assembly import MAX_BODY_UNITS, MAX_TITLE_UNITS, assemble
from agent.graph.state import Review
from agent.graph.submission import cited_sources
from agent.models import Note, Segment, Sources
from agent.record import RunRecord
from agent.results import DraftResult
from agent.text.units import body_units, title_units
from agent.web.api.problems import ApiError
from agent.web.api.shapes import EditBody

__all__ = ["edit_run", "rewritten"]


async def edit_run(run: RunRecord, body: EditBody, *, drafting: Drafting, by: str) -> DraftResult:
    """Apply an edit and have it checked; raise 409 when it cannot be applied, 422 when the platform has no room."""
    result = _demand_open(await drafting.peek(run.id), body.text_hash)
    assert result.note is not None
    wanted = rewritten(result.note, body, result.sources)
    if (units := title_units(wanted.title)) > MAX_TITLE_UNITS:
        raise ApiError(422, "title_too_long", units=units, limit=MAX_TITLE_UNITS)
    if (units := body_units(wanted.body)) > MAX_BODY_UNITS:
        raise ApiError(422, "body_too_long", units=units, limit=MAX_BODY_UNITS)
    note = assemble(wanted, cited_sources(wanted, result.sources), ledger=result.sources.facts, whole=True)
    if note.text_hash == result.note.text_hash:
        raise ApiError(409, "nothing_to_change")
    reason = body.reason or say("api_edited")
    return await drafting.review(
        run.id, Review(action="edit", reviewer=by, reason=reason, text_hash=body.text_hash, note=note)
    )


def rewritten(note: Note, body: EditBody, sources: Sources) -> Note:
    """Return the note with the fields that were sent; raise 409 when words that must stay would go."""
    if body.title is not None and (title := tidy(body.title)):
        titles = note.titles if title in note.titles else (title, *note.titles)
        note = note.model_copy(update={"title": title, "titles": titles})
    if body.cover is not None:
        note = note.model_copy(update={"cover": tidy(body.cover)})
    if body.tags is not None:
        tags = dict.fromkeys(filter(None, (tidy(tag).lstrip("#\uff03") for tag in body.tags)))
        note = note.model_copy(update={"tags": tuple(tags)})
    try:
        return note if body.body is None else _with_body(note, body.body, sources)
    except MandatoryError:
        raise ApiError(409, "mandatory_words") from None


def _with_body(note: Note, body: str, sources: Sources) -> Note:
    """Change paragraph after paragraph, the last one first, so that the places before it stay where they are."""
    old, new = note.body.split("\n"), [line for line in map(tidy, body.splitlines()) if line]
    starts = [sum(len(line) + 1 for line in old[:index]) for index in range(len(old))]
    for kind, low, high, first, last in reversed(SequenceMatcher(None, old, new, autojunk=False).get_opcodes()):
        if kind == "equal":
            continue
        paired = min(high - low, last - first)
        note = _inserted(
            note,
            starts[low + paired] if low + paired < len(old) else len(note.body) + 1,
            new[first + paired : last],
            sources,
        )
        for index in reversed(range(low, high)):
            text = new[first + index - low] if index - low < paired else ""
            note = _changed(note, starts[index], old[index], text, sources)
    return note


def _changed(note: Note, start: int, old: str, new: str, sources: Sources) -> Note:
    """Replace what differs between two paragraphs, at least one character of the old one."""
    if old == new:
        return note
    head = _shared(old, new)
    tail = _shared(old[head:][::-1], new[head:][::-1])
    if head + tail == len(old):  # nothing of the old one goes: take in a neighbour of what comes
        head, tail = (head - 1, tail) if head else (head, tail - 1)
    span = Selection(start=start + head, end=start + len(old) - tail, text=old[head : len(old) - tail])
    edit = replaced(note, span, new[head : len(new) - tail], sources)
    if edit is None:
        raise ApiError(409, "nothing_to_change")
    return edit.note


def _inserted(note: Note, place: int, lines: list[str], sources: Sources) -> Note:
    """Put paragraphs of the person's own before what stands at a place."""
    fresh = attributed((Segment(text=line, kind="life") for line in lines), sources)
    index = next((index for index, (low, _) in enumerate(extents(note)) if low >= place), len(note.segments))
    return note.model_copy(update={"segments": (*note.segments[:index], *fresh, *note.segments[index:])})


def _shared(one: str, other: str) -> int:
    """Return how many characters two texts begin with alike."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _demand_open(result: DraftResult, text_hash: str) -> DraftResult:
    """Return a result whose note waits for a person and is the text that was seen; raise 409 otherwise."""
    if result.note is None or result.outcome not in ("in_review", "needs_human"):
        raise ApiError(409, "run_not_in_review", run=result.run, outcome=result.outcome)
    if result.note.text_hash != text_hash:
        raise ApiError(409, "review_of_other_text", run=result.run, given=text_hash, current=result.note.text_hash)
    return result
