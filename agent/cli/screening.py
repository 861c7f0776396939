"""`agent screen`: a whole archive against the rules, and again when rules change."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from agent.cli.session import AsOf, day, talk

if TYPE_CHECKING:
    from agent.models import Stage
    from agent.screening.edition import Circumstances
    from agent.screening.pools import Pool
    from agent.screening.progress import Progress

__all__ = ["screen"]

ENGINES = ("local", "ray")


def screen(
    source: Annotated[
        str, typer.Argument(metavar="[IN]", help="jsonl、csv、parquet、db 文件，或 sqlite:///、postgresql:// 地址。")
    ] = "",
    out: Annotated[Path | None, typer.Option("--out", help="结果：.jsonl 每行一份报告，.db 是 SQLite。")] = None,
    table: Annotated[str, typer.Option("--table", help="数据库里的表。")] = "",
    query: Annotated[str, typer.Option("--query", help="数据库查询，写上 ORDER BY。")] = "",
    columns: Annotated[str, typer.Option("--map", help="列名对应：title=标题,body=正文,id=编号")] = "",
    encoding: Annotated[str, typer.Option("--encoding", help="CSV 的编码：utf-8、gb18030…")] = "utf-8",
    store: Annotated[
        Path | None, typer.Option("--store", help="存档。规则变过之后不给来源、只给它，就只重查变过的规则。")
    ] = None,
    findings_only: Annotated[
        bool, typer.Option("--findings-only/--every-note", help="只写有问题的笔记（默认），或每篇都写。")
    ] = True,
    workers: Annotated[int, typer.Option("--workers", min=0, help="进程数，默认与核数相同。")] = 0,
    engine: Annotated[str, typer.Option("--engine", help="local | ray（RAY_ADDRESS 指明集群）")] = "local",
    restart: Annotated[bool, typer.Option("--restart", help="丢掉没做完的结果，从头开始。")] = False,
    stage: Annotated[str, typer.Option("--stage", help="brief | note | publish")] = "note",
    as_of: AsOf = "",
    workspace: Annotated[
        Path | None, typer.Option("--workspace", "-w", help="给了工作区，就用其中的事实、豁免和本行规则。")
    ] = None,
) -> None:
    """Screen every note of an archive; the same command again goes on where it was stopped."""
    from agent.cli.output import require_choice
    from agent.errors import UsageError
    from agent.screening.runs import Request, begin

    require_choice("--engine", engine, ENGINES)
    require_choice("--stage", stage, ("brief", "note", "publish"))
    if out is None:
        raise UsageError("screen_out_missing")
    if not source and store is None:
        raise UsageError("screen_nothing_to_do")
    request = Request(
        source=source, out=out, table=table, query=query, columns=columns, encoding=encoding, store=store,
        telling_only=findings_only, restart=restart,
    )  # fmt: skip
    from agent.cli.screen_progress import open_watcher, summary

    run = begin(request, lambda begun: _circumstances(workspace, stage, as_of or begun))
    if run.begun is not None and not run.begun.done:
        talk(f"接着上次：前 {run.begun.rows} 行已经筛过")
    try:
        with _pool(engine, workers) as pool, open_watcher(run.total, run.begun) as watch:
            progress = run.go(pool, watch)
    except KeyboardInterrupt:
        talk("已中断。原样再跑一次会接着做。")
        raise typer.Exit(130) from None
    finally:
        run.close()
    for line in summary(progress, out, seconds=watch.seconds, rows=watch.rows):
        typer.echo(line)
    raise typer.Exit(_exit_code(progress))


def _circumstances(workspace: Path | None, stage: str, as_of: str) -> Circumstances:
    from agent.screening.edition import Circumstances

    when, at = day(as_of), cast("Stage", stage)
    if workspace is None:
        return Circumstances(as_of=when, stage=at)
    from agent.ownrules import demand_waivers
    from agent.workspace import load_workspace

    bank = load_workspace(workspace)
    overlay = (bank.rules_overlay.resolve(),) if bank.rules_overlay else ()
    demand_waivers(bank)
    return Circumstances(overlay, when, at, bank.facts, bank.points, bank.waivers)


def _pool(engine: str, workers: int) -> Pool:
    from agent.screening.pools import Alone, Processes, RayCluster

    if engine == "ray":
        return RayCluster(workers)
    wanted = workers or _cores()
    return Alone() if wanted == 1 else Processes(wanted)


def _cores() -> int:
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def _exit_code(progress: Progress) -> int:
    """Return 4 when a guard failed, 1 when a note must not go out as it is or a row was refused, else 0."""
    tally = progress.tally
    if tally.failed:
        return 4
    return 1 if tally.rejected or tally.verdicts["block"] or tally.verdicts["revise"] else 0
