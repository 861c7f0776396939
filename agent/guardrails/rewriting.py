"""Rewrite a note by its fixes, and let none stand that leaves or makes a violation at its place.

Owns the order (longest first), the check of every single change with the same rules, and the three passes. Refuses
inventing: a slot stays visible, and a finding without a safe way out goes to a person.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field, replace

from pydantic import ValidationError

from agent.guardrails.findings import is_alike
from agent.guardrails.loader import Packs
from agent.guardrails.normalize import fold
from agent.guardrails.placement import (
    CLAUSE_LENGTH,
    NEW_TITLE,
    Amendment,
    amend,
    blanks_in,
    clauses_around,
    field_text,
    is_mark,
)
from agent.guardrails.wording import label_of, spelled, word
from agent.models import Finding, NoteInput, Report

__all__ = ["Key", "Rewrite", "key_of", "rewrite"]

PASSES = 3
Check = Callable[[NoteInput], Report]
Key = tuple[str, str, int, str]  # rule, field, index, quote: names a finding while the text around it changes
_SOFTENED = "softened-promises"
_GOING_ON = "claim-goes-on"
_POINTING = ("这", "那")
_Outcome = tuple[Amendment, NoteInput, Report]


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
        texts += [finding.text for finding in self.report.open() if finding.start is not None]
        texts += [spelled(f.fix.replacement) for f in self.report.open() if f.fix and _stands(f, self)]
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
    quote = finding.text if finding.start is not None else ""  # what gives rise to an absence may be reworded
    return finding.rule, finding.field, finding.index, quote


def _one_pass(done: Rewrite, check: Check, packs: Packs, accepted: Collection[Key]) -> bool:
    """Try every finding once, the longest span first; offsets are read anew after each change."""
    tried: set[Key] = set()
    changed = False
    while amendment := _next(done, packs, accepted, tried):
        tried.add(key_of(amendment.finding))
        outcome = _settled(amendment, done, check, packs)
        if outcome is not None:
            settled, done.note, done.report = outcome
            done.applied.append(settled)
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
        if _stands(finding, done) or _waits(finding, done, packs) or is_alike(finding):
            continue
        amendment = amend(finding, packs.find(finding.rule)[1], done.note)
        if amendment is not None:
            yield amendment


def _stands(finding: Finding, done: Rewrite) -> bool:
    """Tell whether the line that a finding asks for is in the note, waiting for its slots to be filled."""
    line = spelled(finding.fix.replacement) if finding.fix else ""
    if finding.start is not None or not line:
        return False
    return line in done.note.body.split("\n") if is_mark(line) else line in done.note.body


def _waits(finding: Finding, done: Rewrite, packs: Packs) -> bool:
    """Tell whether a finding is about a slot that a person is asked to fill: in a line of a rule, or for a title."""
    if finding.start is None or finding.end is None or not blanks_in(finding.text):
        return False
    text = field_text(done.note, finding.field, finding.index)
    line = text[text.rfind("\n", 0, finding.start) + 1 :].partition("\n")[0].strip()
    return line == NEW_TITLE or any(line in map(spelled, rule.lines) for _, rule in packs.entries())


def _settled(proposed: Amendment, done: Rewrite, check: Check, packs: Packs) -> _Outcome | None:
    """Return the change, note and report that settle a finding; None when every way breaks a rule at its place."""
    for amendment in _variants(proposed, done, packs):
        outcome = _tried(amendment, done, check, packs)
        if outcome is not None:
            return outcome
    return None


def _variants(amendment: Amendment, done: Rewrite, packs: Packs) -> Iterator[Amendment]:
    """Yield the change that still names the product it speaks of, if the old clause did, then the change itself."""
    whole = _whole_claim(amendment, done, packs)
    topic = _topic(whole, done.report, packs)
    if topic.startswith(_POINTING):
        yield replace(whole, after=f"{topic}，{whole.after}")
    yield whole
    if topic and not topic.startswith(_POINTING):
        yield replace(whole, after=word("about").format(topic=topic) + whole.after)


def _whole_claim(amendment: Amendment, done: Rewrite, packs: Packs) -> Amendment:
    """Widen a clause that is replaced by the clauses beside it that go on with the same claim.

    They would stand there without what they say more of: …受存款保险保障，一百万也一样，放一百个心.
    """
    if amendment.is_insertion or amendment.field != "body" or len(amendment.after) < CLAUSE_LENGTH:
        return amendment
    text = field_text(done.note, amendment.field, amendment.index)
    clauses = clauses_around(text, amendment.start, amendment.end)
    first = last = clauses.index((amendment.start, amendment.end))
    while first > 0 and _goes_on(text, clauses[first - 1], amendment.finding, done, packs):
        first -= 1
    while last + 1 < len(clauses) and _goes_on(text, clauses[last + 1], amendment.finding, done, packs):
        last += 1
    start, end = min(clauses[first][0], amendment.start), max(clauses[last][1], amendment.end)
    lead = next((at for at in range(start, amendment.start) if text[at].isalnum()), amendment.start)
    return replace(amendment, start=lead, end=end, before=text[lead:end])


def _goes_on(text: str, clause: tuple[int, int], finding: Finding, done: Rewrite, packs: Packs) -> bool:
    """Tell whether a clause goes on with a claim: by its words, or because the same rule speaks of it."""
    start, end = clause
    if packs.lists.occurs(_GOING_ON, fold(text[start:end])):
        return True
    return any(
        (other.rule, other.field, other.index) == (finding.rule, finding.field, finding.index)
        and other.start is not None and other.end is not None and other.start < end and start < other.end
        for other in done.report.open()
    )  # fmt: skip


def _topic(amendment: Amendment, report: Report, packs: Packs) -> str:
    if amendment.field != "body" or amendment.is_insertion or len(amendment.after) < CLAUSE_LENGTH:
        return ""
    names = {name: product for product in report.products for name in packs.lists.folded(f"products-{product}")}
    named = [name for name in names if name in amendment.before]
    if not named or any(name in amendment.after for name in named):
        return ""
    name = max(named, key=lambda name: (len(name), name))
    pointed = re.search(rf"(?:{'|'.join(_POINTING)})(?:款|只|张|个|笔|种|份){re.escape(name)}", amendment.before)
    if pointed or name.startswith(_POINTING):
        return pointed.group() if pointed else name
    return label_of("product", names[name])


def _tried(amendment: Amendment, done: Rewrite, check: Check, packs: Packs) -> _Outcome | None:
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
    if any(_offends(finding, amendment, known) for finding in report.open()) or _hides(amendment, done, report):
        return None
    return amendment, note, report


def _hides(amendment: Amendment, done: Rewrite, report: Report) -> bool:
    """Tell whether findings elsewhere are gone although their text stands: the change took what they were judged by."""
    left = {key_of(finding) for finding in report.open()}
    return any(
        key_of(finding) not in left
        and not (
            (finding.field, finding.index) == (amendment.field, amendment.index)
            and finding.start < amendment.end
            and amendment.start < finding.end
        )
        for finding in done.report.open("block", "fix")
        if finding.start is not None and finding.end is not None and not is_alike(finding)
    )


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
        if any(not _is_expected(f) and f.field == "body" and f.end is not None and f.end > len(lead) for f in found):
            return True
    return False


def _is_expected(finding: Finding) -> bool:
    """Tell a finding that speaks against no change: mere likeness, or a slot that a person is told to fill."""
    return is_alike(finding) or bool(blanks_in(finding.text))


def _offends(finding: Finding, amendment: Amendment, known: set[Key]) -> bool:
    """Tell whether a finding of the changed note speaks against the change."""
    if _is_expected(finding):
        return False
    if finding.start is None or finding.end is None:
        if amendment.is_insertion:  # still not seen: right as long as the slots of the line are empty
            same = (finding.rule, finding.text) == (amendment.finding.rule, amendment.finding.text)
            return same and not amendment.blanks
        return finding.field == amendment.field != "body" and key_of(finding) not in known  # e.g. a title too long
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
        if _stands(finding, done) or _waits(finding, done, packs):
            continue
        amendment = None if is_alike(finding) else amend(finding, packs.find(finding.rule)[1], done.note)
        outcome = _settled(amendment, done, check, packs) if amendment is not None else None
        if outcome is not None:
            proposals.append(outcome[0])
        else:
            refused.append(finding)
    proposals.sort(key=lambda proposal: proposal.reading_order)
    once = {(proposal.place, proposal.after): proposal for proposal in reversed(proposals)}
    return tuple(reversed(once.values())), tuple(refused)


def _without_empty_tags(note: NoteInput) -> NoteInput:
    return note.model_copy(update={"tags": tuple(tag for tag in note.tags if tag.strip())})
