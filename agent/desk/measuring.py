"""Measure how much of a text is people's: what they changed since the machine's last text, who, and when."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from rapidfuzz.distance import Levenshtein

from agent.desk.values import HumanEdit, HumanShare
from agent.models import Note
from agent.record import DecisionRecord, VersionRecord

__all__ = ["human_share"]


def human_share(
    present: Note,
    versions: Sequence[VersionRecord],
    decisions: Sequence[DecisionRecord],
    *,
    name_of: Callable[[str], str],
    asked: Collection[str] = (),
) -> HumanShare:
    """Add up what people wrote over the text the first edit began from; without an edit nothing is a person's.

    asked: what edits are called that the machine wrote because somebody asked for them.
    """
    edits: list[HumanEdit] = []
    machine, place = present, 0
    for decision in (decision for decision in decisions if decision.decision == "edit"):
        begun = _at(versions, decision.text_hash, place)
        if begun is None:
            continue
        place = _after(versions, begun)
        before, after = versions[begun].round.note, versions[place].round.note
        machine = machine if edits else before
        edits.append(
            HumanEdit(
                by=decision.reviewer,
                name=name_of(decision.reviewer),
                at=decision.decided_at,
                reason=decision.reason,
                characters=_distance(before, after),
                asked=decision.reason in asked,
            )
        )
    longer = max(len(machine.to_text()), len(present.to_text())) or 1
    characters = min(longer, sum(edit.characters for edit in edits if not edit.asked))
    known = {segment.text for segment in machine.segments}
    return HumanShare(
        machine_hash=machine.text_hash,
        characters=characters,
        share=characters / longer,
        segments=tuple(i for i, segment in enumerate(present.segments) if segment.text not in known),
        edits=tuple(edits),
    )


def _at(versions: Sequence[VersionRecord], text_hash: str, place: int) -> int | None:
    """Return the last version with this text before another text follows, from a place on."""
    found = [index for index in range(place, len(versions)) if versions[index].text_hash == text_hash]
    if not found:
        return None
    last = found[0]
    while last + 1 < len(versions) and versions[last + 1].text_hash == text_hash:
        last += 1
    return last


def _after(versions: Sequence[VersionRecord], begun: int) -> int:
    """Return the version an edit led to; the same one when it changed nothing."""
    return min(begun + 1, len(versions) - 1)


def _distance(one: Note, other: Note) -> int:
    return Levenshtein.distance(one.to_text() + one.cover, other.to_text() + other.cover)
