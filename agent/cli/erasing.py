"""`agent forget`: erase what is personal in a run, and leave its hashes; evidence stays for its time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from agent.cli.session import WorkspaceOption, load, talk

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from agent.drafting import Drafting
    from agent.record import RunRecord
    from agent.record.people import PersonHeld
    from agent.settings import Settings
    from agent.workspace import Workspace

__all__ = ["forget"]

EVIDENCE = {"submitted": "送审", "approved": "批准", "published": "发布", "taken_back": "撤回或更正"}


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
    """Erase brief, material, texts, findings, replies, decisions and checkpoints; the audit chain stays whole.

    What was handed in, approved, published or taken back stays for `evidence_days`, whoever asks: it is told which
    and why, and the exit code is 1, or 2 when nothing else was there to erase.
    """
    import asyncio

    from agent.drafting import open_drafting
    from agent.errors import UsageError

    if sum(map(bool, (run, told_by, user))) != 1:
        raise UsageError("forget_what")
    settings, bank = load(workspace)
    settings = settings.model_copy(update={"author": "offline"})

    async def go() -> bool:
        if user:
            kept = await _forget_user(bank, settings, user, yes=yes)
        else:
            async with open_drafting(bank, settings) as drafting:
                kept = await _forget(drafting, _chosen(drafting, run, told_by), yes=yes)
        if settings.database.get_secret_value():
            talk("PostgreSQL 的数据页和备份里可能还有旧字节：请管理员执行 VACUUM FULL，并按期轮换备份。")
        return kept

    if asyncio.run(go()):
        raise typer.Exit(1)


def _chosen(drafting: Drafting, run: str, told_by: str) -> tuple[RunRecord, ...]:
    from agent.errors import UsageError

    if run:
        return (drafting.store.run(run),)
    known = [persona.id for persona in drafting.workspace.personas if told_by in (persona.id, persona.name)]
    found = drafting.store.told_by(told_by, *known)
    if not found:
        raise UsageError("forget_nobody", name=told_by)
    return found


async def _forget(drafting: Drafting, runs: tuple[RunRecord, ...], *, yes: bool) -> bool:
    """Erase these runs but those that are evidence; tell whether some are."""
    from agent.errors import UsageError

    kept = _told_kept(drafting, [run.id for run in runs])
    free = tuple(run for run in runs if run.id not in kept)
    if not free:
        raise UsageError("forget_kept", count=len(kept), days=drafting.settings.evidence_days)
    if not yes:
        for run in free:
            talk(f"{run.id}  {run.brief.topic}")
        raise UsageError("forget_needs_yes", count=len(free))
    await _erase(drafting, free)
    talk("已导出的文件（--out、重放包、备份）不在其中，请另外删除。")
    return bool(kept)


async def _erase(drafting: Drafting, runs: tuple[RunRecord, ...]) -> None:
    for run in runs:
        await drafting.forget(run.id, spare_evidence=True, since=_kept_since(drafting))
        typer.echo(f"已删除 {run.id}：任务、素材、文本、结论、模型回复、署名和断点；只留哈希")


def _kept_since(drafting: Drafting) -> datetime:
    """Return since when evidence is still to be kept."""
    from datetime import timedelta

    return drafting.now() - timedelta(days=drafting.settings.evidence_days)


def _told_kept(drafting: Drafting, runs: Sequence[str]) -> frozenset[str]:
    """Say which of these runs stay, why and until when; return their ids."""
    from datetime import timedelta
    from itertools import groupby

    found = drafting.store.evidence(*runs, since=_kept_since(drafting))
    for run, items in groupby(found, key=lambda item: item.run):
        told = tuple(items)
        done = "、".join(f"{item.at.astimezone():%Y-%m-%d} {EVIDENCE[item.kind]}" for item in told)
        until = told[-1].at.astimezone() + timedelta(days=drafting.settings.evidence_days)
        talk(f"{run}  不删：{done}，是凭据，留到 {until:%Y-%m-%d}")
    return frozenset(item.run for item in found)


async def _forget_user(bank: Workspace, settings: Settings, user: str, *, yes: bool) -> bool:
    """Erase what is held of a person but the runs that are evidence; tell whether some are."""
    from agent.chat.session import open_chat
    from agent.errors import UsageError
    from agent.record.people import PersonHeld

    async with open_chat(bank, settings) as chat:
        threads, people, drafting = chat.threads(user), chat.drafting.store.people, chat.drafting
        held = people.held(user)
        if not threads and not held:
            raise UsageError("forget_no_threads", user=user)
        led_to = (run for thread in threads for run in chat.led_to(user, thread.id))
        kept = _told_kept(drafting, tuple(dict.fromkeys((*held.runs, *led_to))))
        owned = tuple(run for run in held.runs if run not in kept)
        if not threads and held == PersonHeld(runs=held.runs) and not owned:
            raise UsageError("forget_kept", count=len(kept), days=settings.evidence_days)
        if not yes:
            for thread in threads:
                talk(f"{thread.id}  {thread.title}")
            for run in owned:
                talk(run)
            talk(_counted(held))
            raise UsageError("forget_needs_yes", count=len(threads) + len(owned))
        while threads:
            for thread in threads:
                runs = await chat.forget_lawfully(user, thread.id, keep_since=_kept_since(drafting))
                typer.echo(f"已删除对话 {thread.id} 和它写出的 {len(runs)} 次运行；只留哈希")
            threads = chat.threads(user)
        left = (run for run in people.held(user).runs if run not in kept)
        await _erase(drafting, tuple(map(drafting.store.run, left)))
        people.forget(user, erased_at=drafting.now())
        typer.echo(f"已删除 {user} 的{_counted(held)}")
        talk("此人对别人笔记作的审核决定是合规记录，不在其中。已导出的文件和备份请另外删除。")
        return bool(kept)


def _counted(held: PersonHeld) -> str:
    return (
        f"登录 {held.sessions} 次、接口令牌 {held.tokens} 个、提醒 {held.notices} 条、代审授权 {held.delegations} 项、"
        f"权限变动里的名字 {held.access} 处"
    )
