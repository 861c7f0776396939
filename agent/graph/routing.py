"""Where a run goes next: pure functions on typed verdicts, nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from agent.errors import GuardError
from agent.graph.state import DraftState, Route, SavedVersion
from agent.models import Critique, Note, Report, Round

__all__ = ["after_decide", "after_gate", "after_plan", "after_review", "best_version", "judge_round"]


def judge_round(note: Note, report: Report, critique: Critique, *, round_number: int, max_rounds: int) -> Route:
    """Decide whether a text passed, is worth another round, or has spent them; what needs a look goes to a person.

    Both readers must have read this very text: a verdict on another one raises `GuardError`.
    """
    for reader, seen in (("comply", report.text_hash), ("critique", critique.text_hash)):
        if seen != note.text_hash:
            raise GuardError("verdict_of_other_text", reader=reader)
    if report.verdict == "pass" and critique.passed:
        return "spent" if report.needs_look or critique.needs_look else "passed"
    return "open" if round_number < max_rounds else "spent"


def best_version(versions: Sequence[SavedVersion]) -> SavedVersion:
    """Return the version with the fewest blocks, then fixes, then failed tone metrics; the later one wins a tie."""
    return min(versions, key=lambda version: (*_faults(version.round), -version.revision))


def after_gate(state: DraftState) -> Literal["plan", "finish"]:
    """Refuse before anything is written."""
    return "finish" if state.get("refusal") else "plan"


def after_plan(state: DraftState) -> Literal["write", "finish"]:
    """Stop with questions when nothing honest can be written yet."""
    return "write" if state["chosen_plan"].writable else "finish"


def after_decide(state: DraftState) -> Literal["revise", "review", "finish"]:
    """Enter the loop only with rounds left, checked here again and not only where the route was set."""
    if state["route"] == "open" and state["round"] < state["max_rounds"] and not state.get("human_text"):
        return "revise"
    return "review" if state["review_on"] else "finish"


def after_review(state: DraftState) -> Literal["assemble", "finish"]:
    """Re-check every edit and comment; end on approve and reject."""
    return "finish" if state["reviews"][-1].action in ("approve", "reject") else "assemble"


def _faults(round_: Round) -> tuple[int, int, int, int]:
    failed = sum(1 for metric in round_.critique.metrics.values() if metric.passed is False)
    return (
        len(round_.report.open("block")),
        len(round_.report.open("fix")),
        0 if round_.critique.passed else 1,
        failed,
    )
