"""Score one note: every metric, the unscored rubric, and whether it passes without a model."""

from __future__ import annotations

from collections.abc import Sequence

from agent.models import Account, Brief, Critique, Fact, Metric, Note, Persona, Product, RubricAnswer
from agent.tone.metrics import METRICS
from agent.tone.subject import Subject
from agent.tone.thresholds import Thresholds, load_thresholds

__all__ = ["critique"]

RUBRIC = tuple(f"D{number}" for number in range(1, 13))


def critique(
    note: Note,
    /,
    *,
    brief: Brief,
    facts: Sequence[Fact] = (),
    products: Sequence[Product] = (),
    account: Account | None = None,
    persona: Persona | None = None,
    earlier: Sequence[Note] = (),
) -> Critique:
    """Return metrics and rubric of a note; what it was not given stays undecided (`passed` None).

    The note passes when no metric of level block fails and at most `allowed_warnings` others do. Sources: tone
    metrics of the house style; thresholds in `agent/data/tone.yaml`.
    """
    thresholds = load_thresholds()
    subject = Subject(note=note, brief=brief, products=products, facts=facts, persona=persona, earlier=earlier)
    metrics = {name: _score(name, subject, thresholds) for name in METRICS}
    failed = [metric.level for metric in metrics.values() if metric.passed is False]
    return Critique(
        metrics=metrics,
        rubric={question: RubricAnswer() for question in RUBRIC},
        passed="block" not in failed and len(failed) <= thresholds.allowed_warnings,
        text_hash=note.text_hash,
    )


def _score(name: str, subject: Subject, thresholds: Thresholds) -> Metric:
    limit = thresholds.metrics[name]
    value, passed, details, span, level = METRICS[name](subject, limit, thresholds.words)
    message = limit.describe(value=value, **details) if passed is False else ""
    return Metric.model_validate(
        {"value": value, "passed": passed, "level": level or limit.level, "message": message, "span": span}
    )
