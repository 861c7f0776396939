"""Measure the graph around calls of a fixed latency: what it adds to one note, and how many notes go at once.

No endpoint and no model: author, critic and judge sleep as long as a call would take. Ratios within one run.
"""

from __future__ import annotations

import asyncio
import dataclasses
import multiprocessing
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import AbstractAsyncContextManager
from datetime import date
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

from agent.briefs import Request, make_brief
from agent.drafting import Drafting, open_drafting
from agent.llm import ChatModel, ModelRole
from agent.models import Critique, Note, Plan, Report, Revision, Sources
from agent.roles import Roles, measured
from agent.settings import load_settings
from agent.workspace import load_workspace

__all__ = ["measure_graph"]

LATENCY = 0.2
CRITICAL_CALLS = 3  # plan, write, then critique beside judge
AT_ONCE = 50
REPEATS = 5
ROUNDS = 3
AS_OF = date(2026, 11, 24)
_together: Barrier


class SleepingAuthor:
    """Hand over a note made once, each call taking as long as a model's: the author's own work is not measured."""

    name = "sleeping@1"

    def __init__(self, plan: Plan, note: Note) -> None:
        self._plan = plan
        self._note = note

    async def plan(self, sources: Sources) -> Plan:
        """Plan after one latency."""
        await asyncio.sleep(LATENCY)
        return self._plan

    async def write(self, plan: Plan, sources: Sources) -> Note:
        """Write after one latency."""
        await asyncio.sleep(LATENCY)
        return self._note

    async def revise(
        self, note: Note, *, plan: Plan, report: Report, critique: Critique, sources: Sources, round_number: int
    ) -> Revision:
        """Change nothing, after one latency."""
        await asyncio.sleep(LATENCY)
        return Revision(note=note)


async def sleeping_critic(note: Note, /, **given: Any) -> Critique:
    """Score after one latency."""
    await asyncio.sleep(LATENCY)
    return await measured(note, **given)


async def sleeping_judge(note: Note, report: Report, /, *, sources: Sources, round_number: int = 1) -> Report:
    """Add nothing, after one latency."""
    await asyncio.sleep(LATENCY)
    return report


@dataclasses.dataclass(frozen=True)
class SleepingCasting:
    """Cast the sleepers."""

    plan: Plan
    note: Note
    name: str = SleepingAuthor.name
    models: Mapping[ModelRole, ChatModel] = dataclasses.field(default_factory=dict)

    def roles(self, run: str, **given: Any) -> Roles:
        """Return the roles of a run."""
        return Roles(author=SleepingAuthor(self.plan, self.note), critique=sleeping_critic, judge=sleeping_judge)

    def calls(self, run: str, **given: Any) -> None:
        """Return None: the sleepers ask no model."""


def measure_graph() -> list[tuple[str, float, str]]:
    """Return rows of name, ratio and remark."""
    critical = LATENCY * CRITICAL_CALLS
    with tempfile.TemporaryDirectory() as home:
        one, many, cpu = asyncio.run(_one_and_many(Path(home), AT_ONCE))
    with tempfile.TemporaryDirectory() as home:
        together = multiprocessing.Barrier(2)
        with ProcessPoolExecutor(2, initializer=_begin_with, initargs=(together,)) as pool:
            two = statistics.median(map(max, zip(*pool.map(_half, [home, home]), strict=True)))
    return [
        ("one note / its critical path of calls", one / critical, "aim ≤ 1.10"),
        (f"{AT_ONCE} notes at once, one process", one * AT_ONCE / many, f"aim ≥ 12x; {cpu:.0f} CPU ms a note"),
        (f"{AT_ONCE} notes at once, two processes", one * AT_ONCE / two, "aim ≥ 20x"),
    ]


async def _one_and_many(home: Path, count: int) -> tuple[float, float, float]:
    """Return seconds of one note (median), of `count` at once, and CPU milliseconds a note."""
    async with _open(home) as drafting:
        drafting = await _asleep(drafting)
        singles = [await _timed(drafting, [number]) for number in range(1, REPEATS + 1)]
        before = _cpu()
        many = [await _timed(drafting, range(count)) for _ in range(ROUNDS)]
        return statistics.median(singles), statistics.median(many), (_cpu() - before) * 1000 / count / ROUNDS


def _begin_with(together: Barrier) -> None:
    """Keep in this process what lets all begin at one moment."""
    global _together  # how a pool hands a barrier to its processes
    _together = together


def _half(home: str) -> list[float]:
    """Draft half of the notes in this process, a few times, beginning when the other does; return the seconds."""

    async def go() -> list[float]:
        async with _open(Path(home)) as drafting:
            drafting = await _asleep(drafting)
            seconds = []
            for _ in range(ROUNDS):
                _together.wait()
                seconds.append(await _timed(drafting, range(AT_ONCE // 2)))
            return seconds

    return asyncio.run(go())


def _open(home: Path) -> AbstractAsyncContextManager[Drafting]:
    return open_drafting(load_workspace(None), load_settings(home=home))


async def _asleep(drafting: Drafting) -> Drafting:
    """Write one note with the offline author, hand it to the sleepers, and warm them up."""
    request = Request(topic="周末带爸妈去植物园", note_type="education")
    brief, _ = make_brief(request, workspace=drafting.workspace, as_of=AS_OF)
    note = (await drafting.draft(brief)).note
    assert note is not None
    plan = Plan(angle="sleep", keyword="植物园")
    drafting = dataclasses.replace(drafting, casting=SleepingCasting(plan, note))
    await _draft(drafting, 0)
    return drafting


async def _timed(drafting: Drafting, numbers: Any) -> float:
    start = time.perf_counter()
    await asyncio.gather(*(_draft(drafting, number) for number in numbers))
    return time.perf_counter() - start


async def _draft(drafting: Drafting, number: int) -> None:
    request = Request(topic="周末带爸妈去植物园", note_type="education", seed=number)
    brief, _ = make_brief(request, workspace=drafting.workspace, as_of=AS_OF)
    await drafting.draft(brief)


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    for name, ratio, remark in measure_graph():
        sys.stdout.write(f"{name:40} {ratio:8.2f}   {remark}\n")
