"""Turn decisions with a reason into candidates for golden cases: what a person saw, what they said, and why."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from agent.record import DecisionRecord, Store, VersionRecord

__all__ = ["golden_cases"]

EXPECTED = {"approve": "pass", "reject": "flag", "comment": "flag"}


def golden_cases(store: Store) -> Iterator[dict[str, Any]]:
    """Yield a note as the rule engine reads it, with what was expected of it; names of people are left out."""
    texts: dict[str, dict[str, VersionRecord]] = {}
    for decision in store.desk.reasoned():
        if decision.run not in texts:
            texts = {decision.run: {version.text_hash: version for version in store.versions(decision.run)}}
        version = texts[decision.run].get(decision.text_hash)
        if version is not None and decision.decision in EXPECTED:
            yield _case(decision, version)


def _case(decision: DecisionRecord, version: VersionRecord) -> dict[str, Any]:
    note, report = version.round.note, version.round.report
    return {
        "id": f"{decision.run}-{decision.text_hash.removeprefix('sha256:')[:12]}-{decision.decision}",
        "title": note.title,
        "cover": note.cover,
        "body": note.body,
        "tags": list(note.tags),
        "note_type": report.note_type,
        "products": list(report.products),
        "origin": "ai",
        "expected": EXPECTED[decision.decision],
        "decision": decision.decision,
        "reason": decision.reason,
        "decided_at": decision.decided_at.isoformat(),
        "open": sorted({finding.rule for finding in report.open()}),
        "waived": sorted({finding.rule for finding in report.findings if finding.status == "waived"}),
        "packs": report.packs,
        "text_hash": decision.text_hash,
    }
