"""`run`, `record` and `score`: draw samples in a lane, keep their exchanges, score them again."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from evals.runs import Ended

__all__ = ["gate", "record", "run", "score"]

RUNS = Path(".kosnote", "evals")
LANES = ("offline", "scripted", "live", "replay")
SPLITS = ("", "dev", "held")

Many = list[str]
Cases = Annotated[Many | None, typer.Option("--case", help="只跑这个用例，可多次给出。")]
Themes = Annotated[Many | None, typer.Option("--theme", help="只跑这个主题，可多次给出。")]
Split = Annotated[str, typer.Option("--split", help="只跑 dev 或 held。")]
Out = Annotated[Path | None, typer.Option("--out", "-o", help="运行写到哪个目录，默认 .kosnote/evals 下新建一个。")]
Resume = Annotated[bool, typer.Option("--resume", help="接着跑这个目录里没跑完的；出错的重跑。")]
MaxCost = Annotated[float | None, typer.Option("--max-cost", help="花到这么多钱就不再开始新的样本。")]
MaxTokens = Annotated[int | None, typer.Option("--max-tokens", help="用到这么多词元就不再开始新的样本。")]
Root = Annotated[Path | None, typer.Option("--root", help="用例所在的目录，默认 evals/cases。")]


def run(
    lane: Annotated[
        str, typer.Option("--lane", help="offline 不用模型 | scripted 写好的回复 | live 模型 | replay 录音")
    ] = ("offline"),
    live: Annotated[bool, typer.Option("--live", help="就是 --lane live。")] = False,
    k: Annotated[int, typer.Option("--k", min=1, help="每个用例跑几次。")] = 1,
    seed: Annotated[int, typer.Option("--seed", help="加在每个用例的种子上。")] = 0,
    case: Cases = None,
    theme: Themes = None,
    split: Split = "",
    concurrency: Annotated[int | None, typer.Option("--concurrency", min=1, help="同时跑几个（只管 live）。")] = None,
    max_cost: MaxCost = None,
    max_tokens: MaxTokens = None,
    replies: Annotated[Path | None, typer.Option("--replies", help="scripted 的回复文件（JSON）。")] = None,
    out: Out = None,
    resume: Resume = False,
    root: Root = None,
) -> None:
    """Draw, score and sum up; the table goes to stdout."""
    from evals.case_files import CASES
    from evals.runs import Order, draw_run

    _demand("--lane", lane, LANES)
    _demand("--split", split, SPLITS)
    asked: Any = "live" if live else lane
    order = Order(
        lane=asked,
        k=k,
        seed=seed,
        cases=tuple(case or ()),
        themes=tuple(theme or ()),
        split=split or None,
        root=root or CASES,
        replies=replies,
        at_once=concurrency,
        max_cost=max_cost,
        max_tokens=max_tokens,
    )
    _deliver(draw_run(order, out or _fresh(asked), resume=resume, say=_talk))


def record(
    case: Cases = None,
    theme: Themes = None,
    split: Split = "",
    out: Out = None,
    resume: Resume = False,
    root: Root = None,
) -> None:
    """Record the exchanges of cases with the endpoint of the environment, one cassette a case."""
    from evals.case_files import CASES
    from evals.lanes import recording_lane
    from evals.recorded_list import add_recorded
    from evals.run_files import read_samples
    from evals.runs import Order, draw_run

    _demand("--split", split, SPLITS)
    order = Order(
        lane="live", cases=tuple(case or ()), themes=tuple(theme or ()), split=split or None, root=root or CASES
    )
    lane, folder = recording_lane(), out or _fresh("record")
    try:
        ended = draw_run(order, folder, resume=resume, lane=lane, say=_talk)
    finally:
        if kept := [sample.case for sample in read_samples(folder) if not sample.error]:
            add_recorded(kept, lane.settings(folder))
    _deliver(ended)


def score(folder: Annotated[Path, typer.Argument(help="一次运行的目录。")], root: Root = None) -> None:
    """Score the samples of a run again, without drawing."""
    from evals.case_files import CASES
    from evals.runs import score_run

    _deliver(score_run(folder, root=root or CASES))


def gate(
    out: Annotated[Path, typer.Option("--out", "-o", help="各套件的运行和报告写到这里。")] = RUNS / "gate",
    root: Root = None,
    baselines: Annotated[
        Path | None, typer.Option("--baselines", help="基线所在的目录，默认 evals/baselines。")
    ] = None,
) -> None:
    """Run lane A; print a line a check, a table where something changed, and leave with the worst code."""
    from evals.baselines import BASELINES
    from evals.case_files import CASES
    from evals.gate import run_gate, worst

    codes, today = [], datetime.now(UTC).date()
    for checked in run_gate(out, root=root or CASES, baselines=baselines or BASELINES, today=today):
        codes.append(checked.code)
        typer.echo(checked.text if not checked.code else f"{checked.text}\n未过：{checked.name}（{checked.code}）")
        if checked.remark:
            _talk(checked.remark)
    raise typer.Exit(worst(iter(codes)))


def _deliver(ended: Ended) -> None:
    from evals.reports.table import render_table

    if ended.summary is not None:
        typer.echo(render_table(ended.summary))
    _talk(f"运行写在 {ended.folder}")
    if ended.problem:
        _talk(f"这次运行不算数：{ended.problem}")
    raise typer.Exit(ended.exit_code)


def _fresh(name: str) -> Path:
    return RUNS / f"{name}-{datetime.now(UTC):%Y%m%d-%H%M%S}"


def _demand(option: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise typer.BadParameter(f"{option} 只能是 {'、'.join(filter(None, allowed))}")


def _talk(line: str) -> None:
    typer.echo(line, err=True)
