"""What a run hands over: the note with its evidence, as data and in the shape `--format json` prints."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from agent.graph.submission import cited_sources
from agent.models import Brief, Critique, Finding, LabelDecision, Note, Outcome, Question, Report, Round, Sources, Usage

__all__ = ["DraftResult", "result_of"]

GOOD: frozenset[Outcome] = frozenset({"ready", "in_review", "approved"})


@dataclass(frozen=True)
class DraftResult:
    """Hold how a run ended; `note` is absent when it was refused or lacks material."""

    run: str
    outcome: Outcome
    brief: Brief
    note: Note | None
    report: Report | None
    critique: Critique | None
    rounds: tuple[Round, ...]
    questions: tuple[Question, ...]
    refusal: tuple[Finding, ...]
    reason: str
    sources: Sources
    author: str
    usage: Usage | None = None

    @property
    def exit_code(self) -> int:
        """Return 0 for a good outcome and 1 for any other."""
        return 0 if self.outcome in GOOD else 1

    @property
    def label(self) -> LabelDecision | None:
        """Return the label decision of the report."""
        return self.report.label if self.report else None

    def to_json(self) -> dict[str, Any]:
        """Return the object of DESIGN section 4, plus brief, refusal and reason."""
        return {
            "run": self.run,
            "outcome": self.outcome,
            "note": _note(self.note),
            "report": _dump(self.report),
            "critique": _dump(self.critique),
            "label": _dump(self.label),
            "rounds": [_round(round_) for round_ in self.rounds],
            "questions": [_dump(question) for question in self.questions],
            "sources": self.evidence(),
            "author": self.author,
            "usage": _dump(self.usage),
            "refusal": [_dump(finding) for finding in self.refusal],
            "reason": self.reason,
            "needs_look": list(self.needs_look),
            "brief": _dump(self.brief),
        }

    @property
    def needs_look(self) -> tuple[str, ...]:
        """Say why a person must look although nothing is open."""
        asked = (self.report.needs_look if self.report else ()), (self.critique.needs_look if self.critique else ())
        return tuple(reason for reasons in asked for reason in reasons)

    def claims(self) -> list[tuple[str, tuple[str, ...]]]:
        """Pair each sentence group that rests on something with the ids it cites, in reading order."""
        segments = self.note.segments if self.note else ()
        return [(segment.text, segment.sources) for segment in segments if segment.sources]

    def evidence(self) -> list[dict[str, Any]]:
        """List what the note cites: material as told, facts with validity, points with source."""
        if self.note is None:
            return []
        cited = {source for segment in self.note.segments for source in segment.sources}
        used = cited_sources(self.note, self.sources)
        return [
            *({"id": m.id, "type": "material", "text": m.text} for m in self.brief.material if m.id in cited),
            *(
                {
                    "id": fact.id,
                    "type": "fact",
                    "text": fact.claim,
                    "source": fact.source,
                    "approval_no": fact.approval_no,
                    "valid_from": str(fact.valid_from),
                    "valid_to": str(fact.valid_to) if fact.valid_to else None,
                }
                for fact in used.facts
            ),
            *({"id": p.id, "type": "point", "text": p.text, "source": p.source} for p in used.points),
        ]


def result_of(
    brief: Brief, values: Mapping[str, Any], *, author: str, sources: Sources, usage: Usage | None = None
) -> DraftResult:
    """Read a result from the state of a run that has stopped."""
    plan = values.get("chosen_plan")
    versions = values.get("versions", [])
    return DraftResult(
        run=brief.id,
        outcome=values["outcome"],
        brief=brief,
        note=values.get("note"),
        report=values.get("last_report"),
        critique=values.get("last_critique"),
        rounds=tuple(version.round for version in versions),
        questions=plan.questions if plan else (),
        refusal=tuple(values.get("refusal", ())),
        reason=plan.reason if plan else "",
        sources=sources,
        author=author,
        usage=usage,
    )


def _dump(value: Any) -> Any:
    return None if value is None else value.model_dump(mode="json")


def _note(note: Note | None) -> dict[str, Any] | None:
    if note is None:
        return None
    return {
        "title": note.title,
        "titles": list(note.titles),
        "cover": note.cover,
        "body": note.body,
        "segments": [_dump(segment) for segment in note.segments],
        "tags": list(note.tags),
    }


def _round(round_: Round) -> dict[str, Any]:
    return {
        "number": round_.number,
        "verdict": round_.report.verdict,
        "tone_passed": round_.critique.passed,
        "open": [finding.rule for finding in round_.report.open()],
        "changes": list(round_.changes),
        "text_hash": round_.report.text_hash,
        "prompts": list(round_.prompts),
    }
