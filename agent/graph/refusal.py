"""When a revision is refused and the earlier text kept: it adds a block, or changes a ledger number."""

from __future__ import annotations

from agent.catalogue import say
from agent.models import Note, Report, Segment, Sources
from agent.text.numbers import find_numbers

__all__ = ["reasons_to_refuse"]


def reasons_to_refuse(
    earlier: Note, candidate: Note, *, before: Report, after: Report, sources: Sources
) -> tuple[str, ...]:
    """Name every reason, in Chinese for the round's change line; empty means the revision may stand."""
    known = {(finding.rule, finding.text) for finding in before.open("block")}
    added = sorted({finding.rule for finding in after.open("block") if (finding.rule, finding.text) not in known})
    reasons = [say("revision_adds_block", rule=rule) for rule in added]
    ledger = {fact.id for fact in sources.facts}
    reasons += [
        say("revision_changes_ledger", fact=fact_id)
        for fact_id in sorted(ledger)
        if _numbers(candidate, fact_id) not in ((), _numbers(earlier, fact_id))
    ]
    return tuple(reasons)


def _numbers(note: Note, fact_id: str) -> tuple[str, ...]:
    return tuple(sorted({claim.text for segment in _citing(note, fact_id) for claim in find_numbers(segment.text)}))


def _citing(note: Note, fact_id: str) -> tuple[Segment, ...]:
    return tuple(segment for segment in note.segments if fact_id in segment.sources)
