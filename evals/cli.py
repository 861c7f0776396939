"""The command line of the evals: what is registered and how errors end.

Result on stdout, talk on stderr. Exit codes: 0 good, 1 regressed or a hard failure, 2 could not compare or run,
3 inconclusive. Every command imports what it runs inside its own body.
"""

from __future__ import annotations

import sys

import typer

from evals import (
    advice_command,
    calibration_command,
    case_commands,
    comparing_commands,
    mutations_command,
    run_commands,
)
from evals.guardrail import command as guardrail_command
from evals.reports import command as reports

__all__ = ["app", "run"]

app = typer.Typer(
    help="评测：用真实的流程写稿，和范文、独立标注比，说清楚什么变了、能不能信。",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.command("lint", help="检查用例和范文：哪个文件哪一行、错在哪、怎么改。")(case_commands.lint)
app.command("compare", help="和基线比：哪些案例变了、变差没有、能不能信。")(comparing_commands.compare)
app.command("accept", help="把一次运行定为基线，写明理由；基线只能这样变。")(comparing_commands.accept)
app.command("calibrate", help="评委能信多少：与人（或别的模型）比一致；也出空白评分表。")(calibration_command.calibrate)
app.command("run", help="写样本、打分、汇总；可续跑。")(run_commands.run)
app.command("record", help="按用例把和模型的往来录下来，供 replay。")(run_commands.record)
app.command("score", help="给已有的样本重新打分，不再写。")(run_commands.score)
app.command("gate", help="不用网络的全部检查：用例、录音、各套件与基线。")(run_commands.gate)
app.add_typer(case_commands.app, name="cases", help="用例：导出成表、从表导入。")
app.command("mutations", help="证明打分器：改写、照抄、硬广、跑题、机器腔各归各位。")(mutations_command.mutations)
app.command("guardrail", help="规则引擎在标注过的文字上：找到多少、误报多少、怎么骗过它。")(guardrail_command.guardrail)
app.command("advice", help="模型写给作者的信：点到了多少，留错了什么。")(advice_command.advice)
app.command("report", help="把一次运行印成表，或写成网页、Markdown、JUnit。")(reports.report)


def run() -> None:
    """Run the command line and leave with its exit code."""
    from agent.errors import KosnoteError

    try:
        app()
    except KosnoteError as error:
        typer.echo(f"错误：{error.message}", err=True)
        if error.hint:
            typer.echo(f"提示：{error.hint}", err=True)
        sys.exit(2)
    except KeyboardInterrupt:
        typer.echo("已中断", err=True)
        sys.exit(130)
