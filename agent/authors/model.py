"""The author that is a language model: it plans, writes and revises; code decides what of its reply may stand.

Ids it invents are dropped, so that the rules see a claim without a source. A reply that repeats the instructions is
sent back once, then refused; nothing is filled in for a reply that cannot be used.
"""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import BaseModel

from agent.authors.editing import Issue, apply_edits, drop_flagged_titles, issues_of
from agent.authors.grounding import given_texts, leak_in, note_of, plan_of
from agent.authors.shapes import NoteDraft, PlanDraft, RevisionDraft
from agent.llm import Calls
from agent.models import Critique, Note, Plan, Report, Revision, Sources
from agent.prompting import Library
from agent.prompting.inputs import facts_input, note_input, plan_input, points_input, sources_input

__all__ = ["ModelAuthor"]

Reply = TypeVar("Reply", bound=BaseModel)


class ModelAuthor:
    """Write notes with a model, on behalf of one run."""

    def __init__(self, calls: Calls, prompts: Library, *, model: str) -> None:
        self.name = f"model:{model}"
        self._calls = calls
        self._prompts = prompts

    async def plan(self, sources: Sources) -> Plan:
        """Choose angle and ingredients among those given; brief and note type have the last word."""
        benefits = [f for f in sources.facts if f.kind == "benefit" or f.id in sources.brief.facts]
        inputs = {"facts": facts_input(benefits, sources), "points": points_input(sources.points)}
        draft = await self._ask("plan_note", PlanDraft, sources, inputs, node="plan", round_number=1)
        return plan_of(draft, sources)

    async def write(self, plan: Plan, sources: Sources) -> Note:
        """Write the first text; segments keep only sources that exist."""
        facts = [fact for fact in sources.facts if fact.id in plan.facts]
        points = [point for point in sources.points if point.id in plan.points]
        inputs = {
            "plan": plan_input(plan),
            "facts": facts_input(facts, sources),
            "points": points_input(points),
        }
        draft = await self._ask("write_note", NoteDraft, sources, inputs, node="write", round_number=1)
        return note_of(draft, sources)

    async def revise(
        self, note: Note, *, plan: Plan, report: Report, critique: Critique, sources: Sources, round_number: int
    ) -> Revision:
        """Mend what is flagged; an edit of anything else is left out, and a flagged title yields to a clean one."""
        kept, left, dropped = drop_flagged_titles(note, report)
        issues = issues_of(kept, left, critique)
        if dropped and not issues:
            return Revision(note=kept, changes=dropped)
        inputs = self._revise_inputs(kept, plan, sources, issues)
        draft = await self._ask("revise_note", RevisionDraft, sources, inputs, node="revise", round_number=round_number)
        revision = apply_edits(kept, draft.edits, issues=issues, sources=sources)
        return revision.model_copy(update={"changes": (*dropped, *revision.changes)})

    def _revise_inputs(self, note: Note, plan: Plan, sources: Sources, issues: tuple[Issue, ...]) -> dict[str, Any]:
        cited = {source for segment in note.segments for source in segment.sources}
        wanted = {*cited, *plan.facts, *plan.points}
        return {
            "facts": facts_input((fact for fact in sources.facts if fact.id in wanted), sources),
            "points": points_input(point for point in sources.points if point.id in wanted),
            "note": note_input(note),
            "issues": [{"id": issue.id, "where": issue.where, "text": issue.text} for issue in issues],
        }

    async def _ask(
        self, name: str, output: type[Reply], sources: Sources, inputs: dict[str, Any], *, node: str, round_number: int
    ) -> Reply:
        prompt = self._prompts.find(name)
        messages = prompt.render(**sources_input(sources), **inputs)
        given = given_texts(sources)
        return await self._calls.ask(
            output,
            role="writer",
            prompt=prompt.ref,
            messages=messages,
            node=node,
            round=round_number,
            objection=lambda reply: leak_in(reply, messages, given),
        )
