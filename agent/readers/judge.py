"""The judge that is a language model: it adds findings under rules in scope, or asks for a person.

A quote that is not in the note word for word is discarded, and so is a rule that was not offered. It never clears
or lowers what the rules found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date

from pydantic import BaseModel, ConfigDict

from agent.catalogue import say
from agent.errors import BudgetError, ReplyError
from agent.guardrails import Rule
from agent.guardrails.amending import add_findings, found_by_judge
from agent.guardrails.suspicion import PlaneView, suspicious_sentences
from agent.guardrails.wording import cite
from agent.llm import Calls
from agent.models import FieldName, Finding, Note, Report, Sources, Waiver
from agent.prompting import Library
from agent.prompting.inputs import facts_input, material_input, note_input, points_input

__all__ = ["JudgementDraft", "ModelJudge"]

LONGEST_REASON = 120


class QuoteDraft(BaseModel):
    """Quote one violation."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    rule: str
    quote: str
    why: str = ""


class JudgementDraft(BaseModel):
    """List violations with quotes, and say why a person should look, if so."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    findings: tuple[QuoteDraft, ...]
    look: str = ""


class ModelJudge:
    """Add findings with a model, on behalf of one run. `scope` names the rules it may use for a report."""

    def __init__(
        self,
        calls: Calls,
        prompts: Library,
        *,
        scope: Callable[[Report, date], Sequence[tuple[str, Rule]]],
        waivers: Sequence[Waiver] = (),
    ) -> None:
        self._calls = calls
        self._prompts = prompts
        self._scope = scope
        self._waivers = waivers

    async def __call__(self, note: Note, report: Report, /, *, sources: Sources, round_number: int = 1) -> Report:
        """Return the report with what the judge adds; a judge that fails is a reason for a person to look."""
        rules = self._scope(report, sources.brief.as_of)
        try:
            draft = await self._ask(note, rules, sources, round_number)
        except (ReplyError, BudgetError) as error:
            return _asking(report, say("look_judge", reason=error.message))
        offered = {rule.id: (pack, rule) for pack, rule in rules}
        added = [f for quote in draft.findings if quote.rule in offered for f in _located(quote, offered, note)]
        report = add_findings(report, added, note, waivers=self._waivers, as_of=sources.brief.as_of)
        look = " ".join(draft.look.split())[:LONGEST_REASON]
        return _asking(report, say("look_judge_asks", text=look)) if look else report

    async def _ask(
        self, note: Note, rules: Iterable[tuple[str, Rule]], sources: Sources, round_number: int
    ) -> JudgementDraft:
        prompt = self._prompts.find("judge_note")
        cited = {source for segment in note.segments for source in segment.sources}
        messages = prompt.render(
            note_type=sources.brief.note_type,
            as_of=sources.brief.as_of.isoformat(),
            topic=sources.brief.topic,
            rules=[_rule(rule) for _, rule in rules],
            material=material_input(sources.brief.material),
            facts=facts_input((fact for fact in sources.facts if fact.id in cited), sources),
            points=points_input(point for point in sources.points if point.id in cited),
            note=note_input(note),
            views=[{"text": say("judge_view", **view.model_dump())} for view in _odd(note)],
        )
        return await self._calls.ask(
            JudgementDraft,
            role="judge",
            prompt=prompt.ref,
            messages=messages,
            node="comply",
            round=round_number,
            shared=True,
        )


def _rule(rule: Rule) -> dict[str, str]:
    """Return a rule with its law, as the prompt takes it."""
    law = "；".join(cite(basis, unread=False) for basis in rule.basis)
    return {"id": rule.id, "severity": rule.severity, "title": rule.title, "law": law, "message": rule.message}


def _odd(note: Note) -> tuple[PlaneView, ...]:
    """Return the sentences of a note that may hide something, title and cover first."""
    return suspicious_sentences("\n".join((note.title, note.cover, note.body, *note.tags)))


def _asking(report: Report, reason: str) -> Report:
    return report.model_copy(update={"needs_look": (*report.needs_look, reason)})


def _located(quote: QuoteDraft, offered: dict[str, tuple[str, Rule]], note: Note) -> Iterable[Finding]:
    """Yield the finding where its quote stands first; nothing when it stands nowhere."""
    pack, rule = offered[quote.rule]
    why = " ".join(quote.why.split())[:LONGEST_REASON]
    fields: list[tuple[FieldName, int, str]] = [("title", 0, note.title), ("body", 0, note.body)]
    fields += [("cover", 0, note.cover), *(("tags", index, tag) for index, tag in enumerate(note.tags))]
    for name, index, text in fields:
        start = text.find(quote.quote) if quote.quote.strip() else -1
        if start >= 0:
            yield found_by_judge(
                rule, pack, field=name, index=index, start=start, text=quote.quote, around=text, why=why
            )
            return
