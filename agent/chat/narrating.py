"""Tell a run while it happens: a line a node and round, with what was found, what was changed and under which law."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from agent.catalogue import say
from agent.chat.naming import RuleNames
from agent.drafting import Event
from agent.guardrails.wording import cite
from agent.models import Critique, Finding, Report, Round

__all__ = ["Narrator"]


class Narrator:
    """Turn events of one run into lines; remembers the last report to name the clause behind each change."""

    def __init__(self, names: RuleNames | None = None) -> None:
        self.round = 0
        self._names = names or RuleNames()
        self._findings: dict[str, Finding] = {}

    def line(self, event: Event) -> str:
        """Return what to say about an event; empty when there is nothing to say."""
        self.round = event.round or self.round
        update = event.update
        if event.node == "comply":
            return self._compliance(update["last_report"])
        if event.node == "critique":
            return self._tone(update["last_critique"])
        if event.node == "revise":
            return self._revision(update.get("changes", []))
        if event.node == "plan":
            plan = update["chosen_plan"]
            return say("told_plan", angle=plan.angle) if plan.writable else say("told_plan_lacks")
        if event.node == "gate":
            return say("told_gate_refused") if update.get("refusal") else say("told_gate")
        return say("told_write") if event.node == "write" else ""

    def rounds(self, rounds: Iterable[Round]) -> Iterator[str]:
        """Yield the lines of rounds as the record keeps them, for whoever did not listen."""
        for kept in rounds:
            self.round = kept.number
            if kept.changes:
                yield self._revision(list(kept.changes))
            yield self._compliance(kept.report)
            yield self._tone(kept.critique)

    def _tone(self, critique: Critique) -> str:
        failed = sum(1 for metric in critique.metrics.values() if metric.passed is False)
        if not failed:
            return say("told_tone_passed", round=self.round)
        return say("told_tone_failed", round=self.round, count=failed)

    def _compliance(self, report: Report) -> str:
        findings = report.open()
        self._findings = {finding.rule: finding for finding in findings}
        if not findings:
            return say("told_rules_passed", round=self.round)
        rules = "、".join(self._names.title(rule) for rule in sorted(self._findings))
        return say("told_rules_failed", round=self.round, count=len(findings), rules=rules)

    def _revision(self, changes: list[str]) -> str:
        if not changes:
            return say("told_nothing_changed", round=self.round)
        names = list(dict.fromkeys(self._name(change) for change in changes))
        return say("told_changed", round=self.round, count=len(changes), names="、".join(names))

    def _name(self, change: str) -> str:
        """Name the clause behind a change; the rule, metric or wording itself where no clause is known."""
        head = change.replace("：", ":").split(":", 1)[0]
        finding = self._findings.get(head)
        if finding is None or not finding.basis or not finding.basis[0].article:
            return self._names.named(head)
        return cite(finding.basis[0])
