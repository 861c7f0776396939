"""All values the evals pass around and persist, frozen and free of I/O.

This module owns the shapes of cases, samples, scores, summaries and comparisons; they are the only persisted format.
It refuses behaviour: reading, running, scoring, comparing and reporting live in modules of their own.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from agent.models import (
    Brief,
    Critique,
    Finding,
    Frozen,
    Language,
    MaterialKind,
    Note,
    NoteType,
    Outcome,
    Question,
    Report,
    Round,
    Usage,
)

__all__ = [
    "EITHER",
    "BriefSpec",
    "Case",
    "CaseMaterial",
    "CaseResult",
    "Change",
    "Comparison",
    "Estimate",
    "Expectation",
    "FactTarget",
    "Flip",
    "Lane",
    "Manifest",
    "Reference",
    "Review",
    "Sample",
    "Score",
    "Summary",
    "Tier",
]

EITHER = "｜"
"""Part the wordings of which one is enough, in `must_say` and `disclosures`."""

Lane = Literal["offline", "replay", "live", "scripted"]
Tier = Literal["hard", "primary", "diagnostic"]
Verdict = Literal["OK", "REGRESSED", "INCONCLUSIVE"]


class BriefSpec(Frozen):
    """Say what a case asks for, by the ids of the demo workspace; `as_of` is the only clock."""

    topic: str
    note_type: NoteType = "lifestyle"
    keyword: str = ""
    audience: str = ""
    persona: str = ""
    account: str = ""
    products: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    points: tuple[str, ...] = ()
    language: Language = "zh-CN"
    as_of: date = date(2026, 11, 24)
    seed: int = 0


class CaseMaterial(Frozen):
    """Keep one thing the employee of the case really lived, as told."""

    text: str
    kind: MaterialKind = "event"


class FactTarget(Frozen):
    """Demand that a fact is told: at least one of its surface forms stands in the note."""

    fact: str
    any_of: tuple[str, ...] = Field(min_length=1)


class Expectation(Frozen):
    """Say how a case must end and what its note must and must not say.

    `pass` ends as ready or in_review, `needs_material` with questions, `refuse` at the gate, `needs_human` with a
    person. `without_model` is the outcome where no model writes, when that differs: nothing else is demanded there.
    `asks` are words of which at least one stands in some question; `refused_by` are rules of which at least one
    refuses.
    """

    outcome: Literal["pass", "needs_material", "refuse", "needs_human"]
    without_model: Literal["needs_material", "needs_human"] | None = None
    must_facts: tuple[FactTarget, ...] = ()
    must_say: tuple[str, ...] = ()
    must_not_say: tuple[str, ...] = ()
    disclosures: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()
    refused_by: tuple[str, ...] = ()
    max_rounds: int | None = Field(default=None, ge=1, le=10)


class Reference(Frozen):
    """Name one reference note beside the case, who wrote it and why it is good; `text` is filled by the loader."""

    file: str
    author: str
    why: str = ""
    text: str = ""


class Review(Frozen):
    """Tell who answers for a case and when it was last looked at."""

    owner: str
    reviewed_at: date
    note: str = ""


class Case(Frozen):
    """Hold one case; `theme` is the cluster of every interval, `held` cases are not shown to prompt authors."""

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    theme: str
    split: Literal["dev", "held"] = "dev"
    brief: BriefSpec
    material: tuple[CaseMaterial, ...] = ()
    expect: Expectation
    references: tuple[Reference, ...] = ()
    review: Review

    def in_lane(self, lane: Lane) -> Case:
        """Return the case with what it expects in this lane."""
        other = self.expect.without_model
        if lane != "offline" or other is None:
            return self
        return self.model_copy(update={"expect": Expectation(outcome=other, without_model=other)})


class Score(Frozen):
    """Score one sample on one metric. `value` None is unscored, `reason` says why; `passed` is for hard checks.

    `value` is in the unit of the metric (see `data/metrics.yaml`), never NaN. `spans` quote the evidence.
    """

    metric: str
    value: float | None = Field(default=None, allow_inf_nan=False)
    passed: bool | None = None
    reason: str = ""
    spans: tuple[str, ...] = ()
    by: Literal["rule", "oracle", "judge", "library"] = "rule"
    version: str = "1"


class Sample(Frozen):
    """Keep one (case, repeat): how it ended, every draft with its check, and its scores.

    `error` is set when the run failed; an errored sample has no outcome and is never scored. Latency is in seconds.
    """

    case: str
    theme: str
    split: Literal["dev", "held"] = "dev"
    repeat: int = 0
    seed: int = 0
    lane: Lane
    author: str = ""
    brief: Brief | None = None
    outcome: Outcome | None = None
    rounds: tuple[Round, ...] = ()
    note: Note | None = None
    report: Report | None = None
    critique: Critique | None = None
    questions: tuple[Question, ...] = ()
    refusal: tuple[Finding, ...] = ()
    reason: str = ""
    usage: Usage | None = None
    latency: float | None = None
    cassette: str = ""
    error: str = ""
    scores: dict[str, Score] = Field(default_factory=dict)


class Manifest(Frozen):
    """Describe one run: `signature` is how it was measured, `treatment` what was measured (both shown, see below).

    Two runs compare only when their signatures agree: dataset, k, lane, scorer versions, judge. Treatment (commit,
    rule packs, prompts, writing model, thresholds) may differ: that is what a comparison is for.
    """

    id: str
    suite: str
    lane: Lane
    k: int = 1
    seed: int = 0
    signature: dict[str, str] = Field(default_factory=dict)
    treatment: dict[str, str] = Field(default_factory=dict)
    started: str = ""
    packages: dict[str, str] = Field(default_factory=dict)


class Estimate(Frozen):
    """Estimate one metric over cases: mean with its interval, and the smallest change this run could detect.

    `n` counts cases with a value, `k` repeats, `unscored` samples without a value, `mde` is at 80 % power.
    """

    metric: str
    tier: Tier
    n: int
    k: int = 1
    value: float | None
    low: float | None = None
    high: float | None = None
    method: str = ""
    mde: float | None = None
    unscored: int = 0


class CaseResult(Frozen):
    """Keep one case of a summary: how its repeats ended, its means, and the hard checks it failed with the reason.

    `rules` are the rules open in each repeat's first draft; `text` identifies the final texts.
    """

    theme: str
    split: Literal["dev", "held", "final"] = "dev"
    outcomes: tuple[str, ...] = ()
    means: dict[str, float] = Field(default_factory=dict)
    failed: dict[str, str] = Field(default_factory=dict)
    rules: tuple[str, ...] = ()
    text: str = ""


class Summary(Frozen):
    """Sum up a run: derived only, rebuilt from samples at any time, without clock or latency in a replayed lane."""

    suite: str
    k: int = 1
    signature: dict[str, str] = Field(default_factory=dict)
    treatment: dict[str, str] = Field(default_factory=dict)
    samples: int = 0
    errors: int = 0
    estimates: dict[str, Estimate] = Field(default_factory=dict)
    cases: dict[str, CaseResult] = Field(default_factory=dict)


class Flip(Frozen):
    """Name one thing that changed in one case; `lost` tells whether it is for the worse."""

    case: str
    what: str
    before: str
    after: str
    lost: bool
    detail: str = ""


class Change(Frozen):
    """Compare one metric: paired difference with its interval and verdict."""

    metric: str
    base: float | None
    cand: float | None
    delta: float | None
    low: float | None = None
    high: float | None = None
    p: float | None = None
    n: int = 0
    margin: float = 0.0
    mde: float | None = None
    method: str = ""
    verdict: Verdict = "INCONCLUSIVE"


class Comparison(Frozen):
    """Hold the whole comparison; `hard` lists what fails it whatever the averages say."""

    suite: str
    verdict: Verdict
    changes: tuple[Change, ...] = ()
    flips: tuple[Flip, ...] = ()
    hard: tuple[str, ...] = ()
    signature: dict[str, str] = Field(default_factory=dict)
    treatment: dict[str, tuple[str, str]] = Field(default_factory=dict)
    errors: tuple[int, int] = (0, 0)
