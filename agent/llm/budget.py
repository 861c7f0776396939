"""Budgets in tokens and money. A call that a budget does not allow is not made."""

from __future__ import annotations

from dataclasses import dataclass

from agent.errors import BudgetError
from agent.models import Usage

__all__ = ["Budget"]


@dataclass
class Budget:
    """Hold what may be spent and what has been; None means no limit. `of` names it: 本次运行, 本批.

    What is in flight counts with the tokens of its prompt and their price, so that runs side by side do not overdraw
    together.
    """

    of: str
    tokens: int | None = None
    cost: float | None = None
    spent_tokens: int = 0
    spent_cost: float = 0.0
    held: int = 0
    held_cost: float = 0.0

    def hold(self, prompt_tokens: int, cost: float = 0.0) -> None:
        """Reserve the prompt of the next call; raise `BudgetError` when it does not fit."""
        wanted = self.spent_tokens + self.held + prompt_tokens
        if self.tokens is not None and wanted > self.tokens:
            raise BudgetError("budget_tokens_spent", of=self.of, spent=self.spent_tokens, limit=self.tokens)
        due = self.spent_cost + self.held_cost + cost
        if self.cost is not None and (due > self.cost or self.spent_cost >= self.cost):
            raise BudgetError("budget_cost_spent", of=self.of, spent=f"{self.spent_cost:.4f}", limit=self.cost)
        self.held += prompt_tokens
        self.held_cost += cost

    def release(self, prompt_tokens: int, cost: float = 0.0) -> None:
        """Give back what was reserved for a call that has ended."""
        self.held -= prompt_tokens
        self.held_cost -= cost

    def spend(self, usage: Usage) -> None:
        """Count what a call used."""
        self.spent_tokens += usage.prompt_tokens + usage.completion_tokens
        self.spent_cost += usage.cost or 0.0
