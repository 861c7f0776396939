"""A rewrite told in Chinese: what was changed, what is offered, what no fix can mend, what is to be filled in."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from agent.guardrails.advice import headline, name_blanks, place_of, verdict_words
from agent.guardrails.findings import about_of, is_alike
from agent.guardrails.looking import question_of
from agent.guardrails.placement import Amendment
from agent.guardrails.rewriting import Key, Rewrite, key_of
from agent.guardrails.wording import brief, cite, label_of, word
from agent.models import Finding

__all__ = ["proposal_lines", "rewrite_lines"]


def rewrite_lines(first: Rewrite, final: Rewrite, chosen: Collection[Key], number: int) -> list[str]:
    """Tell one note: `first` has the numbered proposals (from `number` on), `final` what was chosen of them applied."""
    return list(_lines(first, final, chosen, number))


def proposal_lines(number: int, proposal: Amendment, explained: set[str] | None = None) -> Iterator[str]:
    """Tell one numbered proposal with its clause and reason; a rule in `explained` was told above."""
    finding = proposal.finding
    explained = set() if explained is None else explained
    yield f"  {number}. {label_of('field', proposal.field)} {_change(proposal)}{_asked_by(proposal)}"
    if finding.rule in explained:
        yield f"     {word('as_above').format(rule=finding.rule)}"
    else:
        yield f"     {word('why')}：{finding.message}{_rule(finding)}"
    explained.add(finding.rule)
    if proposal.blanks:
        yield f"     {word('fill').format(blanks=name_blanks(proposal.blanks))}"


def _asked_by(proposal: Amendment) -> str:
    """Quote what in the note asks for a line that is added."""
    finding = proposal.finding
    if not proposal.is_insertion or not (finding.text or about_of(finding)):
        return ""
    code = "asked_by" if finding.text else "asked_about"
    return word(code).format(text=brief(finding.text or about_of(finding)))


def _lines(first: Rewrite, final: Rewrite, chosen: Collection[Key], number: int) -> Iterator[str]:
    yield headline(first.report)
    yield word("fixed") if final.applied else word("fix_none")
    yield from (f"  ✓ {label_of('field', a.field)} {_change(a)}{_rule(a.finding)}" for a in final.applied)
    left = {key_of(finding) for finding in final.report.open()}
    offered = {
        place: proposal
        for place, proposal in enumerate(first.proposals, number)
        if key_of(proposal.finding) in left and key_of(proposal.finding) not in chosen
    }
    yield from _offers(offered)
    if any(proposal.after.strip() and not proposal.is_insertion for proposal in (*offered.values(), *final.applied)):
        yield word("read_again")
    yield from _idle(first, final, chosen, number)
    yield from _left_to_people(final, {key_of(proposal.finding) for proposal in first.proposals} - set(chosen))
    if final.blanks:
        yield word("to_fill").format(blanks=name_blanks(final.blanks))
    yield word("fix_done").format(verdict=verdict_words(final.report))


def _offers(offered: Mapping[int, Amendment]) -> Iterator[str]:
    """List the proposals; one that changes a place which an earlier one changes says so."""
    if offered:
        yield word("proposed")
    explained: set[str] = set()
    places: dict[int, Amendment] = {}
    for number, proposal in offered.items():
        yield from proposal_lines(number, proposal, explained)
        twin = next((earlier for earlier, other in places.items() if proposal.overlaps(other)), None)
        if twin is None:
            places[number] = proposal
        else:
            yield f"     {word('same_place').format(number=twin)}"


def _idle(first: Rewrite, final: Rewrite, chosen: Collection[Key], number: int) -> Iterator[str]:
    """Tell of every change that was accepted and is not there why it is not."""
    applied = {key_of(amendment.finding) for amendment in final.applied}
    left = {key_of(finding) for finding in final.report.open()}
    for place, proposal in enumerate(first.proposals, number):
        key = key_of(proposal.finding)
        if key in chosen and key not in applied:
            code = "idle_still" if key in left else "idle_gone"
            yield word(code).format(number=place, change=_change(proposal), rule=proposal.finding.rule)


def _left_to_people(final: Rewrite, offered: Collection[Key]) -> Iterator[str]:
    """Tell the findings that have no safe fix, and those that arose on the way and are offered the next time."""
    left = [finding for finding in final.refused if key_of(finding) not in offered]
    people = [finding for finding in left if not is_alike(finding)]
    if people:
        yield word("refused")
    for finding in people:
        code = "refused_why" if finding.fix else "refused_bare"
        yield f"  - {label_of('field', finding.field)} {place_of(finding)}{_rule(finding)}"
        yield f"     {word(code).format(advice=finding.advice)}"
    yield from _asked([finding for finding in left if is_alike(finding)])
    new = [proposal for proposal in final.proposals if key_of(proposal.finding) not in offered]
    if new:
        yield word("run_again")
    yield from (f"  - {label_of('field', p.field)} {_change(p)}{_rule(p.finding)}" for p in new)


def _asked(findings: Sequence[Finding]) -> Iterator[str]:
    """Ask about sentences that only read like a violation: a person looks at them, and may leave them as they are."""
    if findings:
        yield word("must_look")
        yield from (
            f"  - {label_of('field', finding.field)} {question_of(finding)}{_rule(finding)}" for finding in findings
        )
        yield f"  {word('alike_advice')}"


def _change(amendment: Amendment) -> str:
    before, after = " ".join(amendment.before.split()), " ".join(amendment.after.split())
    code = "fix_insert" if amendment.is_insertion else "fix_replace" if after else "fix_drop"
    return word(code).format(before=before, after=after)


def _rule(finding: Finding) -> str:
    basis = cite(finding.basis[0]) if finding.basis else ""
    return word("fix_rule").format(rule=finding.rule, basis=basis)
