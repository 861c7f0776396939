"""`agent rules …`: for compliance authors, who read YAML and not code."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from agent.cli import authoring, comparing, explaining, ruletests, waiving
from agent.cli.session import Overlay, demand_rule, load_rules, named, rules_home, tell_unread

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, add_completion=False)
LEVELS = {"block": "禁止", "fix": "须改", "warn": "留意"}


@app.command("list", help="列出规则。")
def list_rules(
    pack: Annotated[str, typer.Option("--pack", help="只看这个包。")] = "",
    output: Annotated[str, typer.Option("--format", "-f", help="text | json")] = "text",
    workspace: Overlay = None,
) -> None:
    """List rules by id, severity, stage and title."""
    from agent.cli.output import require_choice

    require_choice("--format", output, ("text", "json"))
    tell_unread(rules_home(workspace))
    packs = load_rules(workspace)
    if pack:
        require_choice("--pack", pack, tuple(sorted(packs.versions)))
    found = [(name, rule) for name, rule in packs.entries() if not pack or name == pack]
    if output == "json":
        rows = [
            {
                "id": rule.id,
                "pack": name,
                "severity": rule.severity,
                "stage": rule.stage,
                "kind": rule.kind,
                "title": rule.title,
            }
            for name, rule in found
        ]
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    from agent.guardrails.wording import label_of

    for name, rule in found:
        typer.echo(f"{rule.id}  {LEVELS[rule.severity]}  {label_of('stage', rule.stage)}  {name:12} {rule.title}")


@app.command("show", help="一条规则的全文：条款、改法、例子、已知问题。")
def show_rule(
    rule_id: Annotated[str, typer.Argument(help="规则编号，例如 RET-01。")], workspace: Overlay = None
) -> None:
    """Print the page of one rule."""
    from agent.guardrails.pages import render_rule_page

    packs = load_rules(workspace)
    demand_rule(rule_id, packs, rules_home(workspace), named(workspace, None))
    pack, rule = packs.find(rule_id)
    typer.echo(render_rule_page(rule, pack=pack))


app.command("test", help="运行规则自带的用例。")(ruletests.test_rules)
app.command("new", help="写出一条新规则的骨架，注明每处填什么。")(authoring.new)
app.command("lint", help="看规则文件有没有不妥：重复、永远报不出的词、日期与依据矛盾、自己违规的替换……")(
    authoring.lint_rules
)
app.command("diff", help="两套规则差在哪里：增删、改动的字段、词、级别、版本号。")(comparing.diff)
app.command("impact", help="改规则之前先看：这些笔记会多报、少报、变化哪些。")(comparing.impact)
app.command("explain", help="一条规则说了什么、为什么；或者一篇笔记里每条规则看到了什么、为什么没说话。")(
    explaining.explain
)
app.command("pages", help="把规则写成一页一条的文档，并按条款、产品、包列出索引。")(authoring.pages)
app.command("waive", help="登记一条豁免：规则报出的一处，经批准放行到某一天；会核对，写好就起作用。")(waiving.waive)
