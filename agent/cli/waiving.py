"""`agent rules waive`: write a waiver of one place, one text, or of words in every note, so that it acts.

Refuses what would do nothing: a place the rule does not speak of, an unknown rule, one approver too few.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agent.cli.session import AsOf, WorkspaceOption, day, talk, typed

if TYPE_CHECKING:
    from agent.models import Finding, NoteInput, Report, Waiver
    from agent.workspace import Workspace

__all__ = ["waive"]

COVERS = {
    "fingerprint": "只放行这一处“{text}”：改别处不影响，改到这一句就失效",
    "text_hash": "只放行这一篇里 {rule} 说的{words}：改一个字就失效",
    "every_note": "放行所有笔记里的“{text}”：这不是个案，请确认该这样做",
}


def waive(
    rule_id: Annotated[str, typer.Argument(metavar="RULE", help="规则编号，例如 RET-01。")],
    reason: Annotated[str, typer.Option("--reason", help="为什么可以放行；会留在报告里。")],
    approver: Annotated[str, typer.Option("--approver", help="批准人：people.yaml 里审核人的 id 或姓名。")],
    expires: Annotated[str, typer.Option("--expires", metavar="DATE", help="到哪天为止（YYYY-MM-DD），最长一年。")],
    note: Annotated[str, typer.Option("--note", help="笔记文件（txt、md、json）；- 为标准输入。")] = "",
    text: Annotated[str, typer.Option("--text", help="直接给一句话。")] = "",
    quote: Annotated[
        str, typer.Option("--quote", help="照原文写：报出的几个字或它所在的整句；报了几处时用它指明。")
    ] = "",
    second: Annotated[str, typer.Option("--second", help="第二批准人；禁止项必须有，要是另一个人。")] = "",
    this_text: Annotated[bool, typer.Option("--this-text", help="按整篇放行：改一个字就失效。")] = False,
    every_note: Annotated[bool, typer.Option("--every-note", help="所有笔记里的 --quote 都放行；不是个案。")] = False,
    product: Annotated[list[str] | None, typer.Option("--product", help="笔记推广的类别，可多次。")] = None,
    account: Annotated[str, typer.Option("--account", help="工作区里的账号。")] = "",
    as_of: AsOf = "",
    workspace: WorkspaceOption = None,
) -> None:
    """Write a waiver into the workspace's waivers.yaml and print the file; nothing is written that could not act."""
    from agent.errors import UsageError
    from agent.models import Waiver
    from agent.workspace import load_workspace
    from agent.workspace.waivers import add_waiver, free_id

    if workspace is None:
        raise UsageError("waive_needs_workspace")
    bank, today, until = load_workspace(workspace), day(as_of), day(expires, "--expires")
    if until < today:
        raise UsageError("waive_past", expires=until, today=today)
    given = {"rule": rule_id, "reason": reason.strip(), "approver": approver.strip(), "second_approver": second.strip()}
    wanted = Waiver(id=free_id(bank.waivers), created=today, expires=until, quote=quote.strip(), **given)
    if every_note:
        waiver, words = wanted.model_copy(update={"every_note": True}), quote.strip()
    else:
        read, report = _checked(note, text, product or [], workspace=workspace, account=account, today=today)
        waiver, words = _placed(wanted, read, report, this_text=this_text)
    _demand_able(waiver, bank)
    path = add_waiver(bank.root, waiver)
    typer.echo(path)
    talk(f"已登记豁免 {waiver.id}：{_covers(waiver, words)}；到 {waiver.expires} 为止")
    talk(f"看它起了什么作用：agent check {_look(note, text, product or [], account)} -w {typed(workspace)}")


def _look(note: str, text: str, products: list[str], account: str) -> str:
    """Write what `agent check` is to be given, so that it sees what was seen here."""
    given = typed(note) if note else f'--text "{text.strip()}"' if text.strip() else "笔记文件"
    options = [f"--product {product}" for product in products]
    options += [f"--account {account}"] if account else []
    return " ".join((given, *options))


def _checked(
    name: str, text: str, products: list[str], *, workspace: Path, account: str, today: date
) -> tuple[NoteInput, Report]:
    """Return the one note that was given, and its report."""
    from agent.cli.checking import checker_for, read_sources
    from agent.errors import UsageError

    if not name and not text.strip():
        raise UsageError("waive_needs_note")
    notes = [note for source in read_sources([name] if name else [], text, products) for note in source.notes]
    if len(notes) != 1:
        raise UsageError("waive_one_note", count=len(notes))
    check, _ = checker_for(workspace, account=account, as_of=today.isoformat())
    return notes[0], check(notes[0])


def _placed(wanted: Waiver, note: NoteInput, report: Report, *, this_text: bool) -> tuple[Waiver, str]:
    """Bind a waiver to the place its rule speaks of, or to the text; return it with the words it is about."""
    from agent.errors import UsageError
    from agent.guardrails.advice import place_of
    from agent.guardrails.waivers import quotes

    of_rule = [finding for finding in report.open() if finding.rule == wanted.rule]
    found = [finding for finding in of_rule if not wanted.quote or quotes(wanted.quote, finding, note)]
    if not found:
        _demand_no_waiver(wanted, note, report)
        spoken = dict.fromkeys(f"{f.rule} {place_of(f)}" for f in report.open())
        quoted = f"“{wanted.quote}”" if wanted.quote else ""
        raise UsageError("waive_nothing_open", rule=wanted.rule, quote=quoted, open="、".join(spoken) or "没有")
    if this_text or found[0].start is None:
        words = f"“{wanted.quote}”" if wanted.quote else "全部"
        return wanted.model_copy(update={"text_hash": report.text_hash}), words
    if len({finding.fingerprint for finding in found}) > 1:
        raise UsageError("waive_which", rule=wanted.rule, count=len(found), words=_words(found))
    first = found[0]
    return wanted.model_copy(
        update={"fingerprint": first.fingerprint, "quote": wanted.quote or first.text.strip()}
    ), first.text.strip()


def _demand_no_waiver(wanted: Waiver, note: NoteInput, report: Report) -> None:
    """Raise `UsageError` where a waiver that still holds lets pass what another one is wanted for."""
    from agent.errors import UsageError
    from agent.guardrails.waivers import quotes

    waived = [f for f in report.findings if f.status == "waived" and f.rule == wanted.rule]
    by = next((f.status_by for f in waived if not wanted.quote or quotes(wanted.quote, f, note)), "")
    held = next((waiver for waiver in report.waivers if waiver.id == by), None)
    if held is not None:
        raise UsageError("waive_held", rule=wanted.rule, id=held.id, expires=held.expires)


def _demand_able(waiver: Waiver, bank: Workspace) -> None:
    """Raise `UsageError` for a waiver that the workspace would refuse."""
    from agent.errors import UsageError
    from agent.ownrules import object_by_rule, packs_of
    from agent.workspace.waivers import object_to

    objection = object_to(waiver, bank.people) or object_by_rule(waiver, packs_of(bank))
    if objection is not None:
        raise UsageError(objection.code, **objection.parameters)


def _covers(waiver: Waiver, words: str) -> str:
    scope = next(name for name in COVERS if getattr(waiver, name))
    return COVERS[scope].format(text=words, words=words, rule=waiver.rule)


def _words(findings: list[Finding]) -> str:
    return "、".join(f"“{finding.text.strip()}”" for finding in findings)
