"""Draw the samples of a run, score them, and sum them up; a run cut short goes on where it stood.

Owns the order: manifest, samples one by one, then scores and summary. Scoring reads samples and never draws; an errored
sample is kept and counted, never scored, and too many of them make the run invalid.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from agent.workspace import load_workspace
from evals.case_files import CASES, read_cases
from evals.datasets import Planned, plan, run_planned
from evals.errors import EvalError
from evals.lanes import DrawingLane, lane_of
from evals.run_files import (
    SAMPLES,
    SUMMARY,
    append_sample,
    read_manifest,
    read_samples,
    write_manifest,
    write_samples,
)
from evals.scoring import score_all, score_together, versions
from evals.signature import differing, judge_of, packages, quiet_treatment, signature_of, treatment_of
from evals.values import Case, Lane, Manifest, Sample, Summary

__all__ = ["MOST_ERRORS", "Ended", "Order", "draw_run", "score_run"]

MOST_ERRORS = 0.02  # of all samples
SHOWN = 5  # errors told in full; of the others the case
Say = Callable[[str], None]


@dataclass(frozen=True)
class Order:
    """Say what a run draws: the lane, which cases, how often, and when to stop."""

    lane: Lane = "offline"
    k: int = 1
    seed: int = 0
    cases: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    split: str | None = None
    root: Path = CASES
    replies: Path | None = None
    at_once: int | None = None
    max_cost: float | None = None
    max_tokens: int | None = None


@dataclass(frozen=True)
class Ended:
    """Hold how a run ended: its folder, its summary, and what keeps it from counting (empty when it counts)."""

    folder: Path
    summary: Summary | None
    problem: str = ""

    @property
    def exit_code(self) -> int:
        """Return 0 for a run that counts and 2 for any other."""
        return 2 if self.problem else 0


def draw_run(
    order: Order, folder: Path, *, resume: bool = False, lane: DrawingLane | None = None, say: Say = lambda line: None
) -> Ended:
    """Draw what is missing of a run, then score all of it; `lane` stands in for the one the order names.

    Raises `EvalError` when the folder holds another run or a run that was measured or made differently.
    """
    lane = lane or lane_of(order.lane, replies=order.replies)
    cases = _chosen(order)
    manifest = _manifest(order, cases, lane, folder)
    done = _begin(manifest, folder, resume=resume)
    planned = [one for one in plan(cases, k=order.k, seed=order.seed) if one.key not in done]
    say(f"{len(done)} 个样本已有，要写 {len(planned)} 个")
    spent = _Spent(order, list(done.values()))
    bank = load_workspace(None)

    async def task(one: Planned) -> Sample | None:
        return None if spent.is_over else await lane.draw(one, bank)

    def keep(sample: Sample) -> None:
        append_sample(sample, folder)
        spent.add(sample)
        say(f"{sample.case} #{sample.repeat} {sample.outcome or '出错：' + sample.error}")

    at_once = order.at_once if order.at_once and lane.at_once > 1 else lane.at_once
    asyncio.run(
        run_planned(
            planned,
            task,
            at_once=at_once,
            on_sample=keep,
            on_failure=lambda one, error: keep(lane.failed(one, error)),
        )
    )
    missing = len(cases) * order.k - len(read_samples(folder))
    if missing:
        return Ended(folder, None, f"预算用完，还差 {missing} 个样本；加预算后用 --resume 接着跑")
    return score_run(folder, root=order.root)


def score_run(folder: Path, *, root: Path = CASES) -> Ended:
    """Score every sample of a run and write samples and summary anew; nothing is drawn.

    Raises `EvalError` when there is nothing to score or the cases are no longer those that were run.
    """
    from evals.summaries import summarize, summary_bytes

    manifest, samples = read_manifest(folder), read_samples(folder)
    if not samples:
        raise EvalError("run_empty", path=folder)
    every, ran = read_cases(root), {sample.case for sample in samples}
    cases = [case for case in every if case.id in ran]
    signature = _signature_now(manifest, cases, every)
    scored = score_all(samples, cases, every)
    write_samples(scored, folder)
    write_manifest(manifest.model_copy(update={"signature": signature}), folder)
    if all(sample.error for sample in scored):
        return Ended(folder, None, _invalid(scored))
    summary = summarize(
        scored,
        suite=manifest.suite,
        k=manifest.k,
        signature=signature,
        treatment=quiet_treatment(manifest.treatment, lane=manifest.lane),
        partial=len(cases) < len(every),
        batch=score_together(scored),
    )
    (folder / SUMMARY).write_bytes(summary_bytes(summary))
    return Ended(folder, summary, _invalid(scored))


def _chosen(order: Order) -> tuple[Case, ...]:
    """Return the cases of a run; a replay runs those that have a cassette."""
    cases = read_cases(order.root, themes=order.themes, ids=order.cases, split=order.split)
    if order.lane != "replay":
        return cases
    from evals.cassettes import cassette_of

    if order.k != 1:
        raise EvalError("run_replay_once", k=order.k)
    recorded = tuple(case for case in cases if order.cases or cassette_of(case.id).is_file())
    if not recorded:
        raise EvalError("run_no_cassettes")
    return recorded


def _manifest(order: Order, cases: Sequence[Case], lane: DrawingLane, folder: Path) -> Manifest:
    settings, now = lane.settings(folder), datetime.now(UTC)
    if order.max_cost is not None and settings.model not in settings.prices:
        raise EvalError("run_no_price", model=settings.model or "—")
    judge = judge_of(settings) if lane.name == "live" else ""
    return Manifest(
        id=f"{lane.name}-{now:%Y%m%d-%H%M%S}",
        suite=lane.name,
        lane=lane.name,
        k=order.k,
        seed=order.seed,
        signature=signature_of(
            cases, read_cases(order.root), lane=lane.name, k=order.k, seed=order.seed, scorers=versions(), judge=judge
        ),
        treatment=treatment_of(settings, lane=lane.name),
        started=now.isoformat(timespec="seconds"),
        packages=packages(),
    )


def _begin(manifest: Manifest, folder: Path, *, resume: bool) -> dict[tuple[str, int, int], Sample]:
    """Return the samples that need not be drawn again; those that ended in an error are drawn anew."""
    if not (folder / SAMPLES).is_file():
        write_manifest(manifest, folder)
        return {}
    if not resume:
        raise EvalError("run_exists", path=folder)
    earlier = read_manifest(folder)
    changed = differing({**earlier.signature, **earlier.treatment}, {**manifest.signature, **manifest.treatment})
    if changed:
        raise EvalError("run_other", path=folder, differing="；".join(changed))
    (folder / SUMMARY).unlink(missing_ok=True)  # it is not yet the summary of what follows
    kept = [sample for sample in read_samples(folder) if not sample.error]
    write_samples(kept, folder)
    return {(sample.case, sample.repeat, sample.seed): sample for sample in kept}


def _signature_now(manifest: Manifest, cases: Sequence[Case], every: Sequence[Case]) -> dict[str, str]:
    """Return the signature with the scorers of today; the cases must be those that were run."""
    then = manifest.signature
    now = signature_of(
        cases,
        every,
        lane=manifest.lane,
        k=manifest.k,
        seed=manifest.seed,
        scorers=versions(),
        judge=then.get("judge", ""),
    )
    if now["data"] != then["data"]:
        raise EvalError("run_other_cases", then=then["data"], now=now["data"])
    return now


def _invalid(samples: Sequence[Sample]) -> str:
    errored = [sample for sample in samples if sample.error]
    if len(errored) <= MOST_ERRORS * len(samples):
        return ""
    lines = [f"{len(samples)} 个样本里 {len(errored)} 个出错，超过 {MOST_ERRORS:.0%}，不算数："]
    lines += [f"  ✗ {sample.case} #{sample.repeat}：{sample.error}" for sample in errored[:SHOWN]]
    rest = [f"{sample.case} #{sample.repeat}" for sample in errored[SHOWN:]]
    return "\n".join([*lines, *([f"  另有 {len(rest)} 个：{'、'.join(rest)}"] if rest else [])])


class _Spent:
    """Add up what the samples of a run have used, against its limits."""

    def __init__(self, order: Order, samples: Sequence[Sample]) -> None:
        self._order = order
        self._tokens = 0
        self._cost = 0.0
        for sample in samples:
            self.add(sample)

    def add(self, sample: Sample) -> None:
        """Count one sample."""
        if sample.usage is not None:
            self._tokens += sample.usage.prompt_tokens + sample.usage.completion_tokens
            self._cost += sample.usage.cost or 0.0

    @property
    def is_over(self) -> bool:
        """Tell whether a limit is reached: no new sample may start."""
        most_tokens, most_cost = self._order.max_tokens, self._order.max_cost
        return bool(
            (most_tokens is not None and self._tokens >= most_tokens)
            or (most_cost is not None and self._cost >= most_cost)
        )
