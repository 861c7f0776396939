"""`agent chat` and `agent reply`: the chat in a terminal, and replies to one comment.

Answers go to stdout, everything else to stderr. A thread can be left at any moment and gone on with `--thread`.
"""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from agent.cli.session import AsOf, WorkspaceOption, day, load, talk

if TYPE_CHECKING:
    from agent.chat.session import Chat, ChatSession
    from agent.chat.values import Turn
    from agent.settings import Settings
    from agent.workspace import Workspace

__all__ = ["chat", "reply"]

COMMANDS = {
    "/素材": ("capture", "记一条素材：/素材 早上在河边看见一只翠鸟"),
    "/能说吗": ("may_i_say", "问一句话能不能说：/能说吗 咖啡卡满30减5"),
    "/写": ("draft", "写一篇：/写 下班喝咖啡"),
    "/改": ("change_span", "改一处：/改 把“早饭”改成“早点”"),
    "/更短": ("shorter", "改短一点"),
    "/更口语": ("more_spoken", "说得更口语"),
    "/换开头": ("other_opening", "换一个开头"),
    "/少产品": ("less_product", "少写产品"),
    "/分段": ("split", "分成几段：/分段 一句一段、/分段 分成三段"),
    "/合段": ("join", "把几段合成一段"),
    "/撤销": ("undo", "撤销刚才的改动"),
    "/为什么": ("explain", "解释一处问题：/为什么 编号"),
    "/接受": ("accept_fix", "照改法改：/接受 编号；不写编号就改所有保险的"),
    "/锁": ("lock", "锁住一块：/锁 标题、/锁 第二段"),
    "/解锁": ("unlock", "解开一块"),
    "/状态": ("status", "这段对话里各篇到哪一步"),
    "/回复": ("reply", "回一条评论或私信：/回复 原文"),
    "/送审": ("submit", "把这一版交去审核"),
    "/发布": ("published", "登记发布链接：/发布 https://…"),
}
OTHER = {
    "/身份": "换人设：/身份 阿宁",
    "/账号": "换账号：/账号 云杉银行阿宁",
    "/历史": "列出自己的对话",
    "/回看": "重看这段对话",
    "/帮助": "列出这些命令",
    "/退出": "结束（随时可以 --thread 接着来）",
}
PROMPT = "> "


def chat(
    thread: Annotated[str, typer.Option("--thread", help="接着哪段对话；不写就新开一段。")] = "",
    user: Annotated[str, typer.Option("--user", help="谁在用（工号或姓名）；对话只有本人看得到。")] = "local",
    persona: Annotated[str, typer.Option("--persona", "-p", help="人设（编号或名字）。")] = "",
    account: Annotated[str, typer.Option("--account", help="发布账号；给了人设时默认用其名下账号。")] = "",
    say: Annotated[list[str] | None, typer.Option("--say", help="说一句就走，可多次给出；不从键盘读。")] = None,
    as_of: AsOf = "",
    workspace: WorkspaceOption = None,
) -> None:
    """Talk until the input ends; numbers answer the question asked last."""
    import asyncio

    settings, bank = load(workspace)
    lines = iter(say) if say else _typed()
    asyncio.run(_talk(lines, settings, bank, thread=thread, user=user, speaker=(persona, account), as_of=as_of))


def reply(
    text: Annotated[str, typer.Option("--text", "-t", help="评论或私信的原文；不写就从标准输入读。")] = "",
    persona: Annotated[str, typer.Option("--persona", "-p", help="人设（编号或名字）。")] = "",
    account: Annotated[str, typer.Option("--account", help="用哪个账号回。")] = "",
    output: Annotated[str, typer.Option("--format", "-f", help="text | json")] = "text",
    as_of: AsOf = "",
    workspace: WorkspaceOption = None,
) -> None:
    """Print up to three replies that passed the checks; nothing is sent. Exit 1 when none did."""
    import asyncio

    from agent.cli.output import require_choice

    require_choice("--format", output, ("text", "json"))
    from agent.chat.replying import reply_once

    incoming = text or ("" if sys.stdin.isatty() else sys.stdin.read())
    settings, bank = load(workspace)
    found = asyncio.run(
        reply_once(incoming, workspace=bank, settings=settings, persona=persona, account=account, as_of=day(as_of))
    )
    if output == "json":
        typer.echo(json.dumps(found.model_dump(mode="json"), ensure_ascii=False, indent=2))
    else:
        for number, alternative in enumerate(found.alternatives, 1):
            typer.echo(f"{number}. {alternative}")
        talk(f"属于“{found.label}”" + ("，要引到官方渠道" if found.handoff else "") + "。挑一条自己发，程序不代发。")
        for remark in filter(None, (found.remark, f"有 {found.dropped} 条没过检查" if found.dropped else "")):
            talk(remark)
    raise typer.Exit(0 if found.alternatives else 1)


def _typed() -> Iterator[str]:
    """Yield lines from standard input, with a prompt on stderr when somebody types."""
    while True:
        if sys.stdin.isatty():
            typer.echo(PROMPT, err=True, nl=False)
        waiting = signal.signal(signal.SIGINT, signal.default_int_handler)  # nothing is at work: end at once
        try:
            line = sys.stdin.readline()
        finally:
            signal.signal(signal.SIGINT, waiting)
        if not line:
            return
        yield line.rstrip("\n")


async def _talk(
    lines: Iterator[str],
    settings: Settings,
    bank: Workspace,
    *,
    thread: str,
    user: str,
    speaker: tuple[str, str],
    as_of: str,
) -> None:
    from agent.chat.session import open_chat

    today = day(as_of)
    async with open_chat(bank, settings, today=lambda: today) as chat:
        session = chat.session(user, thread)
        talk(f"对话 {session.thread} · {chat.drafting.casting.name} · /帮助 看命令，/退出 结束")
        left = session.unfinished()
        if left is not None:
            talk("上一句还没办完，接着办：")
            await _take(session, left)
        async for turn in _turns(lines, chat, session, speaker):
            await _take(session, turn)
    talk(f"接着来：agent chat --thread {session.thread} --user {user}")


async def _turns(
    lines: Iterator[str], chat: Chat, session: ChatSession, speaker: tuple[str, str]
) -> AsyncIterator[Turn]:
    """Yield a turn for each line; a command that only looks (帮助, 历史, 回看) is answered here."""
    import secrets

    from agent.chat.values import Turn

    persona, account = speaker
    for line in lines:
        name, _, rest = line.strip().partition(" ")
        if name == "/退出":
            return
        if not line.strip() or _looked(name, chat, session):
            continue
        if name == "/身份":
            persona, account = rest.strip(), ""
            talk(f"从下一句起：{persona}")
            continue
        if name == "/账号":
            account = rest.strip()
            talk(f"从下一句起：{account}")
            continue
        if name.startswith("/") and name not in COMMANDS:
            talk(f"没有命令 {name}；/帮助 列出全部")
            continue
        said = _said(name, rest.strip(), line.strip())
        yield Turn.model_validate({"key": secrets.token_hex(8), **said, "persona": persona, "account": account})
        persona = account = ""


def _said(name: str, rest: str, line: str) -> dict[str, str]:
    """Return the fields of a turn that a line stands for."""
    if name not in COMMANDS:
        return {"text": line[:5000]}
    intent = COMMANDS[name][0]
    fields = {"intent": intent, "text": rest[:5000]}
    if intent in ("explain", "accept_fix") and ":" in rest:
        fields["finding"] = rest
    if intent == "draft" and rest:
        fields["text"] = f"写一篇{rest}"
    return fields


def _looked(name: str, chat: Chat, session: ChatSession) -> bool:
    """Answer a command that only looks; False when it is none."""
    from agent.cli.chatprint import answer_lines

    if name == "/帮助":
        for command, told in [*((c, about) for c, (_, about) in COMMANDS.items()), *OTHER.items()]:
            talk(f"  {command}  {told}")
    elif name == "/历史":
        for thread in chat.threads(session.user):
            talk(f"  {thread.id}  {thread.updated_at:%m-%d %H:%M}  {thread.title}")
    elif name == "/回看":
        for exchange in session.history():
            if exchange.turn is None:
                talk("  （已删除）")
                continue
            talk(f"> {exchange.turn.text or exchange.turn.intent or exchange.turn.option}")
            for line in answer_lines(exchange.answer) if exchange.answer else ():
                talk(line)
    else:
        return False
    return True


async def _take(session: ChatSession, turn: Turn) -> None:
    """Do a turn: what happens on stderr, the answer on stdout; what cannot be done now is told."""
    from agent.chat.values import Answered, NodeDone, TextPiece
    from agent.cli.chatprint import answer_lines
    from agent.errors import ProviderError, UsageError

    try:
        async for event in session.take(turn):
            if isinstance(event, NodeDone):
                talk(event.text)
            elif isinstance(event, TextPiece):
                typer.echo(event.text, err=True, nl=False)
            elif isinstance(event, Answered):
                for line in answer_lines(event.answer):
                    typer.echo(line)
    except (ProviderError, UsageError) as error:
        talk(f"没有办成：{error.message}")
        if error.hint:
            talk(f"提示：{error.hint}")
