"""Run planned samples through a task with bounded concurrency: the only importer of pydantic-evals.

pydantic-evals schedules, keeps a failed task as data, and tells when each ended; its repeat index never reaches a task,
so every (case, repeat) is a case of its own there, with the seed among its inputs. Its reports are not kept: each
sample is handed over the moment it ends.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pydantic_evals
from pydantic_evals.lifecycle import CaseLifecycle
from pydantic_evals.reporting import ReportCase, ReportCaseFailure

from evals.values import Case, Sample

__all__ = ["SEED_STEP", "Planned", "plan", "run_planned"]

SEED_STEP = 1000  # between the repeats of a case, so that no two samples share a seed by accident

Task = Callable[["Planned"], Awaitable[Sample | None]]
OnSample = Callable[[Sample], None]
OnFailure = Callable[["Planned", str], None]


@dataclass(frozen=True)
class Planned:
    """Name one sample to be drawn: a case, which repeat, and the seed of its brief."""

    case: Case
    repeat: int
    seed: int

    @property
    def key(self) -> tuple[str, int, int]:
        """Identify the sample within its run."""
        return self.case.id, self.repeat, self.seed


def plan(cases: Sequence[Case], *, k: int, seed: int = 0) -> tuple[Planned, ...]:
    """Return every sample of a run, all cases before the next repeat, so that a run cut short covers them evenly."""
    return tuple(
        Planned(case, repeat, case.brief.seed + seed + SEED_STEP * repeat) for repeat in range(k) for case in cases
    )


async def run_planned(
    planned: Sequence[Planned], task: Task, *, at_once: int, on_sample: OnSample, on_failure: OnFailure
) -> None:
    """Run a task on each; a sample goes to `on_sample` and an exception's text to `on_failure` as soon as it ends.

    A task that returns None left its sample undone. What `on_sample` and `on_failure` raise ends the run.
    """

    class HandedOver(CaseLifecycle[Planned, Any, Any]):
        async def teardown(
            self, result: ReportCase[Planned, Any, Any] | ReportCaseFailure[Planned, Any, Any] | None
        ) -> None:
            if isinstance(result, ReportCaseFailure):
                on_failure(self.case.inputs, result.error_message)
            elif result is not None and result.output is not None:
                on_sample(result.output)

    if not planned:
        return
    entries = [
        pydantic_evals.Case[Planned, Any, Any](name=f"{one.case.id} #{one.repeat}", inputs=one) for one in planned
    ]
    dataset = pydantic_evals.Dataset[Planned, Any, Any](name="kosnote", cases=entries, evaluators=[])
    try:
        await dataset.evaluate(task, max_concurrency=at_once, progress=False, lifecycle=HandedOver)
    except ExceptionGroup as group:  # of the tasks that ran when the first of these was raised
        raise group.exceptions[0] from None
