"""`lint` and `cases …`: what content staff run on the cases."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["app", "lint"]

Root = Annotated[Path | None, typer.Option("--root", help="用例所在的目录，默认 evals/cases。")]

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


def lint(root: Root = None) -> None:
    """Print every problem of the cases on stdout; exit 1 when there is one."""
    from evals.case_files import CASES
    from evals.case_lint import lint as find_problems

    problems = find_problems(root or CASES)
    for problem in problems:
        typer.echo(str(problem))
    typer.echo(f"{len(problems)} 处要改" if problems else "用例没有问题", err=True)
    raise typer.Exit(1 if problems else 0)


@app.command("schema", help="重写 case.schema.json。")
def schema() -> None:
    """Write the committed schema again."""
    from evals.case_schema import write_schema

    typer.echo(str(write_schema()))


@app.command("export", help="把全部用例写成一张表（.csv 或 .xlsx）。")
def export_(file: Annotated[Path, typer.Argument(help="写到哪个文件。")], root: Root = None) -> None:
    """Write every case to one table."""
    from evals.case_files import CASES, read_cases
    from evals.case_sheets import export_cases

    cases = read_cases(root or CASES)
    export_cases(cases, file)
    typer.echo(f"{len(cases)} 个用例写入 {file}", err=True)


@app.command("import", help="从表里读回用例：只写新增和改过的；有一格不对就什么都不写。")
def import_(
    file: Annotated[Path, typer.Argument(help="从哪个文件读。")],
    root: Root = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只说会改什么。")] = False,
) -> None:
    """Write the cases of a table that are new or changed, then say what lint finds."""
    from evals.case_files import CASES
    from evals.case_sheets import import_cases

    change = import_cases(file, root or CASES, dry_run=dry_run)
    for case in (*change.added, *change.changed):
        typer.echo(case)
    counts = f"新增 {len(change.added)}，改动 {len(change.changed)}，未动 {len(change.unchanged)}"
    typer.echo(counts + ("" if dry_run else "；接着运行 python -m evals lint"), err=True)
