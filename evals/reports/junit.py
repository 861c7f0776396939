"""Write a run as JUnit XML: one test a case and hard check, one a gated metric, so that any CI shows them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from xml.etree.ElementTree import Element, SubElement, tostring

from evals.reports.standing import Row, hard_checks, known_failures, rows, standing, title_of
from evals.reports.visible import visible
from evals.reports.wording import number, signed, span
from evals.values import CaseResult, Comparison, Sample, Score, Summary

__all__ = ["to_junit"]


def to_junit(summary: Summary, comparison: Comparison | None = None, samples: Sequence[Sample] = ()) -> str:
    """Render one `<testsuite>`; failures carry the reason.

    Skipped with the reason is what was not measured, and beside a baseline what failed there too.
    """
    suite = Element("testsuite", name=visible(f"evals.{summary.suite}"))
    cases = [
        *_hard(summary, comparison, samples),
        *_runs(samples),
        *_gates(summary, comparison),
        *_standing(summary, comparison),
    ]
    suite.extend(cases)
    suite.set("tests", str(len(cases)))
    for kind in ("failure", "error", "skipped"):
        number_of = sum(case.find(kind) is not None for case in cases)
        suite.set({"failure": "failures", "error": "errors"}.get(kind, kind), str(number_of))
    root = Element("testsuites")
    root.append(suite)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(root, encoding="unicode")}\n'


def _hard(summary: Summary, comparison: Comparison | None, samples: Sequence[Sample]) -> Iterator[Element]:
    scores, checks = _scores(samples), hard_checks(summary)
    known = {(one.case, one.metric) for one in known_failures(summary, comparison)} if comparison else set()
    for name, result in summary.cases.items():
        for metric in checks:
            case = _case(f"{summary.suite}.{name}", f"{metric} {title_of(metric)}")
            if (name, metric) in known:
                _say(case, "skipped", f"基线里就未过：{result.failed[metric]}")
            else:
                _judge(case, metric, result, scores.get((name, metric), []))
            yield case


def _judge(case: Element, metric: str, result: CaseResult, scores: Sequence[Score]) -> None:
    if metric in result.failed:
        spans = [quote for score in scores if score.passed is False for quote in score.spans]
        _say(case, "failure", result.failed[metric], "\n".join(dict.fromkeys(spans)))
    elif not any(score.passed is not None for score in scores) and metric not in result.means:
        _say(case, "skipped", next((score.reason for score in scores if score.reason), "本例没有这一项"))


def _scores(samples: Sequence[Sample]) -> Mapping[tuple[str, str], list[Score]]:
    found: dict[tuple[str, str], list[Score]] = {}
    for sample in samples:
        for metric, score in sample.scores.items():
            found.setdefault((sample.case, metric), []).append(score)
    return found


def _runs(samples: Sequence[Sample]) -> Iterator[Element]:
    """Report runs that broke off: an error is no score, and no pass either."""
    for sample in samples:
        if sample.error:
            case = _case(f"{sample.lane}.{sample.case}", f"run {sample.repeat}")
            _say(case, "error", sample.error)
            yield case


def _gates(summary: Summary, comparison: Comparison | None) -> Iterator[Element]:
    for row in rows(summary, comparison):
        if row.tier == "primary" or row.change is not None:
            yield _gate(summary.suite, row)


def _gate(suite: str, row: Row) -> Element:
    case = _case(f"{suite}.gate", f"{row.metric} {row.title}")
    change = row.change
    if change is None:
        level = span(row.estimate.low, row.estimate.high, row.kind) if row.estimate else ""
        _say(case, "skipped", f"没有基线可比；本次 {number(row.value, row.kind)} {level}".rstrip())
        return case
    moved = f"{number(change.base, row.kind)} → {number(change.cand, row.kind)}，变化 {signed(change.delta, row.kind)}"
    if change.low is not None and change.high is not None:
        moved += f" [{signed(change.low, row.kind)}, {signed(change.high, row.kind)}]"
    if change.verdict == "REGRESSED":
        _say(case, "failure", f"变差：{moved}")
    elif change.verdict == "INCONCLUSIVE":
        _say(case, "skipped", f"没有定论：{moved}")
    return case


def _standing(summary: Summary, comparison: Comparison | None) -> Iterator[Element]:
    """Report the run as a whole, so that no failure of the gate hides behind green cases."""
    case = _case(f"{summary.suite}.gate", "standing 总的结论")
    state = standing(summary, comparison)
    if state.code in ("REGRESSED", "FAILED", "INVALID"):
        _say(case, "failure", f"{state.word}。{state.sentence}", "\n".join(comparison.hard if comparison else ()))
    yield case


def _case(group: str, name: str) -> Element:
    return Element("testcase", classname=visible(group), name=visible(name))


def _say(case: Element, kind: str, message: str, detail: str = "") -> None:
    said = SubElement(case, kind, message=visible(message))
    said.text = visible(detail or message)
