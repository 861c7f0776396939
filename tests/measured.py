"""Scored samples and summaries as a run would leave them, built from a few values."""

from __future__ import annotations

from agent.models import Critique, Finding, Note, Report, Round, Segment
from evals.metrics import metrics
from evals.summaries import summarize
from evals.values import Sample, Score

GOOD = {"rounds_to_pass": 1.0}


def note(body: str = "六点出门，江边风大。") -> Note:
    """Make a note with this body."""
    return Note(titles=("沿江跑",), title="沿江跑", segments=(Segment(text=body, kind="life", sources=("m1",)),))


def finding(rule: str, severity: str = "block") -> Finding:
    """Make an open finding of a rule."""
    return Finding(rule=rule, pack="returns", severity=severity, field="body", text="稳赚", message="不得承诺收益")


def draft(number: int, body: str, *rules: str) -> Round:
    """Make a round in which these rules were open."""
    report = Report(verdict="block" if rules else "pass", note_type="lifestyle", findings=tuple(map(finding, rules)))
    return Round(number=number, note=note(body), report=report, critique=Critique(passed=True))


def scores(**values: float | None) -> dict[str, Score]:
    """Score every metric: one, or what is given; hard checks pass at one."""
    made = {}
    for name, metric in metrics().items():
        value = values.get(name, GOOD.get(name, 1.0))
        passed = None if metric.tier != "hard" or value is None else value >= 1
        made[name] = Score(metric=name, value=value, passed=passed, reason="" if value == 1.0 else f"{name} 的理由")
    return made


def sample(case: str = "jiangbian-run", repeat: int = 0, **changes: object) -> Sample:
    """Make one good sample; `values` scores metrics, `rules` are open in the first draft, the rest replaces fields."""
    rules = tuple(changes.pop("rules", ()))
    body = str(changes.pop("body", f"{case}：六点出门，江边风大。"))
    given = {
        "theme": "running",
        "lane": "offline",
        "outcome": "in_review",
        "rounds": (draft(1, body, *rules),),
        "note": note(body),
        "scores": scores(**changes.pop("values", {})),
        **changes,
    }
    return Sample(case=case, repeat=repeat, **given)


def summary(*samples: Sample, **changes: object):
    """Sum up samples with a plain signature."""
    given = {
        "suite": "offline",
        "k": 1,
        "signature": {"lane": samples[0].lane, "dataset": "d1", "k": "1", "scorers": "s1"},
        "treatment": {"commit": "c1"},
        **changes,
    }
    return summarize(samples, **given)
