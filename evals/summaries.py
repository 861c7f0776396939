"""Sum up the samples of one run: derived only, so that a summary can be rebuilt at any time to the same bytes.

Owns the step from samples to `Summary` and its file. A mean over nothing is refused by name, an errored sample is
counted and never scored, and what a lane cannot measure (`absent_in` of data/metrics.yaml) is left out of it: a replay
has no clock. It refuses comparing: that is `comparing`.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import math
import os
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from evals.errors import EvalError, MeasureError
from evals.metrics import Metric, batch_metrics, metrics
from evals.statistics import Clusters, Interval, bootstrap_mean, cluster, detectable, wilson
from evals.values import CaseResult, Estimate, Sample, Score, Summary

__all__ = ["read_summary", "summarize", "summary_bytes", "write_summary"]

DIGITS = 6
FILE = "summary.json"
ERROR = "error"


def summarize(
    samples: Iterable[Sample],
    *,
    suite: str,
    k: int,
    signature: Mapping[str, str],
    treatment: Mapping[str, str],
    partial: bool = False,
    batch: Mapping[str, float] | None = None,
) -> Summary:
    """Sum up samples of one lane; `batch` holds measures over all notes together.

    Raises `MeasureError` for no samples, a sample twice, several lanes, only errors, a value that is no number, a
    metric that no sample holds, and, unless `partial` (a selection of cases was run), a hard or primary metric that
    holds no value.
    """
    found = sorted(samples, key=lambda sample: (sample.case, sample.repeat))
    lane = _lane(found, suite)
    themes = {sample.case: sample.theme for sample in found}
    scored = [sample for sample in found if not sample.error]
    if not scored:
        raise MeasureError("measure_only_errors", suite=suite, samples=len(found), error=found[0].error)
    _refuse_unknown({name for sample in scored for name in sample.scores} - set(metrics()))
    _refuse_unknown(set(batch or {}) - set(batch_metrics()))
    used = {name: metric for name, metric in metrics().items() if lane not in metric.absent_in}
    means = {name: _case_means(name, metric, scored, partial=partial) for name, metric in used.items()}
    estimates = {name: _estimate(name, used[name], means[name], scored, themes, k) for name in used}
    estimates |= {name: _over_all(name, value, scored) for name, value in (batch or {}).items()}
    return Summary(
        suite=suite,
        k=k,
        signature=dict(signature),
        treatment=dict(treatment),
        samples=len(found),
        errors=len(found) - len(scored),
        estimates=estimates,
        cases={case: _case_result(_repeats(found, case), used, means) for case in sorted(themes)},
    )


def summary_bytes(summary: Summary) -> bytes:
    """Render a summary as it is stored: sorted keys, six digits, UTF-8, one newline at the end."""
    plain = _rounded(summary.model_dump(mode="json"))
    return (json.dumps(plain, ensure_ascii=False, sort_keys=True, indent=1, allow_nan=False) + "\n").encode()


def write_summary(summary: Summary, path: Path) -> None:
    """Write a summary whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.write_bytes(summary_bytes(summary))
    beside.replace(path)


def read_summary(path: Path) -> Summary:
    """Read a summary, given its file or the folder of a run. Raises `EvalError` for anything else."""
    place = path / FILE if path.is_dir() else path
    try:
        return Summary.model_validate_json(place.read_bytes())
    except OSError as error:
        raise EvalError("summary_unreadable", path=place, reason=error.strerror or error) from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(step) for step in first["loc"]) or "文件"
        raise EvalError("summary_malformed", path=place, where=where, reason=first["msg"]) from error


def _lane(samples: Sequence[Sample], suite: str) -> str:
    if not samples:
        raise MeasureError("measure_nothing", suite=suite)
    for one, other in itertools.pairwise(samples):
        if (one.case, one.repeat) == (other.case, other.repeat):
            raise MeasureError("measure_twice", case=one.case, repeat=one.repeat)
    lanes = sorted({sample.lane for sample in samples})
    if len(lanes) > 1:
        raise MeasureError("measure_mixed", lanes="、".join(lanes))
    return lanes[0]


def _refuse_unknown(names: set[str]) -> None:
    for name in sorted(names):
        raise MeasureError("measure_unknown", metric=name)


def _case_means(name: str, metric: Metric, samples: Sequence[Sample], *, partial: bool) -> dict[str, float]:
    """Average the repeats of each case that hold a value."""
    scores = [(sample.case, sample.scores[name]) for sample in samples if name in sample.scores]
    if not scores:
        raise MeasureError("measure_missing", metric=name, title=metric.title)
    values: dict[str, list[float]] = defaultdict(list)
    for case, score in scores:
        if score.value is None:
            continue
        if not math.isfinite(score.value):
            raise MeasureError("measure_not_a_number", case=case, metric=name, value=score.value)
        values[case].append(score.value)
    if not values and metric.tier != "diagnostic" and not partial:
        reason = next((score.reason for _, score in scores if score.reason), "没有写理由")
        raise MeasureError("measure_unscored", metric=name, title=metric.title, samples=len(scores), reason=reason)
    return {case: math.fsum(found) / len(found) for case, found in values.items()}


def _estimate(
    name: str,
    metric: Metric,
    means: Mapping[str, float],
    samples: Sequence[Sample],
    themes: Mapping[str, str],
    k: int,
) -> Estimate:
    unscored = sum(_value(sample, name) is None for sample in samples)
    if not means:
        return Estimate(metric=name, tier=metric.tier, n=0, k=k, value=None, method="none", unscored=unscored)
    clusters = cluster(means, themes)
    interval = _level(metric, means, clusters)
    return Estimate(
        metric=name,
        tier=metric.tier,
        n=len(means),
        k=k,
        value=_short(clusters.mean),
        low=_short(interval.low),
        high=_short(interval.high),
        method=interval.method,
        mde=_short(detectable(clusters, paired=False)),
        unscored=unscored,
    )


def _level(metric: Metric, means: Mapping[str, float], clusters: Clusters) -> Interval:
    """Bound a level: Wilson where cases say yes or no and nothing ties them together, else by resampling clusters."""
    decided = metric.kind == "binary" and all(value in (0.0, 1.0) for value in means.values())
    if decided and (len(clusters) == len(means) or clusters.is_constant):
        return Interval(*wilson(round(sum(means.values())), len(means)), "wilson")
    return bootstrap_mean(clusters)


def _over_all(name: str, value: float, samples: Sequence[Sample]) -> Estimate:
    if not math.isfinite(value):
        raise MeasureError("measure_not_a_number", case="全部", metric=name, value=value)
    count = sum(sample.note is not None for sample in samples)
    return Estimate(metric=name, tier="diagnostic", n=count, value=_short(value), method="batch")


def _case_result(
    repeats: Sequence[Sample], used: Mapping[str, Metric], means: Mapping[str, Mapping[str, float]]
) -> CaseResult:
    first = repeats[0]
    return CaseResult(
        theme=first.theme,
        split=first.split,
        outcomes=tuple(sample.outcome or ERROR for sample in repeats),
        means={name: round(found[first.case], DIGITS) for name, found in sorted(means.items()) if first.case in found},
        failed=_failed(repeats, used),
        rules=tuple(_open_at_first(sample) for sample in repeats),
        text=_text(repeats),
    )


def _failed(repeats: Sequence[Sample], used: Mapping[str, Metric]) -> dict[str, str]:
    """Name the hard checks that failed in any repeat, each with the first reason."""
    failed: dict[str, str] = {}
    for sample in repeats:
        for name, score in sorted(sample.scores.items()):
            if name in used and used[name].tier == "hard" and not sample.error and _fails(score):
                failed.setdefault(name, _reason(score))
    return failed


def _fails(score: Score) -> bool:
    return score.passed is False or (score.passed is None and score.value is not None and score.value < 1)


def _reason(score: Score) -> str:
    quoted = [f"“{span}”" for span in score.spans if span and span not in score.reason]
    return " ".join([score.reason, *quoted]).strip() or f"{score.metric} 不通过"


def _open_at_first(sample: Sample) -> str:
    """Name the rules that fail the first draft, joined by a blank; empty for a clean draft and where there is none."""
    if not sample.rounds:
        return ""
    return " ".join(sorted({finding.rule for finding in sample.rounds[0].report.open("block", "fix")}))


def _text(repeats: Sequence[Sample]) -> str:
    """Identify what a reader gets: the note, or the questions, or who refused."""
    parts = [_reader_gets(sample) for sample in repeats]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16] if any(parts) else ""


def _reader_gets(sample: Sample) -> str:
    if sample.note is not None:
        return sample.note.text_hash
    return "\t".join([*(question.text for question in sample.questions), *(found.rule for found in sample.refusal)])


def _repeats(samples: Sequence[Sample], case: str) -> list[Sample]:
    return [sample for sample in samples if sample.case == case]


def _value(sample: Sample, name: str) -> float | None:
    score = sample.scores.get(name)
    return None if score is None else score.value


def _short(value: float | None) -> float | None:
    return None if value is None else round(value, DIGITS) + 0.0


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return _short(value)
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_rounded(item) for item in value]
    return value
