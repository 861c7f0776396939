"""Lane A: everything that can be decided without a network, each suite against its committed baseline.

Owns the list of checks and how they end together. Every check names what was lost and in which case; a change that
changes nothing prints one line a check.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from agent.errors import KosnoteError
from evals import offline
from evals.baselines import BASELINES, edited_by_hand, load_baseline
from evals.case_files import CASES, read_cases
from evals.case_lint import lint
from evals.comparing import compare, exit_code, is_behind, is_sampled
from evals.errors import remedy, tell
from evals.owed import owed_problems, read_owed
from evals.recorded_list import is_recorded
from evals.runs import Ended, Order, draw_run
from evals.severities import severity_problems
from evals.summaries import read_summary
from evals.values import Comparison, Summary

__all__ = ["Checked", "run_gate", "worst"]

SHOWN, WIDTH = 20, 140
RANK = (0, 3, 1, 2)  # from good to bad: what could not be compared may hide anything
Suite = Callable[[Path], Ended]


@dataclass(frozen=True)
class Checked:
    """Hold how one check ended: its name, its exit code, and what it prints."""

    name: str
    code: int
    text: str = ""
    remark: str = ""


def run_gate(folder: Path, *, root: Path = CASES, baselines: Path = BASELINES, today: date) -> Iterator[Checked]:
    """Yield each check as it ends; runs and reports are left below `folder`, one folder a suite."""
    yield _linted(root)
    yield _rules()
    yield _owed()
    yield _prompts()
    yield _floors()
    yield _baselines(baselines)
    yield from _cassettes(root, today)
    suites = _suites(root)
    yield from _not_run(suites, baselines)
    for name, suite in suites.items():
        yield _against_baseline(name, suite, folder / name, baselines, root)


def worst(codes: Iterator[int]) -> int:
    """Return the worst of several exit codes; 0 for none."""
    return max(codes, key=RANK.index, default=0)


def _suites(root: Path) -> dict[str, Suite]:
    """Return what is compared with a baseline, by name; a replay only where something is recorded."""
    from evals.guardrail.summing import draw_guardrail

    found: dict[str, Suite] = {
        "guardrail": draw_guardrail,
        "offline": lambda folder: draw_run(Order(root=root), folder),
    }
    if is_recorded():
        found["replay"] = lambda folder: draw_run(Order(lane="replay", root=root), folder)
    return found


def _linted(root: Path) -> Checked:
    problems = lint(root)
    if problems:
        return Checked("lint", 1, "\n".join(map(str, problems)))
    return Checked("lint", 0, f"lint：{len(read_cases(root))} 个用例没有问题")


def _rules() -> Checked:
    """Hold every rule to its severity and its own examples: no labelled text or draft leans on each of them."""
    from agent.guardrails.cases import run_cases
    from agent.guardrails.loader import load_packs

    packs = load_packs()
    results = [result for _, rule in packs.entries() for result in run_cases(rule, packs)]
    moved = severity_problems({rule.id: rule.severity for _, rule in packs.entries()})
    lost = [f"rules：{one}" for one in (*moved, *(result for result in results if not result.passed))]
    if lost:
        return Checked("rules", 1, "\n".join([*lost[:SHOWN], *_rest(len(lost))]))
    return Checked("rules", 0, f"rules：{len(packs.rules)} 条规则的 {len(results)} 个例句都相符")


def _owed() -> Checked:
    texts = read_owed()
    found = owed_problems(texts)
    if found:
        return Checked("owed", 1, "\n".join(f"owed：{line}" for line in found))
    return Checked("owed", 0, f"owed：{len(texts)} 句话该有的提示语都在")


def _prompts() -> Checked:
    """Hold every published prompt to its lock and its cases: a replay sees only those that a drafting run sends."""
    from agent.paths import data_root
    from agent.prompting import load_prompts
    from agent.prompting.cases import check_case, load_cases
    from agent.prompting.lock import check_lock

    library, root = load_prompts(), data_root() / "prompts"
    cases = load_cases(root)
    problems = [*check_lock(library, root), *(found for case in cases for found in check_case(case, library))]
    if problems:
        return Checked("prompts", 1, "\n".join(f"prompts：{one.message}。{one.hint}" for one in problems))
    return Checked("prompts", 0, f"prompts：{len(library.all())} 个版本与锁一致，{len(cases)} 个用例通过")


def _floors() -> Checked:
    """Hold the printed numbers of the small sets (topics, clean notes, violations) to their floors and ceilings."""
    numbers, found = offline.measured()
    if found:
        return Checked("floors", 1, "\n".join(f"floors：{line}" for line in found))
    return Checked("floors", 0, f"floors：{len(numbers)} 个数都在界内")


def _baselines(folder: Path) -> Checked:
    edited = edited_by_hand(folder)
    if edited:
        suites = "、".join(edited)
        return Checked("baselines", 1, tell("gate_edited", suites=suites), remedy("gate_edited", suites=suites))
    return Checked("baselines", 0, "baselines：都由 accept 写成")


def _cassettes(root: Path, today: date) -> Iterator[Checked]:
    from evals.cassette_hygiene import LIST, load_recorded, problems, warnings

    if not is_recorded():
        return
    found = problems(load_recorded(LIST), cases=frozenset(case.id for case in read_cases(root)))
    remark = "\n".join(warnings(today=today))
    yield Checked("cassettes", 1 if found else 0, "\n".join(found) or "cassettes：录音齐全、干净", remark)


def _not_run(suites: Collection[str], baselines: Path) -> Iterator[Checked]:
    """Name each baseline that nothing is compared with, so that no suite ends in silence."""
    for path in sorted(baselines.glob("*.json")):
        if path.stem not in suites and not is_sampled(read_summary(path)):
            yield Checked(path.stem, 2, tell("gate_not_run", suite=path.stem), remedy("gate_not_run", suite=path.stem))


def _against_baseline(name: str, suite: Suite, folder: Path, baselines: Path, root: Path) -> Checked:
    """Draw a suite anew and compare; what stops it is told and counts as not comparable."""
    shutil.rmtree(folder, ignore_errors=True)
    try:
        ended = suite(folder)
    except KosnoteError as error:
        return Checked(name, 2, f"{name}：{error.message}", error.hint)
    if ended.summary is None or ended.problem:
        if ended.summary is not None:
            _write_reports(ended.folder, ended.summary, None, root)
        return Checked(name, 2, f"{name}：{ended.problem}")
    before = None
    try:
        before = load_baseline(name, baselines)
        comparison = compare(before, ended.summary) if before else None
    except KosnoteError as error:
        _write_reports(ended.folder, ended.summary, None, root)
        lines = [f"{name}：{error.message}", *_newly_failing(before, ended.summary)]
        return Checked(name, 2, "\n".join(lines), error.hint)
    _write_reports(ended.folder, ended.summary, comparison, root)
    return _told(name, ended, comparison)


def _newly_failing(before: Summary | None, now: Summary) -> list[str]:
    """List the hard checks that fail and did not in the baseline, told even where averages are not comparable."""
    from evals.reports.standing import failures
    from evals.reports.visible import one_line

    held = {case: result.failed for case, result in (before.cases if before else {}).items()}
    found = [one for one in failures(now) if one.metric not in held.get(one.case, {})]
    lines = [one_line(f"✗ {one.case} {one.title}：{one.reason}", WIDTH) for one in found[:SHOWN]]
    return [*(f"  {line}" for line in lines), *_rest(len(found))]


def _rest(count: int) -> list[str]:
    return [f"  另有 {count - SHOWN} 项"] if count > SHOWN else []


def _told(name: str, ended: Ended, comparison: Comparison | None) -> Checked:
    from evals.reports.table import render_table

    assert ended.summary is not None
    accept = f"python -m evals accept {ended.folder} --reason 理由"
    if comparison is None:
        return Checked(name, 2, f"{name}：还没有基线", f"看过之后定为基线：{accept}")
    if comparison.verdict == "OK" and not comparison.flips and not comparison.hard:
        return Checked(name, 0, f"{name}：与基线相同，{len(ended.summary.cases)} 个案例")
    behind = f"没有变差，但与基线不同；看过之后更新：{accept}" if is_behind(comparison) else ""
    return Checked(name, exit_code(comparison), render_table(ended.summary, comparison).rstrip(), behind)


def _write_reports(folder: Path, summary: Summary, comparison: Comparison | None, root: Path) -> None:
    from evals.reports.command import write_reports
    from evals.run_files import read_samples

    samples = read_samples(folder)
    write_reports(
        summary,
        samples,
        tuple(case for case in read_cases(root) if case.id in summary.cases) if samples else (),
        comparison=comparison,
        html=folder / "report.html",
        junit=folder / "junit.xml",
        markdown=folder / "report.md",
    )
