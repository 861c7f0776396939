"""Turn decisions with a reason into candidates for golden cases: what a person saw, what they said, why, who wrote it.

The note is what the rule engine reads; whether it becomes a case of a rule is a compliance author's to say.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from agent.desk.measuring import human_share
from agent.record import DecisionRecord, RunRecord, Store, VersionRecord

__all__ = ["golden_cases"]

EXPECTED = {"approve": "pass", "reject": "flag", "comment": "flag"}


def golden_cases(store: Store, *, asked_edits: Collection[str] = ()) -> Iterator[dict[str, Any]]:
    """Yield a note as the rule engine reads it, with what was expected of it; names of people are left out.

    What owners do with their own notes is no judgement of them, and what was checked after a decision is no part of it.
    asked_edits: what edits are called that the machine wrote because somebody asked for them.
    """
    runs: dict[str, tuple[RunRecord, tuple[VersionRecord, ...]]] = {}
    for decision in store.desk.reasoned():
        if decision.run not in runs:
            runs = {decision.run: (store.run(decision.run), store.versions(decision.run))}
        run, versions = runs[decision.run]
        seen = [index for index, version in enumerate(versions) if _was_seen(version, decision)]
        if seen and decision.decision in EXPECTED and decision.reviewer != run.owner:
            until = versions[: seen[-1] + 1]
            before = tuple(kept for kept in store.decisions(run.id) if kept.decided_at <= decision.decided_at)
            yield _case(decision, until, written_by=_authorship(run, until, before, asked_edits))


def _was_seen(version: VersionRecord, decision: DecisionRecord) -> bool:
    return version.text_hash == decision.text_hash and version.saved_at <= decision.decided_at


def _case(
    decision: DecisionRecord, versions: tuple[VersionRecord, ...], *, written_by: dict[str, Any]
) -> dict[str, Any]:
    note, report = versions[-1].round.note, versions[-1].round.report
    name = f"{decision.run}-{decision.text_hash.removeprefix('sha256:')[:12]}-{decision.decision}"
    return {
        "note": {
            "id": name,
            "title": note.title,
            "cover": note.cover,
            "body": note.body,
            "tags": list(note.tags),
            "note_type": report.note_type,
            "products": list(report.products),
            "origin": "ai",
        },
        "expected": EXPECTED[decision.decision],
        "decision": decision.decision,
        "reason": decision.reason,
        "decided_at": decision.decided_at.isoformat(),
        "authorship": written_by,
        "open": sorted({finding.rule for finding in report.open()}),
        "waived": sorted({finding.rule for finding in report.findings if finding.status == "waived"}),
        "packs": report.packs,
        "text_hash": decision.text_hash,
    }


def _authorship(
    run: RunRecord, versions: tuple[VersionRecord, ...], decisions: tuple[DecisionRecord, ...], asked: Collection[str]
) -> dict[str, Any]:
    """Say what wrote the text and how much of it people changed, without who they are."""
    share = human_share(versions[-1].round.note, versions, decisions, name_of=str, asked=asked)
    return {"author": run.author, "human_share": round(share.share, 3), "human_characters": share.characters}
