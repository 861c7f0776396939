"""`agent rules new | lint | pages`: how a compliance author begins, without writing code."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast, get_args

import typer

from agent.cli.session import Overlay, RuleFolder, load_rules, talk

if TYPE_CHECKING:
    from agent.guardrails.linting import Problem
    from agent.guardrails.rules import Kind

__all__ = ["lint_rules", "new", "pages"]

GRAVITY = {"error": "错误", "warning": "警告", "notice": "提示"}
NEXT = """下一步：
  1. 用编辑器打开它，把冒号后面空着的地方填上（填什么，写在每处上面）
  2. agent rules test {rule} {option}   还缺什么、写错什么，会指出文件、行、列和改法
  3. agent rules lint {file}   再看有没有不妥"""


def new(
    rule_id: Annotated[str, typer.Argument(metavar="ID", help="规则编号，例如 BNK-01。")],
    title: Annotated[str, typer.Option("--title", help="规则标题，一句短语。")],
    pack: Annotated[str, typer.Option("--pack", help="放进哪个包（目录名）；没有就建一个。")],
    pack_title: Annotated[str, typer.Option("--pack-title", help="新建的包的标题；不给就用规则标题。")] = "",
    kind: Annotated[
        str, typer.Option("--kind", help="找什么：term 词、pattern 正则、combine 组合、require 该写而没写…")
    ] = "term",
    folder: Annotated[Path | None, typer.Option("--dir", help="规则目录；不给则用工作区的 guardrails 目录。")] = None,
    workspace: Annotated[Path | None, typer.Option("--workspace", "-w", help="工作区目录。")] = None,
) -> None:
    """Write the skeleton of a rule and say what comes next; never over a file that is there."""
    from agent.cli.output import require_choice
    from agent.guardrails import load_packs
    from agent.guardrails.rules import Kind as Kinds
    from agent.guardrails.scaffold import begin_rule

    require_choice("--kind", kind, get_args(Kinds))
    home, option = _home(folder, workspace)
    written = begin_rule(
        home, rule_id, title=title, pack=pack, kind=cast("Kind", kind), packs=load_packs(), pack_title=pack_title
    )
    for path in written:
        typer.echo(path)
    talk(NEXT.format(rule=rule_id, option=option, file=_shown(written[-1])))


def lint_rules(
    paths: Annotated[list[Path] | None, typer.Argument(help="规则文件、包或规则目录；不给则看全部随附规则。")] = None,
    output: Annotated[str, typer.Option("--format", "-f", help="text | json")] = "text",
    level: Annotated[str, typer.Option("--level", help="error | warning | notice：只列到这一级。")] = "notice",
) -> None:
    """Print what is not right about rules, with place and remedy; exit 1 when there is an error."""
    from agent.cli.output import require_choice
    from agent.guardrails.linting import lint

    require_choice("--format", output, ("text", "json"))
    require_choice("--level", level, tuple(GRAVITY))
    found = lint(tuple(paths or ()))
    shown = tuple(GRAVITY)[: list(GRAVITY).index(level) + 1]
    problems = [problem for problem in found if problem.level in shown]
    if output == "json":
        typer.echo(json.dumps([asdict(problem) for problem in problems], ensure_ascii=False, indent=2))
    else:
        for problem in problems:
            typer.echo(_problem(problem))
    counted = Counter[str](problem.level for problem in found)
    talk("，".join(f"{counted[name]} 个{word}" for name, word in GRAVITY.items()))
    raise typer.Exit(1 if counted["error"] else 0)


def pages(
    out: Annotated[Path, typer.Option("--out", help="写到这个目录：每条规则一页，另有按条款、产品、包的索引。")],
    workspace: Overlay = None,
    folder: RuleFolder = None,
) -> None:
    """Write a Markdown page a rule and the indexes; print where to begin."""
    from agent.guardrails.indexes import write_pages

    written = write_pages(load_rules(workspace, folder), out)
    typer.echo(out / "README.md")
    talk(f"写了 {len(written)} 个文件")


def _problem(problem: Problem) -> str:
    """Write a problem so that an editor can jump to it."""
    place = f"{_near(problem.file)}:{problem.line}:{problem.column}"
    return f"{place} {GRAVITY[problem.level]} [{problem.code}] {problem.message}\n    改法：{problem.remedy}"


def _near(file: str) -> str:
    """Write a path from here where that is shorter."""
    path, here = Path(file), Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else file


def _home(folder: Path | None, workspace: Path | None) -> tuple[Path, str]:
    """Return the folder of rules, and the option by which the other commands find it."""
    from agent.errors import UsageError

    if folder is not None:
        return folder, f"--dir {_shown(folder)}"
    if workspace is None:
        raise UsageError("rule_folder_needed")
    from agent.workspace import load_workspace

    return load_workspace(workspace).root / "guardrails", f"-w {_shown(workspace)}"


def _shown(path: Path) -> str:
    """Write a path as it can be pasted into a shell."""
    return f'"{path}"' if " " in str(path) else str(path)
