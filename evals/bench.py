"""Print ratios measured within one run; seconds depend on the machine, ratios less so. Never a test."""

from __future__ import annotations

import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

from agent.briefs import Request, make_brief
from agent.drafting import open_drafting
from agent.guardrails import check
from agent.models import NoteInput
from agent.settings import load_settings
from agent.workspace import load_workspace
from evals.bench_graph import measure_graph
from evals.model_briefs import saved_runs, summarize

__all__ = ["main"]

REPEATS = 7
AT_ONCE = 50
SAVED_RUNS = Path(__file__).parent / "data" / "model_runs" / "sixth"
SAMPLE = "周末带爸妈去植物园\n\n上午十点到，门口的银杏正黄。走累了就在长椅上坐着，晒太阳。\n\n#植物园 #周末"


def main() -> None:
    """Measure start-up of two commands, one draft, and many drafts at once."""
    with tempfile.TemporaryDirectory() as folder:
        note = Path(folder) / "note.md"
        note.write_text(SAMPLE, encoding="utf-8")
        _row("agent --help / python -c pass", _start_up("--help", bytecode=folder), "aim ≤ 15")
        _row("agent check / python -c pass", _start_up("check", str(note), bytecode=folder), "aim ≤ 50")
    engine = _median(lambda: check(NoteInput(body=SAMPLE), as_of=date(2026, 11, 24)))
    one, many = asyncio.run(_drafts())
    _row("one draft / one check of a note", one / engine, f"{one * 1000:.0f} ms a draft")
    _row(f"{AT_ONCE} drafts one by one / at once", one * AT_ONCE / many, f"{many * 1000 / AT_ONCE:.0f} ms a note")
    for name, ratio, remark in measure_graph():
        _row(name, ratio, remark)
    for name, number in summarize(saved_runs(SAVED_RUNS)).items():
        _row(f"saved runs: {name}", number, SAVED_RUNS.name)


async def _drafts() -> tuple[float, float]:
    """Return seconds for one draft (median) and for `AT_ONCE` drafts at once, on one record."""
    bank = load_workspace(None)
    with tempfile.TemporaryDirectory() as home:
        async with open_drafting(bank, load_settings(home=Path(home))) as drafting:

            async def one(number: int) -> None:
                request = Request(topic="周末带爸妈去植物园", note_type="education", seed=number)
                brief, _ = make_brief(request, workspace=bank, as_of=date(2026, 11, 24))
                await drafting.draft(brief)

            await one(0)
            singles = []
            for number in range(REPEATS):
                start = time.perf_counter()
                await one(number)
                singles.append(time.perf_counter() - start)
            start = time.perf_counter()
            await asyncio.gather(*(one(number) for number in range(AT_ONCE)))
            return statistics.median(singles), time.perf_counter() - start


def _median(work: Callable[[], object]) -> float:
    work()
    seconds = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def _start_up(*arguments: str, bytecode: str) -> float:
    """Return the time of a command over that of a bare interpreter, measured in turns.

    Both keep their bytecode, as an installed program does even where this shell forbids it.
    """
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": bytecode}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)

    def seconds(*command: str) -> float:
        start = time.perf_counter()
        subprocess.run([sys.executable, *command], check=False, capture_output=True, env=environment)
        return time.perf_counter() - start

    agent = ("-c", "from agent.cli.main import run; run()", *arguments)
    seconds(*agent)
    turns = [(seconds(*agent), seconds("-c", "pass")) for _ in range(REPEATS)]
    return statistics.median(t for t, _ in turns) / statistics.median(t for _, t in turns)


def _row(name: str, ratio: float, remark: str) -> None:
    sys.stdout.write(f"{name:44} {ratio:8.1f}   {remark}\n")


if __name__ == "__main__":
    main()
