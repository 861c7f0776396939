"""`agent facts list | show | check | import`: the ledger that numbers in notes come from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from agent.cli.session import AsOf, WorkspaceOption, day, load, talk

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, add_completion=False)


@app.command("list", help="列出事实与有效期。")
def list_facts(
    product: Annotated[str, typer.Option("--product", help="只看这个产品。")] = "",
    valid: Annotated[bool, typer.Option("--valid", help="只看当日有效的。")] = False,
    output: Annotated[str, typer.Option("--format", "-f", help="text | json")] = "text",
    as_of: AsOf = "",
    workspace: WorkspaceOption = None,
) -> None:
    """List facts with their validity on a day."""
    from agent.cli.output import require_choice

    require_choice("--format", output, ("text", "json"))
    _, bank = load(workspace)
    when = day(as_of)
    wanted = bank.product(product).id if product else ""
    found = [fact for fact in bank.facts if wanted in ("", fact.product) and (fact.is_valid(when) or not valid)]
    if output == "json":
        typer.echo(json.dumps([fact.model_dump(mode="json") for fact in found], ensure_ascii=False, indent=2))
        return
    for fact in found:
        state = "有效" if fact.is_valid(when) else ("未生效" if when < fact.valid_from else "已过期")
        typer.echo(f"{fact.id}  {state}  {fact.valid_from}~{fact.valid_to or '长期'}  {fact.product}  {fact.claim}")


@app.command("show", help="一条事实的全文：数字、来源、批准号、不可省略的话。")
def show_fact(fact_id: Annotated[str, typer.Argument(help="事实编号。")], workspace: WorkspaceOption = None) -> None:
    """Print one fact."""
    _, bank = load(workspace)
    fact = bank.fact(fact_id)
    rows = {
        "编号": fact.id,
        "产品": f"{bank.product(fact.product).full_name}（{fact.product}）",
        "内容": fact.claim,
        "不可省略": "；".join(fact.must_keep) or "—",
        "数字": "；".join(f"{number.what} {number.value}{number.unit}" for number in fact.numbers) or "—",
        "来源": fact.source,
        "批准号": fact.approval_no or "—",
        "负责人": fact.owner or "—",
        "有效期": f"{fact.valid_from} 至 {fact.valid_to or '长期'}",
    }
    for name, value in rows.items():
        typer.echo(f"{name}：{value}")


@app.command("check", help="核对台账：过期、将到期、缺来源、数字对不上。")
def check_ledger(as_of: AsOf = "", workspace: WorkspaceOption = None) -> None:
    """Check the ledger; exit 1 when a fact cannot be used as it stands."""
    from agent.workspace import check_facts

    _, bank = load(workspace)
    problems = check_facts(bank, day(as_of))
    for problem in problems:
        typer.echo(str(problem))
    talk(f"{len(bank.facts)} 条事实，{len(problems)} 条要看")
    raise typer.Exit(1 if problems else 0)


@app.command("import", help="从 CSV 或 Excel 导入事实；有一行错就一行都不写。")
def import_ledger(
    file: Annotated[Path, typer.Argument(help="csv 或 xlsx，表头中英文皆可。")],
    workspace: WorkspaceOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只看会改什么，不写。")] = False,
) -> None:
    """Merge a sheet into the workspace's ledger."""
    from agent.workspace import merge_facts

    settings, _ = load(workspace)
    change = merge_facts(file, workspace=settings.workspace, dry_run=dry_run)
    typer.echo(f"新增 {len(change.added)}，修改 {len(change.changed)}，不变 {len(change.unchanged)}")
    for fact_id in (*change.added, *change.changed):
        typer.echo(f"  {fact_id}")
    if dry_run:
        talk("这是试跑，没有写入")
