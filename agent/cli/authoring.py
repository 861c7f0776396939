"""`agent rules new | lint | pages`: how a compliance author begins, without writing code."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast, get_args

import typer

from agent.cli.session import Overlay, RuleFolder, load_rules, named, no_rule, rules_home, talk, typed

if TYPE_CHECKING:
    from agent.guardrails.linting import Problem
    from agent.guardrails.rules import Kind

__all__ = ["lint_rules", "new", "pages"]

GRAVITY = {"error": "错误", "warning": "警告", "notice": "提示"}
NEXT = """下一步：
  1. 用编辑器打开它，把冒号后面空着的地方填上（填什么，写在每处上面）
  2. agent rules test {rule} {option}   还缺什么、写错什么，会指出文件、行、列和改法
  3. agent rules lint {rule} {option}   再看有没有不妥
注意：填完之前，用到这些规则的命令（agent check {option} 等）都会停下来报它没填完；一时填不完，先把它移出规则目录"""


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
        home, rule_id, title=title, pack=pack, kind=cast("Kind", kind), packs=load_packs(), pack_title=pack_title,
        option=option,
    )  # fmt: skip
    for path in written:
        typer.echo(path)
    talk(NEXT.format(rule=rule_id, option=option))


def lint_rules(
    targets: Annotated[
        list[str] | None,
        typer.Argument(metavar="[ID|PATH]...", help="规则编号，或规则文件、包、规则目录；不给则看全部。"),
    ] = None,
    output: Annotated[str, typer.Option("--format", "-f", help="text | json")] = "text",
    level: Annotated[str, typer.Option("--level", help="error | warning | notice：只列到这一级。")] = "notice",
    workspace: Annotated[Path | None, typer.Option("--workspace", "-w", help="只看这个工作区里的本行规则。")] = None,
    folder: Annotated[Path | None, typer.Option("--dir", help="只看这个目录里的规则。")] = None,
) -> None:
    """Print what is not right about rules, with place and remedy; exit 1 when there is an error."""
    from agent.cli.output import require_choice
    from agent.guardrails.linting import lint

    require_choice("--format", output, ("text", "json"))
    require_choice("--level", level, tuple(GRAVITY))
    found = lint(_looked_at(targets or (), rules_home(workspace, folder), option=named(workspace, folder)))
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


def _looked_at(targets: Iterable[str], home: Path | None, *, option: str) -> tuple[Path, ...]:
    """Return the files and folders that ids and paths name; without any, the folder of rules the options name."""
    from agent.errors import UsageError

    if option and home is None:
        raise UsageError("rule_none_own")
    paths = tuple(_target(target, home, option) for target in targets)
    return paths or ((home,) if home is not None else ())


def _target(target: str, home: Path | None, option: str) -> Path:
    """Return the file of a rule's id, or a path as it is; of a workspace, the folder of rules in it."""
    from agent.guardrails.rulefiles import rule_files
    from agent.paths import data_root

    path = Path(target)
    if path.exists():
        return path / "guardrails" if (path / "workspace.yaml").is_file() else path
    if path.suffix or len(path.parts) > 1:
        return path  # lint says that it is not there
    places = [folder for folder in (home, data_root() / "guardrails" / "cn") if folder is not None]
    found = {file.stem: file for folder in reversed(places) for file in rule_files(folder)}
    if target not in found:
        raise no_rule(target, found, home, option)
    return found[target]


def _home(folder: Path | None, workspace: Path | None) -> tuple[Path, str]:
    """Return the folder of rules, and the option by which the other commands find it."""
    from agent.errors import UsageError

    if folder is not None:
        return folder, f"--dir {typed(folder)}"
    if workspace is None:
        raise UsageError("rule_folder_needed")
    from agent.workspace import load_workspace

    return load_workspace(workspace).root / "guardrails", f"-w {typed(workspace)}"
