"""Progress of a run on stderr: one line per node and round, saying what was found and what was changed."""

from __future__ import annotations

from agent.cli.session import talk
from agent.drafting import Event
from agent.guardrails.wording import cite
from agent.models import Finding, Report

__all__ = ["Progress"]

NODES = {"gate": "准入", "plan": "构思", "write": "写稿", "assemble": "补全", "comply": "合规", "critique": "口吻"}


class Progress:
    """Print events as they come; remembers the last report to name the clause behind each change."""

    def __init__(self, *, quiet: bool = False) -> None:
        self.quiet = quiet
        self._findings: dict[str, Finding] = {}
        self._round = 0

    def __call__(self, event: Event) -> None:
        """Handle one event."""
        self._round = event.round or self._round
        line = self._line(event)
        if line and not self.quiet:
            talk(line)

    def _line(self, event: Event) -> str:
        update = event.update
        if event.node == "comply":
            return self._compliance(update["last_report"])
        if event.node == "critique":
            failed = [key for key, metric in update["last_critique"].metrics.items() if metric.passed is False]
            return f"第 {self._round} 轮 口吻：" + (
                f"{len(failed)} 项待改（{'、'.join(failed)}）" if failed else "通过"
            )
        if event.node == "revise":
            return self._revision(update.get("changes", []))
        if event.node == "gate" and update.get("refusal"):
            return "准入：未通过"
        if event.node == "plan":
            return f"构思：{update['chosen_plan'].angle}" if update["chosen_plan"].writable else "构思：缺素材"
        return f"{NODES[event.node]}：完成" if event.node in ("gate", "write") else ""

    def _compliance(self, report: Report) -> str:
        findings = report.open()
        self._findings = {finding.rule: finding for finding in findings}
        if not findings:
            return f"第 {self._round} 轮 合规：通过"
        rules = "、".join(sorted(self._findings))
        return f"第 {self._round} 轮 合规：{len(findings)} 处（{rules}）"

    def _revision(self, changes: list[str]) -> str:
        if not changes:
            return f"第 {self._round} 轮：没有可改之处"
        names = list(dict.fromkeys(self._name(change) for change in changes))
        return f"第 {self._round} 轮：改了 {len(changes)} 处（{'、'.join(names)}）"

    def _name(self, change: str) -> str:
        """Name the clause behind a change; the rule, metric or wording itself where no clause is known."""
        head = change.replace("：", ":").split(":", 1)[0]
        finding = self._findings.get(head)
        if finding is None or not finding.basis or not finding.basis[0].article:
            return head
        return cite(finding.basis[0])
