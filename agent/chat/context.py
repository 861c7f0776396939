"""What handling a turn depends on: the drafting it drives, who speaks, the day, and the models it may ask."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from agent import guardrails
from agent.chat.naming import RuleNames
from agent.chat.state import ThreadState
from agent.chat.values import Answer
from agent.drafting import Drafting, Event
from agent.llm import Calls
from agent.models import Account, Frozen, Persona
from agent.record import Store, TurnRecord
from agent.results import DraftResult
from agent.workspace import Workspace

__all__ = ["Told", "TurnContext"]


class Told(Frozen):
    """Hold an answer and the state it leaves behind."""

    answer: Answer
    state: ThreadState


@dataclass(frozen=True)
class TurnContext:
    """Bind one turn to the drafting it may drive; `on_event` hears every node of a run."""

    drafting: Drafting
    user: str
    turn: TurnRecord
    today: date
    packs: guardrails.Packs
    on_event: Callable[[Event], None]

    @property
    def workspace(self) -> Workspace:
        """Return the bank's folder."""
        return self.drafting.workspace

    @property
    def store(self) -> Store:
        """Return the record."""
        return self.drafting.store

    @cached_property
    def names(self) -> RuleNames:
        """Return what the rules are called."""
        return RuleNames(self.packs)

    def calls(self) -> Calls | None:
        """Return what asks models on behalf of this turn; None without a model."""
        journal = self.store.threads.journal(self.turn)
        return self.drafting.casting.calls(f"{self.turn.thread}/{self.turn.number}", journal=journal)

    def calls_of_run(self, run: str) -> Calls | None:
        """Return what asks models on behalf of a run: its journal, its budget."""
        return self.drafting.casting.calls(run, on_text=self.drafting.on_text)

    def account(self, state: ThreadState) -> Account | None:
        """Return the account that speaks, if one is chosen."""
        return self.workspace.account(state.account) if state.account else None

    def persona(self, state: ThreadState) -> Persona | None:
        """Return the persona that speaks, if one is chosen."""
        return self.workspace.persona(state.persona) if state.persona else None

    def knows(self, run: str) -> bool:
        """Tell whether a run is in the record, whatever became of it."""
        return self.store.find(run) is not None

    async def standing(self, run: str) -> DraftResult:
        """Return a run as it stands, carried on first if it was cut off, with every decision recorded."""
        return await self.drafting.resume(run, on_event=self.on_event)
