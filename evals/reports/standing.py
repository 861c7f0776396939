"""What a run amounts to, in the form every report shows: one standing, one row a metric, the hard failures.

Owns no statistics: values, intervals and verdicts are those of the summary and the comparison.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from evals.comparing import ERRORS_ALLOWED
from evals.flips import CASE, OUTCOME
from evals.metrics import BatchMetric, batch_metrics, metrics
from evals.reports.wording import VERDICTS
from evals.values import Change, Comparison, Estimate, Flip, Summary, Tier

__all__ = [
    "Failure",
    "Row",
    "Standing",
    "failures",
    "flip_text",
    "hard_checks",
    "known_failures",
    "other_flips",
    "rows",
    "standing",
    "title_of",
]

Code = Literal["OK", "REGRESSED", "INCONCLUSIVE", "FAILED", "INVALID", "ALONE"]
_UNKNOWN = BatchMetric(better="higher", title="")
_TIERS: tuple[Tier, ...] = ("hard", "primary", "diagnostic")


@dataclass(frozen=True)
class Standing:
    """Say in one word and one sentence how a run stands."""

    code: Code
    word: str
    sentence: str


@dataclass(frozen=True)
class Row:
    """Hold one metric of this run beside the baseline; `estimate` or `change` may be absent, not both."""

    metric: str
    title: str
    tier: Tier
    kind: str
    better: str
    estimate: Estimate | None
    change: Change | None

    @property
    def value(self) -> float | None:
        """Return the level of this run."""
        if self.estimate is not None:
            return self.estimate.value
        return self.change.cand if self.change else None

    @property
    def mde(self) -> float | None:
        """Return the smallest change that could be detected, of the comparison if there is one."""
        if self.change is not None and self.change.mde is not None:
            return self.change.mde
        return self.estimate.mde if self.estimate else None


@dataclass(frozen=True)
class Failure:
    """Name one hard check that failed in one case, and why."""

    case: str
    theme: str
    metric: str
    title: str
    reason: str


def standing(summary: Summary, comparison: Comparison | None = None) -> Standing:
    """Tell how the run stands; errors come first, then the comparison, then the hard checks."""
    failed = len(failures(summary))
    if summary.samples == 0 or summary.errors > ERRORS_ALLOWED * summary.samples:
        told = f"{summary.samples} 次运行里有 {summary.errors} 次出错" if summary.samples else "一次也没有运行"
        return Standing("INVALID", "无效", f"{told}，结果不能用。")
    if comparison is None:
        if failed:
            return Standing("FAILED", "硬性检查未过", f"有 {failed} 项硬性检查未过；没有与基线比较。")
        return Standing("ALONE", "未与基线比较", "硬性检查全部通过；没有基线，说不了变好变差。")
    code = "REGRESSED" if comparison.hard else comparison.verdict
    known = len(known_failures(summary, comparison))
    since = f"，其中 {known} 项基线里就未过" if known else ""
    rest = f"现有 {failed} 项硬性检查未过{since}。" if failed else "硬性检查全部通过。"
    return Standing(code, VERDICTS[code], f"{_compared(comparison)}{rest}")


def rows(summary: Summary, comparison: Comparison | None = None) -> tuple[Row, ...]:
    """List every metric of either, hard first, then in the order of `data/metrics.yaml`."""
    changes = {change.metric: change for change in comparison.changes} if comparison else {}
    names = {*summary.estimates, *changes}
    found = [_row(name, summary.estimates.get(name), changes.get(name)) for name in names]
    order = [*metrics(), *batch_metrics()]
    return tuple(
        sorted(
            found,
            key=lambda row: (
                _TIERS.index(row.tier),
                order.index(row.metric) if row.metric in order else len(order),
                row.metric,
            ),
        )
    )


def failures(summary: Summary) -> tuple[Failure, ...]:
    """List the hard checks that failed, case by case."""
    return tuple(
        Failure(name, case.theme, metric, title_of(metric), reason)
        for name, case in summary.cases.items()
        for metric, reason in case.failed.items()
    )


def known_failures(summary: Summary, comparison: Comparison) -> tuple[Failure, ...]:
    """List the hard checks that failed in the baseline too: those of which no change tells that they were lost."""
    lost = {(flip.case, flip.what) for flip in comparison.flips if flip.lost}
    told_as = {title_of("outcome"): OUTCOME}
    return tuple(
        one
        for one in failures(summary)
        if not lost & {(one.case, one.title), (one.case, told_as.get(one.title, "")), (one.case, CASE)}
        and not any(line.startswith(f"{one.case} {one.title}：") for line in comparison.hard)
    )


def hard_checks(summary: Summary) -> tuple[str, ...]:
    """Name the hard checks of a run: those estimated and those that failed."""
    estimated = [name for name, estimate in summary.estimates.items() if estimate.tier == "hard"]
    return tuple(dict.fromkeys([*estimated, *(failure.metric for failure in failures(summary))]))


def flip_text(flip: Flip) -> str:
    """Tell one change of one case."""
    detail = f"（{flip.detail}）" if flip.detail else ""
    return f"{flip.case} {flip.what}：{flip.before} → {flip.after}{detail}"


def other_flips(comparison: Comparison) -> tuple[Flip, ...]:
    """Return the changes that do not stand among the hard ones already, the lost ones first."""
    rest = [flip for flip in comparison.flips if flip_text(flip) not in comparison.hard]
    return tuple(sorted(rest, key=lambda flip: not flip.lost))


def title_of(metric: str) -> str:
    """Return the Chinese title of a metric; its id when it has none."""
    known = metrics().get(metric) or batch_metrics().get(metric)
    return known.title if known else metric


def _compared(comparison: Comparison) -> str:
    if comparison.hard:
        return f"有 {len(comparison.hard)} 件事不论平均数如何都算失败。"
    worse = [change for change in comparison.changes if change.verdict == "REGRESSED"]
    if worse:
        return "比基线差：" + "、".join(title_of(change.metric) for change in worse) + "。"
    if comparison.verdict == "INCONCLUSIVE":
        return "样本不足以判断有没有变差。"
    if comparison.flips:
        return f"有 {len(comparison.flips)} 处与基线不同，都不算变差；看过之后用 accept 更新基线。"
    return "逐项都没有比基线差。"


def _row(name: str, estimate: Estimate | None, change: Change | None) -> Row:
    known = metrics().get(name)
    tier: Tier = estimate.tier if estimate else known.tier if known else "diagnostic"
    kind = known.kind if known else "score"
    better = (known or batch_metrics().get(name) or _UNKNOWN).better
    return Row(name, title_of(name), tier, kind, better, estimate, change)
