"""Run the cases of rules: `python -m agent.guardrails.cases [RULE…]`.

Owns what a case means. flag: an open finding of that rule (with that span, if given). pass: none open of that rule.
known_miss: none expected; one that turns green is reported. Cross-fire: pass cases that other rules hit.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

from pydantic import TypeAdapter

from agent.catalogue import advise, say
from agent.errors import KosnoteError
from agent.guardrails.engine import check
from agent.guardrails.findings import OWN_LINE
from agent.guardrails.loader import Packs, RuleFile, compile_rules, jurisdictions, read_rule
from agent.guardrails.rulefiles import rule_files
from agent.guardrails.rules import Case, Rule
from agent.guardrails.wording import label_of
from agent.models import Account, Fact, Finding, Material, Note, NoteInput, Report, Segment
from agent.paths import data_root

__all__ = ["CaseResult", "Summary", "case_input", "check_case", "cross_fire", "run_all", "run_cases"]

CASE_DAY = date(2026, 11, 1)
CaseKind = Literal["flag", "pass", "known_miss"]
_FACTS = TypeAdapter(tuple[Fact, ...])
_MATERIAL = TypeAdapter(tuple[Material, ...])
_SEGMENTS = TypeAdapter(tuple[Segment, ...])


@dataclass(frozen=True)
class CaseResult:
    """Tell how one case went; `detail` says what was found instead, `remedy` what to do about it."""

    rule: str
    kind: CaseKind
    number: int
    case: Case
    passed: bool
    detail: str = ""
    remedy: str = ""

    def __str__(self) -> str:
        """Show rule, case and text on one line."""
        text = " | ".join(t for t in (self.case.title, self.case.text, " ".join(f"#{t}" for t in self.case.tags)) if t)
        return f"{self.rule} {self.kind}[{self.number}]：{self.detail}\n    {text}"


def run_cases(rule: Rule, packs: Packs) -> list[CaseResult]:
    """Run every case of one rule; the packs must hold that rule."""
    results = [_flag(rule, i, case, packs) for i, case in enumerate(rule.cases.flag, 1)]
    results += [_pass(rule, i, case, packs) for i, case in enumerate(rule.cases.pass_, 1)]
    results += [_known_miss(rule, i, case, packs) for i, case in enumerate(rule.cases.known_miss, 1)]
    return results


def cross_fire(rules: Iterable[Rule], packs: Packs) -> list[tuple[str, int, Finding]]:
    """List pass cases that other rules hit: (rule of the case, number of the case, open finding).

    Absences do not count: an example is a sentence, not a whole note with its disclosures and records.
    """
    return [
        (rule.id, number, finding)
        for rule in rules
        for number, case in enumerate(rule.cases.pass_, 1)
        for finding in check_case(rule, case, packs).open()
        if finding.rule != rule.id and finding.start is not None
    ]


def check_case(rule: Rule, case: Case, packs: Packs) -> Report:
    """Check the text of one case with what the case provides."""
    return check(
        case_input(rule, case),
        facts=_FACTS.validate_python(case.facts),
        material=_MATERIAL.validate_python(case.material),
        earlier=tuple(_earlier(value) for value in case.earlier),
        publication=case.publication,
        as_of=case.as_of or _case_day(rule),
        packs=packs,
        stage="note" if rule.own_words and rule.stage == "brief" else rule.stage,
        likeness=False,  # a case is about what the rules say
    )


def case_input(rule: Rule, case: Case) -> NoteInput:
    """Build the note of a case; products default to the first of the rule's scope."""
    products = case.products if case.products is not None else rule.scope.products[:1]
    segments = _SEGMENTS.validate_python(case.segments)
    return NoteInput(
        title=case.title,
        body=case.text or Note(titles=("",), title="", segments=segments).body,
        tags=case.tags,
        cover=case.cover,
        field=case.field,
        note_type=case.note_type,
        products=products,
        account_type=case.account_type,
        origin=case.origin,
        account=_account(case.account, case.account_type),
        segments=segments,
    )


def _case_day(rule: Rule) -> date:
    """Return the day a case is checked on unless it names one: `CASE_DAY`, moved into the rule's own dates."""
    day = max(rule.effective, CASE_DAY)
    return min(day, rule.until) if rule.until else day


def _account(value: dict[str, Any] | None, account_type: str | None) -> Account | None:
    if value is None:
        return None
    given = {"id": "case", "nickname": "", "type": account_type or "enterprise-staff", **value}
    return Account.model_validate(given)


def _earlier(value: dict[str, Any]) -> Note:
    body = value.get("body", value.get("text", ""))
    title = value.get("title", "") or "-"
    if "segments" in value:
        return Note.model_validate({"titles": [title], "title": title, **value})
    return Note(titles=(title,), title=title, segments=(Segment(text=body, kind="life"),))


def _own(rule: Rule, case: Case, packs: Packs) -> tuple[list[Finding], Report]:
    report = check_case(rule, case, packs)
    return [f for f in report.findings if f.rule == rule.id], report


def _flag(rule: Rule, number: int, case: Case, packs: Packs) -> CaseResult:
    def told(passed: bool, code: str = "", **values: object) -> CaseResult:
        detail = say(code, **values) if code else ""
        return CaseResult(rule.id, "flag", number, case, passed, detail, advise(code) if code else "")

    if rule.kind == "judge":
        needs = [u.needs for u in check_case(rule, case, packs).undetermined if u.rule == rule.id]
        return told(True) if needs else told(False, "case_not_waiting")
    findings, report = _own(rule, case, packs)
    hits = [f for f in findings if f.status == "open" or f.status_by == OWN_LINE]
    if not hits:
        code, values = _why_silent(rule, findings, report)
        return told(False, code, **values)
    if case.span and not any(case.span in f.text or f.text in case.span for f in hits):
        return told(False, "case_other_span", found=_quoted(hits), span=case.span)
    return told(True)


def _why_silent(rule: Rule, findings: Sequence[Finding], report: Report) -> tuple[str, dict[str, object]]:
    """Return the message code that says why nothing is reported, and its values."""
    for finding in findings:
        return "case_cleared", {"text": finding.text, "guard": label_of("guard", finding.status_by)}
    for entry in report.undetermined:
        if entry.rule == rule.id:
            return "case_needs", {"needs": "、".join(label_of("input", need) for need in entry.needs)}
    products = "、".join(label_of("product", product) for product in report.products) or "无"
    return "case_silent", {"products": products, "type": label_of("note_type", report.note_type)}


def _quoted(findings: Iterable[Finding]) -> str:
    """Quote what was hit; an absence is named by what gave rise to it."""
    return "、".join(f"“{finding.text}”" if finding.start is not None else "缺少应写的内容" for finding in findings)


def _pass(rule: Rule, number: int, case: Case, packs: Packs) -> CaseResult:
    hits = [f for f in _own(rule, case, packs)[0] if f.status == "open"]
    if not hits:
        return CaseResult(rule.id, "pass", number, case, True)
    found = _quoted(hits)
    return CaseResult(
        rule.id, "pass", number, case, False, say("case_hit", found=found), advise("case_hit", found=found)
    )


def _known_miss(rule: Rule, number: int, case: Case, packs: Packs) -> CaseResult:
    hits = [f for f in _own(rule, case, packs)[0] if f.status == "open"]
    detail = say("case_found_now") if hits else ""
    return CaseResult(rule.id, "known_miss", number, case, True, detail, advise("case_found_now") if hits else "")


def read_all(folder: Path) -> tuple[list[RuleFile], list[KosnoteError]]:
    """Read every rule file of a folder, keeping the errors of broken ones apart."""
    files: list[RuleFile] = []
    errors: list[KosnoteError] = []
    for path in rule_files(folder):
        try:
            file = read_rule(path)
            compile_rules([file], [folder])
            files.append(file)
        except KosnoteError as error:
            errors.append(error)
    return files, errors


@dataclass(frozen=True)
class Summary:
    """Hold the results that have something to tell, what one rule found in another's examples, and the sum."""

    results: tuple[CaseResult, ...]
    crossed: tuple[str, ...]
    total: str
    failed: int

    @property
    def lines(self) -> tuple[str, ...]:
        """Return all there is to tell, a line or two each."""
        return (*map(str, self.results), *self.crossed)


def run_all(packs: Packs, *, only: Sequence[str] = ()) -> Summary:
    """Run the cases of all rules, or of those whose id begins with one of `only`, and the cross-fire between them."""
    rules = [rule for _, rule in packs.entries() if not only or rule.id.startswith(tuple(only))]
    results = [result for rule in rules for result in run_cases(rule, packs)]
    crossed = cross_fire(rules, packs)
    crossings = (
        f"{rule} 的不报例句第 {n} 句被 {f.rule}（{label_of('severity', f.severity)}）命中：“{f.text}”"
        for rule, n, f in crossed
    )
    failed = sum(not result.passed for result in results)
    total = f"{len(rules)} 条规则，{len(results)} 个例句，{failed} 个不符，{len(crossed)} 处交叉命中"
    return Summary(tuple(result for result in results if result.detail), tuple(crossings), total, failed)


def main(arguments: Sequence[str]) -> int:
    """Run the cases of the named rules (all without names); print failures, return 1 if there are any.

    A broken rule file is reported and does not keep the others from running.
    """
    failed, told = False, False
    for name in jurisdictions():
        folder = data_root() / "guardrails" / name
        files, errors = read_all(folder)
        summary = run_all(compile_rules(files, [folder]), only=arguments)
        broken = [f"{error.message}\n    {error.hint}" for error in errors if _concerns(error, arguments)]
        if summary.total.startswith("0 ") and not broken:
            continue
        lines = [*broken, *summary.lines, f"{name}：{summary.total}，{len(broken)} 个文件有误"]
        sys.stdout.write("\n".join(lines) + "\n")
        failed, told = failed or bool(summary.failed or broken), True
    if not told:
        sys.stdout.write(f"0 条规则：没有编号以 {'、'.join(arguments)} 开头的规则\n")
    return 1 if failed else 0


def _concerns(error: KosnoteError, arguments: Sequence[str]) -> bool:
    return not arguments or any(a in str(error.parameters.get("file", "")) for a in arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
