"""The adviser that is a language model: it reads a note that rules hold back and tells its author why.

It decides nothing: the report stays as it is, and what counts of its words is vetted (`agent.readers.vetting`). Where
no usable reply came, the reason is told, and the program's own letter stands.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import NamedTuple, get_args

from agent.catalogue import say
from agent.errors import BudgetError, ReplyError
from agent.guardrails import Packs, Rule
from agent.guardrails.amending import rules_for_adviser
from agent.guardrails.findings import is_alike
from agent.guardrails.letter import added_lines, paragraphs_of
from agent.guardrails.lettertext import Advice, place_words
from agent.guardrails.todo import todo_of
from agent.guardrails.wording import clause_of, label_of, one_line
from agent.llm import Calls
from agent.models import Category, Finding, NoteInput, Report
from agent.prompting import Library
from agent.readers.vetting import AdviceDraft, numbered, vetted

__all__ = ["Advised", "ModelAdviser"]


Check = Callable[[NoteInput], Report]


class Advised(NamedTuple):
    """Hold the advice, or why there is none, and the report that it goes by where the note was checked again."""

    advice: Advice | None
    reason: str = ""
    report: Report | None = None


class ModelAdviser:
    """Write the advice to an author with a model, on behalf of one run, under the rules of one day."""

    def __init__(self, calls: Calls, prompts: Library, *, packs: Packs, as_of: date) -> None:
        self._calls = calls
        self._prompts = prompts
        self._packs = packs
        self._as_of = as_of

    async def __call__(self, note: NoteInput, report: Report, /, *, check: Check | None = None) -> Advised:
        """Return what to tell the author and the reviewer; a reply that cannot be used is a reason to tell nothing.

        check: how to check the note again, where it declares no product and reads like one of another: rules and lines
        are told of that one then. What was found before decides as it did.
        """
        offered = rules_for_adviser(self._packs, report, self._as_of, any_product=not note.products)
        rules = {rule.id: rule for rule in offered}
        try:
            draft = await self._ask(note, report, rules)
        except (ReplyError, BudgetError) as error:
            return Advised(None, error.message)
        if check is None or not (other := _other_product(draft, note, report)):
            return Advised(vetted(draft, note, report, rules=rules, packs=self._packs, as_of=self._as_of))
        found = check(note.model_copy(update={"products": (other,)}))
        again = found.model_copy(update={"products": tuple(dict.fromkeys((other, *found.products)))})
        moved = _renumbered(draft, report, again)
        advice = vetted(moved, note, again, rules=rules, packs=self._packs, as_of=self._as_of)
        return Advised(advice, report=again)

    async def _ask(self, note: NoteInput, report: Report, rules: dict[str, Rule]) -> AdviceDraft:
        prompt = self._prompts.find("advise_note")
        messages = prompt.render(
            as_of=self._as_of.isoformat(),
            products="、".join(label_of("product", product) for product in report.products) or say("advise_nothing"),
            kinds=[{"id": kind, "name": label_of("product", kind)} for kind in get_args(Category)],
            rules=[{"id": rule.id, "title": rule.title} for rule in rules.values()],
            title=note.title,
            cover=note.cover,
            paragraphs=[{"number": number, "text": text} for number, text in enumerate(paragraphs_of(note), 1)],
            tags=" ".join(note.tags),
            findings=[
                {"number": number, "text": _told(note, finding, rules)} for number, finding in numbered(report).items()
            ],
            added=[
                {"text": line} for line in added_lines(note, report, todo_of(note, report)) if line == line.lstrip()
            ],
        )
        return await self._calls.ask(
            AdviceDraft, role="judge", prompt=prompt.ref, messages=messages, node="advise", round=1, shared=True
        )


def _other_product(draft: AdviceDraft, note: NoteInput, report: Report) -> Category | None:
    """Return the product that a note reads like promoting, where nobody declared one and it was taken for others."""
    read = next((kind for kind in get_args(Category) if kind == draft.product), None)
    return read if read and not note.products and read not in report.products else None


def _renumbered(draft: AdviceDraft, before: Report, after: Report) -> AdviceDraft:
    """Return a draft whose guesses are numbered as in another report; one that is not made there is left out."""
    where = {(f.field, f.index, f.start): number for number, f in numbered(after).items()}
    told = numbered(before)
    moved = [
        entry.model_copy(update={"number": where[place]})
        for entry in draft.misread
        if (f := told.get(entry.number)) and (place := (f.field, f.index, f.start)) in where
    ]
    return draft.model_copy(update={"misread": tuple(moved)})


def _told(note: NoteInput, finding: Finding, rules: dict[str, Rule]) -> str:
    return say(
        "advise_guessed" if is_alike(finding) else "advise_found",
        place=place_words(note, finding.field, finding.start),
        quote=one_line(finding.text),
        rule=finding.rule,
        title=rules[finding.rule].title,
        severity=label_of("severity", finding.severity),
        law=clause_of(finding.basis),
    )
