"""Compare two summaries: refuse what was measured differently, then name what changed and whether it counts.

Without chance (every lane but `live`) each item that changed is listed and a lost one fails; sampled runs get verdicts
on at most five primaries, and beside them a guard for what an average hides. Exit codes: see `exit_code`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from evals.changes import exact_changes, sampled_changes
from evals.errors import EvalError, IncomparableError
from evals.flips import Found, case_flips, hard_flips, missing_flips
from evals.metrics import metrics
from evals.values import CaseResult, Change, Comparison, Flip, Summary, Verdict

__all__ = ["ERRORS_ALLOWED", "compare", "exit_code", "is_behind", "is_sampled"]

ERRORS_ALLOWED = 0.02
SAMPLED = "live"
NAMED = 5
SEVERE_REPEATS = 3  # with fewer, a case that goes from all to none is ordinary luck


def compare(base: Summary, cand: Summary) -> Comparison:
    """Compare a candidate with its baseline.

    Raises `IncomparableError` naming the parts of the signature that differ, and `EvalError` for a run in which more
    than 2 % of the samples errored.
    """
    _refuse_unlike(base, cand)
    for name, summary in (("基线", base), ("本次", cand)):
        if summary.errors > ERRORS_ALLOWED * summary.samples:
            errored = [case for case, result in sorted(summary.cases.items()) if "error" in result.outcomes]
            raise EvalError(
                "run_invalid", run=name, errors=summary.errors, samples=summary.samples, cases="、".join(errored[:5])
            )
    return _compare_sampled(base, cand) if is_sampled(cand) else _compare_exact(base, cand)


def is_sampled(summary: Summary) -> bool:
    """Tell whether chance has a part in a run: only where a model answers live."""
    return summary.signature.get("lane", summary.suite) == SAMPLED


def is_behind(comparison: Comparison) -> bool:
    """Tell whether a run without chance passes and yet differs from its baseline, which then wants `accept`."""
    drawn = comparison.signature.get("lane", comparison.suite) == SAMPLED
    return not drawn and comparison.verdict == "OK" and bool(comparison.flips)


def exit_code(comparison: Comparison, *, strict: bool = False) -> int:
    """Return 0 for OK, 1 for REGRESSED; an inconclusive comparison is a warning (0), under `strict` 3."""
    return {"OK": 0, "REGRESSED": 1, "INCONCLUSIVE": 3 if strict else 0}[comparison.verdict]


def _refuse_unlike(base: Summary, cand: Summary) -> None:
    before, after = ({**one.signature, "suite": one.suite, "k": str(one.k)} for one in (base, cand))
    unlike = [
        f"{name}（{before.get(name, '缺')} → {after.get(name, '缺')}）"
        for name in sorted({*before, *after})
        if before.get(name) != after.get(name)
    ]
    if unlike:
        cases = _named("多了", set(cand.cases) - set(base.cases)) + _named("少了", set(base.cases) - set(cand.cases))
        raise IncomparableError("signatures_differ", parts="、".join(unlike), cases=cases, suite=cand.suite)


def _named(word: str, cases: set[str]) -> str:
    """Name the cases that only one side has, the first five of many."""
    if not cases:
        return ""
    rest = f" 等 {len(cases)} 个" if len(cases) > NAMED else ""
    return f"；{word}案例 {'、'.join(sorted(cases)[:NAMED])}{rest}"


def _compare_exact(base: Summary, cand: Summary) -> Comparison:
    found = [
        *missing_flips(base, cand),
        *(one for case, *both in _shared(base, cand) for one in case_flips(case, *both)),
    ]
    changes = exact_changes(base, cand)
    regressed = any(change.verdict == "REGRESSED" for change in changes)
    return _comparison(base, cand, found, changes, "REGRESSED" if regressed else "OK")


def _compare_sampled(base: Summary, cand: Summary) -> Comparison:
    found = [*missing_flips(base, cand)]
    for case, before, after in _shared(base, cand):
        found += [*hard_flips(case, before, after), *_severe(case, before, after, min(base.k, cand.k))]
    changes = sampled_changes(base, cand)
    verdicts = {change.verdict for change in changes}
    worst: Verdict = next((word for word in _WORST_FIRST if word in verdicts), "INCONCLUSIVE")
    return _comparison(base, cand, found, changes, worst)


_WORST_FIRST: tuple[Verdict, ...] = ("REGRESSED", "INCONCLUSIVE", "OK")


def _severe(case: str, base: CaseResult, cand: CaseResult, k: int) -> Iterator[Found]:
    """Name a case that passed in every repeat and now passes in none (and the other way round)."""
    if k < SEVERE_REPEATS:
        return
    for name, spec in metrics().items():
        levels = (base.means.get(name), cand.means.get(name))
        if spec.kind != "binary" or spec.tier == "diagnostic" or levels not in ((1.0, 0.0), (0.0, 1.0)):
            continue
        lost = levels == (1.0, 0.0)
        before, after = (f"{k}/{k}" if level else f"0/{k}" for level in levels)
        rules = " ".join(sorted({rule for rules in cand.rules for rule in rules.split()})) if lost else ""
        flip = Flip(case=case, what=spec.title, before=before, after=after, lost=lost, detail=rules)
        yield Found(flip, fails=lost)


def _comparison(
    base: Summary, cand: Summary, found: Iterable[Found], changes: tuple[Change, ...], verdict: Verdict
) -> Comparison:
    ordered = sorted(found, key=lambda one: (not one.fails, not one.flip.lost))
    hard = tuple(_line(one.flip) for one in ordered if one.fails)
    keys = sorted({*base.treatment, *cand.treatment})
    both = {name: (base.treatment.get(name, ""), cand.treatment.get(name, "")) for name in keys}
    return Comparison(
        suite=cand.suite,
        verdict="REGRESSED" if hard else verdict,
        changes=changes,
        flips=tuple(one.flip for one in ordered),
        hard=hard,
        signature=cand.signature,
        treatment={name: pair for name, pair in both.items() if pair[0] != pair[1]},
        errors=(base.errors, cand.errors),
    )


def _line(flip: Flip) -> str:
    detail = f"（{flip.detail}）" if flip.detail else ""
    return f"{flip.case} {flip.what}：{flip.before} → {flip.after}{detail}"


def _shared(base: Summary, cand: Summary) -> Iterator[tuple[str, CaseResult, CaseResult]]:
    for case in sorted(set(base.cases) & set(cand.cases)):
        yield case, base.cases[case], cand.cases[case]
