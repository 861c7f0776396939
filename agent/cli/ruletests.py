"""`agent rules test`: the examples of rules, told so that somebody who cannot code knows what to change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agent.cli.session import Overlay, RuleFolder, day, demand_rule, load_rules, named, rules_home, talk, tell_unread

if TYPE_CHECKING:
    from agent.guardrails import Packs, Rule
    from agent.guardrails.cases import CaseResult
    from agent.guardrails.linting import Problem
    from agent.guardrails.rules import Case

__all__ = ["test_rules"]

LISTS = {"flag": "应报例句", "pass": "不报例句", "known_miss": "已知漏报"}
FEW = 5  # so many rules are spoken of one by one at the end


def test_rules(
    rule_ids: Annotated[list[str] | None, typer.Argument(metavar="[ID]...", help="规则编号；不给则全部。")] = None,
    workspace: Overlay = None,
    evasions: Annotated[bool, typer.Option("--evasions", help="把应报例句逐类伪装后再查，看哪些认不出来。")] = False,
    folder: RuleFolder = None,
) -> None:
    """Run the cases of rules, or their disguised variants; exit 1 when one fails or a class is below its bar."""
    home, asked = rules_home(workspace, folder), tuple(rule_ids or ())
    unread = tell_unread(home)
    packs = load_rules(workspace, folder)
    for rule_id in asked:
        if not any(rule.id.startswith(rule_id) for _, rule in packs.entries()):
            demand_rule(rule_id, packs, home, named(workspace, folder))
    if evasions:
        _test_evasions(packs, asked)
        return
    from agent.guardrails.cases import run_all

    option = named(workspace, folder)
    summary = run_all(packs, only=asked)
    for result in summary.results:
        for line in _result_lines(result, packs, option):
            typer.echo(line)
    for line in summary.crossed:
        typer.echo(line)
    talk(summary.total)
    if home is not None:
        for line in _closing(packs, asked, home, option, good=not summary.failed):
            talk(line)
    raise typer.Exit(1 if summary.failed or unread else 0)


def _test_evasions(packs: Packs, only: tuple[str, ...]) -> None:
    from agent.cli.evasion_report import matrix_lines, matrix_total
    from agent.guardrails.evasion_matrix import measure
    from agent.guardrails.evasions import catalogue

    matrix = measure(packs, only=only)
    for line in matrix_lines(matrix, catalogue()):
        typer.echo(line)
    talk(matrix_total(matrix, catalogue()))
    raise typer.Exit(1 if matrix.below(catalogue()) else 0)


def _result_lines(result: CaseResult, packs: Packs, option: str) -> Iterator[str]:
    """Tell one example: which, where it stands, what went wrong, what to do, and how to look closer."""
    compiled = packs[result.rule]
    line, _ = compiled.source.position(("cases", result.kind, result.number - 1))
    yield f"{result.rule} {LISTS[result.kind]}第 {result.number} 句（第 {line} 行）：{result.detail}"
    yield f"    {_text(result.case)}"
    if result.remedy:
        yield f"    改法：{result.remedy}"
    if not result.passed and result.case.text and "\n" not in result.case.text:
        yield f"    看它看到了什么：{_look(compiled.rule, result.case, option)}"


def _text(case: Case) -> str:
    parts = (case.title, case.text, " ".join(f"#{tag}" for tag in case.tags), case.cover)
    return " | ".join(part for part in parts if part)


def _look(rule: Rule, case: Case, option: str) -> str:
    """Write the command that shows what a rule makes of an example."""
    products = case.products if case.products is not None else rule.scope.products[:1]
    quote = "'" if '"' in case.text else '"'
    parts = [f"agent rules explain {rule.id} --text {quote}{case.text}{quote}", *(f"--product {p}" for p in products)]
    if case.as_of or rule.effective > day(""):
        parts.append(f"--as-of {case.as_of or rule.effective}")
    return " ".join(part for part in (*parts, option) if part)


def _closing(packs: Packs, asked: Sequence[str], home: Path, option: str, *, good: bool) -> Iterator[str]:
    """Say of a bank's own rules that they work, from which day, what lint has against them, and what comes next."""
    own = [compiled for compiled in packs.rules if compiled.source.file.is_relative_to(home.resolve())]
    meant = [compiled.rule for compiled in own if not asked or compiled.rule.id.startswith(tuple(asked))]
    if good and len(meant) <= FEW:
        yield from (_works(rule) for rule in meant)
    problems = _problems(packs, [rule.id for rule in meant])
    if problems:
        yield from (f"  {problem.rule} 第 {problem.line} 行：{problem.message}" for problem in problems[:FEW])
        rest = " ".join(dict.fromkeys(problem.rule for problem in problems))
        yield f"规则本身还有 {len(problems)} 处不妥，改法见：agent rules lint {rest} {option}"
    if good and meant:
        yield f"下一步：agent check 笔记.txt {option}" if option.startswith("-w") else (
            f"下一步：agent rules explain {meant[0].id} --text \"一句话\" {option}"
        )  # fmt: skip


def _works(rule: Rule) -> str:
    today: date = day("")
    if rule.until and rule.until < today:
        return f"{rule.id} 的例句都对，但它已于 {rule.until} 失效，不会再报"
    if rule.effective > today:
        return f"{rule.id} 的例句都对，{rule.effective} 起生效，在那之前不会报"
    return f"{rule.id} 能用了，{rule.effective} 起生效"


def _problems(packs: Packs, rule_ids: Sequence[str]) -> list[Problem]:
    """Return the errors and warnings that `agent rules lint` has against rules that load."""
    from agent.guardrails.linting import objections_to

    return [problem for problem in objections_to(packs, rule_ids) if problem.level != "notice"]
