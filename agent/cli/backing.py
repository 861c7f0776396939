"""`agent backup | restore`: one archive of record and checkpoints, for SQLite and PostgreSQL alike."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agent.cli.session import WorkspaceOption, load, talk

if TYPE_CHECKING:
    from agent.backup import Manifest

__all__ = ["backup", "restore"]


def backup(
    file: Annotated[Path, typer.Argument(help="写到哪个文件。")],
    force: Annotated[bool, typer.Option("--force", help="文件已在也写，旧的被换掉。")] = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Write record and checkpoints as of one moment to an archive; others may write meanwhile."""
    import asyncio
    from datetime import UTC, datetime

    from agent.backup import back_up

    settings, _ = load(workspace)
    manifest = asyncio.run(back_up(settings, file, now=datetime.now(UTC), force=force))
    typer.echo(f"已写入 {file}：{_held(manifest)}")
    if manifest.audit.breaks:
        talk(f"注意：审计链在备份前就有 {len(manifest.audit.breaks)} 处不符，用 agent audit verify 查看")
    talk("归档里有全部素材、笔记和姓名：请加密另存，并按期删除。")


def restore(
    file: Annotated[Path, typer.Argument(help="用 agent backup 写出的文件。")],
    force: Annotated[bool, typer.Option("--force", help="记录不是空的也换掉。")] = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Put an archive in the place of the record the settings name; stop the servers first."""
    import asyncio

    from agent.backup import restore as put_back

    settings, _ = load(workspace)
    manifest = asyncio.run(put_back(settings, file, force=force))
    typer.echo(f"已恢复 {_held(manifest)}")
    typer.echo(f"审计链与备份时一致，链尾：{manifest.audit.head or '（还没有记录）'}")
    talk("要看两件事：备份之后删除过的人，请再删一次（agent forget）；备份之后作废的接口令牌，请再作废一次。")


def _held(manifest: Manifest) -> str:
    runs = manifest.members["record/runs.jsonl"].rows
    threads = manifest.members["record/chat_threads.jsonl"].rows
    day = manifest.taken_at.astimezone().strftime("%Y-%m-%d %H:%M")
    return f"{day} 的 {runs} 次运行、{threads} 段对话、{manifest.audit.events} 条审计"
