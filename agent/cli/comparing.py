"""`agent rules diff | impact`: what a change of rules is, and what it would hit, before it is made."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from agent.cli.session import AsOf, day, talk

if TYPE_CHECKING:
    from agent.guardrails.comparing import Comparison, KeyChange, RuleChange
    from agent.models import Stage
    from agent.screening.impact import Effect

__all__ = ["diff", "impact"]

State = "规则目录，或 ref:版本（例如 ref:HEAD~5），或 ref:版本:目录。"
Old = Annotated[str, typer.Argument(metavar="OLD", help=f"改之前：{State}")]
New = Annotated[str, typer.Argument(metavar="NEW", help=f"改之后：{State}")]
Output = Annotated[str, typer.Option("--format", "-f", help="text | json")]
MARKS = {"added": "+", "removed": "-", "changed": "~", "new": "+", "gone": "-"}
CHANGES = {"added": "新增", "removed": "删除", "changed": "改动"}
LONG = 30
RANK = {"warn": 0, "fix": 1, "block": 2}
CASES = {"cases.flag": "应报例句", "cases.pass": "不报例句", "cases.known_miss": "已知漏报"}


def diff(old: Old, new: New, output: Output = "text") -> None:
    """Print which rules were added, removed and changed, and how."""
    from agent.cli.output import require_choice
    from agent.guardrails.comparing import compare
    from agent.guardrails.history import load_state

    require_choice("--format", output, ("text", "json"))
    found = compare(load_state(old), load_state(new))
    if output == "json":
        typer.echo(json.dumps(asdict(found), ensure_ascii=False, indent=2))
    else:
        for line in _comparison(found):
            typer.echo(line)
    counted = Counter(change.change for change in found.rules)
    talk("，".join(f"{word} {counted[name]} 条" for name, word in CHANGES.items()))  # type: ignore[index]


def impact(
    old: Old,
    new: New,
    notes: Annotated[Path, typer.Option("--notes", help="要试的笔记：JSONL（每行一篇）、JSON、txt 或 md。")],
    output: Output = "text",
    stage: Annotated[str, typer.Option("--stage", help="brief | note | publish")] = "note",
    as_of: AsOf = "",
    most: Annotated[int, typer.Option("--most", min=1, help="每条规则最多列几处（json 全列）。")] = 20,
) -> None:
    """Check notes under both states and print the findings that come, go or change; only changed rules run."""
    from agent.cli.checking import read_sources
    from agent.cli.output import require_choice
    from agent.guardrails.history import load_state
    from agent.screening.edition import Circumstances
    from agent.screening.impact import weigh_impact

    require_choice("--format", output, ("text", "json"))
    require_choice("--stage", stage, ("brief", "note", "publish"))
    read = [note for source in read_sources([str(notes)]) for note in source.notes]
    under = Circumstances(as_of=day(as_of), stage=cast("Stage", stage))
    found = weigh_impact(load_state(old), load_state(new), under)
    effects = list(found.effects(read))
    if output == "json":
        typer.echo(json.dumps(_impact_json(len(read), found.rules, effects), ensure_ascii=False, indent=2))
    else:
        for line in _effect_lines(effects, most):
            typer.echo(line)
    counted = Counter(effect.change for effect in effects)
    ran = "全部规则（各处共用的词表变了）" if found.everywhere else f"{len(found.rules)} 条有改动的规则"
    talk(f"{len(read)} 篇，运行了{ran}：{_counts(counted)} 处")


def _comparison(found: Comparison) -> Iterator[str]:
    for change in found.rules:
        yield f"{MARKS[change.change]} {change.rule} {change.title}（{change.pack}）{CHANGES[change.change]}"
        yield from (f"    {line}" for line in _key_lines(change) if line)
    for stale in found.stale:
        yield f"提示：包 {stale.pack} 的规则有改动，版本号仍是 {stale.version}；请在 pack.yaml 里换一个新的版本号"


def _key_lines(change: RuleChange) -> Iterator[str]:
    from agent.guardrails.wording import label_of

    if change.severity:
        was, now = change.severity
        way = "收紧" if RANK[now] > RANK[was] else "放松"
        yield f"级别：{label_of('severity', was)} → {label_of('severity', now)}（{way}）"
    for key in change.keys:
        if key.key in CASES:
            yield f"{CASES[key.key]}：+{len(key.added)} -{len(key.removed)}"
        elif key.old or key.new:
            yield f"{key.key}：{key.old or '（无）'} → {key.new or '（无）'}" if key.key != "severity" else ""
        else:
            yield from _entry_lines(key)


def _entry_lines(key: KeyChange) -> Iterator[str]:
    """Write words on one line, and long patterns on a line each."""
    entries = [*(f"+{entry}" for entry in key.added), *(f"-{entry}" for entry in key.removed)]
    if any(len(entry) > LONG for entry in entries):
        yield f"{key.key}："
        yield from (f"  {entry}" for entry in entries)
    else:
        yield f"{key.key}：{'  '.join(entries) or '顺序不同'}"


def _effect_lines(effects: Iterable[Effect], most: int) -> Iterator[str]:
    by_rule: dict[str, list[Effect]] = defaultdict(list)
    for effect in effects:
        by_rule[effect.rule].append(effect)
    for rule, entries in sorted(by_rule.items()):
        counted = Counter(entry.change for entry in entries)
        yield f"{rule}：{_counts(counted)}"
        yield from (f"  {_effect_line(entry)}" for entry in entries[:most])
        if len(entries) > most:
            yield f"  ……另有 {len(entries) - most} 处（--most 或 --format json 看全部）"


def _counts(counted: Counter[Any]) -> str:
    return f"新报 {counted['new']}，不再报 {counted['gone']}，变化 {counted['changed']}"


def _effect_line(effect: Effect) -> str:
    from agent.guardrails.wording import label_of

    place = label_of("field", effect.field) + ("" if effect.start is None else f" {effect.start}")
    quote = f"“{effect.text}”"
    if effect.start is None:
        quote = "缺少应写的内容" + (f"（由{quote}引起）" if effect.text else "")
    how = _weight(effect.now or effect.was)
    if effect.change == "changed":
        how = f"{_weight(effect.was)} → {_weight(effect.now)}"
    return f"{MARKS[effect.change]} [{effect.note}] {place} {quote} {how}"


def _weight(weight: tuple[str, str] | None) -> str:
    """Say how grave a finding is, and who lets it pass."""
    from agent.guardrails.wording import label_of

    if weight is None:
        return ""
    severity, status = weight
    state, _, who = status.partition(":")
    grade = label_of("severity", severity)
    return grade if state == "open" else f"{grade}·{label_of('status', state)}（{label_of('guard', who)}）"


def _impact_json(notes: int, rules: Iterable[str], effects: list[Effect]) -> dict[str, object]:
    by_rule: dict[str, Counter[str]] = defaultdict(Counter)
    for effect in effects:
        by_rule[effect.rule][effect.change] += 1
    counts = {rule: {name: counted[name] for name in ("new", "gone", "changed")} for rule, counted in by_rule.items()}
    return {
        "notes": notes,
        "rules": sorted(rules),
        "counts": dict(sorted(counts.items())),
        "effects": [asdict(effect) for effect in effects],
    }
