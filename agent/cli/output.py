"""How a result looks: the note alone for stdout, the evidence for stderr, both as files."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from agent.catalogue import advise
from agent.errors import StorageError, UsageError
from agent.guardrails.wording import cite, idle_words, waiver_words
from agent.models import Critique, Finding, Report
from agent.people import Person, reviewers
from agent.results import DraftResult

__all__ = [
    "OUTCOMES",
    "OUTPUTS",
    "claim_lines",
    "finding_lines",
    "render",
    "require_choice",
    "summary",
    "usage_line",
    "waived_lines",
    "write_files",
]

OUTPUTS = ("text", "md", "json")
OUTCOMES = {
    "ready": "合格（未设人审）",
    "in_review": "合格，还没送审",
    "approved": "已批准",
    "needs_human": "还不能放行，需要人看",
    "needs_material": "缺素材，先回答问题",
    "refused": "准入未通过，没有写",
    "rejected": "已退回",
}
LEVELS = {"block": "禁止", "fix": "须改", "warn": "留意"}


def require_choice(option: str, value: str, allowed: tuple[str, ...]) -> None:
    """Raise `UsageError` when a value is not one of those allowed."""
    if value not in allowed:
        raise UsageError("choice_unknown", option=option, value=value, allowed="、".join(allowed))


def render(result: DraftResult, output: str) -> str:
    """Render the note for stdout; only JSON has something to say when there is no note."""
    if output == "json":
        return json.dumps(result.to_json(), ensure_ascii=False, indent=2)
    if result.note is None:
        return ""
    text = result.note.to_text()
    return f"# {text}" if output == "md" else text


def summary(result: DraftResult, *, people: Sequence[Person] = (), stands: str = "") -> str:
    """Say how the run ended, what the note rests on, what is open, and what to do next.

    `people` are those of the workspace: whoever reviews there is named. `stands` is the word for where the note stands
    by now, when somebody comes back to it.
    """
    lines = [
        "",
        f"运行 {result.run} · {stands or OUTCOMES[result.outcome]}（{result.outcome}）{_waived_count(result)}"
        f" · 作者 {_author(result.author)}"
        f" · {len(result.rounds)} 轮",
    ]
    if result.usage is not None:
        lines.append(usage_line(result))
    if result.reason:
        lines.append(result.reason)
    for finding in result.refusal:
        lines += finding_lines(finding)
    if result.note is not None:
        lines += _evidence(result)
    if result.questions:
        lines.append("想请你补充（答了会更像你、也更站得住）：")
        lines += [
            f"  {number}. {question.text}{_options(question.options)}"
            for number, question in enumerate(result.questions, 1)
        ]
    lines += _next_steps(result, people)
    return "\n".join(lines)


def finding_lines(finding: Finding) -> list[str]:
    """Explain a finding as staff read it: which words, why (clause), how to change them."""
    where = f"“{finding.text}” " if finding.text else ""
    clauses = "；".join(cite(basis) for basis in finding.basis)
    lines = [f"  [{LEVELS[finding.severity]}] {finding.rule} {where}", f"    为什么：{finding.message}（{clauses}）"]
    if finding.advice:
        lines.append(f"    改法：{finding.advice}")
    return lines


def waived_lines(report: Report) -> list[str]:
    """List what waivers let pass, with who approved them and until when, and the waivers that did nothing, with why."""
    found = [f"  [{LEVELS[f.severity]}·已豁免] {f.rule} “{f.text}”（{f.status_by}）" for f in report.waived]
    if found:
        found.insert(0, f"凭豁免放行 {len(found)} 处（走红道，审核人要看）：")
    found += [f"    {waiver_words(waiver)}" for waiver in report.waivers]
    return found + [f"  {idle_words(entry)}" for entry in report.idle_waivers]


def write_files(result: DraftResult, folder: Path, *, stem: str) -> list[Path]:
    """Write `STEM.md` (when there is a note) and `STEM.json`; raise `StorageError` naming the path."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        paths = [folder / f"{stem}.json"]
        paths[0].write_text(render(result, "json") + "\n", encoding="utf-8")
        if result.note is not None:
            paths.append(folder / f"{stem}.md")
            paths[1].write_text(render(result, "md") + "\n", encoding="utf-8")
    except OSError as error:
        raise StorageError("out_unwritable", path=folder, reason=error.strerror or error) from error
    return paths


def _waived_count(result: DraftResult) -> str:
    """Say beside the outcome that waivers had a part in it."""
    count = len(result.report.waived) if result.report else 0
    return f" · 凭豁免放行 {count} 处" if count else ""


def _author(name: str) -> str:
    return f"{name}（不用模型，由素材、事实和词库拼写）" if name.startswith("offline@") else name


def _evidence(result: DraftResult) -> list[str]:
    lines = []
    for item in result.evidence():
        source = f" —— {item['source']}" if item.get("source") else ""
        until = f"（有效至 {item['valid_to']}）" if item.get("valid_to") else ""
        lines.append(f"  {item['id']} {item['text']}{source}{until}")
    if lines:
        lines.insert(0, "依据：")
    lines += [f"  请人看：{reason}" for reason in result.needs_look]
    if result.report:
        for finding in result.report.open():
            lines += finding_lines(finding)
        lines += waived_lines(result.report)
        if result.report.label.platform_step:
            lines.append(f"标识：{result.report.label.platform_step}")
    if result.critique:
        lines += _rubric(result.critique)
        lines += [
            f"  [口吻] {name} {metric.message}"
            for name, metric in result.critique.metrics.items()
            if metric.passed is False
        ]
    return lines


def _rubric(critique: Critique) -> list[str]:
    """List the questions answered no; their spans are the note's own words."""
    return [
        f"  [口吻] {name}"
        + (f" “{answer.span}”" if answer.span else "")
        + (f" 改法：{answer.edit}" if answer.edit else "")
        for name, answer in critique.rubric.items()
        if answer.answer == "no"
    ]


def claim_lines(result: DraftResult) -> list[str]:
    """Print each group of sentences with what it rests on beside it."""
    claims = result.claims()
    return ["逐句来源：", *(f"  {text} ← {'、'.join(sources)}" for text, sources in claims)] if claims else []


def usage_line(result: DraftResult) -> str:
    """Say what the models used; empty when none was asked."""
    usage = result.usage
    if usage is None:
        return ""
    about = "约 " if usage.estimated else ""
    cost = "" if usage.cost is None else f"，费用 {usage.cost:.4f}"
    return f"模型：{usage.calls} 次调用，{about}{usage.prompt_tokens} + {usage.completion_tokens} token{cost}"


def _options(options: tuple[str, ...]) -> str:
    return f"（{' / '.join(options)}）" if options else ""


def _next_steps(result: DraftResult, people: Sequence[Person]) -> list[str]:
    if result.outcome in ("in_review", "needs_human"):
        names = [person.name for person in people if person.id in reviewers(people)]
        others = f"（也可以是 {'、'.join(names[1:])}）" if names[1:] else ""
        named = names[0] if names else "姓名"
        return [f"下一步：agent show {result.run}；agent approve {result.run} --reviewer {named}{others}"]
    if result.outcome == "needs_material" and not result.questions:
        return [f"下一步：{_other_way(result)}"]
    if result.outcome == "needs_material":
        return ["下一步：把回答写进 --material-text（可多次）或 --material 文件，再跑一次"]
    return []


def _other_way(result: DraftResult) -> str:
    """Say what to do where no answer and no material would help."""
    if result.brief.language != "zh-CN":
        return advise("author_language", language=result.brief.language)
    return advise("author_sensitive_offer", topic=result.brief.topic)
