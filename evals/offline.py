"""Run the real graph on topics without a model, and the rule engine on labelled texts; print, gate, exit.

Numbers describe these small sets, written for this project, and nothing wider.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import sys
import tempfile
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from agent.briefs import Request, make_brief
from agent.drafting import open_drafting
from agent.guardrails import check
from agent.models import Material, NoteInput
from agent.results import DraftResult
from agent.settings import load_settings
from agent.text.provenance import first_person_claims
from agent.text.shingles import similarity
from agent.workspace import load_workspace

__all__ = ["failures", "main", "measure_rules", "measure_topics", "measured"]

DATA = Path(__file__).parent / "data"
AS_OF = date(2026, 11, 24)
WRITTEN = {"life", "point", "condition"}


def read_jsonl(path: Path) -> list[dict[str, Any]]:
    """Read one JSON object a line."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def measure_topics(samples: list[dict[str, Any]]) -> dict[str, float]:
    """Draft every topic with the offline author and score outcomes, invention and sameness."""
    results = asyncio.run(_draft_all(samples))
    noted = [result for result in results if result.note is not None]
    if not noted:
        raise ValueError("no topic produced a note: nothing to measure")
    return {
        "topics": len(samples),
        "notes": len(noted),
        "expected_outcome": _share(_as_expected(s, r) for s, r in zip(samples, results, strict=True)),
        "rules_pass_first_draft": _share(result.rounds[0].report.verdict == "pass" for result in noted),
        "rounds_mean": sum(len(result.rounds) for result in noted) / len(noted),
        "invented_first_person": sum(len(invented(result)) for result in noted),
        "nearest_pair_similarity": max(
            (similarity(_written(a), _written(b)) for a, b in itertools.combinations(noted, 2)), default=0.0
        ),
    }


def measure_rules(clean: list[dict[str, Any]], violations: list[dict[str, Any]]) -> dict[str, float]:
    """Screen clean notes and violating texts; shares of notes with an open block or fix."""
    return {
        "clean_notes": len(clean),
        "clean_notes_open": _share(_is_flagged(sample) for sample in clean),
        "violations": len(violations),
        "violations_caught": _share(_is_flagged(sample) for sample in violations),
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


def failures(numbers: Mapping[str, float], gate: Mapping[str, Any]) -> list[str]:
    """Name every gated number that is missing or out of bounds."""
    found = []
    for name, bounds in gate.items():
        if name == "version":
            continue
        value = numbers.get(name)
        if value is None:
            found.append(f"{name}: not measured")
        elif value < bounds.get("min", value) or value > bounds.get("max", value):
            found.append(f"{name}: {value:.3f} outside {bounds}")
    return found


def measured() -> tuple[dict[str, float], list[str]]:
    """Measure the shipped sets; return every number, and what is out of its bounds."""
    numbers = {
        **measure_topics(read_jsonl(DATA / "topics.jsonl")),
        **measure_rules(read_jsonl(DATA / "clean_notes.jsonl"), read_jsonl(DATA / "violations.jsonl")),
    }
    return numbers, failures(numbers, yaml.safe_load((DATA / "gate.yaml").read_text(encoding="utf-8")))


def main() -> int:
    """Measure, print one number a line, and return 1 when a gate fails."""
    numbers, found = measured()
    for name, value in numbers.items():
        sys.stdout.write(f"{name:28} {value:.3f}\n")
    for line in found:
        sys.stdout.write(f"FAILED {line}\n")
    return 1 if found else 0


async def _draft_all(samples: list[dict[str, Any]]) -> list[DraftResult]:
    bank = load_workspace(None)
    results = []
    with tempfile.TemporaryDirectory() as home:
        async with open_drafting(bank, load_settings(home=Path(home))) as drafting:
            for sample in samples:
                request = Request(
                    topic=sample["topic"],
                    note_type=sample["note_type"],
                    material_texts=tuple(sample.get("material", ())),
                )
                brief, _ = make_brief(request, workspace=bank, as_of=AS_OF)
                results.append(await drafting.draft(brief))
    return results


def _as_expected(sample: Mapping[str, Any], result: DraftResult) -> bool:
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


def _share(values: Iterable[bool]) -> float:
    counted = [int(value) for value in values]
    if not counted:
        raise ValueError("an empty dataset has no share")
    return sum(counted) / len(counted)


if __name__ == "__main__":
    sys.exit(main())
