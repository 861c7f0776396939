"""What the rules see in a note, in words: planes, disguises, and why each rule speaks or keeps silent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agent.guardrails import Packs, Rule
    from agent.guardrails.compiled import CompiledRule
    from agent.guardrails.tracing import Trace, Trail
    from agent.models import Finding, NoteInput, Undetermined

__all__ = ["KINDS", "STAGES", "WITHIN", "note_lines", "planes_of", "some"]

STAGES = {"brief": "起草前", "note": "成稿", "publish": "发布"}
WITHIN = {"clause": "同一分句", "sentence": "同一句", "paragraph": "同一段", "note": "全文"}
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
    "about": "这句说的不是整篇在推介的产品（{offered}），自己也没有点名",
    "disguise": "规则不看这种写法（{planes}）",
}
SHOWN = 6


def note_lines(
    note: NoteInput, found: Trace, packs: Packs, *, only: str, where: tuple[str, int] | None
) -> Iterator[str]:
    """Tell what was read, what was seen through, and what each rule made of it; one rule or one place if asked."""
    from agent.guardrails.advice import headline
    from agent.guardrails.wording import idle_words, word

    yield headline(found.report)
    yield from ("", "规则读到的文字（繁体、全角、隐形字已还原）", *_plane_lines(found))
    yield from ("", "看穿的写法", *(f"  {line}" for line in _seen_lines(found, where)))
    trails = _trails(found, only, where)
    yield from ("", "规则看到了什么")
    for rule, entries in trails.items():
        yield f"  {rule} {packs[rule].rule.title}"
        yield from (f"    {_trail_line(trail, packs)}" for trail in entries)
    if not trails:
        yield "  没有"
    idle = [entry for entry in found.report.idle_waivers if not only or entry.rule == only]
    if idle and where is None:
        yield from ("", word("idle_waivers"), *(f"  {idle_words(entry)}" for entry in idle))
    waiting = [entry for entry in found.report.undetermined if not only or entry.rule == only]
    if waiting and where is None:
        yield from ("", "资料不够，没有判断", *(f"  {line}" for line in _needs_lines(waiting)))
    if only and not trails and not waiting:
        yield from ("", f"{only} 为什么没有说话", *(f"  {line}" for line in _silence(packs[only], note, packs)))
    elif not only and where is None:
        quiet = len(found.trails) - len(trails.keys() | {entry.rule for entry in waiting})
        yield from ("", f"其余 {quiet} 条规则：文中没有它们要找的东西（加上规则编号可单看一条）")


def _plane_lines(found: Trace) -> Iterator[str]:
    for plane in found.planes:
        text = plane.norm.strip().replace("\n", "\n        ")
        yield f"  {_field(plane.field)}：{text}" + ("（与原文相同）" if plane.norm == plane.raw else "")


def _trails(found: Trace, only: str, where: tuple[str, int] | None) -> dict[str, list[Trail]]:
    """Return what was found, by rule: rules that speak first, then those let pass, then those held back."""
    kept = {
        rule: [t for t in entries if _covers(where, t.finding.field, t.finding.start, t.finding.end)]
        for rule, entries in found.trails.items()
        if not only or rule == only
    }
    return dict(sorted(((rule, entries) for rule, entries in kept.items() if entries), key=lambda e: _rank(e[1])))


def _rank(trails: Sequence[Trail]) -> int:
    return min(2 if trail.held_by else int(trail.finding.status != "open") for trail in trails)


def _seen_lines(found: Trace, where: tuple[str, int] | None) -> Iterator[str]:
    from agent.guardrails.wording import label_of

    seen = [entry for entry in found.seen if _covers(where, entry.field, entry.start, entry.end)]
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
        severity = label_of("severity", finding.severity)
        return f"{_spot(finding)} 报出：{severity}（{_not_cleared(finding, packs[finding.rule].rule)}）"
    return f"{_spot(finding)} {label_of('status', finding.status)}：{label_of('guard', finding.status_by)}"


def _not_cleared(finding: Finding, rule: Rule) -> str:
    """Say which surroundings would have let a finding pass, and that they are not there."""
    from agent.guardrails.wording import label_of

    if finding.start is None:
        return "该写的没有写"
    if finding.disguise:
        return "换了写法的，什么语境都不放行"
    if not rule.clear_by:
        return "clear_by 没有写，什么语境都不放行"
    return f"看过能放行的{'、'.join(label_of('guard', guard) for guard in rule.clear_by)}：都不是"


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
        anchor=some(rule.anchor.any_of) if rule.anchor else "",
        offered="、".join(label_of("product", product) for product in _offered(rule)) or "任何产品",
        planes=planes_of(rule),
    )


def _offered(rule: Rule) -> tuple[str, ...]:
    return (rule.about.products if rule.about else ()) or rule.scope.products


def planes_of(rule: Rule) -> str:
    """Say on which planes a rule sees through disguises."""
    from agent.guardrails.wording import label_of

    planes = "、".join(label_of("plane", plane) for plane in rule.match.disguise)
    return f"换了写法的只看穿{planes}" if planes else "换了写法的一律不看"


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


def _needs_lines(waiting: Sequence[Undetermined]) -> Iterator[str]:
    from agent.guardrails.wording import label_of

    for entry in waiting:
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


def some(entries: Sequence[str], *, of: Sequence[str] | None = None) -> str:
    """List the first entries; `of` says how many there are with patterns."""
    patterns = len(of) - len(entries) if of is not None else 0
    shown = "、".join(entries[:SHOWN]) + (f"……共 {len(entries)} 个" if len(entries) > SHOWN else "")
    return "，另有 ".join(part for part in (shown, f"{patterns} 条正则" if patterns else "") if part)
