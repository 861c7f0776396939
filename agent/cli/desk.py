"""`agent runs | show | resume | queue | approve | reject`: what happened to a note, and a person's decision on it."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeVar

import typer

from agent.cli.session import Reviewer, WorkspaceOption, load, talk

if TYPE_CHECKING:
    from agent.desk.values import QueueItem
    from agent.drafting import Drafting
    from agent.people import Person
    from agent.record import RunRecord
    from agent.results import DraftResult

__all__ = ["approve", "queue", "reject", "resume", "runs", "show"]

T = TypeVar("T")
Run = Annotated[str, typer.Argument(help="运行编号或其开头几位。")]
Format = Annotated[str, typer.Option("--format", "-f", help="text | md | json")]


def runs(
    limit: Annotated[int, typer.Option("--limit", "-n", help="最多几条。")] = 20,
    outcome: Annotated[str, typer.Option("--outcome", help="只看这一种结果，例如 in_review。")] = "",
    search: Annotated[str, typer.Option("--search", help="主题里含这几个字。")] = "",
    output: Annotated[str, typer.Option("--format", "-f", help="text | json")] = "text",
    workspace: WorkspaceOption = None,
) -> None:
    """List runs, newest first."""
    from agent.cli.output import OUTCOMES, require_choice
    from agent.record import Store, status_word

    require_choice("--format", output, ("text", "json"))
    if outcome:
        require_choice("--outcome", outcome, tuple(OUTCOMES))
    settings, _ = load(workspace)
    with Store.open(settings.record_target) as store:
        found = store.runs(limit=limit, outcome=outcome or None, search=search or None)
        ids = [run.id for run in found]
        statuses, titles = store.library.statuses(ids), store.library.titles(ids)
    if output == "json":
        typer.echo(json.dumps([run.model_dump(mode="json") for run in found], ensure_ascii=False, indent=2))
        return
    if not found:
        talk('还没有运行记录。先写一篇：agent draft --topic "周末带爸妈去植物园"')
    for run in found:
        if run.erased_at is not None:
            typer.echo(f"{run.id}  已删除，只留哈希")
            continue
        stands = status_word(statuses[run.id]) if run.outcome else "未完成，可 agent resume"
        named = f"{titles[run.id]}（主题：{run.brief.topic}）" if run.id in titles else run.brief.topic
        typer.echo(f"{run.id}  {stands}  {named}  [{run.brief.note_type}]")


def show(
    run: Run,
    output: Format = "text",
    replay_pack: Annotated[
        Path | None, typer.Option("--replay-pack", help="另写一个重放包到这个空目录，供别处用 agent replay 核对。")
    ] = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Print a run's note and, on stdout too, its evidence; write a replay pack when asked."""
    from agent.cli.output import OUTPUTS, claim_lines, render, require_choice, summary

    require_choice("--format", output, OUTPUTS)
    if replay_pack is not None:
        _write_pack(run, replay_pack, workspace)
    elif _show_erased(run, output, workspace):
        return
    result, stands, decisions, people = _with_drafting(workspace, lambda drafting: _peek(drafting, run))
    text = render(result, output)
    if text:
        typer.echo(text)
    if output == "json":
        return
    typer.echo(summary(result, people=people, stands=stands))
    for line in claim_lines(result):
        typer.echo(line)
    for round_ in result.rounds:
        typer.echo(f"第 {round_.number} 轮：{round_.report.verdict}；" + ("；".join(round_.changes) or "初稿"))
    if result.note is not None:
        typer.echo(f"文本哈希：{result.note.text_hash}")
    for line in decisions:
        typer.echo(line)


def _write_pack(run: str, folder: Path, workspace: Path | None) -> None:
    from agent.replay import write_pack

    async def go(drafting: Drafting) -> str:
        return write_pack(drafting, run, folder)

    digest = _with_drafting(workspace, go)
    talk(f"已写入重放包 {folder}；清单哈希 {digest}（另存一处，核对时给 agent replay --digest）")


def _show_erased(run: str, output: str, workspace: Path | None) -> bool:
    """Show of an erased run what is left: that it was there, when it was erased, and hashes."""
    from agent.cli.audit import link_line
    from agent.record import Store

    settings, _ = load(workspace)
    with Store.open(settings.record_target) as store:
        found = store.run(run)
        if found.erased_at is None:
            return False
        events = store.audit.events(found.id)
    if output == "json":
        left = {"run": found.id, "outcome": found.outcome, "erased_at": found.erased_at.isoformat()}
        told = {**left, "audit": [event.model_dump() for event in events]}
        typer.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return True
    typer.echo(
        f"运行 {found.id} 已于 {found.erased_at:%Y-%m-%d %H:%M} 删除；原文、素材和署名都没有了，只留下这些哈希："
    )
    for event in events:
        typer.echo(link_line(event))
    return True


def resume(run: Run, output: Format = "text", workspace: WorkspaceOption = None) -> None:
    """Continue a run that was cut off."""
    from agent.cli.output import OUTPUTS, render, require_choice, summary

    require_choice("--format", output, OUTPUTS)
    result, people = _with_drafting(workspace, lambda drafting: _resumed(drafting, run))
    text = render(result, output)
    if text:
        typer.echo(text)
    talk(summary(result, people=people))
    raise typer.Exit(result.exit_code)


def queue(
    lane: Annotated[str, typer.Option("--lane", help="只看一条通道：green | yellow | red")] = "",
    overdue: Annotated[bool, typer.Option("--overdue", help="只看已经超时的。")] = False,
    waiting: Annotated[bool, typer.Option("--waiting", help="连同没有人送审、只是停在待审的。")] = False,
    output: Annotated[str, typer.Option("--format", "-f", help="text | json")] = "text",
    workspace: WorkspaceOption = None,
) -> None:
    """List what waits for a reviewer: overdue first, then urgent, then oldest."""
    from agent.cli.output import require_choice
    from agent.cli.queueing import line_of, waiting_for

    require_choice("--format", output, ("text", "json"))
    if lane:
        require_choice("--lane", lane, ("green", "yellow", "red"))

    async def go(drafting: Drafting) -> tuple[QueueItem, ...]:
        return waiting_for(drafting, lane=lane, overdue=overdue, waiting=waiting or output == "text")

    found = _with_drafting(workspace, go)
    listed = [item for item in found if waiting or item.submitted]
    if output == "json":
        typer.echo(json.dumps([item.model_dump(mode="json") for item in listed], ensure_ascii=False, indent=2))
        return
    if not listed:
        talk("没有送审、等着审的笔记" if len(found) > len(listed) else "没有等着审的笔记")
    for item in listed:
        typer.echo(line_of(item))
    if len(found) > len(listed):
        talk(f"另有 {len(found) - len(listed)} 篇写好了，还没有人送审：加 --waiting 连同它们一起列出")


def approve(
    run: Run,
    reviewer: Reviewer,
    reason: Annotated[str, typer.Option("--reason", help="说明。")] = "",
    text_hash: Annotated[str, typer.Option("--hash", help="看过的文本哈希；文本若已变则拒绝。")] = "",
    workspace: WorkspaceOption = None,
) -> None:
    """Approve the note as it stands today; refused while a block is open, a fact is over or the text has changed."""
    from agent.cli.output import waived_lines

    result = _decide(run, "approve", reviewer, reason, text_hash, workspace)
    note = result.note
    for line in waived_lines(result.report) if result.report else ():
        talk(line)
    typer.echo(f"已批准 {result.run} {note.text_hash if note else ''}")
    for step in (result.label.platform_step,) if result.label else ():
        talk(f"发布时：{step}")


def reject(
    run: Run,
    reviewer: Reviewer,
    reason: Annotated[str, typer.Option("--reason", help="退回的原因，会留在记录里。")],
    workspace: WorkspaceOption = None,
) -> None:
    """Reject the note with a reason."""
    result = _decide(run, "reject", reviewer, reason, "", workspace)
    typer.echo(f"已退回 {result.run}：{reason}")


def _decide(
    run: str, action: Literal["approve", "reject"], reviewer: str, reason: str, text_hash: str, workspace: Path | None
) -> DraftResult:
    from agent.cli.queueing import desk_of, reviewer_called

    async def go(drafting: Drafting) -> DraftResult:
        by = reviewer_called(reviewer, drafting.workspace.people)
        kept = drafting.store.run(run)
        seen = text_hash or await _best_hash(drafting, kept)
        desk = desk_of(drafting)
        decide = desk.approve if action == "approve" else desk.reject
        await decide(kept.id, text_hash=seen, by=by, reason=reason)
        return await drafting.peek(kept.id)

    return _with_drafting(workspace, go)


async def _best_hash(drafting: Drafting, kept: RunRecord) -> str:
    """Return the hash of a run's best text by the record: a decision that was cut off is finished by the same again."""
    from agent.errors import UsageError

    for version in drafting.store.versions(kept.id):
        if version.revision == kept.best_revision:
            return version.text_hash
    result = await drafting.peek(kept.id)
    raise UsageError("run_not_in_review", run=result.run, outcome=result.outcome)


async def _resumed(drafting: Drafting, run: str) -> tuple[DraftResult, Sequence[Person]]:
    from agent.cli.progress import Progress

    result = await drafting.resume(run, on_event=Progress(drafting.workspace))
    return result, drafting.workspace.people


async def _peek(drafting: Drafting, run: str) -> tuple[DraftResult, str, list[str], Sequence[Person]]:
    """Return a run with the word for where its note stands, the decisions on it, and the bank's people."""
    from agent.record import status_word

    result = await drafting.peek(run)
    stands = status_word(drafting.store.library.statuses((result.run,))[result.run])
    decisions = [
        f"{decision.decided_at:%Y-%m-%d %H:%M} {decision.reviewer} {decision.decision} "
        f"{decision.text_hash[:19]} {decision.reason}".rstrip()
        for decision in drafting.store.decisions(result.run)
    ]
    return result, stands, decisions, drafting.workspace.people


def _with_drafting(workspace: Path | None, work: Callable[[Drafting], Awaitable[T]]) -> T:
    import asyncio

    from agent.drafting import open_drafting

    settings, bank = load(workspace)

    async def go() -> T:
        async with open_drafting(bank, settings) as drafting:
            return await work(drafting)

    return asyncio.run(go())
