"""Add to a report what a judge found. Nothing here clears, lowers or removes a finding of a rule."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from agent.catalogue import say
from agent.guardrails.engine import as_input
from agent.guardrails.findings import identify, touch, verdict_of
from agent.guardrails.loader import Packs
from agent.guardrails.rules import Rule
from agent.guardrails.waivers import accept
from agent.models import FieldName, Finding, Note, NoteInput, Report, Waiver

__all__ = ["add_findings", "found_by_judge", "rules_for_adviser", "rules_for_judge"]

READABLE = frozenset({"term", "pattern", "combine", "judge"})  # rules about what a text means
WORDED = READABLE | {"require"}  # and about a claim that may not stand without its conditions


def rules_for_judge(packs: Packs, report: Report, as_of: date) -> tuple[tuple[str, Rule], ...]:
    """Return the rules, with their packs, that a reader of this note may find broken: by meaning, and in scope."""
    return tuple((pack, rule) for pack, rule in packs.entries() if _readable(rule, as_of) and _in_scope(rule, report))


def rules_for_adviser(packs: Packs, report: Report, as_of: date, *, any_product: bool = False) -> tuple[Rule, ...]:
    """Return the rules that whoever tells an author what is wrong may name: about words, and those that found some.

    any_product: whether rules of products count that the note was not taken to promote.
    """
    found = {finding.rule for finding in report.open() if finding.start is not None}
    worded = (rule for _, rule in packs.entries() if rule.id in found or _is_told(rule, as_of))
    return tuple(rule for rule in worded if any_product or rule.id in found or _in_scope(rule, report))


def _is_told(rule: Rule, as_of: date) -> bool:
    """Tell whether words may break a rule: one about wording, or one that a note may admit to break."""
    return _readable(rule, as_of, WORDED) or (rule.own_words is not None and _in_force(rule, as_of))


def found_by_judge(
    rule: Rule, pack: str, *, field: FieldName, index: int, start: int, text: str, around: str, why: str
) -> Finding:
    """Write the finding of a quote that stands at `start` of a raw field (`around`)."""
    end = start + len(text)
    return Finding(
        rule=rule.id,
        pack=pack,
        severity=rule.severity,
        field=field,
        index=index,
        start=start,
        end=end,
        text=text,
        message=say("judge_message", message=rule.message, why=why or rule.title),
        basis=rule.basis,
        advice=rule.advice,
        by="judge",
        fingerprint=identify(rule.id, text, around[:start], around[end:]),
    )


def add_findings(
    report: Report,
    added: Iterable[Finding],
    note: Note | NoteInput,
    *,
    waivers: Sequence[Waiver] = (),
    as_of: date | None = None,
) -> Report:
    """Return the report with these findings and the verdict they lead to; what is already open there is left out."""
    fresh = [finding for finding in added if not any(touch(finding, known) for known in report.open())]
    accepted = accept((*report.findings, *fresh), waivers, as_of, as_input(note))
    amended = report.model_copy(update={"findings": accepted.findings, "verdict": verdict_of(accepted.findings)})
    if not waivers:
        return amended
    return amended.model_copy(update={"waivers": accepted.waivers, "idle_waivers": accepted.idle})


def _readable(rule: Rule, as_of: date, kinds: frozenset[str] = READABLE) -> bool:
    return _in_force(rule, as_of) and rule.stage == "note" and rule.kind in kinds


def _in_force(rule: Rule, as_of: date) -> bool:
    return rule.effective <= as_of and (rule.until is None or as_of <= rule.until)


def _in_scope(rule: Rule, report: Report) -> bool:
    """Tell whether a rule is about the note: about any product that it speaks of, promoted or not."""
    scope, spoken_of = rule.scope, {*report.products, *report.beside}
    if scope.products and spoken_of and not set(scope.products) & spoken_of:
        return False
    return not scope.note_types or report.note_type in scope.note_types
