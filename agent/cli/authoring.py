"""`agent rules new`: how a compliance author begins, without writing code."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast, get_args

import typer

from agent.cli.session import talk

if TYPE_CHECKING:
    from agent.guardrails.rules import Kind

__all__ = ["new"]

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
