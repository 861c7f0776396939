"""`agent forget`: erase what is personal in a run, and leave its hashes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from agent.cli.session import WorkspaceOption, load, talk

if TYPE_CHECKING:
    from agent.drafting import Drafting
    from agent.record import RunRecord
    from agent.record.people import PersonHeld
    from agent.settings import Settings
    from agent.workspace import Workspace

__all__ = ["forget"]


def forget(
    run: Annotated[str, typer.Argument(help="运行编号或其开头几位。")] = "",
    told_by: Annotated[
        str, typer.Option("--told-by", help="改为删除用到这个人所讲素材的每次运行（没写谁讲的，算人设本人讲的）。")
    ] = "",
    user: Annotated[
        str, typer.Option("--user", help="改为删除这个人：全部对话、名下每次运行、登录、令牌、提醒和代审授权。")
    ] = "",
    yes: Annotated[bool, typer.Option("--yes", help="确认删除；不给则只列出会删什么。")] = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Erase brief, material, texts, findings, replies, decisions and checkpoints; the audit chain stays whole."""
    import asyncio

    from agent.drafting import open_drafting
    from agent.errors import UsageError

    if sum(map(bool, (run, told_by, user))) != 1:
        raise UsageError("forget_what")
    settings, bank = load(workspace)
    settings = settings.model_copy(update={"author": "offline"})

    async def go() -> None:
        if user:
            await _forget_user(bank, settings, user, yes=yes)
        else:
            async with open_drafting(bank, settings) as drafting:
                await _forget(drafting, _chosen(drafting, run, told_by), yes=yes)
        if settings.database.get_secret_value():
            talk("PostgreSQL 的数据页和备份里可能还有旧字节：请管理员执行 VACUUM FULL，并按期轮换备份。")

    asyncio.run(go())


def _chosen(drafting: Drafting, run: str, told_by: str) -> tuple[RunRecord, ...]:
    from agent.errors import UsageError

    if run:
        return (drafting.store.run(run),)
    known = [persona.id for persona in drafting.workspace.personas if told_by in (persona.id, persona.name)]
    found = drafting.store.told_by(told_by, *known)
    if not found:
        raise UsageError("forget_nobody", name=told_by)
    return found


async def _forget(drafting: Drafting, runs: tuple[RunRecord, ...], *, yes: bool) -> None:
    from agent.errors import UsageError

    if not yes:
        for run in runs:
            talk(f"{run.id}  {run.brief.topic}")
        raise UsageError("forget_needs_yes", count=len(runs))
    for run in runs:
        await drafting.forget(run.id)
        typer.echo(f"已删除 {run.id}：任务、素材、文本、结论、模型回复、署名和断点；只留哈希")
    talk("已导出的文件（--out、重放包、备份）不在其中，请另外删除。")


async def _forget_user(bank: Workspace, settings: Settings, user: str, *, yes: bool) -> None:
    from agent.chat.session import open_chat
    from agent.errors import UsageError

    async with open_chat(bank, settings) as chat:
        threads, people = chat.threads(user), chat.drafting.store.people
        held = people.held(user)
        if not threads and not held:
            raise UsageError("forget_no_threads", user=user)
        if not yes:
            for thread in threads:
                talk(f"{thread.id}  {thread.title}")
            for run in held.runs:
                talk(run)
            talk(_counted(held))
            raise UsageError("forget_needs_yes", count=len(threads) + len(held.runs))
        while threads:
            for thread in threads:
                runs = await chat.forget(user, thread.id, evidence_too=True)
                typer.echo(f"已删除对话 {thread.id} 和它写出的 {len(runs)} 次运行；只留哈希")
            threads = chat.threads(user)
        await _forget(chat.drafting, tuple(map(chat.drafting.store.run, people.held(user).runs)), yes=True)
        people.forget(user, erased_at=chat.drafting.now())
        typer.echo(f"已删除 {user} 的{_counted(held)}")
        talk("此人对别人笔记作的审核决定是合规记录，不在其中。")


def _counted(held: PersonHeld) -> str:
    return (
        f"登录 {held.sessions} 次、接口令牌 {held.tokens} 个、提醒 {held.notices} 条、代审授权 {held.delegations} 项、"
        f"权限变动里的名字 {held.access} 处"
    )
