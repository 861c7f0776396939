"""The adviser that is a language model: it reads a note that rules hold back and tells its author why.

It decides nothing: the report stays as it is, and what counts of its words is vetted (`agent.readers.vetting`). Where
no usable reply came, the reason is told, and the program's own letter stands.
"""

from __future__ import annotations

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


class Advised(NamedTuple):
    """Hold the advice, or why there is none."""

    advice: Advice | None
    reason: str = ""


class ModelAdviser:
    """Write the advice to an author with a model, on behalf of one run, under the rules of one day."""

    def __init__(self, calls: Calls, prompts: Library, *, packs: Packs, as_of: date) -> None:
        self._calls = calls
        self._prompts = prompts
        self._packs = packs
        self._as_of = as_of

    async def __call__(self, note: NoteInput, report: Report, /) -> Advised:
        """Return what to tell the author and the reviewer; a reply that cannot be used is a reason to tell nothing."""
        rules = {rule.id: rule for rule in rules_for_adviser(self._packs, report, self._as_of)}
        try:
            draft = await self._ask(note, report, rules)
        except (ReplyError, BudgetError) as error:
            return Advised(None, error.message)
        return Advised(vetted(draft, note, report, rules=rules, packs=self._packs, as_of=self._as_of))

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
