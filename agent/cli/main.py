"""The command line: what is registered, how errors end, and nothing that imports the heavy half.

Result on stdout, talk on stderr. Exit codes: 0 good, 1 not good, 2 usage or configuration, 3 provider, 4 guard,
130 interrupted. Every command imports what it runs inside its own body, so that `agent --help` stays quick.
"""

from __future__ import annotations

import copy
import os
import sys
from typing import Any, TextIO

import typer

from agent import garbage
from agent.cli import (
    audit,
    backing,
    chat,
    checking,
    desk,
    drafts,
    erasing,
    facts,
    goldens,
    prompts,
    replaying,
    rules,
    screening,
    serving,
    setup,
)

__all__ = ["app", "run"]

app = typer.Typer(
    help="写小红书笔记的合规助手：生活在前，一个诚实的知识点或一项权益在里面，每条规则有出处。",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.command("draft", help="从主题（和素材、事实）写一篇并核对。")(drafts.draft)
app.command("chat", help="在终端里聊着写：讲一件小事，问一句能不能说，写稿、改稿、送审。")(chat.chat)
app.command("serve", help="在浏览器里聊着写、在审核台上审：起一个服务，打印网址。")(serving.serve)
app.command("reply", help="给一条评论或私信拟三条回复，逐条核对，不代发。")(chat.reply)
app.command("check", help="核对一篇笔记或一句话：哪句、为什么（条款）、怎么改。")(checking.check)
app.command("screen", help="筛查整个笔记库：分批、多进程、可续做；规则变过之后只重查变过的。")(screening.screen)
app.command("runs", help="列出运行记录。")(desk.runs)
app.command("show", help="查看一次运行的笔记与依据。")(desk.show)
app.command("resume", help="继续被中断的运行。")(desk.resume)
app.command("queue", help="列出等着审的：通道、等了多久、还剩多久。")(desk.queue)
app.command("approve", help="批准一篇待审的笔记（与文本哈希绑定）。")(desk.approve)
app.command("reject", help="退回一篇待审的笔记。")(desk.reject)
app.command("golden", help="把带理由的审核决定导出成用例候选（JSONL），标明谁写的、期望怎么判。")(goldens.golden)
app.command("replay", help="按重放包把规则、口吻和整个流程重做一遍，逐版比对。")(replaying.replay)
app.command("forget", help="删除一次运行或一个人的内容，只留哈希；保存期内的凭据不删。")(erasing.forget)
app.command("backup", help="把记录和断点写成一个归档，服务照常运行。")(backing.backup)
app.command("restore", help="用归档换掉记录和断点，恢复前后都核对。")(backing.restore)
app.command("init", help="写出一个机构工作区，供修改。")(setup.init)
app.command("demo", help="用内置的云杉银行演示一遍，不写任何记录。")(setup.demo)
app.command("doctor", help="检查安装、工作区、规则包与存储。")(setup.doctor)
app.add_typer(audit.app, name="audit", help="审计链：核对、取链尾、导出。")
app.add_typer(rules.app, name="rules", help="规则：列出、查看、运行用例。")
app.add_typer(prompts.app, name="prompts", help="提示词：列出、渲染、比较、运行用例、锁定。")
app.add_typer(facts.app, name="facts", help="事实台账：列出、查看、核对、导入。")


def run() -> None:
    """Run the command line and leave with its exit code."""
    garbage.hurry()
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # else numpy starts a thread a core, and none has work here
    for stream in (sys.stdout, sys.stderr, sys.stdin):
        _force_utf8(stream)
    _suit_the_driver()
    from agent.errors import KosnoteError

    try:
        ended = _asked_for(sys.argv[1:2])(standalone_mode=False)
        sys.exit(ended if isinstance(ended, int) else 0)
    except KosnoteError as error:
        typer.echo(f"错误：{error.message}", err=True)
        if error.hint:
            typer.echo(f"提示：{error.hint}", err=True)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        typer.echo("已中断", err=True)
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    except typer.Abort:
        typer.echo("已中断", err=True)
        sys.exit(1)
    except Exception as error:
        if not hasattr(error, "format_message"):  # Typer's own errors have no common parent over its versions
            raise
        _tell_misuse(error)
        sys.exit(getattr(error, "exit_code", 2))


def _tell_misuse(error: Any) -> None:
    """Say what is wrong with the command line; a bare group shows its help instead."""
    from agent.cli.misuse import misused

    if type(error).__name__ == "NoArgsIsHelpError":
        typer.echo(error.format_message(), err=True)
        return
    message, hint = misused(error)
    typer.echo(f"错误：{message}", err=True)
    typer.echo(f"提示：{hint}", err=True)


def _asked_for(words: list[str]) -> typer.Typer:
    """Return the application with no more than the command that is asked for: forty take a while to build."""
    commands = [command for command in app.registered_commands if [command.name] == words]
    groups = [group for group in app.registered_groups if [group.name] == words]
    if not commands and not groups:
        return app
    narrow = copy.copy(app)
    narrow.registered_commands, narrow.registered_groups = commands, groups
    narrow.callback()(lambda: None)  # what has a callback stays a group, also with a single command
    return narrow


def _force_utf8(stream: TextIO) -> None:
    """Write Chinese also where the console's code page cannot (Windows)."""
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(encoding="utf-8", errors="replace")


def _suit_the_driver() -> None:
    """Take the event loop that PostgreSQL's driver can use: on Windows it is not the default one."""
    if sys.platform == "win32" and os.environ.get("KOSNOTE_DATABASE"):
        import asyncio

        asyncio.set_event_loop_policy(asyncio.WindowsSelectorEventLoopPolicy())
