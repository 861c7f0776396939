"""Run the rules over one note and write the report.

Owns the order candidate → scope → anchor → benign superstring → guards → waiver → verdict. Refuses judgement calls:
what was not given is reported as undetermined, and an exception inside a guard is a `GuardError`, never a pass. The
engine reads no clock: with `as_of=None`, rules that have an `until` date are left out and all others run.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Final

import re2

from agent.errors import GuardError, KosnoteError, UsageError
from agent.guardrails.alike import find_alike
from agent.guardrails.compiled import CompiledRule
from agent.guardrails.conditions import detect_conditions
from agent.guardrails.contexts import GuardContext, clearing_guard
from agent.guardrails.disclosures import filled
from agent.guardrails.document import Document, Hit
from agent.guardrails.evidence import Candidate, Detected, Evidence, Missing
from agent.guardrails.findings import OWN_LINE, SUPERSTRING, merge, verdict_of, write_finding
from agent.guardrails.grounding import detect_numbers
from agent.guardrails.guessing import Guessed, guess, only_guessed
from agent.guardrails.identifiers import detect_identifiers
from agent.guardrails.inference import infer_note_type, infer_offer
from agent.guardrails.label import decide_label
from agent.guardrails.lexical import detect_combinations, detect_requirement, detect_terms
from agent.guardrails.likeness import load_likeness
from agent.guardrails.loader import Packs, load_packs
from agent.guardrails.measures import detect_oversize, detect_similarity
from agent.guardrails.normalize import fold
from agent.guardrails.offering import Offering
from agent.guardrails.rule_planes import plain_for, sees
from agent.guardrails.rules import Rule
from agent.guardrails.scoping import sort_of
from agent.guardrails.spellings import apart
from agent.guardrails.votes import as_voted
from agent.guardrails.waivers import accept
from agent.models import (
    Account,
    Fact,
    Finding,
    Material,
    Note,
    NoteInput,
    Point,
    Report,
    Stage,
    Undetermined,
    Waiver,
)

__all__ = ["as_input", "check"]

_LEXICAL: Final = ("term", "pattern", "combine")
_PLAIN: Final = ((), ("alias",), ("number",))  # what a benign superstring may be read through
_STAGES: Final[Mapping[Stage, int]] = {"brief": 0, "note": 1, "publish": 2}


def check(
    note: NoteInput | Note,
    *,
    facts: Sequence[Fact] = (),
    material: Sequence[Material] = (),
    points: Sequence[Point] = (),
    account: Account | None = None,
    publication: Mapping[str, Any] | None = None,
    earlier: Sequence[Note] = (),
    as_of: date | None = None,
    packs: Packs | None = None,
    waivers: Sequence[Waiver] = (),
    stage: Stage = "note",
    likeness: bool = True,
) -> Report:
    """Check one note against the rules in force and return the report (DESIGN section 5).

    `stage` is cumulative: brief ⊂ note ⊂ publish. Rules of the publish stage run as soon as publication data is given
    and are undetermined without it. Waivers count only with `as_of`. `likeness` adds sentences that read like known
    violations. Raises `UsageError` for a note with lone surrogates, `GuardError` when a rule could not do its work.
    """
    packs = packs or load_packs(examples=False)
    _demand_text(note)
    evidence = _gather(
        note, facts=facts, material=material, points=points, account=account, publication=publication,
        earlier=earlier, as_of=as_of, packs=packs, likeness=likeness,
    )  # fmt: skip
    findings = _admitted(stage, evidence, packs)
    undetermined: list[Undetermined] = []
    applicable = packs.applicable.to(sort_of(evidence))
    guesses = guess(evidence, packs, applicable)
    for place in _places(evidence, guesses, packs, applicable):
        compiled = packs.rules[place]
        if not _in_stage(compiled, stage, evidence):
            if compiled.rule.stage == "publish" and stage != "brief":
                undetermined.append(Undetermined(rule=compiled.rule.id, needs=("publication",)))
            continue
        outcome = _run(compiled, evidence, [guessed for guessed in guesses if place in guessed.rules], packs)
        if isinstance(outcome, Missing):
            undetermined.append(Undetermined(rule=compiled.rule.id, needs=outcome.needs))
        else:
            findings.extend(outcome)
    findings = _without_the_general(findings, packs)
    if likeness and stage != "brief":
        ruled = accept(findings, waivers, as_of, evidence.note).findings
        findings += find_alike(evidence.plain or evidence, packs, applicable, ruled)
    accepted = accept(findings, waivers, as_of, evidence.note)
    return Report(
        id=evidence.note.id,
        verdict=verdict_of(accepted.findings),
        note_type=evidence.note_type,
        products=tuple(sorted(evidence.promoted or evidence.products)),
        beside=tuple(sorted(evidence.beside)),
        findings=accepted.findings,
        undetermined=tuple(undetermined),
        label=decide_label(evidence, packs.lists),
        packs=packs.versions,
        text_hash=evidence.note.text_hash,
        waivers=accepted.waivers,
        idle_waivers=accepted.idle,
    )


def _places(evidence: Evidence, guesses: Iterable[Guessed], packs: Packs, applicable: frozenset[int]) -> list[int]:
    """Return the places, in order, of the rules that have something to do."""
    places = packs.candidates(evidence.scan, applicable)
    if evidence.plain:
        places |= packs.candidates(evidence.plain.scan, applicable) | (packs.choosy & applicable)
    return sorted(places.union(*(guessed.rules for guessed in guesses)))


def _without_the_general(findings: Sequence[Finding], packs: Packs) -> list[Finding]:
    """Clear a line that is missing where a product's own line, missing as well, would do: one is asked for."""
    lines = {f.rule: f.fix.replacement for f in findings if f.fix and _misses_a_line(f)}
    own = {rule: fold(filled(line)) for rule, line in lines.items() if len(packs.find(rule)[1].scope.products) == 1}
    if not own:
        return list(findings)
    return [
        finding.model_copy(update={"status": "cleared", "status_by": OWN_LINE})
        if _misses_a_line(finding) and finding.rule not in own and _would_do(packs.find(finding.rule)[1], own.values())
        else finding
        for finding in findings
    ]


def _misses_a_line(finding: Finding) -> bool:
    return finding.start is None and finding.status == "open" and bool(finding.fix and finding.fix.replacement)


def _would_do(rule: Rule, lines: Iterable[str]) -> bool:
    patterns = [text.removeprefix("re:") for text in rule.match.any_of if text.startswith("re:")]
    general = len(rule.scope.products) > 1 or bool(rule.scope.promotes and not rule.scope.products)
    return general and any(re2.search(pattern, line) is not None for line in lines for pattern in patterns)


def _demand_text(note: NoteInput | Note) -> None:
    """Refuse what no file can hold: half of a surrogate pair is no character."""
    try:
        "".join((note.title, *note.titles, note.body, note.cover, *note.tags)).encode()
    except UnicodeEncodeError:
        raise UsageError("note_not_text") from None


def as_input(note: NoteInput | Note) -> NoteInput:
    """Turn a note this program wrote into what the engine reads."""
    if isinstance(note, NoteInput):
        return note
    return NoteInput(
        title=note.title, titles=note.titles, body=note.body, tags=note.tags, cover=note.cover, origin="ai",
        segments=note.segments,
    )  # fmt: skip


def _gather(note: NoteInput | Note, *, packs: Packs, account: Account | None, likeness: bool, **given: Any) -> Evidence:
    given_note = as_input(note)
    document = Document(given_note)
    readings = tuple(packs.disguises.find(document))
    reveals = apart(readings)
    plain = document.revealed(reveals) if reveals else document
    account = account or given_note.account
    offer = infer_offer(
        given_note,
        plain,
        packs.lists,
        employer=account.employer if account else "",
        sells=load_likeness().sells if likeness and given_note.note_type == "auto" else None,
    )
    if likeness:
        offer = as_voted(offer, given_note, plain.norm, packs, load_likeness())
    evidence = Evidence(
        note=given_note,
        document=document,
        reveals=reveals,
        readings=readings,
        scan=packs.vocabulary.scan(document),
        products=offer.counted,
        note_type=infer_note_type(given_note, plain.norm, promotes=offer.promotes, lists=packs.lists),
        promotes=offer.promotes,
        promoted=offer.promoted,
        outvoted=offer.outvoted,
        beside=offer.products - offer.promoted if offer.promoted else frozenset(),
        named=offer.words,
        facts=tuple(given["facts"]),
        material=tuple(given["material"]),
        points=tuple(given["points"]),
        account=account,
        publication=given["publication"] if given["publication"] is not None else given_note.publication,
        earlier=tuple(given["earlier"]),
        as_of=given["as_of"],
    )
    if not reveals:
        return evidence
    return replace(evidence, plain=replace(evidence, document=plain, scan=packs.vocabulary.scan(plain)))


def _in_stage(compiled: CompiledRule, stage: Stage, evidence: Evidence) -> bool:
    if compiled.rule.stage == "publish":
        return evidence.publication is not None and stage != "brief"
    return _STAGES[compiled.rule.stage] <= _STAGES[stage]


def _admitted(stage: Stage, evidence: Evidence, packs: Packs) -> list[Finding]:
    """Return where the note itself tells of what a rule forbids that else judges a record; a brief is no note yet."""
    found: list[Finding] = []
    seen = evidence.scan.signs | (evidence.plain.scan.signs if evidence.plain else frozenset())
    for place in sorted(packs.telling.to(sort_of(evidence))) if stage != "brief" else ():
        told = _run(packs.admissions[place], evidence, (), packs) if packs.admissions[place].may_hit(seen) else []
        found += told if not isinstance(told, Missing) else []
    return found


def _run(
    compiled: CompiledRule, evidence: Evidence, guesses: Sequence[Guessed], packs: Packs
) -> list[Finding] | Missing:
    """Run one rule over the note as written, and a lexical one over its plain spelling too; an open finding wins.

    Where neither says anything, guessed words may.
    """
    try:
        found = _findings(compiled, evidence, packs)
        if isinstance(found, Missing) or compiled.rule.kind not in _LEXICAL:
            return found if isinstance(found, Missing) else merge(found)
        plain = plain_for(compiled.rule, evidence, packs.vocabulary)
        if plain is not None:
            more = _findings(compiled, plain, packs)
            found += more if not isinstance(more, Missing) else []
        for guessed in guesses:
            more = _findings(compiled, guessed.evidence, packs)
            told = only_guessed(more, guessed, found) if not isinstance(more, Missing) else ()
            found += [finding for finding in told if sees(compiled.rule, finding.disguise)]
        return merge(found)
    except KosnoteError:
        raise
    except Exception as error:
        raise GuardError("guard_failed", rule=compiled.rule.id, detail=f"{type(error).__name__}: {error}") from error


def _findings(compiled: CompiledRule, evidence: Evidence, packs: Packs) -> list[Finding] | Missing:
    detected = _detect(compiled, evidence, packs)
    if isinstance(detected, Missing) or not detected:
        return detected if isinstance(detected, Missing) else []
    context = GuardContext(
        evidence.document,
        evidence.products,
        packs.lists.folded("finance-words"),
        packs.lists.folded("life-words"),
        evidence.promotes,
    )
    offering = Offering(evidence, packs.lists)
    eligible = _eligible(compiled, detected, evidence, offering)
    found = [_judge(compiled, candidate, evidence, context) for candidate in eligible]
    return _first_open(found) if _is_due_once(compiled) else found


def _is_due_once(compiled: CompiledRule) -> bool:
    """Tell whether a rule asks for a line that the note needs once, however often something makes it due."""
    return compiled.rule.kind == "require" and compiled.rule.match.proximity == "note"


def _first_open(found: list[Finding]) -> list[Finding]:
    """Keep the first absence that no guard lets pass, else the first."""
    return [*(finding for finding in found if finding.status == "open"), *found][:1]


def _detect(compiled: CompiledRule, evidence: Evidence, packs: Packs) -> Detected:
    match compiled.rule.kind:
        case "term" | "pattern":
            return detect_terms(compiled, evidence)
        case "combine":
            return detect_combinations(compiled, evidence)
        case "require":
            return detect_requirement(compiled, evidence)
        case "pii":
            return detect_identifiers(compiled, evidence)
        case "metadata":
            return detect_conditions(compiled, evidence, packs.lists)
        case "structure":
            return detect_oversize(compiled, evidence)
        case "similarity":
            return detect_similarity(compiled, evidence)
        case "number":
            return detect_numbers(compiled, evidence)
        case _:
            return Missing(("model",))


def _eligible(
    compiled: CompiledRule, candidates: Iterable[Candidate], evidence: Evidence, offering: Offering
) -> Iterable[Candidate]:
    """Keep candidates in the rule's places whose anchor stands near, or which speak of what the note offers."""
    document = evidence.document
    anchors = compiled.anchor.hits(document, evidence.scan) if compiled.anchor else []
    for candidate in candidates:
        where = candidate.hit or candidate.trigger
        if where is None:
            if not compiled.anchor or anchors:
                yield candidate
        elif document.part_at(where).field in compiled.rule.scope.places:
            if not candidate.offered and _anchored(compiled, where, anchors, document):
                yield candidate
            elif _offered(compiled, candidate, where, offering):
                yield replace(candidate, offered=True)


def _anchored(compiled: CompiledRule, hit: Hit, anchors: Sequence[Hit], document: Document) -> bool:
    if compiled.rule.anchor is None:
        return True
    begin, stop = document.window(compiled.rule.anchor.within, hit)
    return any(begin <= anchor.start and anchor.end <= stop for anchor in anchors)


def _offered(compiled: CompiledRule, candidate: Candidate, where: Hit, offering: Offering) -> bool:
    about = compiled.rule.about
    if about is None:
        return candidate.offered  # somebody took the condition away, to see what it holds back
    if not (candidate.offered or about.instead_of_anchor):
        return False
    return offering.holds(where, about.products or compiled.rule.scope.products)


def _judge(compiled: CompiledRule, candidate: Candidate, evidence: Evidence, context: GuardContext) -> Finding:
    """Write the finding of one candidate, cleared when a benign superstring or a guard says so.

    What speaks of the offer is no talk of everyday life, whatever that guard makes of its words. A superstring with
    slang in it (拉你进Q群的，多半是局) or a number in words (没人能画三个点的线) is as benign
    as in plain words; no other disguise is.
    """
    where = candidate.hit or candidate.trigger
    cleared_by = ""
    if where is not None:
        benign = compiled.benign.hits(evidence.document, evidence.scan)
        if any(b.start <= where.start and where.end <= b.end and b.disguise in _PLAIN for b in benign):
            cleared_by = SUPERSTRING
        else:
            guards = [guard for guard in compiled.rule.clear_by if not (candidate.offered and guard == "lifestyle")]
            cleared_by = clearing_guard(guards, where, context) or ""
    return write_finding(compiled, candidate, evidence, cleared_by=cleared_by)
