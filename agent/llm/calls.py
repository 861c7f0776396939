"""Ask models on behalf of one run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

from pydantic import BaseModel

from agent.llm.protocol import ChatModel, Journal, ModelRole
from agent.models import Message, Usage

__all__ = ["Calls"]

Output = TypeVar("Output", bound=BaseModel)


class Calls:
    """Ask the models of one run: journal first, then budget, then the endpoint, then one repair turn."""

    def __init__(self, run: str, *, models: Mapping[ModelRole, ChatModel], journal: Journal) -> None:
        self.run = run
        self._models = models
        self._journal = journal

    async def ask(
        self, output: type[Output], *, role: ModelRole, prompt: str, messages: Sequence[Message], node: str, round: int
    ) -> Output:
        """Return a reply of the shape asked for; raise `ReplyError`, `BudgetError` or `ProviderError`."""
        raise NotImplementedError

    def trace(self, round: int) -> tuple[tuple[str, ...], Usage | None]:
        """Return the prompts used in a round, each once, and what they cost; (), None when no model was asked."""
        raise NotImplementedError
