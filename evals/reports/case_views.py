"""Arrange what the page shows of each case: attempts, drafts by round, what changed, scores, references, evidence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup

from agent.guardrails.wording import cite, label_of
from agent.models import Finding, Note, Report, Round
from evals.reports.differences import difference
from evals.reports.marking import MarkedField, Numbered, mark_note, numbered
from evals.reports.standing import title_of
from evals.reports.visible import visible
from evals.values import Case, CaseResult, Comparison, Flip, Sample, Score, Summary

__all__ = ["Attempt", "CaseView", "Draft", "ScoreLine", "case_views", "explain"]


@dataclass(frozen=True)
class Draft:
    """Hold one round as the page shows it; `diff` is against the round before, empty when nothing changed.

    `first` names, by rule, the finding that explains it: the others refer to that one.
    """

    round: Round
    fields: tuple[MarkedField, ...]
    findings: Numbered
    first: Mapping[str, int]
    cleared: tuple[Finding, ...]
    tone: tuple[tuple[str, str, str], ...]  # metric or question, what is wrong, the words
    diff: Markup
    anchor: str


@dataclass(frozen=True)
class ScoreLine:
    """Hold one score with the title of its metric and its tier; a failed hard check is `bad`."""

    metric: str
    title: str
    tier: str
    score: Score

    @property
    def bad(self) -> bool:
        """Tell whether the check failed."""
        return self.score.passed is False


@dataclass(frozen=True)
class Attempt:
    """Hold the repeats of a case that ended in the same text, shown once."""

    repeats: tuple[int, ...]
    sample: Sample
    drafts: tuple[Draft, ...]
    scores: tuple[ScoreLine, ...]
    evidence: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]  # words of the note, (id, what it says)
    before: str  # diff | same | unknown | absent: what is known of the text of the baseline
    diff: Markup


@dataclass(frozen=True)
class CaseView:
    """Hold everything the page shows of one case."""

    id: str
    title: str
    theme: str
    theme_title: str
    split: str
    case: Case | None
    result: CaseResult | None
    outcomes: tuple[str, ...]
    rules: tuple[str, ...]
    failed: Mapping[str, str]
    flips: tuple[Flip, ...]
    attempts: tuple[Attempt, ...]

    @property
    def state(self) -> str:
        """Return what the filter calls it: failed, changed or quiet."""
        if self.failed or any(not outcome for outcome in self.outcomes):
            return "failed"
        return "changed" if self.flips else "quiet"


def case_views(
    summary: Summary,
    samples: Sequence[Sample],
    cases: Sequence[Case],
    *,
    comparison: Comparison | None = None,
    before: Sequence[Sample] = (),
    themes: Mapping[str, str],
) -> tuple[CaseView, ...]:
    """Arrange every case of the run; what failed comes first, then what changed, then the rest."""
    known = {case.id: case for case in cases}
    runs: dict[str, list[Sample]] = {}
    for sample in samples:
        runs.setdefault(sample.case, []).append(sample)
    old = {(sample.case, sample.repeat): sample for sample in before}
    flips: dict[str, list[Flip]] = {}
    for flip in comparison.flips if comparison else ():
        flips.setdefault(flip.case, []).append(flip)
    names = dict.fromkeys([*summary.cases, *runs])
    views = [
        _view(name, known.get(name), summary, runs.get(name, []), flips.get(name, []), old, themes) for name in names
    ]
    return tuple(sorted(views, key=lambda view: ("failed", "changed", "quiet").index(view.state)))


def _view(
    name: str,
    case: Case | None,
    summary: Summary,
    runs: Sequence[Sample],
    flips: Sequence[Flip],
    old: Mapping[tuple[str, int], Sample],
    themes: Mapping[str, str],
) -> CaseView:
    result = summary.cases.get(name)
    theme = result.theme if result else runs[0].theme
    brief = case.brief if case else next((sample.brief for sample in runs if sample.brief), None)
    rules = {rule: None for sample in runs for round_ in sample.rounds for rule in _rules(round_.report)}
    return CaseView(
        id=name,
        title=brief.topic if brief else name,
        theme=theme,
        theme_title=themes.get(theme, theme),
        split=result.split if result else runs[0].split,
        case=case,
        result=result,
        outcomes=tuple(sample.outcome or "" for sample in runs) or (result.outcomes if result else ()),
        rules=tuple(rules) or tuple(dict.fromkeys(" ".join(result.rules if result else ()).split())),
        failed=result.failed if result else {},
        flips=tuple(flips),
        attempts=tuple(_attempts(name, runs, old, summary)),
    )


def _attempts(
    name: str, runs: Sequence[Sample], old: Mapping[tuple[str, int], Sample], summary: Summary
) -> Iterator[Attempt]:
    """Join repeats whose drafts, outcome and scores are the same: an offline run repeats itself."""
    alike: dict[tuple[object, ...], list[Sample]] = {}
    for sample in runs:
        texts = tuple(_text(round_.note) for round_ in sample.rounds)
        earlier = old.get((name, sample.repeat))
        ends = _text(sample.note), _text(earlier.note) if earlier else None
        failed = tuple(name for name, score in sample.scores.items() if score.passed is False)
        alike.setdefault((sample.outcome, sample.error, texts, ends, failed), []).append(sample)
    for number, group in enumerate(alike.values(), 1):
        first = group[0]
        earlier = old.get((name, first.repeat))
        state, diff = _against(first, earlier, known=bool(old))
        yield Attempt(
            repeats=tuple(sample.repeat for sample in group),
            sample=first,
            drafts=tuple(_drafts(first, f"{visible(name)}-{number}")),
            scores=tuple(_scores(first, summary)),
            evidence=tuple(_evidence(first)),
            before=state,
            diff=diff,
        )


def _against(sample: Sample, earlier: Sample | None, *, known: bool) -> tuple[str, Markup]:
    if not known:
        return "unknown", Markup("")
    if earlier is None:
        return "absent", Markup("")
    diff = difference(_text(earlier.note), _text(sample.note))
    return ("diff" if diff else "same"), diff


def _text(note: Note | None) -> str:
    if note is None:
        return ""
    return f"{note.cover}\n{note.to_text()}" if note.cover else note.to_text()


def _drafts(sample: Sample, anchor: str) -> Iterator[Draft]:
    for before, round_ in pairwise((None, *sample.rounds)):
        if round_ is None:
            continue
        findings = numbered(round_.report.open())
        here = f"{anchor}-r{round_.number}"
        yield Draft(
            round=round_,
            fields=mark_note(round_.note, findings, here),
            findings=findings,
            first={finding.rule: number for number, finding in reversed(findings)},
            cleared=tuple(finding for finding in round_.report.findings if finding.status != "open"),
            tone=tuple(_tone(round_)),
            diff=difference(_text(before.note), _text(round_.note)) if before else Markup(""),
            anchor=here,
        )


def _tone(round_: Round) -> Iterator[tuple[str, str, str]]:
    """List the tone metrics and questions that were not met, level-block first."""
    failing = [(name, metric) for name, metric in round_.critique.metrics.items() if metric.passed is False]
    for name, metric in sorted(failing, key=lambda item: (item[1].level != "block", item[0])):
        yield (f"{name}（必须改）" if metric.level == "block" else name), metric.message, metric.span
    for name, answer in round_.critique.rubric.items():
        if answer.answer == "no":
            yield name, answer.edit, answer.span


def _scores(sample: Sample, summary: Summary) -> Iterator[ScoreLine]:
    tiers = ("hard", "primary", "diagnostic")
    lines = []
    for metric, score in sample.scores.items():
        estimate = summary.estimates.get(metric)
        tier = estimate.tier if estimate else ("hard" if score.passed is not None else "diagnostic")
        lines.append(ScoreLine(metric, title_of(metric), tier, score))
    yield from sorted(lines, key=lambda line: (not line.bad, tiers.index(line.tier)))


def _evidence(sample: Sample) -> Iterator[tuple[str, tuple[tuple[str, str], ...]]]:
    """Pair the words of the final note with what they rest on; material is told in full."""
    material = {item.id: item.text for item in sample.brief.material} if sample.brief else {}
    for segment in sample.note.segments if sample.note else ():
        if segment.sources:
            yield segment.text, tuple((source, material.get(source, "")) for source in segment.sources)


def _rules(report: Report) -> Iterator[str]:
    yield from (finding.rule for finding in report.open())


def explain(finding: Finding) -> dict[str, str]:
    """Say of a finding why, by which clause, and what to do, under the headings staff know."""
    clauses = "；".join(cite(basis) for basis in finding.basis)
    told = {"为什么": finding.message, "依据": clauses, "怎么改": finding.advice}
    if finding.fix is not None and finding.fix.replacement:
        told["补上一行" if finding.start is None else "可改为"] = finding.fix.replacement
    if finding.status != "open":
        told["没有计入"] = f"{label_of('status', finding.status)}：{label_of('guard', finding.status_by)}"
    return {heading: text for heading, text in told.items() if text}
