"""`agent rules explain`: a rule in words, or a note as the rules see it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from agent.cli.session import AsOf, Overlay, RuleFolder, day, load_rules

if TYPE_CHECKING:
    from agent.guardrails import Packs, Rule
    from agent.guardrails.compiled import CompiledRule
    from agent.guardrails.rules import Case
    from agent.guardrails.tracing import Seen, Trace, Trail
    from agent.models import Finding, NoteInput, Stage

__all__ = ["explain"]

STAGES = {"brief": "起草前", "note": "成稿", "publish": "发布"}
WITHIN = {"clause": "同一分句", "sentence": "同一句", "paragraph": "同一段", "note": "全文"}
SAFETY = {"safe": "可以直接改", "review": "要请人看"}
KINDS = {
    "term": "出现其中一个词",
    "pattern": "出现符合其中一条正则的文字",
    "combine": "每组各出现一个",
    "require": "该写的没有写",
    "number": "数字与事实、素材对不上",
    "pii": "出现个人信息或联系方式",
    "structure": "超过平台限制",
    "metadata": "账号或发布信息不满足条件",
    "similarity": "与以往笔记雷同",
    "judge": "要请模型判断",
}
GUARDS = {
    "negation": "前面或后面明确否定，例如“不保本”；反问、“不仅”、双重否定不算",
    "warning": "在提醒防骗，例如“警惕稳赚不赔”；同一句里又在推荐产品的不算",
    "quotation": "引号里的话，并且同一句说它不对",
    "question": "在提问，并且后面没有自己肯定",
    "statutory": "法定表述里的字眼",
    "parameter": "产品参数，例如“最低起购”",
    "product_truth": "存款、国债等，这样说属实",
    "lifestyle": "这句和前后句都在说生活，没有金融词",
}
HELD = {
    "date": "这一天规则不在有效期（{effective} 起{until}）",
    "stage": "这个阶段还不查（规则的阶段是{stage}）",
    "products": "产品不在范围内（规则只管{products}）",
    "note_types": "笔记类型不在范围内",
    "account_types": "账号类型不在范围内",
    "field": "规则只管{field}",
    "origin": "规则只管{origin}写的文字",
    "promotes": "规则只管推广产品的笔记",
    "places": "不在规则看的位置（{places}）",
    "anchor": "附近没有它要求的词（{within}要有：{anchor}）",
}
SHOWN = 6
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
    if not note and not text.strip():
        if not rule_id:
            raise UsageError("explain_nothing")
        lines = _rule_lines(packs[rule_id])
    else:
        from agent.cli.checking import read_sources
        from agent.guardrails.tracing import trace

        only = packs[rule_id].rule.id if rule_id else ""
        notes = [n for source in read_sources([note] if note else [], text, product or []) for n in source.notes]
        where = _place(at)
        lines = (
            line
            for each in notes
            for line in _note_lines(
                each, trace(each, packs, as_of=day(as_of), stage=cast("Stage", stage)), packs, only=only, where=where
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
        checked = "已核对原文" if basis.verified else "条款待核：没有核对过原文"
        since = f"{basis.effective} 起施行；" if basis.effective else ""
        yield f"  {cite(basis)}（{since}{checked}）"
    yield from ("", "为什么", f"  {rule.message}", "", "怎么改", f"  {rule.advice}")
    if rule.fix:
        yield f"  可改为：{rule.fix.replacement or '（整句删去）'}（{SAFETY[rule.fix.safety]}）"
    yield from ("", "找什么", *(f"  {line}" for line in _sought(rule)))
    yield from ("", "什么情况放行", *(f"  {line}" for line in _clearing(rule)))
    for title, cases in (("应报的例子", rule.cases.flag), ("不报的例子", rule.cases.pass_), ("已知报不出的", rule.cases.known_miss)):
        if cases:
            yield from ("", f"{title}（共 {len(cases)} 句）", *(f"  {_case(case)}" for case in cases[:EXAMPLES]))
    if rule.known_problems:
        yield from ("", "做不到什么", f"  {rule.known_problems}")
    changes = recent_changes(compiled.source.file)
    if changes:
        yield from ("", "最近改动", *(f"  {day_} {subject}" for day_, subject in changes))


def _sought(rule: Rule) -> Iterator[str]:
    from agent.guardrails.wording import label_of

    match = rule.match
    yield KINDS[rule.kind] + (f"（{WITHIN[match.within]}内）" if rule.kind == "combine" and len(match.groups) > 1 else "")
    if match.terms:
        yield f"词：{_some(match.terms)}"
    if match.patterns:
        yield f"正则：{len(match.patterns)} 条"
    for number, group in enumerate(match.groups, 1):
        yield f"第 {number} 组：{_some([entry for entry in group if not entry.startswith('re:')], of=group)}"
    if match.trigger:
        yield f"先要出现：{_some([entry for entry in match.trigger if not entry.startswith('re:')], of=match.trigger)}"
    if match.any_of or match.disclosure:
        yield f"要写：{_some((*match.any_of, *match.disclosure))}"
    if match.criterion:
        yield match.criterion
    if rule.anchor:
        yield f"{WITHIN[rule.anchor.within]}还要有：{_some(rule.anchor.any_of)}"
    if rule.scope.products:
        yield "只管：" + "、".join(label_of("product", product) for product in rule.scope.products)
    if rule.scope.promotes:
        yield "只管推广产品的笔记"


def _some(entries: Sequence[str], *, of: Sequence[str] | None = None) -> str:
    """List the first entries; `of` says how many there are with patterns."""
    patterns = len(of) - len(entries) if of is not None else 0
    shown = "、".join(entries[:SHOWN]) + (f"……共 {len(entries)} 个" if len(entries) > SHOWN else "")
    return "，另有 ".join(part for part in (shown, f"{patterns} 条正则" if patterns else "") if part)


def _clearing(rule: Rule) -> Iterator[str]:
    from agent.guardrails.wording import label_of

    for guard in rule.clear_by:
        yield f"{label_of('guard', guard)}：{GUARDS[guard]}"
    if rule.except_:
        plain = [entry for entry in rule.except_ if not entry.startswith("re:")]
        yield f"无害词语：{_some(plain, of=rule.except_)}"
    if not rule.clear_by and not rule.except_:
        yield "没有：一律不放行"
    else:
        yield "换了写法的（夹符号、谐音、拼音……）一律不放行"


def _case(case: Case) -> str:
    parts = (case.title, case.text, " ".join(f"#{tag}" for tag in case.tags), case.cover)
    return " / ".join(part for part in parts if part).replace("\n", "⏎") or "（见规则文件）"


def _note_lines(
    note: NoteInput, found: Trace, packs: Packs, *, only: str, where: tuple[str, int] | None
) -> Iterator[str]:
    from agent.guardrails.advice import headline

    yield headline(found.report)
    yield from ("", "规则读到的文字（繁体、全角、隐形字已还原）")
    for plane in found.planes:
        yield f"  {_field(plane.field)}：{plane.norm.strip()}" + ("" if plane.norm != plane.raw else "（与原文相同）")
    seen = [entry for entry in found.seen if _covers(where, entry.field, entry.start, entry.end)]
    yield from ("", "看穿的写法", *(f"  {line}" for line in _seen_lines(seen)))
    trails = {
        rule: kept
        for rule, entries in found.trails.items()
        if (not only or rule == only)
        and (kept := [t for t in entries if _covers(where, t.finding.field, t.finding.start, t.finding.end)])
    }
    yield from ("", "规则看到了什么")
    for rule, entries in trails.items():
        yield f"  {rule} {packs[rule].rule.title}"
        yield from (f"    {_trail_line(trail, packs)}" for trail in entries)
    if not trails:
        yield "  没有"
    waiting = [entry for entry in found.report.undetermined if not only or entry.rule == only]
    if waiting and where is None:
        yield from ("", "资料不够，没有判断", *(f"  {line}" for line in _needs_lines(waiting)))
    if only and only not in trails and not waiting:
        yield from ("", f"{only} 为什么没有说话", *(f"  {line}" for line in _silence(packs[only], note, packs)))
    elif not only and where is None:
        quiet = sum(not entries for entries in found.trails.values()) - len(waiting)
        yield from ("", f"其余 {quiet} 条规则：文中没有它们要找的东西（加上规则编号可单看一条）")


def _seen_lines(seen: Sequence[Seen]) -> Iterator[str]:
    from agent.guardrails.wording import label_of

    for entry in seen:
        kinds = "、".join(label_of("disguise", kind) for kind in entry.kinds)
        yield f"{_field(entry.field)} {entry.start}–{entry.end} “{entry.raw}” → {entry.plain}（{kinds}）"
    if not seen:
        yield "没有"


def _trail_line(trail: Trail, packs: Packs) -> str:
    from agent.guardrails.wording import label_of

    finding = trail.finding
    if trail.held_by:
        rule = packs[finding.rule].rule
        return f"{_spot(finding)} 不算：{'；'.join(_held(name, rule) for name in trail.held_by)}"
    if finding.status == "open":
        return f"{_spot(finding)} 报出：{label_of('severity', finding.severity)}"
    return f"{_spot(finding)} {label_of('status', finding.status)}：{label_of('guard', finding.status_by)}"


def _held(name: str, rule: Rule) -> str:
    """Say which condition keeps a candidate out of the report, with what it asks for."""
    from agent.guardrails.wording import label_of

    return HELD[name].format(
        effective=rule.effective,
        until=f"，到 {rule.until}" if rule.until else "",
        stage=STAGES[rule.stage],
        products="、".join(label_of("product", product) for product in rule.scope.products),
        field={"note": "笔记", "reply": "回复"}.get(rule.scope.field, ""),
        origin={"human": "人", "ai": "AI"}.get(rule.scope.origin, ""),
        places="、".join(_field(place) for place in rule.scope.places),
        within=WITHIN[rule.anchor.within] if rule.anchor else "",
        anchor=_some(rule.anchor.any_of) if rule.anchor else "",
    )


def _silence(compiled: CompiledRule, note: NoteInput, packs: Packs) -> Iterator[str]:
    """Say what of the things a rule looks for is not there."""
    from agent.guardrails.tracing import lacking

    if compiled.rule.kind == "combine":
        groups = lacking(compiled, note, packs)
        if groups:
            yield from (f"第 {number} 组一个也没有出现" for number in groups)
        else:
            yield f"每组都有出现，但不在{WITHIN[compiled.rule.match.within]}里，或顺序、距离不合"
    elif compiled.rule.kind == "require":
        yield "要求写的已经写了，或没有出现要求写它的内容"
    else:
        yield "文中没有它要找的东西：" + KINDS[compiled.rule.kind]


def _needs_lines(waiting: Sequence[object]) -> Iterator[str]:
    from agent.guardrails.wording import label_of
    from agent.models import Undetermined

    for entry in waiting:
        assert isinstance(entry, Undetermined)
        yield f"{entry.rule}：需要{'、'.join(label_of('input', need) for need in entry.needs)}"


def _spot(finding: Finding) -> str:
    if finding.start is None:
        return "缺少应写的内容" + (f"（由“{finding.text}”引起）" if finding.text else "")
    return f"{_field(finding.field)} {finding.start}–{finding.end} “{finding.text.strip()}”"


def _covers(where: tuple[str, int] | None, field: str, start: int | None, end: int | None) -> bool:
    if where is None:
        return True
    return field == where[0] and start is not None and end is not None and start <= where[1] < end


def _field(name: str) -> str:
    from agent.guardrails.wording import label_of

    return label_of("field", name)
