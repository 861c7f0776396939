"""Generated documents: one Markdown page a rule, and the JSON Schema editors use. `generated` writes what is kept."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from agent.guardrails.rules import Case, ForProducts, Rule
from agent.guardrails.wording import cite, label_of

__all__ = ["product_lines", "render_rule_page", "render_schema"]


def render_rule_page(rule: Rule, *, pack: str = "") -> str:
    """Return the page of a rule: what, why, examples, known problems, references, since."""
    return "\n".join(_lines(rule, pack)).rstrip() + "\n"


def render_schema() -> str:
    """Return the JSON Schema of a rule file."""
    schema: dict[str, Any] = Rule.model_json_schema(by_alias=True)
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"


def _lines(rule: Rule, pack: str) -> Iterator[str]:
    scope = "、".join(label_of("product", product) for product in rule.scope.products) or "不限"
    yield from (f"# {rule.id} {rule.title}", "")
    yield from ("| 规则包 | 级别 | 阶段 | 类型 | 产品 | 生效 |", "|---|---|---|---|---|---|")
    since = rule.effective.isoformat() + (f" 至 {rule.until.isoformat()}" if rule.until else "")
    level = label_of("severity", rule.severity)
    stage, kind = label_of("stage", rule.stage), f"{label_of('kind', rule.kind)}（{rule.kind}）"
    yield from (f"| {pack} | {level} | {stage} | {kind} | {scope} | {since} |", "")
    yield from ("## 为什么", "", rule.message, "", "## 怎么改", "", rule.advice, "")
    if rule.fix:
        yield from (f"可改为：{rule.fix.replacement}", "")
    yield from ("## 依据", "", *(f"- {cite(basis)}" for basis in rule.basis), "")
    if rule.for_products:
        yield from ("## 说的是这些产品时", "", *(f"- {line}" for line in product_lines(rule)), "")
    if rule.clear_by:
        yield from ("## 以下语境放行", "", *(f"- {label_of('guard', guard)}" for guard in rule.clear_by), "")
    for title, cases in (
        ("应报", rule.cases.flag), ("不应报", rule.cases.pass_), ("已知漏报", rule.cases.known_miss),
    ):  # fmt: skip
        if cases:
            yield from (f"## {title}", "", *(f"- {_case(case)}" for case in cases), "")
    if rule.known_problems:
        yield from ("## 已知问题", "", rule.known_problems, "")


def product_lines(rule: Rule) -> Iterator[str]:
    """Tell what a rule says otherwise where the hit speaks of certain products: the remedy, then the law."""
    for entry in rule.for_products:
        products = "、".join(label_of("product", product) for product in entry.products)
        plain = "”或“".join(text for text in entry.any_of if not text.startswith("re:"))
        words = f"（说到“{plain}”）" if plain else "（按说法认）" if entry.any_of else ""
        law = "；".join(cite(basis) for basis in entry.basis)
        told = ("" if entry.asks else "不用补；") + entry.advice
        line = f"可改为：{entry.fix.replacement}" if entry.fix and entry.fix.replacement else ""
        yield f"{products}{words}：{told}{line}" + (f"（依据：{law}）" if law else "") + _sufficing(entry)


def _sufficing(entry: ForProducts) -> str:
    """Name the other wordings that do for these products."""
    words = [f"“{text}”" for text in entry.suffices if not text.startswith("re:")]
    return f"（写了{'、'.join(words) or '意思相同的说法'}也算）" if entry.suffices else ""


def _case(case: Case) -> str:
    parts = [case.title, case.text, " ".join(f"#{tag}" for tag in case.tags), case.cover]
    text = " / ".join(part for part in parts if part) or "（见规则文件）"
    return text.replace("\n", "⏎").replace("#", "\\#").replace("*", "\\*").replace("<", "&lt;")
