"""`agent audit verify | head | export | access`: prove that the record was not changed behind the program's back."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from agent.cli.session import WorkspaceOption, load, talk

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from agent.record import AuditEvent, Break, Store
    from agent.record.values import AccessRecord

__all__ = ["app", "link_line"]

_BARE = re.compile("[0-9a-f]{64}")  # a hash copied without its prefix

app = typer.Typer(no_args_is_help=True)

KINDS = {
    "started": "起稿",
    "version": "文本",
    "decision": "决定",
    "outcome": "结果",
    "erased": "删除",
    "versions": "文本",
    "approvals": "决定",
    "replies": "模型回复",
    "grounds": "写稿依据",
    "submitted": "送审",
    "published": "发布",
    "submissions": "送审",
    "publications": "发布",
    "turn": "对话",
    "turn_erased": "对话删除",
    "thread_erased": "对话删除",
    "waived": "豁免",
    "delegated": "代审授权",
    "corrected": "撤回或更正",
    "access": "权限变动",
    "token": "接口令牌",
}


ACCESS = {
    "token_made": "发放令牌",
    "token_revoked": "停用令牌",
    "session_ended": "强制下线",
    "roles": "角色",
}
ROLES = {"employee": "员工", "content": "内容", "reviewer": "审核", "admin": "管理"}
SCOPES = {
    "draft": "写笔记",
    "check": "检查文字",
    "runs": "看笔记记录",
    "review": "审核",
    "facts": "看事实台账",
    "metrics": "看运行指标",
}


@app.command("verify", help="核对审计链，以及每条记录与它留下的哈希是否一致。")
def verify(
    head: Annotated[str, typer.Option("--head", help="另外保存的链尾哈希；不在链里就是被改写过。")] = "",
    workspace: WorkspaceOption = None,
) -> None:
    """Print the head, and on any break name it and exit 1."""
    with _store(workspace) as store:
        report = store.audit.verify(head=f"sha256:{head}" if _BARE.fullmatch(head) else head)
    for item in report.breaks:
        typer.echo(f"不符：{_say(item)}")
    if report.breaks:
        raise typer.Exit(1)
    erased = f"，其中 {report.erased} 次运行已删除" if report.erased else ""
    typer.echo(f"完好：{report.events} 条{erased}")
    typer.echo(f"链尾：{report.head or '（还没有记录）'}")
    if not head:
        talk("把链尾另存一处，以后用 agent audit verify --head 哈希 核对：改写整条链也会被发现。")


@app.command("head", help="打印链尾哈希，供另外保存。")
def head(workspace: WorkspaceOption = None) -> None:
    """Print the hash of the last link."""
    with _store(workspace) as store:
        typer.echo(store.audit.head())


@app.command("export", help="把审计链写成 JSONL（只有哈希，没有原文）。")
def export(
    file: Annotated[Path, typer.Argument(help="写到哪个文件。")],
    workspace: WorkspaceOption = None,
) -> None:
    """Write every link, a line each."""
    from agent.errors import StorageError

    with _store(workspace) as store:
        events = store.audit.events()
    try:
        file.write_text("".join(f"{_json(event)}\n" for event in events), encoding="utf-8")
    except OSError as error:
        raise StorageError("out_unwritable", path=file, reason=error.strerror or error) from error
    talk(f"已写入 {file}：{len(events)} 条")


@app.command("access", help="列出权限变动：谁给谁发了或停了接口令牌、下线了谁、角色何时变过。")
def access(
    user: Annotated[str, typer.Option("--user", help="只看这个人经手的，或与他有关的。")] = "",
    output: Annotated[str, typer.Option("--format", "-f", help="text | json")] = "text",
    workspace: WorkspaceOption = None,
) -> None:
    """Print what was done to people's access, oldest first; no token is in it."""
    from agent.cli.output import require_choice

    require_choice("--format", output, ("text", "json"))
    with _store(workspace) as store:
        found = store.access.events(user or None)
    if output == "json":
        typer.echo(json.dumps([event.model_dump(mode="json") for event in found], ensure_ascii=False, indent=2))
        return
    if not found:
        talk("还没有权限变动")
    before: dict[str, AccessRecord] = {}
    for event in found:
        typer.echo(_access_line(event, before.get(event.user)))
        if event.kind == "roles":
            before[event.user] = event


def link_line(event: AuditEvent) -> str:
    """Tell what a link says, with its hashes shortened."""
    held = "  ".join(f"{name} {value[:19]}" for name, value in event.held.items() if name != "content")
    return f"  {event.seq}  {event.at[:16].replace('T', ' ')}  {KINDS.get(event.kind, event.kind)}  {held}".rstrip()


@contextmanager
def _store(workspace: Path | None) -> Iterator[Store]:
    from agent.record import Store

    settings, _ = load(workspace)
    with Store.open(settings.record_target) as store:
        yield store


def _access_line(event: AccessRecord, before: AccessRecord | None = None) -> str:
    """Tell who did what to whose access, of roles what changed, and of whoever was erased only what and when."""
    by = f"  由 {event.by}" if event.by else ""
    whose = event.user or "（已删除的人）"
    told = _roles_told(event, before) if event.kind == "roles" else _named(event.about.get("scopes", ()), SCOPES)
    return f"{event.at.astimezone():%Y-%m-%d %H:%M}  {ACCESS[event.kind]}  {whose}{by}  {told}".rstrip()


def _roles_told(event: AccessRecord, before: AccessRecord | None) -> str:
    """Tell what somebody may do from then on, and what of it is new or gone; nothing of whoever was erased."""
    if not event.user:
        return ""
    told = [_named(event.about.get("roles", ()), ROLES) or "无"]
    if "accounts" in event.about:
        told.append(f"账号 {'、'.join(event.about['accounts']) or '无'}")
    if event.about.get("left_on"):
        told.append(f"{event.about['left_on']} 离职")
    changed = _changed(before.about if before else {}, event.about)
    return "  ".join((*told, f"（{changed}）")) if changed else "  ".join(told)


def _changed(before: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    """Tell what was added to and taken from roles and accounts, and that a day of leaving was set or lifted."""
    told = []
    for word, one, other in (("新增", now, before), ("去掉", before, now)):
        roles = [item for item in one.get("roles", ()) if item not in other.get("roles", ())]
        accounts = [item for item in one.get("accounts", ()) if item not in other.get("accounts", ())]
        parts = (_named(roles, ROLES), f"账号 {'、'.join(accounts)}" if accounts else "")
        if any(parts):
            told.append(f"{word} {'，'.join(part for part in parts if part)}")
    was, is_ = before.get("left_on"), now.get("left_on")
    if was != is_:
        told.append(
            f"离职日由 {was} 改为 {is_}" if was and is_ else f"离职日定为 {is_}" if is_ else f"取消离职日 {was}"
        )
    return "；".join(told)


def _named(found: Iterable[str], names: Mapping[str, str]) -> str:
    return "、".join(names.get(item, item) for item in found)


def _say(item: Break) -> str:
    from agent.catalogue import say

    kind = KINDS.get(item.kind, item.kind)
    return say(item.code, run=item.run or "—", kind=kind, seq=item.seq, subject=item.subject)


def _json(event: AuditEvent) -> str:
    return json.dumps(event.model_dump(), ensure_ascii=False, sort_keys=True)
