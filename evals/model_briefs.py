"""Run briefs through the real graph with the configured model, save every run, and print what the saved runs show.

    python -m evals.model_briefs evals/data/model_briefs_dev.jsonl --out runs/dev
    python -m evals.model_briefs --read runs/dev

A run that is already saved is not written again. The endpoint comes from the environment, as for `agent draft`.
"""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import itertools
import json
import statistics
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from agent.briefs import Request, make_brief
from agent.drafting import Drafting, open_drafting
from agent.errors import KosnoteError
from agent.llm import ChatModel, Completion, OnText
from agent.models import Brief, Message
from agent.results import DraftResult
from agent.roles import ModelCasting
from agent.settings import load_settings
from agent.text.provenance import first_person_claims, is_traced, unsupported_numbers
from agent.workspace import Workspace, load_workspace

__all__ = ["main", "saved_runs", "summarize"]

AS_OF = date(2026, 11, 24)
PROSE = {"life", "point", "condition"}


@dataclasses.dataclass
class Heard:
    """Keep what a run asked: characters in all, and those an earlier prompt of any run begins with as well."""

    everything: list[str]
    total: int = 0
    shared: int = 0

    def add(self, prompt: str) -> None:
        """Count one prompt; providers cache what a prompt begins with."""
        self.total += len(prompt)
        self.shared += max((_common(prompt, earlier) for earlier in self.everything), default=0)
        self.everything.append(prompt)


class Listening:
    """Pass calls on to a model and keep what it was asked."""

    def __init__(self, model: ChatModel, heard: Heard) -> None:
        self.name, self.mode = model.name, model.mode
        self._model = model
        self._heard = heard

    async def complete(
        self, messages: Sequence[Message], *, schema: type[BaseModel] | None = None, on_text: OnText | None = None
    ) -> Completion:
        """Complete as the model does."""
        self._heard.add("".join(f"\x00{message.role}\x00{message.content}" for message in messages))
        return await self._model.complete(messages, schema=schema, on_text=on_text)


async def run_briefs(samples: list[dict[str, Any]], out: Path, *, at_once: int) -> None:
    """Draft every sample that has no saved run; a provider error leaves it unsaved, to be resumed by the next call."""
    out.mkdir(parents=True, exist_ok=True)
    bank, settings = load_workspace(None), load_settings(home=out / "home", review=False)
    gate, everything = asyncio.Semaphore(at_once), list[str]()
    async with open_drafting(bank, settings) as drafting:

        async def one(sample: dict[str, Any]) -> None:
            target = out / f"{sample['id']}.json"
            if target.is_file():
                return
            async with gate:
                heard = Heard(everything)
                try:
                    result = await _draft(_listening(drafting, heard), _brief(sample, bank))
                except KosnoteError as error:
                    sys.stderr.write(f"{sample['id']}: {error.message}\n")
                    return
            target.write_text(json.dumps(_saved(result, heard), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
            sys.stderr.write(f"{sample['id']}: {result.outcome}, {len(result.rounds)} rounds\n")

        await asyncio.gather(*(one(sample) for sample in samples))


def saved_runs(folder: Path) -> list[dict[str, Any]]:
    """Return the saved runs of a folder, by id."""
    return [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))]


def summarize(runs: Sequence[dict[str, Any]]) -> dict[str, float]:
    """Return the numbers of saved runs: first drafts, invention, rounds, tokens, and what a provider could cache."""
    written = [run for run in runs if run["rounds"]]
    if not written:
        raise ValueError("no saved run holds a note: nothing to measure")
    accepted = [run for run in written if run["outcome"] in ("ready", "in_review", "approved")]
    tokens = [run["usage"]["prompt_tokens"] + run["usage"]["completion_tokens"] for run in accepted if run["usage"]]
    return {
        "runs": len(runs),
        "notes": len(written),
        "first_drafts_passing_all_rules": sum(run["rounds"][0]["verdict"] == "pass" for run in written),
        "first_drafts_with_untraced_claim": sum(bool(run["first_draft_untraced"]) for run in written),
        "accepted": len(accepted),
        "rounds_mean": statistics.mean(len(run["rounds"]) for run in written),
        "tokens_per_accepted_note": statistics.mean(tokens) if tokens else 0.0,
        "cacheable_prefix_share": statistics.mean(
            [run["prefix_share"] for run in written if run["prefix_share"]] or [0]
        ),
    }


def main() -> int:
    """Run or read, print a line a run and the numbers, and return 0."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("briefs", type=Path, nargs="?")
    parser.add_argument("--out", type=Path, default=Path("runs"))
    parser.add_argument("--read", type=Path)
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--at-once", type=int, default=12)
    given = parser.parse_args()
    if given.read is None:
        lines = given.briefs.read_text(encoding="utf-8").splitlines()
        samples = [json.loads(line) for line in lines if line.strip()]
        chosen = [sample for sample in samples if not given.only or sample["id"] in given.only]
        asyncio.run(run_briefs(chosen, given.out, at_once=given.at_once))
    runs = saved_runs(given.read or given.out)
    for run in runs:
        sys.stdout.write(_line(run) + "\n")
    for name, value in summarize(runs).items():
        sys.stdout.write(f"{name:36} {value:.2f}\n")
    return 0


async def _draft(drafting: Drafting, brief: Brief) -> DraftResult:
    """Draft, or resume what an earlier call began."""
    known = {run.id for run in drafting.store.runs(limit=1000)}
    return await (drafting.resume(brief.id) if brief.id in known else drafting.draft(brief))


def _listening(drafting: Drafting, heard: Heard) -> Drafting:
    casting = drafting.casting
    if not isinstance(casting, ModelCasting):
        raise SystemExit("no model is configured: set KOSNOTE_MODEL and OPENAI_BASE_URL or OPENAI_API_KEY")
    models: dict[Any, ChatModel] = {role: Listening(model, heard) for role, model in casting.models.items()}
    return dataclasses.replace(drafting, casting=dataclasses.replace(casting, models=models))


def _brief(sample: dict[str, Any], bank: Workspace) -> Brief:
    request = Request(
        topic=sample["topic"],
        note_type=sample["note_type"],
        persona=sample.get("persona", ""),
        account=sample.get("account", ""),
        products=tuple(sample.get("products", ())),
        facts=tuple(sample.get("facts", ())),
        points=tuple(sample.get("points", ())),
        material_texts=tuple(sample.get("material", ())),
        keyword=sample.get("keyword", ""),
        language=sample.get("language", "zh-CN"),
    )
    brief, _ = make_brief(request, workspace=bank, as_of=AS_OF, run_id=sample["id"])
    return brief


def _saved(result: DraftResult, heard: Heard) -> dict[str, Any]:
    told: list[dict[str, Any]] = result.to_json()["rounds"]
    rounds = [
        {**row, "note": round_.note.model_dump(mode="json")} for row, round_ in zip(told, result.rounds, strict=True)
    ]
    return {
        **result.to_json(),
        "rounds": rounds,
        "claims": [{"text": text, "sources": list(sources)} for text, sources in result.claims()],
        "first_draft_untraced": _untraced(result),
        "prefix_share": heard.shared / heard.total if heard.total else None,
    }


def _untraced(result: DraftResult) -> list[str]:
    """Return first-person claims and numbers of the first draft that nothing given holds, whatever it cites."""
    if not result.rounds:
        return []
    prose = [s.text for s in result.rounds[0].note.segments if s.kind in PROSE] + [result.rounds[0].note.title]
    told = [item.text for item in result.brief.material]
    given = [*told, *(fact.claim for fact in result.sources.facts)]
    given += [text for point in result.sources.points for text in (point.title, point.text, point.caveat, *point.steps)]
    numbers = [number.text for text in prose for number in unsupported_numbers(text, given)]
    claims = [span.text for text in prose for span in first_person_claims(text) if not is_traced(span.text, told)]
    return [*numbers, *claims]


def _common(one: str, other: str) -> int:
    return sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _line(run: dict[str, Any]) -> str:
    rounds = [
        f"{each['verdict']} {'tone' if each['tone_passed'] else 'flat'} {' '.join(each['open'])}".strip()
        for each in run["rounds"]
    ]
    return f"{run['run']:10} {run['outcome']:14} {' | '.join(rounds)}  {' '.join(run['first_draft_untraced'])}"


if __name__ == "__main__":
    sys.exit(main())
