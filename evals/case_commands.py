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
