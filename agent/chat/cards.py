"""Turn results and findings into what a chat shows: cards of values, no layout."""

from __future__ import annotations

from collections.abc import Iterable

from agent.catalogue import say
from agent.chat.blocks import blocks_of
from agent.chat.cues import load_cues
from agent.chat.dropping import sentence_to_drop
from agent.chat.state import Lock
from agent.chat.values import FindingCard, NoteCard, StatusCard
from agent.graph.submission import submit
from agent.guardrails.placement import blanks_in, field_text, sentence_around
from agent.guardrails.wording import cite, spelled
from agent.models import Finding, NoteInput, Report
from agent.record import DecisionRecord, Store
from agent.results import DraftResult

__all__ = ["finding_cards", "finding_id", "last_word", "note_card", "refusal_cards", "result_cards", "status_card"]

SAID = frozenset({"approve", "reject", "comment"})


def note_card(result: DraftResult, *, locked: Iterable[Lock] = ()) -> NoteCard | None:
    """Return the card of a run's note; None when it has none."""
    note, report = result.note, result.report
    if note is None or report is None:
        return None
    tone = [m.message for m in result.critique.metrics.values() if m.passed is False] if result.critique else []
    return NoteCard(
        run=result.run,
        revision=len(result.rounds),
        text_hash=note.text_hash,
        title=note.title,
        titles=note.titles,
        cover=note.cover,
        body=note.body,
        tags=note.tags,
        blocks=blocks_of(note, locked),
        outcome=result.outcome,
        verdict=report.verdict,
        rounds=result.rounds[-1].number if result.rounds else 0,
        author=result.author,
        label_text=report.label.text,
        label_step=report.label.platform_step,
        evidence=tuple(_evidence(item) for item in result.evidence()),
        tone=tuple(message for message in tone if message),
    )


def result_cards(result: DraftResult) -> tuple[FindingCard, ...]:
    """Return the open findings of a run's note, or what refused it."""
    if result.note is None or result.report is None:
        return refusal_cards(result.refusal)
    drops = {finding_id(finding): sentence_to_drop(result, finding) for finding in result.report.open()}
    cards = finding_cards(submit(result.note, result.sources), result.report)
    return tuple(
        card.model_copy(update={"drop": drops[card.id], "advice": load_cues().to_author(card.advice)}) for card in cards
    )


def finding_cards(note: NoteInput, report: Report) -> tuple[FindingCard, ...]:
    """Explain the open findings of a text, the worst first."""
    order = {"block": 0, "fix": 1, "warn": 2}
    found = sorted(report.open(), key=lambda finding: order[finding.severity])
    return tuple(_card(finding, _sentence(note, finding)) for finding in found)


def refusal_cards(findings: Iterable[Finding]) -> tuple[FindingCard, ...]:
    """Explain what refused a brief before a word was written."""
    return tuple(_card(finding, finding.text) for finding in findings)


def finding_id(finding: Finding) -> str:
    """Name one finding of one text."""
    where = "" if finding.start is None else f":{finding.start}"
    return f"{finding.rule}:{finding.field}{finding.index or ''}{where}"


def status_card(run: str, store: Store) -> StatusCard | None:
    """Say how a run stands by the record; None when it is not there or was erased."""
    record = store.run(run)
    if record.erased_at is not None:
        return None
    versions = {version.revision: version for version in store.versions(run)}
    best = versions.get(record.best_revision or -1)
    handed = {item.text_hash for item in store.publishing.submissions(run)}
    last = last_word(store, run)
    return StatusCard(
        run=run,
        topic=record.brief.topic,
        title=best.round.note.title if best else "",
        outcome=record.outcome,
        status=store.library.statuses((run,)).get(run, "unfinished"),
        submitted=best is not None and best.text_hash in handed,
        decided_by=last.reviewer if last else "",
        reason=last.reason if last else "",
        urls=tuple(item.url for item in store.publishing.publications(run)),
        open_findings=len(best.round.report.open()) if best else 0,
    )


def last_word(store: Store, run: str) -> DecisionRecord | None:
    """Return what somebody else than its owner said of a run last, or changed in it; None when nobody did."""
    owner = store.run(run).owner
    said = [d for d in store.decisions(run) if d.decision in SAID or (d.decision == "edit" and d.reviewer != owner)]
    return said[-1] if said else None


def _card(finding: Finding, sentence: str) -> FindingCard:
    fix = spelled(finding.fix.replacement) if finding.fix else None
    return FindingCard(
        id=finding_id(finding),
        rule=finding.rule,
        severity=finding.severity,
        field=finding.field,
        index=finding.index,
        start=finding.start,
        end=finding.end,
        sentence=" ".join(sentence.split()),
        text=finding.text,
        why=finding.message,
        clause="；".join(cite(basis) for basis in finding.basis),
        advice=finding.advice,
        fix=fix,
        safe=finding.fix is not None and finding.fix.safety == "safe",
        acceptable=fix is not None and not blanks_in(fix) and (finding.start is not None or bool(fix)),
    )


def _sentence(note: NoteInput, finding: Finding) -> str:
    if finding.start is None or finding.end is None or finding.field == "note":
        return ""
    text = field_text(note, finding.field, finding.index)
    start, end = sentence_around(text, finding.start, finding.end)
    return text[start:end]


def _evidence(item: dict[str, object]) -> str:
    source = item.get("source")
    return say("evidence_sourced", **item) if source else say("evidence_told", **item)
