"""Try the model judge on texts that rules alone cannot settle, and compare it with their labels.

    python -m evals.judge_trial --out evals/data/judge_trial/run.jsonl     # asks the endpoint; what is there is kept
    python -m evals.judge_trial --read evals/data/judge_trial/run.jsonl

The texts (`data/judge_trial/texts.jsonl`) are labelled violations that the rules miss and innocent look-alikes, by
somebody who never saw a rule. A model, not a person, labelled them: agreement shows consistency, not truth.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from agent import guardrails
from agent.drafting import open_drafting
from agent.guardrails.amending import rules_for_judge
from agent.llm import Calls
from agent.models import Brief, Institution, Note, NoteInput, Report, Segment, Sources
from agent.prompting import load_prompts
from agent.readers import ModelJudge
from agent.roles import ModelCasting
from agent.settings import Settings, load_settings
from agent.testing import MemoryJournal
from agent.workspace import load_workspace
from evals.offline import read_jsonl
from evals.statistics import wilson

__all__ = ["Judged", "agreement", "main"]

TEXTS = Path(__file__).parent / "data" / "judge_trial" / "texts.jsonl"
AS_OF = date(2026, 11, 24)


@dataclass(frozen=True)
class Judged:
    """Hold what rules and judge said of one text; `look` is why the judge asked for a person."""

    id: str
    label: str
    rules: list[str]
    by_rule: list[str]
    by_judge: list[dict[str, str]]
    look: str

    @property
    def is_found(self) -> bool:
        """Tell whether the judge reported anything."""
        return bool(self.by_judge)

    @property
    def is_named(self) -> bool:
        """Tell whether the judge reported a rule of the label."""
        return bool({found["rule"] for found in self.by_judge} & set(self.rules))


def agreement(judged: Sequence[Judged]) -> list[str]:
    """Return the lines of the table; raises `ValueError` for an empty trial."""
    if not judged:
        raise ValueError("no text was judged: nothing to compare")
    wrong = [one for one in judged if one.label == "violation"]
    innocent = [one for one in judged if one.label != "violation"]
    agreed = sum(one.is_found for one in wrong) + sum(not one.is_found for one in innocent)
    return [
        f"texts                      {len(judged)} ({len(wrong)} violations, {len(innocent)} innocent)",
        f"agreement                  {_share(agreed, len(judged))}",
        f"violations found           {_share(sum(one.is_found for one in wrong), len(wrong))}",
        f"  under the label's rule   {_share(sum(one.is_named for one in wrong), len(wrong))}",
        f"  found by rules alone     {_share(sum(bool(one.by_rule) for one in wrong), len(wrong))}",
        f"innocent left alone        {_share(sum(not one.is_found for one in innocent), len(innocent))}",
        f"asked for a person         {sum(bool(one.look) for one in judged)}",
    ]


async def judge_all(samples: Sequence[dict[str, Any]], out: Path, settings: Settings, *, at_once: int) -> None:
    """Judge every text that `out` does not hold, appending a line as soon as it is judged."""
    done = {one["id"] for one in read_jsonl(out)} if out.is_file() else set()
    packs, prompts = guardrails.load_packs(examples=False), load_prompts()
    gate = asyncio.Semaphore(at_once)
    async with open_drafting(load_workspace(None), settings) as drafting:
        casting = drafting.casting
        if not isinstance(casting, ModelCasting):
            raise SystemExit("no model is configured: set KOSNOTE_MODEL and OPENAI_BASE_URL or OPENAI_API_KEY")

        async def one(sample: dict[str, Any]) -> None:
            async with gate:
                calls = Calls(sample["id"], models=casting.models, journal=MemoryJournal())
                judge = ModelJudge(calls, prompts, scope=lambda report, as_of: rules_for_judge(packs, report, as_of))
                judged = await _judge(sample, judge, packs)
            with out.open("a", encoding="utf-8") as file:
                file.write(json.dumps(asdict(judged), ensure_ascii=False) + "\n")

        await asyncio.gather(*(one(sample) for sample in samples if sample["id"] not in done))


def main(arguments: Sequence[str] | None = None) -> int:
    """Judge or read, print the table and every disagreement."""
    parser = argparse.ArgumentParser(prog="python -m evals.judge_trial", description=__doc__)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--read", type=Path)
    parser.add_argument("--at-once", type=int, default=8)
    given = parser.parse_args(arguments)
    if given.read is None and given.out is None:
        parser.error("give --out to judge or --read to compare")
    if given.read is None:
        settings = load_settings(home=given.out.parent / "home")
        asyncio.run(judge_all(read_jsonl(TEXTS), given.out, settings, at_once=given.at_once))
    texts = {sample["id"]: sample["text"] for sample in read_jsonl(TEXTS)}
    judged = [Judged(**one) for one in sorted(read_jsonl(given.read or given.out), key=lambda one: one["id"])]
    for line in [*agreement(judged), *(_told(one, texts[one.id]) for one in judged if _differs(one))]:
        sys.stdout.write(line + "\n")
    return 0


async def _judge(sample: dict[str, Any], judge: ModelJudge, packs: guardrails.Packs) -> Judged:
    note = Note(titles=("",), title="", segments=(Segment(text=sample["text"], kind="life"),))
    given = NoteInput(id=sample["id"], body=sample["text"], products=tuple(sample.get("products", ())))
    report = guardrails.check(given, as_of=AS_OF, packs=packs)
    brief = Brief(id=sample["id"], topic="", as_of=AS_OF)
    sources = Sources(brief=brief, institution=Institution(name="某银行", full_name="某银行股份有限公司"))
    read = await judge(note, _by_meaning(report), sources=sources)
    found = [{"rule": f.rule, "quote": f.text} for f in read.findings if f.by == "judge"]
    wording = sorted({f.rule for f in report.open("block", "fix") if f.start is not None})
    return Judged(sample["id"], sample["label"], list(sample["rules"]), wording, found, "；".join(read.needs_look))


def _by_meaning(report: Report) -> Report:
    """Hide what the rules found, so that the judge's own finding of the same words counts."""
    return report.model_copy(update={"findings": (), "verdict": "pass"})


def _differs(one: Judged) -> bool:
    return one.is_found != (one.label == "violation")


def _told(one: Judged, text: str) -> str:
    name = "MISS" if one.label == "violation" else "HIT "
    said = ",".join(found["rule"] for found in one.by_judge) or ",".join(one.rules)
    return f"{name} {one.id} [{said}] {text}"


def _share(hits: int, total: int) -> str:
    low, high = wilson(hits, total)
    return f"{hits}/{total} = {hits / total:.2f} [{low:.2f}, {high:.2f}]" if total else "0/0"


if __name__ == "__main__":
    sys.exit(main())
