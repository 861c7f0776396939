"""Say what a note took: tokens, cost, time, and how much a revision changed that nobody had objected to."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from rapidfuzz.distance import Indel

from agent.models import Round
from evals.scorers.measured import Measured, Scorer, unscored
from evals.scorers.pool import Pool
from evals.values import Case, Sample

__all__ = ["SCORERS", "changed_beside"]

Spans = list[tuple[int, int]]


def over_revision(sample: Sample, case: Case, pool: Pool) -> Measured:
    """Return the share of characters changed outside what was flagged, averaged over the revisions of a run."""
    if len(sample.rounds) < 2:
        return unscored("score_no_revision")
    shares = [_share_beside(before, after) for before, after in itertools.pairwise(sample.rounds)]
    return Measured(sum(shares) / len(shares))


def tokens(sample: Sample, case: Case, pool: Pool) -> Measured:
    """Count prompt and completion tokens."""
    if sample.usage is None or not sample.usage.calls:
        return unscored("score_no_model")
    return Measured(float(sample.usage.prompt_tokens + sample.usage.completion_tokens))


def cost(sample: Sample, case: Case, pool: Pool) -> Measured:
    """Return the cost; an unknown price is no price of nothing."""
    if sample.usage is None or not sample.usage.calls:
        return unscored("score_no_model")
    return Measured(sample.usage.cost) if sample.usage.cost is not None else unscored("score_no_price")


def latency(sample: Sample, case: Case, pool: Pool) -> Measured:
    """Return the seconds a run took."""
    return Measured(sample.latency) if sample.latency is not None else unscored("score_no_clock")


def changed_beside(before: str, after: str, flagged: Spans, *, may_add: bool) -> int:
    """Count characters removed or added outside the flagged spans.

    `may_add`: something was missing, so that whole added lines are what was asked for.
    """
    changed = 0
    for edit in Indel.opcodes(before, after):
        if edit.tag == "delete":
            positions = range(edit.src_start, edit.src_end)
            changed += sum(not _inside(position, flagged) for position in positions)
        elif edit.tag == "insert" and not _touches(edit.src_start, flagged):
            added = after[edit.dest_start : edit.dest_end]
            changed += 0 if may_add and "\n" in f"{added}{after[edit.dest_end : edit.dest_end + 1]}" else len(added)
    return changed


def _share_beside(before: Round, after: Round) -> float:
    old, new = before.note.body, after.note.body
    absent = any(f.start is None for f in before.report.open("block", "fix", "warn"))
    changed = changed_beside(old, new, [*_findings(before), *_criticised(before)], may_add=absent)
    return changed / max(1, len(old) + len(new))


def _findings(round_: Round) -> Iterator[tuple[int, int]]:
    for finding in round_.report.open():
        if finding.field == "body" and finding.start is not None and finding.end is not None:
            yield finding.start, finding.end


def _criticised(round_: Round) -> Iterator[tuple[int, int]]:
    failed = [metric.span for metric in round_.critique.metrics.values() if metric.passed is False]
    refused = [answer.span for answer in round_.critique.rubric.values() if answer.answer == "no"]
    for span in (*failed, *refused):
        start = round_.note.body.find(span) if span else -1
        if start >= 0:
            yield start, start + len(span)


def _inside(position: int, spans: Spans) -> bool:
    return any(start <= position < end for start, end in spans)


def _touches(position: int, spans: Spans) -> bool:
    return any(start <= position <= end for start, end in spans)


SCORERS = (
    Scorer("over_revision", over_revision, "1"),
    Scorer("tokens", tokens, "1"),
    Scorer("cost", cost, "1"),
    Scorer("latency", latency, "1"),
)
