"""Rewrite a note by its fixes, and let none stand that leaves or makes a violation at its place.

Owns the order (longest first), the check of every single change with the same rules, and the three passes. Refuses
inventing: a slot stays visible, and a finding without a safe way out goes to a person.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field

from pydantic import ValidationError

from agent.guardrails.loader import Packs
from agent.guardrails.normalize import fold
from agent.guardrails.placement import Amendment, amend, blanks_in
from agent.guardrails.wording import label_of
from agent.models import Finding, NoteInput, Report

__all__ = ["Key", "Rewrite", "key_of", "rewrite"]

PASSES = 3
Check = Callable[[NoteInput], Report]
Key = tuple[str, str, int, str]  # rule, field, index, quote: names a finding while the text around it changes
_SOFTENED = "softened-promises"


@dataclass
class Rewrite:
    """Hold a note as far as it was rewritten, and what is left to decide.

    `proposals` wait for a yes; `refused` are findings whose only fix would break a rule again; `report` is that of
    the rewritten note, and all its offsets are those of `note`.
    """

    note: NoteInput
    report: Report
    applied: list[Amendment] = field(default_factory=list)
    proposals: tuple[Amendment, ...] = ()
    refused: tuple[Finding, ...] = ()

    @property
    def blanks(self) -> tuple[str, ...]:
        """Name the slots that a line of the rewritten note leaves for a person to fill in."""
        texts = [amendment.after for amendment in self.applied]
        texts += [finding.fix.replacement for finding in self.report.open() if finding.fix and _stands(finding, self)]
        return tuple(dict.fromkeys(blank for text in texts for blank in blanks_in(text)))


def rewrite(note: NoteInput, *, check: Check, packs: Packs, accepted: Collection[Key] = ()) -> Rewrite:
    """Apply the safe and accepted fixes, each only if it holds, until nothing changes (three passes at most)."""
    done = Rewrite(note, check(note))
    for _ in range(PASSES):
        if not _one_pass(done, check, packs, accepted):
            break
    done.note = _without_empty_tags(done.note)
    done.report = check(done.note)
    done.proposals, done.refused = _what_is_left(done, check, packs)
    return done


def key_of(finding: Finding) -> Key:
    """Name a finding so that it is known again when its offsets have moved."""
    return finding.rule, finding.field, finding.index, finding.text


def _one_pass(done: Rewrite, check: Check, packs: Packs, accepted: Collection[Key]) -> bool:
    """Try every finding once, the longest span first; offsets are read anew after each change."""
    tried: set[Key] = set()
    changed = False
    while amendment := _next(done, packs, accepted, tried):
        tried.add(key_of(amendment.finding))
        after = _settled(amendment, done, check, packs)
        if after is not None:
            done.note, done.report = after
            done.applied.append(amendment)
            changed = True
    return changed


def _next(done: Rewrite, packs: Packs, accepted: Collection[Key], tried: set[Key]) -> Amendment | None:
    wanted = (
        amendment
        for amendment in _amendments(done, packs)
        if key_of(amendment.finding) not in tried
        and (_is_safe(amendment.finding) or key_of(amendment.finding) in accepted)
    )
    return max(wanted, key=lambda a: (a.end - a.start, len(a.after)), default=None)


def _is_safe(finding: Finding) -> bool:
    return finding.fix is not None and finding.fix.safety == "safe"


def _amendments(done: Rewrite, packs: Packs) -> Iterator[Amendment]:
    for finding in done.report.open():
        amendment = None if _stands(finding, done) else amend(finding, packs.find(finding.rule)[1], done.note)
        if amendment is not None:
            yield amendment


def _stands(finding: Finding, done: Rewrite) -> bool:
    """Tell whether the line that a finding asks for is in the note, waiting for its slots to be filled."""
    line = finding.fix.replacement if finding.fix else ""
    return finding.start is None and bool(line) and line in done.note.body


def _settled(amendment: Amendment, done: Rewrite, check: Check, packs: Packs) -> tuple[NoteInput, Report] | None:
    """Return the note and report after one change; None when the change breaks a rule at its place."""
    if packs.lists.occurs(_SOFTENED, fold(amendment.after)) or _is_said_of_product(amendment, done, check):
        return None
    try:
        note = amendment.apply(done.note)
    except ValidationError:  # nothing would be left of the note
        return None
    if not note.body.strip() and done.note.body.strip():
        return None
    report = check(note)
    known = {key_of(finding) for finding in done.report.open()}
    if any(_offends(finding, amendment, known) for finding in report.open()):
        return None
    return note, report


def _is_said_of_product(amendment: Amendment, done: Rewrite, check: Check) -> bool:
    """Tell whether the new text would break a rule if it stood beside the product it is about.

    The clause it replaces may have been the only one to name the product, and many rules look for one.
    """
    if amendment.is_insertion or not amendment.after:
        return False
    names = [label_of("product", product) for product in done.report.products] or [""]
    for name in names:
        lead = f"这款{name}" if name else ""
        probe = done.note.model_copy(
            update={"title": "", "titles": (), "body": lead + amendment.after, "tags": (), "cover": "", "segments": ()}
        )
        found = check(probe).open("block", "fix")
        if any(f.field == "body" and f.end is not None and f.end > len(lead) for f in found):
            return True
    return False


def _offends(finding: Finding, amendment: Amendment, known: set[Key]) -> bool:
    """Tell whether a finding of the changed note speaks against the change."""
    if finding.start is None or finding.end is None:
        # The line was added and still is not seen: right as long as its slots are empty, wrong otherwise.
        return key_of(finding) == key_of(amendment.finding) and not amendment.blanks
    if key_of(finding) not in known:
        return True
    here = (finding.field, finding.index) == (amendment.field, amendment.index)
    stop = amendment.start + len(amendment.after)
    return here and bool(amendment.after) and finding.start < stop and amendment.start < finding.end


def _what_is_left(done: Rewrite, check: Check, packs: Packs) -> tuple[tuple[Amendment, ...], tuple[Finding, ...]]:
    """Part the open findings into those that can be offered and those that have no way out but a person."""
    proposals: list[Amendment] = []
    refused: list[Finding] = []
    for finding in done.report.open():
        if _stands(finding, done):
            continue
        amendment = amend(finding, packs.find(finding.rule)[1], done.note)
        if amendment is not None and _settled(amendment, done, check, packs) is not None:
            proposals.append(amendment)
        else:
            refused.append(finding)
    return tuple(proposals), tuple(refused)


def _without_empty_tags(note: NoteInput) -> NoteInput:
    return note.model_copy(update={"tags": tuple(tag for tag in note.tags if tag.strip())})
