"""The five metrics whose averages gate: first draft, rounds, facts, shape and tone."""

from __future__ import annotations

from evals.errors import tell
from evals.scorers.measured import PASSED, Measured, Scorer, unscored
from evals.scorers.pool import Pool
from evals.scorers.texts import fold
from evals.scorers.yardsticks import Bounds, yardsticks
from evals.values import Case, Sample

__all__ = ["SCORERS"]


def first_draft_pass(sample: Sample, case: Case, pool: Pool) -> Measured:
    """Tell whether the first draft passed the rules; a case that should give a note and gave none did not."""
    if case.expect.outcome != "pass":
        return unscored("score_not_expected", outcome=case.expect.outcome)
    if not sample.rounds:
        return Measured(0.0, reason=tell("score_no_draft", outcome=sample.outcome))
    report = sample.rounds[0].report
    if report.verdict == "pass":
        return Measured(1.0)
    rules = tuple(sorted({finding.rule for finding in report.open("block", "fix")}))
    return Measured(0.0, reason=tell("score_first_draft", rules="、".join(rules)), spans=rules)


def rounds_to_pass(sample: Sample, case: Case, pool: Pool) -> Measured:
    """Count the rounds until the note passed; one more than allowed when it did not."""
    if case.expect.outcome != "pass":
        return unscored("score_not_expected", outcome=case.expect.outcome)
    if sample.outcome in PASSED:
        return Measured(float(len(sample.rounds)))
    limit = case.expect.max_rounds or yardsticks().rounds
    return Measured(limit + 1.0, reason=tell("score_rounds_spent", limit=limit, outcome=sample.outcome))


def fact_recall(sample: Sample, case: Case, pool: Pool) -> Measured:
    """Return the share of demanded facts of which one surface form stands in the note."""
    targets = case.expect.must_facts
    if not targets:
        return unscored("score_no_facts")
    if sample.note is None:
        return Measured(0.0, reason=tell("score_no_note", outcome=sample.outcome))
    text = fold(sample.note.to_text()).replace("\n", "")
    missing = tuple(target.fact for target in targets if not any(fold(form) in text for form in target.any_of))
    reason = tell("score_facts_missing", facts="、".join(missing)) if missing else ""
    return Measured(1 - len(missing) / len(targets), reason=reason, spans=missing)


def life_shape(sample: Sample, case: Case, pool: Pool) -> Measured:
    """Return 1 when share of life and place of the first money lie in the bands of the references, .5 for one."""
    if sample.note is None:
        return unscored("score_no_note", outcome=sample.outcome)
    shape = pool.shape(sample.note.body)
    if shape is None:
        return Measured(0.0, reason=tell("score_no_prose"))
    bands = pool.bands(case.brief.note_type)
    held = _within(shape.life_share, bands.life_share) + _within(shape.first_money, bands.first_money)
    reason = tell(
        "score_shape",
        life=f"{shape.life_share:.2f}",
        life_band=_span(bands.life_share),
        money=f"{shape.first_money:.2f}",
        money_band=_span(bands.first_money),
    )
    return Measured(held / 2, reason="" if held == 2 else reason)


def tone_rubric(sample: Sample, case: Case, pool: Pool) -> Measured:
    """Return the share of yes among the answered questions of the rubric."""
    if sample.note is None:
        return unscored("score_no_note", outcome=sample.outcome)
    rubric = sample.critique.rubric if sample.critique else {}
    answered = {name: answer for name, answer in rubric.items() if answer.answer != "unscored"}
    if not answered:
        return unscored("score_no_rubric")
    refused = tuple(name for name, answer in answered.items() if answer.answer == "no")
    reason = tell("score_rubric_no", questions="、".join(refused)) if refused else ""
    spans = tuple(answered[name].span for name in refused if answered[name].span)
    return Measured(1 - len(refused) / len(answered), reason=reason, spans=spans)


def _within(value: float, bounds: Bounds) -> int:
    return int(bounds[0] <= value <= bounds[1])


def _span(bounds: Bounds) -> str:
    return f"{bounds[0]:.2f}–{bounds[1]:.2f}"


SCORERS = (
    Scorer("first_draft_pass", first_draft_pass, "1"),
    Scorer("rounds_to_pass", rounds_to_pass, "1"),
    Scorer("fact_recall", fact_recall, "1"),
    Scorer("life_shape", life_shape, "1"),
    Scorer("tone_rubric", tone_rubric, "1", by="judge"),
)
