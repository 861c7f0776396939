"""Put together what a reviewer sees of one note: the text with what changed, what is open, and what it rests on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from agent.catalogue import say
from agent.desk.comparing import compare
from agent.desk.measuring import human_share
from agent.desk.standing import Standing, names
from agent.desk.values import (
    CaseClaim,
    CaseDecision,
    CaseFact,
    CaseFile,
    CaseFinding,
    CasePublication,
    CaseSource,
    CaseSubmission,
    CaseWaiver,
    QueueItem,
    TextDiff,
)
from agent.errors import UsageError
from agent.graph.submission import categories
from agent.guardrails.placement import blanks_in, field_text, sentence_around
from agent.guardrails.wording import label_of, spelled
from agent.models import Fact, Finding, Note, NoteInput, Undetermined
from agent.record import RunWaiver, VersionRecord

__all__ = ["case_of", "finding_id", "findings_of", "waiver_of"]

ORDER = {"block": 0, "fix": 1, "warn": 2}


def case_of(standing: Standing, item: QueueItem, *, against: str, barriers: tuple[str, ...]) -> CaseFile:
    """Return the case of a run's best text; `against` names the text to compare with by its hash."""
    round_ = standing.version.round
    report, versions = round_.report, standing.drafting.store.versions(standing.run.id)
    called = names(standing.drafting, _people(standing))
    found = findings_of(standing)
    corrected = standing.drafting.store.desk.corrections(new_run=standing.run.id)
    return CaseFile(
        item=item,
        outcome=item.outcome,
        status=standing.drafting.store.library.statuses((standing.run.id,)).get(standing.run.id, "unfinished"),
        verdict=report.verdict,
        note=round_.note,
        text_hash=standing.version.text_hash,
        revision=standing.version.revision,
        rounds=max(version.round.number for version in versions),
        author=standing.run.author,
        packs=report.packs,
        diff=_diff(standing, versions, against),
        open=tuple(finding for finding in found if finding.status == "open"),
        settled=tuple(finding for finding in found if finding.status != "open"),
        undetermined=tuple(_undetermined(entry, standing) for entry in report.undetermined),
        needs_look=(*report.needs_look, *round_.critique.needs_look),
        tone=tuple(m.message for m in round_.critique.metrics.values() if m.passed is False and m.message),
        facts=tuple(_fact(fact, standing.today) for fact in standing.facts),
        claims=_claims(standing),
        human=human_share(
            round_.note,
            versions,
            standing.decisions,
            name_of=lambda person: called.get(person, person),
            asked=standing.policy.asked_edits,
        ),
        label_text=report.label.text,
        label_step=report.label.platform_step,
        label_reasons=report.label.reasons,
        decisions=_decisions(standing, called),
        submissions=_submissions(standing, called),
        waivers=tuple(waiver_of(waiver, standing) for waiver in standing.waivers),
        filed_waivers=standing.filed_waivers,
        publications=_publications(standing),
        corrects=corrected[-1].run if corrected else "",
        permission=item.permission,
        barriers=barriers,
    )


def findings_of(standing: Standing) -> tuple[CaseFinding, ...]:
    """Return the findings of the text as it was checked last, the worst first."""
    note, report = standing.version.round.note, standing.version.round.report
    given = NoteInput(
        title=note.title,
        titles=note.titles,
        body=note.body,
        tags=note.tags,
        cover=note.cover,
        products=categories(standing.products),
        segments=note.segments,
    )
    ordered = sorted(report.findings, key=lambda finding: ORDER[finding.severity])
    return tuple(_finding(finding, given) for finding in ordered)


def finding_id(finding: Finding) -> str:
    """Name one finding of one text."""
    where = "" if finding.start is None else f":{finding.start}"
    return f"{finding.rule}:{finding.field}{finding.index or ''}{where}"


def waiver_of(waiver: RunWaiver, standing: Standing) -> CaseWaiver:
    """Show a waiver, and whether it counts today."""
    findings = standing.version.round.report.findings
    about = [found for found in findings if (found.rule, found.fingerprint) == (waiver.rule, waiver.fingerprint)]
    needs_second = any(finding.severity == "block" for finding in about) and not waiver.second_approver
    return CaseWaiver(
        id=waiver.id,
        rule=waiver.rule,
        fingerprint=waiver.fingerprint,
        reason=waiver.reason,
        approver=waiver.approver,
        second_approver=waiver.second_approver,
        granted_at=waiver.granted_at,
        expires_on=waiver.expires_on,
        needs_second=needs_second,
        counts=bool(about) and not needs_second and standing.today <= waiver.expires_on,
    )


def _diff(standing: Standing, versions: Sequence[VersionRecord], against: str) -> TextDiff | None:
    """Compare with the text asked for, else with the one last decided on or handed in, else the one before."""
    texts: dict[str, Note] = {version.text_hash: version.round.note for version in versions}
    if against and against not in texts:
        raise UsageError("desk_no_such_text", run=standing.run.id, text_hash=against)
    reviewed = [decision.text_hash for decision in reversed(standing.decisions) if decision.decision == "comment"]
    handed = standing.drafting.store.publishing.submissions(standing.run.id)
    candidates = [
        against,
        *reviewed,
        *(item.text_hash for item in reversed(handed)),
        *(version.text_hash for version in reversed(versions) if version.revision < standing.version.revision),
    ]
    present = standing.version.text_hash
    base = next((name for name in candidates if name in texts and name != present), None)
    return None if base is None else compare(texts[base], standing.version.round.note)


def _finding(finding: Finding, note: NoteInput) -> CaseFinding:
    fix = spelled(finding.fix.replacement) if finding.fix else None
    return CaseFinding(
        id=finding_id(finding),
        **finding.model_dump(
            include={
                "rule", "pack", "severity", "field", "index", "start", "end", "text", "message", "advice", "by",
                "status", "status_by", "fingerprint",
            }
        ),
        sentence=_sentence(finding, note),
        fix=fix,
        fix_is_safe=bool(finding.fix and finding.fix.safety == "safe" and not blanks_in(fix or "")),
        clauses=finding.basis,
    )  # fmt: skip


def _sentence(finding: Finding, note: NoteInput) -> str:
    if finding.start is None or finding.end is None or finding.field == "note":
        return ""
    text = field_text(note, finding.field, finding.index)
    start, end = sentence_around(text, finding.start, finding.end)
    return text[start:end]


def _fact(fact: Fact, today: date) -> CaseFact:
    return CaseFact(
        **fact.model_dump(
            include={"id", "product", "claim", "source", "approval_no", "owner", "valid_from", "valid_to"}
        ),
        valid=fact.is_valid(today),
        days_left=(fact.valid_to - today).days if fact.valid_to else None,
    )


def _claims(standing: Standing) -> tuple[CaseClaim, ...]:
    bank = standing.drafting.workspace
    known = {
        **{p.id: CaseSource(id=p.id, kind="point", text=p.text, origin=p.source) for p in bank.points},
        **{f.id: CaseSource(id=f.id, kind="fact", text=f.claim, origin=f.source) for f in standing.facts},
        **{
            m.id: CaseSource(id=m.id, kind="material", text=m.text, origin=m.told_by)
            for m in standing.run.brief.material
        },
    }
    unknown = {name: CaseSource(id=name, kind="unknown", text="") for name in standing.text.cited - known.keys()}
    sources = {**unknown, **known}
    return tuple(
        CaseClaim(text=segment.text, kind=segment.kind, sources=tuple(sources[name] for name in segment.sources))
        for segment in standing.version.round.note.segments
    )


def _decisions(standing: Standing, called: dict[str, str]) -> tuple[CaseDecision, ...]:
    return tuple(
        CaseDecision(
            decision=decision.decision,
            by=decision.reviewer,
            name=called.get(decision.reviewer, decision.reviewer),
            on_behalf_of=decision.on_behalf_of,
            reason=decision.reason,
            text_hash=decision.text_hash,
            at=decision.decided_at,
            about_present_text=decision.text_hash == standing.version.text_hash,
        )
        for decision in standing.decisions
    )


def _undetermined(entry: Undetermined, standing: Standing) -> str:
    """Tell which rule could not be decided and what it would need; a rule no longer there goes by its id."""
    rule = next((rule for _, rule in standing.text.packs.entries() if rule.id == entry.rule), None)
    needs = "、".join(label_of("input", need) for need in entry.needs)
    return say("desk_needs", rule=entry.rule, title=rule.title if rule else entry.rule, needs=needs)


def _submissions(standing: Standing, called: dict[str, str]) -> tuple[CaseSubmission, ...]:
    return tuple(
        CaseSubmission(
            by=item.submitted_by,
            name=called.get(item.submitted_by, item.submitted_by),
            at=item.submitted_at,
            text_hash=item.text_hash,
            about_present_text=item.text_hash == standing.version.text_hash,
        )
        for item in standing.drafting.store.publishing.submissions(standing.run.id)
    )


def _publications(standing: Standing) -> tuple[CasePublication, ...]:
    store = standing.drafting.store
    became = {item.url: item for item in store.desk.corrections(standing.run.id)}
    return tuple(
        CasePublication(
            url=item.url,
            text_hash=item.text_hash,
            by=item.published_by,
            at=item.published_at,
            action=became[item.url].action if item.url in became else "",
            action_reason=became[item.url].reason if item.url in became else "",
            action_by=became[item.url].by if item.url in became else "",
            action_at=became[item.url].asked_at if item.url in became else None,
            new_run=became[item.url].new_run if item.url in became else "",
        )
        for item in store.publishing.publications(standing.run.id)
    )


def _people(standing: Standing) -> set[str]:
    handed = standing.drafting.store.publishing.submissions(standing.run.id)
    return {*(item.reviewer for item in standing.decisions), *(item.submitted_by for item in handed)}
