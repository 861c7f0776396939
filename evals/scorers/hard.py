"""The hard checks: one failure fails a build, no statistics asked.

All but the outcome look at notes the program let through: what it handed to a person with open findings it has
already called wrong. Sources of numbers and experience are judged in `grounds`.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator

from agent.models import Critique, Note, Report
from agent.text.units import body_units, title_units
from evals.errors import tell
from evals.scorers.measured import PASSED, Measured, Scorer, checked, unscored
from evals.scorers.oracle import find_violations, load_oracle
from evals.scorers.pool import Pool
from evals.scorers.texts import fold, posted_note
from evals.scorers.yardsticks import yardsticks
from evals.values import EITHER, Case, Sample

__all__ = ["SCORERS", "let_through"]


def let_through(measure: Callable[[Note, Sample, Case, Pool], Measured]) -> Callable[[Sample, Case, Pool], Measured]:
    """Measure only notes that the program passed; say why otherwise."""

    def measured(sample: Sample, case: Case, pool: Pool) -> Measured:
        if sample.note is None:
            return unscored("score_no_note", outcome=sample.outcome)
        if sample.outcome not in PASSED:
            return unscored("score_not_passed", outcome=sample.outcome)
        return measure(sample.note, sample, case, pool)

    functools.update_wrapper(measured, measure)
    return measured


def outcome(sample: Sample, case: Case, pool: Pool) -> Measured:
    """Check that the run ended as the case says: with a note in time, with the right questions, or refused by rule."""
    problem = next(_outcome_problems(sample, case), "")
    return Measured(0.0, False, problem) if problem else Measured(1.0, True)


def cleared(note: Note, sample: Sample, case: Case, pool: Pool) -> Measured:
    """Check that nothing the program itself held against a text stood open when it let the text through."""
    if sample.report is None or sample.critique is None:
        return unscored("score_no_reading")
    return checked("score_cleared", _left_open(sample.report, sample.critique))


def platform_limits(note: Note, sample: Sample, case: Case, pool: Pool) -> Measured:
    """Check title, body and tags against the limits of the platform."""
    limits = yardsticks().limits
    sizes = (
        ("score_limit_title", title_units(note.title), limits.title),
        ("score_limit_body", body_units(note.body), limits.body),
        ("score_limit_tags", len(note.tags), limits.tags),
    )
    over = [tell(code, value=value, limit=limit) for code, value, limit in sizes if value > limit]
    return checked("score_limits", over)


def disclosures(note: Note, sample: Sample, case: Case, pool: Pool) -> Measured:
    """Check that every mandatory piece stands in the body, whatever its width, script and blanks."""
    if not case.expect.disclosures:
        return unscored("score_no_disclosures")
    body = fold(note.body).replace("\n", "")
    return checked("score_disclosures", (piece for piece in case.expect.disclosures if not _stands(piece, body)))


def must_say(note: Note, sample: Sample, case: Case, pool: Pool) -> Measured:
    """Check that what the case demands is said."""
    if not case.expect.must_say:
        return unscored("score_nothing_asked")
    text = fold(note.to_text())
    return checked("score_must_say", (word for word in case.expect.must_say if not _stands(word, text)))


def must_not_say(note: Note, sample: Sample, case: Case, pool: Pool) -> Measured:
    """Check that what the case forbids is not said."""
    if not case.expect.must_not_say:
        return unscored("score_nothing_asked")
    text = fold(f"{note.cover}\n{note.to_text()}")
    return checked("score_must_not_say", (word for word in case.expect.must_not_say if fold(word) in text))


def oracle(note: Note, sample: Sample, case: Case, pool: Pool) -> Measured:
    """Check that a reading of the law which knows no rule pack finds nothing in a note that was let through."""
    families = load_oracle().families
    hits = find_violations(posted_note(note))
    return checked("score_oracle", (f"{hit.text}——{families[hit.family].title}（{hit.law}）" for hit in hits))


def _stands(wording: str, text: str) -> bool:
    """Tell whether one of the wordings stands in a folded text."""
    return any(fold(each) in text for each in wording.split(EITHER))


def _outcome_problems(sample: Sample, case: Case) -> Iterator[str]:
    expect = case.expect
    allowed = {"pass": PASSED, "refuse": {"refused"}}.get(expect.outcome, {expect.outcome})
    if sample.outcome not in allowed:
        yield tell("score_outcome_other", expected=expect.outcome, outcome=sample.outcome)
        return
    if expect.outcome == "needs_material" and expect.without_model is None:
        yield from _question_problems(sample, expect.asks)
    if expect.outcome == "refuse" and expect.refused_by:
        rules = sorted({finding.rule for finding in sample.refusal})
        if not set(rules) & set(expect.refused_by):
            expected = "、".join(expect.refused_by)
            yield tell("score_outcome_other_rule", expected=expected, rules="、".join(rules) or "—")
    if expect.max_rounds is not None and len(sample.rounds) > expect.max_rounds:
        yield tell("score_outcome_rounds", rounds=len(sample.rounds), limit=expect.max_rounds)


def _left_open(report: Report, critique: Critique) -> Iterator[str]:
    yield from dict.fromkeys(finding.rule for finding in report.open("block", "fix"))
    yield from report.needs_look
    if not critique.passed:
        yield from [name for name, metric in critique.metrics.items() if metric.passed is False]
        yield from [name for name, answer in critique.rubric.items() if answer.answer == "no"]
    yield from critique.needs_look


def _question_problems(sample: Sample, asks: tuple[str, ...]) -> Iterator[str]:
    asked = fold("\n".join(question.text for question in sample.questions))
    if not sample.questions:
        yield tell("score_outcome_no_questions")
    elif asks and not any(fold(word) in asked for word in asks):
        yield tell("score_outcome_no_question", asks="、".join(asks))


SCORERS = (
    Scorer("outcome", outcome, "1"),
    Scorer("cleared", let_through(cleared), "1"),
    Scorer("platform_limits", let_through(platform_limits), "1"),
    Scorer("disclosures", let_through(disclosures), "2"),
    Scorer("must_say", let_through(must_say), "1"),
    Scorer("must_not_say", let_through(must_not_say), "1"),
    Scorer("oracle", let_through(oracle), "1", by="oracle"),
)
