"""Public doubles for tests of this program and of a bank's own extensions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from pydantic import BaseModel

from agent.llm import Completion, MemoryJournal, OnText
from agent.models import Critique, Message, Note, Plan, Report, Revision, Sources, Usage

__all__ = ["MemoryJournal", "ScriptedAuthor", "ScriptedModel", "fixed_clock"]


def fixed_clock(moment: datetime = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)) -> Callable[[], datetime]:
    """Return a clock that always tells this moment."""
    return lambda: moment


@dataclass
class ScriptedAuthor:
    """Write the given notes in order: the first on `write`, the next on each `revise` (the last one repeats)."""

    notes: Sequence[Note]
    questions: Plan = field(default_factory=lambda: Plan(angle="scripted", keyword=""))
    name: str = "scripted@1"
    calls: list[str] = field(default_factory=list)

    async def plan(self, sources: Sources) -> Plan:
        """Return the scripted plan."""
        self.calls.append("plan")
        return self.questions

    async def write(self, plan: Plan, sources: Sources) -> Note:
        """Return the first note."""
        self.calls.append("write")
        return self.notes[0]

    async def revise(
        self, note: Note, *, plan: Plan, report: Report, critique: Critique, sources: Sources, round_number: int
    ) -> Revision:
        """Return the note of this round."""
        self.calls.append("revise")
        return Revision(note=self.notes[min(round_number, len(self.notes)) - 1], changes=("scripted",))


@dataclass
class ScriptedModel:
    """Reply by the shape asked for: a text, or a list of texts used in order (the last one repeats)."""

    replies: dict[str, Sequence[str] | str]
    name: str = "scripted"
    mode: str = "prompt"
    asked: list[tuple[str, tuple[Message, ...]]] = field(default_factory=list)

    async def complete(
        self, messages: Sequence[Message], *, schema: type[BaseModel] | None = None, on_text: OnText | None = None
    ) -> Completion:
        """Return the next scripted reply for this shape."""
        shape = schema.__name__ if schema else ""
        earlier = sum(name == shape for name, _ in self.asked)
        self.asked.append((shape, tuple(messages)))
        scripted = self.replies[shape]
        text = scripted if isinstance(scripted, str) else scripted[min(earlier, len(scripted) - 1)]
        return Completion(text=text, model=self.name, usage=Usage(calls=1, prompt_tokens=10, completion_tokens=5))
