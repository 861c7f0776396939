"""The critic that is a language model: the metrics as ever, and an answer to each of the twelve questions.

It never sees a compliance verdict. What it could not answer is a reason for a person to look, not a pass.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict, model_validator

from agent import tone
from agent.catalogue import say
from agent.errors import BudgetError, ReplyError
from agent.llm import Calls
from agent.models import Account, Brief, Critique, Fact, Note, Persona, Product, RubricAnswer
from agent.prompting import Library
from agent.prompting.inputs import material_input, note_input, persona_input

__all__ = ["ModelCritic", "RubricDraft"]

QUESTIONS = tuple(f"D{number}" for number in range(1, 13))
REQUIRED = frozenset({"D1", "D2", "D8"})
ENOUGH = 9


class AnswerDraft(BaseModel):
    """Answer one question; span and edit are empty on yes."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: Literal["D1", "D2", "D3", "D4", "D5", "D6", "D7", "D8", "D9", "D10", "D11", "D12"]
    answer: Literal["yes", "no"]
    span: str = ""
    edit: str = ""


class RubricDraft(BaseModel):
    """Answer all twelve questions, each once."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    answers: tuple[AnswerDraft, ...]

    @model_validator(mode="after")
    def _answers_all(self) -> RubricDraft:
        missing = [question for question in QUESTIONS if question not in {answer.id for answer in self.answers}]
        if missing or len(self.answers) != len(QUESTIONS):
            raise ValueError(f"answers D1 to D12 each once; missing: {missing}")
        return self


class ModelCritic:
    """Score tone with a model, on behalf of one run."""

    def __init__(self, calls: Calls, prompts: Library) -> None:
        self._calls = calls
        self._prompts = prompts

    async def __call__(
        self,
        note: Note,
        /,
        *,
        brief: Brief,
        facts: Sequence[Fact] = (),
        products: Sequence[Product] = (),
        account: Account | None = None,
        persona: Persona | None = None,
        earlier: Sequence[Note] = (),
        round_number: int = 1,
    ) -> Critique:
        """Return metrics and rubric; pass = the metrics pass, D1, D2, D8 are yes, and at least nine in all."""
        measured = tone.critique(
            note, brief=brief, facts=facts, products=products, account=account, persona=persona, earlier=earlier
        )
        try:
            draft = await self._ask(note, brief, persona, round_number)
        except (ReplyError, BudgetError) as error:
            reason = say("look_critic", reason=error.message)
            return measured.model_copy(update={"needs_look": (*measured.needs_look, reason)})
        rubric: dict[str, RubricAnswer] = {answer.id: _answer(answer, note) for answer in draft.answers}
        return measured.model_copy(update={"rubric": rubric, "passed": measured.passed and passes(rubric)})

    async def _ask(self, note: Note, brief: Brief, persona: Persona | None, round_number: int) -> RubricDraft:
        prompt = self._prompts.find("critique_note")
        messages = prompt.render(
            note_type=brief.note_type,
            language=brief.language,
            topic=brief.topic,
            persona=persona_input(persona),
            material=material_input(brief.material),
            keyword=brief.keyword,
            note=note_input(note, prose_only=True),
        )
        return await self._calls.ask(
            RubricDraft, role="critic", prompt=prompt.ref, messages=messages, node="critique", round=round_number
        )


def passes(rubric: dict[str, RubricAnswer]) -> bool:
    """Tell whether the answers are good enough; a question without an answer counts as no."""
    yes = {question for question, answer in rubric.items() if answer.answer == "yes"}
    return yes >= REQUIRED and len(yes) >= ENOUGH


def _answer(draft: AnswerDraft, note: Note) -> RubricAnswer:
    """Keep a span only where it stands word for word in the note."""
    if draft.answer == "yes":
        return RubricAnswer(answer="yes")
    found = any(draft.span in text for text in (note.title, note.cover, note.body))
    return RubricAnswer(answer="no", span=draft.span if found else "", edit=draft.edit)
