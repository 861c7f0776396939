"""Name what changed in each case between two summaries of a lane in which nothing is drawn by chance.

There any change of an item is an effect of code or data, so that every one is listed and none needs a p-value. `lost`
says for the worse; `fails` that it fails the build. It refuses averages and verdicts over cases.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from evals.metrics import Metric, metrics
from evals.values import CaseResult, Flip, Summary

__all__ = ["CASE", "OUTCOME", "Found", "case_flips", "hard_flips", "missing_flips", "told"]

CASE, OUTCOME, FIRST_DRAFT, REPORTED = "案例", "结局", "初稿未过的规则", "报出的规则"
TEXT, LOOKS = "文本", "参考指标"
DRAFTED = "first_draft_pass"
NONE = "无"
_SAME = 1e-6  # what a stored digit can differ by


@dataclass(frozen=True)
class Found:
    """Hold one flip, and whether it fails the build by itself."""

    flip: Flip
    fails: bool = False


def missing_flips(base: Summary, cand: Summary) -> Iterator[Found]:
    """Name the cases that only one of both holds: a lost one fails, a new one needs a new baseline."""
    for case in sorted(set(base.cases) - set(cand.cases)):
        yield Found(Flip(case=case, what=CASE, before="有", after="缺", lost=True, detail="这次没有跑到"), fails=True)
    for case in sorted(set(cand.cases) - set(base.cases)):
        failed = told(cand.cases[case].failed)
        flip = Flip(case=case, what=CASE, before="缺", after="有", lost=bool(failed), detail=failed or "基线里没有")
        yield Found(flip, fails=True)


def case_flips(case: str, base: CaseResult, cand: CaseResult) -> Iterator[Found]:
    """List every change of one case, what fails first."""
    outcome = list(_outcome(case, base, cand))
    told_already = {"outcome"} if any(one.fails for one in outcome) else set()
    found = [
        *outcome,
        *hard_flips(case, base, cand, without=told_already),
        *_unmeasured(case, base, cand),
        *_rules(case, base, cand),
        *_means(case, base, cand),
        *_text(case, base, cand),
    ]
    yield from sorted(found, key=lambda one: (not one.fails, not one.flip.lost))


def hard_flips(case: str, base: CaseResult, cand: CaseResult, *, without: Collection[str] = ()) -> Iterator[Found]:
    """List hard checks lost, regained, and failing for another reason than before, `without` those told already."""
    for name in sorted({*base.failed, *cand.failed} - set(without)):
        before, after = base.failed.get(name), cand.failed.get(name)
        if before == after:
            continue
        lost = before is None
        flip = Flip(
            case=case,
            what=_title(name),
            before="过" if before is None else f"未过：{before}",
            after="过" if after is None else f"未过：{after}",
            lost=lost,
        )
        yield Found(flip, fails=lost)


def told(failed: dict[str, str]) -> str:
    """Tell failed hard checks in one line."""
    return "；".join(f"{_title(name)}：{reason}" for name, reason in sorted(failed.items()))


def _outcome(case: str, base: CaseResult, cand: CaseResult) -> Iterator[Found]:
    if base.outcomes == cand.outcomes:
        return
    errored = cand.outcomes.count("error") > base.outcomes.count("error")
    lost = errored or ("outcome" in cand.failed and "outcome" not in base.failed)
    flip = Flip(
        case=case,
        what=OUTCOME,
        before=_joined(base.outcomes),
        after=_joined(cand.outcomes),
        lost=lost,
        detail=cand.failed.get("outcome", "") if lost else "",
    )
    yield Found(flip, fails=lost)


def _unmeasured(case: str, base: CaseResult, cand: CaseResult) -> Iterator[Found]:
    """Report hard checks that are silent where the case ended as before: a check that stopped working."""
    if base.outcomes != cand.outcomes:
        return
    for name in sorted(set(base.means) - set(cand.means)):
        if _is_hard(name):
            flip = Flip(
                case=case, what=_title(name), before="量过", after="没有量", lost=True, detail="检查不再给出结果"
            )
            yield Found(flip, fails=True)


def _rules(case: str, base: CaseResult, cand: CaseResult) -> Iterator[Found]:
    """Report rules that come and go: of a draft a new one is worse, of a labelled text its hard checks tell that."""
    if base.rules == cand.rules:
        return
    before, after = _ids(base), _ids(cand)
    drafted = DRAFTED in {**base.means, **cand.means}
    lost = drafted and (bool(after - before) or sum(map(bool, cand.rules)) > sum(map(bool, base.rules)))
    changed = [f"新增 {name}" for name in sorted(after - before)] + [f"不再 {name}" for name in sorted(before - after)]
    flip = Flip(
        case=case,
        what=FIRST_DRAFT if drafted else REPORTED,
        before=_joined(base.rules),
        after=_joined(cand.rules),
        lost=lost,
        detail="；".join(changed),
    )
    yield Found(flip, fails=lost)


def _means(case: str, base: CaseResult, cand: CaseResult) -> Iterator[Found]:
    """Report every primary that moved, and the diagnostics of a case together."""
    looks: list[str] = []
    for name in sorted({*base.means, *cand.means}):
        before, after = base.means.get(name), cand.means.get(name)
        if _is_hard(name) or before == after or (before is not None and after is not None and _close(before, after)):
            continue
        spec = metrics().get(name)
        if spec is None or spec.tier == "diagnostic":
            looks.append(f"{_title(name)} {_number(before)}→{_number(after)}")
        else:
            lost = after is None or (before is not None and _worse(spec, after - before))
            yield Found(Flip(case=case, what=spec.title, before=_number(before), after=_number(after), lost=lost))
    if looks:
        moved = f"{len(looks)} 项变了"
        yield Found(Flip(case=case, what=LOOKS, before="原样", after=moved, lost=False, detail="；".join(looks)))


def _text(case: str, base: CaseResult, cand: CaseResult) -> Iterator[Found]:
    if base.text != cand.text:
        yield Found(Flip(case=case, what=TEXT, before=base.text or NONE, after=cand.text or NONE, lost=False))


def _worse(spec: Metric, change: float) -> bool:
    return change < 0 if spec.better == "higher" else change > 0


def _is_hard(name: str) -> bool:
    spec = metrics().get(name)
    return spec is not None and spec.tier == "hard"


def _title(name: str) -> str:
    spec = metrics().get(name)
    return spec.title if spec else name


def _ids(result: CaseResult) -> set[str]:
    return {name for rules in result.rules for name in rules.split()}


def _close(before: float, after: float) -> bool:
    return abs(before - after) <= _SAME


def _number(value: float | None) -> str:
    return "没有分" if value is None else f"{value:.4g}"


def _joined(parts: tuple[str, ...]) -> str:
    return " / ".join(part or NONE for part in parts) or NONE
