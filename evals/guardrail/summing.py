"""Sum the suite up so that the gate compares it item by item: every text is a case, what it should be a hard check.

A violation that was found and is no longer, a rule of its label that is no longer told, and an innocent text newly hit
each fail by themselves, with family, rule and text in the message. What is missed already is known and stays quiet.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from agent.grounds import digest_of_rules
from agent.guardrails import Packs
from agent.guardrails.likeness import load_likeness
from evals.errors import tell
from evals.guardrail.outcomes import AS_OF, Outcome, outcomes
from evals.guardrail.rates import share
from evals.guardrail.texts import PASSAGE, digest_of_texts, read_all
from evals.runs import Ended
from evals.statistics import wilson
from evals.summaries import summary_bytes
from evals.values import CaseResult, Estimate, Summary

__all__ = ["FOUND", "LEFT", "NAMED", "SUITE", "draw_guardrail", "summarize_outcomes"]

SUITE = "guardrail"
FOUND, NAMED, LEFT = "该报的报出", "报对规则", "无害的不报"
SHORT = 12


def draw_guardrail(folder: Path, packs: Packs | None = None) -> Ended:
    """Ask about every text and write the summary as a run of the suite."""
    summary = summarize_outcomes(outcomes(read_all(), packs))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "summary.json").write_bytes(summary_bytes(summary))
    return Ended(folder, summary)


def summarize_outcomes(found: Sequence[Outcome]) -> Summary:
    """Make the summary of outcomes; seeds of bad notes are cases of their own."""
    items = list(_items(found))
    return Summary(
        suite=SUITE,
        signature={"format": "v1", "data": digest_of_texts(one.text for one in found), "as_of": AS_OF.isoformat()},
        treatment={
            "rules": digest_of_rules(None).removeprefix("sha256:")[:SHORT],
            "reader": load_likeness().digest[:SHORT],
        },
        samples=len(items),
        estimates=_estimates(items),
        cases={one.text.id: _case(one) for one in sorted(items, key=lambda one: one.text.id)},
    )


def _items(found: Sequence[Outcome]) -> Iterator[Outcome]:
    for one in found:
        yield one
        yield from (one.seed(number) for number in range(len(one.text.seeded)))


def _case(one: Outcome) -> CaseResult:
    told = sorted(one.rules if one.text.is_violation else one.wrong)
    return CaseResult(
        theme=one.text.family,
        split=one.text.split,
        outcomes=("told" if told else "silent",),
        means=_means(one),
        failed=dict(_failed(one)),
        rules=(" ".join(told),),
    )


def _means(one: Outcome) -> dict[str, float]:
    if one.text.is_violation:
        return {"found": float(one.is_found), "named": float(one.is_named)}
    return {"wrongly_hit": float(bool(one.wrong))}


def _failed(one: Outcome) -> Iterator[tuple[str, str]]:
    said = {"family": one.text.family, "text": one.text.shown, "rules": "、".join(one.text.rules)}
    told = "、".join(sorted(one.rules)) or "无"
    if not one.text.is_violation:
        if one.wrong:
            yield LEFT, tell("guardrail_hit", **{**said, "rules": "、".join(sorted(one.wrong))})
        return
    if not one.is_found:
        yield FOUND, tell("guardrail_missed", told=told, **said)
    if not one.is_named:
        yield NAMED, tell("guardrail_unnamed", told=told, **said)


def _estimates(items: Sequence[Outcome]) -> dict[str, Estimate]:
    """Return the levels that a report shows, held texts apart."""
    labelled = [one for one in items if one.text.kind not in ("note", "seed", "evasion", "benign", PASSAGE)]
    clean = [one for one in items if one.text.family in ("clean", "money")]
    levels = {"无害整篇被拦": share(clean, lambda one: bool(one.wrong))}
    for split in ("dev", "held"):
        here = [one for one in labelled if one.text.split == split]
        plain = [one for one in here if one.text.kind == "plain"]
        levels[f"明显违规找到（{split}）"] = share(plain, lambda one: one.is_found)
        innocent = [one for one in here if not one.text.is_violation]
        levels[f"相似文字误报（{split}）"] = share(innocent, lambda one: bool(one.wrong))
    return {name: _estimate(name, level.hits, level.total) for name, level in levels.items() if level.total}


def _estimate(name: str, hits: int, total: int) -> Estimate:
    low, high = wilson(hits, total)
    return Estimate(
        metric=name, tier="diagnostic", n=total, value=round(hits / total, 6), low=round(low, 6), high=round(high, 6),
        method="wilson",
    )  # fmt: skip
