"""`agent rules explain`: a rule in words, or a note as the rules see it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, cast

import typer

from agent.cli.session import AsOf, Overlay, RuleFolder, day, demand_rule, load_rules, named, rules_home, waivers_of
from agent.cli.sights import KINDS, STAGES, WITHIN, note_lines, planes_of, some

if TYPE_CHECKING:
    from agent.guardrails import Rule
    from agent.guardrails.compiled import CompiledRule
    from agent.guardrails.rules import About, Case
    from agent.models import Stage

__all__ = ["explain"]

SAFETY = {"safe": "可以直接改", "review": "要请人看"}
GUARDS = {
    "negation": "前面或后面明确否定，例如“不保本”；反问、“不仅”、双重否定不算",
    "warning": "在提醒防骗，例如“警惕稳赚不赔”；同一句里又在推荐产品的不算",
    "quotation": "别人说的话、做的事，并且这句或后两句里回绝、纠正、提醒了它，没有替它说话",
    "question": "在提问，并且后面没有自己肯定",
    "statutory": "法定表述里的字眼",
    "parameter": "产品参数，例如“最低起购”",
    "product_truth": "存款、国债等，这样说属实",
    "lifestyle": "这句和前后句都在说生活，没有金融词",
    "fraud_story": "整篇讲一桩骗局、自己不卖东西，那句话写明是谁说的，或句末断定是诈骗",
    "own_loss": "自己的账户亏过多少，不是哪款产品的保底或业绩；在推介产品的不算",
}
EXAMPLES = 3


def explain(
    rule_id: Annotated[str, typer.Argument(metavar="[RULE]", help="规则编号；和笔记一起给，就只说这一条。")] = "",
    note: Annotated[str, typer.Option("--note", help="笔记文件（txt、md、json、jsonl）；- 为标准输入。")] = "",
    text: Annotated[str, typer.Option("--text", help="直接给一句话。")] = "",
    at: Annotated[str, typer.Option("--at", metavar="N", help="只看正文第 N 个字（从 0 数）；标题写 title:N。")] = "",
    product: Annotated[list[str] | None, typer.Option("--product", help="笔记推广的类别，可多次。")] = None,
    stage: Annotated[str, typer.Option("--stage", help="brief | note | publish")] = "note",
    as_of: AsOf = "",
    workspace: Overlay = None,
    folder: RuleFolder = None,
) -> None:
    """Explain a rule, or what the rules see in a note and why each speaks or keeps silent."""
    from agent.cli.output import require_choice
    from agent.errors import UsageError

    require_choice("--stage", stage, tuple(STAGES))
    packs = load_rules(workspace, folder)
    if rule_id:
        demand_rule(rule_id, packs, rules_home(workspace, folder), named(workspace, folder))
    if not note and not text.strip():
        if not rule_id:
            raise UsageError("explain_nothing")
        lines = _rule_lines(packs[rule_id])
    else:
        from agent.cli.checking import read_sources
        from agent.guardrails.tracing import trace

        only = packs[rule_id].rule.id if rule_id else ""
        waivers = waivers_of(workspace, packs)
        notes = [n for source in read_sources([note] if note else [], text, product or []) for n in source.notes]
        where = _place(at)
        lines = (
            line
            for each in notes
            for line in note_lines(
                each,
                trace(each, packs, as_of=day(as_of), stage=cast("Stage", stage), waivers=waivers),
                packs,
                only=only,
                where=where,
            )
        )
    for line in lines:
        typer.echo(line)


def _place(at: str) -> tuple[str, int] | None:
    """Read `N` or `field:N`."""
    from agent.errors import UsageError

    if not at:
        return None
    field, _, number = at.rpartition(":")
    if not number.isdecimal() or field not in ("", "title", "body", "cover", "tags"):
        raise UsageError("explain_place", value=at)
    return field or "body", int(number)


def _rule_lines(compiled: CompiledRule) -> Iterator[str]:
    from agent.guardrails.history import recent_changes
    from agent.guardrails.pages import product_lines
    from agent.guardrails.wording import cite, label_of

    rule = compiled.rule
    until = f"，到 {rule.until}" if rule.until else ""
    yield f"{rule.id} {rule.title}"
    yield (
        f"{label_of('severity', rule.severity)} · {compiled.pack.title}（{compiled.pack.name}） · "
        f"{STAGES[rule.stage]}时查 · {rule.effective} 起{until}"
    )
    yield from ("", "依据")
    for basis in rule.basis:
        checked = "已核对原文" if basis.verified else "待核：没有核对过原文"
        since = f"{basis.effective} 起施行；" if basis.effective else ""
        yield f"  {cite(basis)}（{since}{checked}）"
    yield from ("", "为什么", f"  {rule.message}", "", "怎么改", f"  {rule.advice}")
    if rule.fix:
        yield f"  可改为：{rule.fix.replacement or '（整句删去）'}（{SAFETY[rule.fix.safety]}）"
    if rule.for_products:
        yield from ("", "说的是这些产品时", *(f"  {line}" for line in product_lines(rule)))
    yield from ("", "找什么", *(f"  {line}" for line in _sought(rule)))
    yield from ("", "什么情况放行", *(f"  {line}" for line in _clearing(rule)))
    for title, cases in (
        ("应报的例子", rule.cases.flag),
        ("不报的例子", rule.cases.pass_),
        ("已知报不出的", rule.cases.known_miss),
    ):
        if cases:
            yield from ("", f"{title}（共 {len(cases)} 句）", *(f"  {_case(case)}" for case in cases[:EXAMPLES]))
    if rule.known_problems:
        yield from ("", "做不到什么", f"  {rule.known_problems}")
    changes = recent_changes(compiled.source.file)
    if changes:
        yield from ("", "最近改动", *(f"  {day_} {subject}" for day_, subject in changes))


def _sought(rule: Rule) -> Iterator[str]:
    match = rule.match
    yield KINDS[rule.kind] + (
        f"（{WITHIN[match.within]}内）" if rule.kind == "combine" and len(match.groups) > 1 else ""
    )
    if match.terms:
        yield f"词：{some(match.terms)}"
    if match.patterns:
        yield f"正则：{len(match.patterns)} 条"
    for number, group in enumerate(match.groups, 1):
        yield f"第 {number} 组：{some([entry for entry in group if not entry.startswith('re:')], of=group)}"
    if match.trigger:
        yield f"先要出现：{some([entry for entry in match.trigger if not entry.startswith('re:')], of=match.trigger)}"
    if match.any_of or match.disclosure:
        yield f"要写：{some((*match.any_of, *match.disclosure))}"
    if match.criterion:
        yield match.criterion
    if rule.own_words:
        plain = [entry for entry in rule.own_words.any_of if not entry.startswith("re:")]
        yield f"正文自己说了也算：{some(plain, of=rule.own_words.any_of)}"
    yield from _limits(rule)


def _limits(rule: Rule) -> Iterator[str]:
    from agent.guardrails.rules import EVERY_PLANE
    from agent.guardrails.wording import label_of

    if rule.match.disguise != EVERY_PLANE:
        yield planes_of(rule)
    if rule.anchor:
        yield f"{WITHIN[rule.anchor.within]}还要有：{some(rule.anchor.any_of)}"
    if rule.about:
        yield from _about(rule.about, rule)
    if rule.scope.products:
        yield "只管：" + "、".join(label_of("product", product) for product in rule.scope.products)
    if rule.scope.promotes:
        yield "只管推广产品的笔记"


def _about(about: About, rule: Rule) -> Iterator[str]:
    """Say for which products the whole note may speak, and what is looked for only then."""
    from agent.guardrails.wording import label_of

    products = "、".join(label_of("product", p) for p in about.products or rule.scope.products) or "任何产品"
    if about.instead_of_anchor:
        yield f"整篇在推介{products}，这一句说的又是它时，附近没有上面的词也算"
    if about.any_of:
        plain = [entry for entry in about.any_of if not entry.startswith("re:")]
        yield f"整篇在推介{products}，这一句说的又是它时才算：{some(plain, of=about.any_of)}"


def _clearing(rule: Rule) -> Iterator[str]:
    from agent.guardrails.wording import label_of

    for guard in rule.clear_by:
        yield f"{label_of('guard', guard)}：{GUARDS[guard]}"
    if rule.except_:
        plain = [entry for entry in rule.except_ if not entry.startswith("re:")]
        yield f"无害词语：{some(plain, of=rule.except_)}"
    if not rule.clear_by and not rule.except_:
        yield "没有：一律不放行"
    else:
        yield "换了写法的（夹符号、谐音、拼音……）一律不放行"


def _case(case: Case) -> str:
    parts = (case.title, case.text, " ".join(f"#{tag}" for tag in case.tags), case.cover)
    return " / ".join(part for part in parts if part).replace("\n", "⏎") or "（见规则文件）"
