"""`agent replay PACK`: check the texts of a pack again, run the graph again, and say what came out otherwise."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from agent.replay import Comparison, Pack

__all__ = ["replay"]


def replay(
    pack: Annotated[Path, typer.Argument(help="重放包目录（agent show 运行编号 --replay-pack 写出的）。")],
    digest: Annotated[str, typer.Option("--digest", help="另外保存的清单哈希；不符就拒绝。")] = "",
) -> None:
    """Print a line a text; exit 0 when all is the same, 1 when anything differs, 2 for a pack not to be trusted."""
    from agent.errors import UsageError
    from agent.replay import changes_since, read_pack, recheck
    from agent.settings import load_settings

    load_settings()  # tracing off, strict checkpoints
    held = read_pack(pack)
    if digest and digest != held.digest:
        raise UsageError("pack_digest_differs", path=pack, found=held.digest, given=digest)
    typer.echo(_head(held))
    checked = recheck(held)
    for item in checked:
        typer.echo(_line(f"第 {item.revision} 版 规则与口吻", item))
    again = _rerun(held)
    changes = changes_since(held)
    typer.echo(f"那之后变了：{'；'.join(changes)}" if changes else "那之后没有变：程序、规则、阈值、提示词都是当时的")
    if any(item.differences for item in (*checked, *again)):
        raise typer.Exit(1)


def _rerun(held: Pack) -> tuple[Comparison, ...]:
    import asyncio

    from agent.replay import rerun

    again = asyncio.run(rerun(held))
    if again is None:
        typer.echo(f"整个流程没有重跑：{held.manifest.author} 写的稿在这里重写不了")
        return ()
    for item in again:
        typer.echo(_line(f"第 {item.revision} 版 重写" if item.revision else "整个流程", item))
    if not again:
        typer.echo("整个流程：一致")
    return again


def _head(held: Pack) -> str:
    manifest = held.manifest
    approved = "；".join(
        f"{a.reviewer} {a.decided_at:%Y-%m-%d %H:%M} 批准 {a.text_hash[:19]}" for a in manifest.approvals
    )
    told = f"运行 {manifest.run} · {manifest.author} · {manifest.outcome or '未完成'} · {len(held.versions)} 版"
    return f"{told} · {approved}" if approved else told


def _line(name: str, item: Comparison) -> str:
    return f"{name}：" + (f"不一致：{'；'.join(item.differences)}" if item.differences else "一致")
