"""Run the real graph on topics without a model, and the rule engine on labelled texts; print, gate, exit.

Numbers describe these small sets, written for this project, and nothing wider.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import sys
import tempfile
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from agent.briefs import Request, make_brief
from agent.drafting import open_drafting
from agent.guardrails import check
from agent.models import Material, NoteInput
from agent.results import DraftResult
from agent.text.provenance import first_person_claims
from agent.text.shingles import similarity
from agent.workspace import load_workspace
from evals.errors import tell

__all__ = ["failures", "main", "measure_rules", "measure_topics", "measured"]

DATA = Path(__file__).parent / "data"
AS_OF = date(2026, 11, 24)
WRITTEN = {"life", "point", "condition"}
BOUNDS = {"min": "至少", "max": "至多"}
Behind = dict[str, list[str]]


def read_jsonl(path: Path) -> list[dict[str, Any]]:
    """Read one JSON object a line."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def measure_topics(samples: list[dict[str, Any]], behind: Behind | None = None) -> dict[str, float]:
    """Draft every topic with the offline author and score outcomes, invention and sameness.

    `behind` takes, by number, the topics that keep it from being perfect.
    """
    results = asyncio.run(_draft_all(samples))
    drafted = {name: result for name, result in results.items() if not isinstance(result, str)}
    noted = {name: result for name, result in drafted.items() if result.note is not None}
    if not noted:
        raise ValueError(f"no topic produced a note: nothing to measure {results}")
    written = {name: _written(result) for name, result in noted.items()}
    nearest, *pair = max(((similarity(written[a], written[b]), a, b) for a, b in itertools.combinations(written, 2)),
                         default=(0.0,))  # fmt: skip
    invention = {name: len(invented(result)) for name, result in noted.items()}
    lost = {
        "topics_broken": [f"{name}（{result}）" for name, result in results.items() if isinstance(result, str)],
        "expected_outcome": [s["id"] for s in samples if not _as_expected(s, drafted.get(s["id"]))],
        "rules_pass_first_draft": [name for name, r in noted.items() if r.rounds[0].report.verdict != "pass"],
        "invented_first_person": [name for name, count in invention.items() if count],
        "nearest_pair_similarity": [str(name) for name in pair],
    }
    if behind is not None:
        behind.update(lost)
    return {
        "topics": len(samples),
        "topics_broken": len(lost["topics_broken"]),
        "notes": len(noted),
        "expected_outcome": 1 - len(lost["expected_outcome"]) / len(samples),
        "rules_pass_first_draft": 1 - len(lost["rules_pass_first_draft"]) / len(noted),
        "rounds_mean": sum(len(result.rounds) for result in noted.values()) / len(noted),
        "invented_first_person": sum(invention.values()),
        "nearest_pair_similarity": nearest,
    }


def measure_rules(
    clean: list[dict[str, Any]], violations: list[dict[str, Any]], behind: Behind | None = None
) -> dict[str, float]:
    """Screen clean notes and violating texts; shares of notes with an open block or fix, and `behind` as above."""
    if not clean or not violations:
        raise ValueError("an empty dataset has no share")
    lost = {
        "clean_notes_open": [sample["id"] for sample in clean if _is_flagged(sample)],
        "violations_caught": [sample["id"] for sample in violations if not _is_flagged(sample)],
    }
    if behind is not None:
        behind.update(lost)
    return {
        "clean_notes": len(clean),
        "clean_notes_open": len(lost["clean_notes_open"]) / len(clean),
        "violations": len(violations),
        "violations_caught": 1 - len(lost["violations_caught"]) / len(violations),
    }


def invented(result: DraftResult) -> list[str]:
    """Return first-person claims in segments that cite no material."""
    segments = result.note.segments if result.note else ()
    material = {item.id for item in result.brief.material}
    return [
        str(claim)
        for segment in segments
        if segment.kind in WRITTEN and not material & set(segment.sources)
        for claim in first_person_claims(segment.text)
    ]


def failures(
    numbers: Mapping[str, float], gate: Mapping[str, Any], behind: Mapping[str, Sequence[str]] | None = None
) -> list[str]:
    """Name every gated number that is missing or out of bounds, with the samples `behind` it."""
    found = []
    for name, bounds in gate.items():
        if name == "version":
            continue
        value = numbers.get(name)
        if value is None:
            found.append(tell("floor_unmeasured", name=name))
        elif value < bounds.get("min", value) or value > bounds.get("max", value):
            bound = "、".join(f"{BOUNDS[kind]} {bounds[kind]}" for kind in BOUNDS if kind in bounds)
            samples = "、".join((behind or {}).get(name, ())) or "—"
            found.append(tell("floor_out", name=name, value=value, bound=bound, samples=samples))
    return found


def measured() -> tuple[dict[str, float], list[str]]:
    """Measure the shipped sets; return every number, and what is out of its bounds."""
    behind: dict[str, list[str]] = {}
    clean, violations = read_jsonl(DATA / "clean_notes.jsonl"), read_jsonl(DATA / "violations.jsonl")
    numbers = {
        **measure_topics(read_jsonl(DATA / "topics.jsonl"), behind),
        **measure_rules(clean, violations, behind),
    }
    return numbers, failures(numbers, yaml.safe_load((DATA / "gate.yaml").read_text(encoding="utf-8")), behind)


def main() -> int:
    """Measure, print one number a line, and return 1 when a gate fails."""
    numbers, found = measured()
    for name, value in numbers.items():
        sys.stdout.write(f"{name:28} {value:.3f}\n")
    for line in found:
        sys.stdout.write(f"FAILED {line}\n")
    return 1 if found else 0


async def _draft_all(samples: list[dict[str, Any]]) -> dict[str, DraftResult | str]:
    """Draft every topic; what stopped one is kept in its place, so that it names the topic and hides no other."""
    from evals.lanes import lane_of

    bank, settings = load_workspace(None), lane_of("offline").settings  # they hear nothing of the environment
    results: dict[str, DraftResult | str] = {}
    with tempfile.TemporaryDirectory() as home:
        async with open_drafting(bank, settings(Path(home))) as drafting:
            for sample in samples:
                request = Request(
                    topic=sample["topic"],
                    note_type=sample["note_type"],
                    material_texts=tuple(sample.get("material", ())),
                )
                brief, _ = make_brief(request, workspace=bank, as_of=AS_OF)
                try:
                    results[sample["id"]] = await drafting.draft(brief)
                except Exception as error:  # whatever it is, it belongs to this topic
                    results[sample["id"]] = f"{type(error).__name__}: {error}"
    return results


def _as_expected(sample: Mapping[str, Any], result: DraftResult | None) -> bool:
    if result is None:
        return False
    if sample["expect"] == "any":
        return True
    if sample["expect"] == "questions":
        return result.outcome == "needs_material" and bool(result.questions)
    return result.outcome == "in_review"


def _is_flagged(sample: Mapping[str, Any]) -> bool:
    note = NoteInput(
        id=sample["id"],
        title=sample.get("title", ""),
        body=sample.get("body", sample.get("text", "")),
        tags=tuple(sample.get("tags", ())),
    )
    material = (Material(id="m1", text=f"{note.title}\n{note.body}"),)
    return bool(check(note, material=material, as_of=AS_OF).open("block", "fix"))


def _written(result: DraftResult) -> str:
    segments = result.note.segments if result.note else ()
    return "".join(segment.text for segment in segments if segment.kind in ("life", "point"))


if __name__ == "__main__":
    sys.exit(main())
