"""Cast the roles of a run by the settings: who writes, who critiques, who judges, and what a round used.

Without a model: the offline author and the metrics alone. With one: author, critic and judge ask it through one
`Calls` a run, so that journal and budgets cover them all.
"""

from __future__ import annotations

import functools
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Protocol

from agent import tone
from agent.authors import OfflineAuthor
from agent.catalogue import say
from agent.graph.context import Trace, no_model
from agent.graph.protocols import Author, Critic, Judge
from agent.guardrails import Packs
from agent.llm import Budget, Calls, ChatModel, Journal, ModelRole, OnText
from agent.models import Critique, Note, Usage, Waiver
from agent.prompting import Library, load_prompts
from agent.settings import Settings
from agent.workspace import Workspace

__all__ = ["Casting", "ModelCasting", "OfflineCasting", "Roles", "measured", "open_casting"]


@dataclass(frozen=True)
class Roles:
    """Bind the roles of one run; `total` tells what the run has used, None without a model."""

    author: Author
    critique: Critic
    judge: Judge | None = None
    trace: Trace = no_model
    total: Callable[[], Usage | None] = lambda: None


class Casting(Protocol):
    """Cast the roles of runs; `name` identifies who writes."""

    @property
    def name(self) -> str:
        """Identify the author: `offline@2026.11.1`, `model:NAME`."""
        ...

    @property
    def models(self) -> Mapping[ModelRole, ChatModel]:
        """Return the models bound to roles; empty without a model."""
        ...

    def roles(self, run: str, *, packs: Packs, waivers: tuple[Waiver, ...], on_text: OnText | None = None) -> Roles:
        """Return the roles of one run."""
        ...

    def calls(self, run: str, *, journal: Journal | None = None, on_text: OnText | None = None) -> Calls | None:
        """Return what asks models on behalf of a run, through another journal if one is given; None without a model."""
        ...


async def measured(note: Note, /, *, round_number: int = 1, **given: Any) -> Critique:
    """Score the tone by its metrics alone."""
    return tone.critique(note, **given)


class OfflineCasting:
    """Cast the author that needs no model."""

    name = OfflineAuthor.name
    models: Mapping[ModelRole, ChatModel] = MappingProxyType({})

    def roles(self, run: str, *, packs: Packs, waivers: tuple[Waiver, ...], on_text: OnText | None = None) -> Roles:
        """Return the offline author and the metrics."""
        return Roles(author=OfflineAuthor(), critique=measured)

    def calls(self, run: str, *, journal: Journal | None = None, on_text: OnText | None = None) -> Calls | None:
        """Return None: there is no model to ask."""
        return None


@dataclass(frozen=True)
class ModelCasting:
    """Cast models; the `batch` budget is shared by the runs of one process."""

    models: Mapping[ModelRole, ChatModel]
    journal: Journal
    prompts: Library
    settings: Settings
    batch: Budget | None = None

    @property
    def name(self) -> str:
        """Identify the writing model."""
        return f"model:{self.models['writer'].name}"

    def roles(self, run: str, *, packs: Packs, waivers: tuple[Waiver, ...], on_text: OnText | None = None) -> Roles:
        """Return author, critic and, unless switched off, judge, all asking through one journal and budget."""
        from agent.authors.model import ModelAuthor
        from agent.guardrails.amending import rules_for_judge
        from agent.readers import ModelCritic, ModelJudge

        calls = self.calls(run, on_text=on_text)
        scope = functools.partial(rules_for_judge, packs)
        judge = ModelJudge(calls, self.prompts, scope=scope, waivers=waivers)
        return Roles(
            author=ModelAuthor(calls, self.prompts, model=self.models["writer"].name),
            critique=ModelCritic(calls, self.prompts),
            judge=judge if self.settings.judge else None,
            trace=calls.trace,
            total=calls.total,
        )

    def calls(self, run: str, *, journal: Journal | None = None, on_text: OnText | None = None) -> Calls:
        """Return what asks the models on behalf of a run, through one journal and within its budget."""
        return Calls(
            run,
            models=self.models,
            journal=journal or self.journal,
            budget=_budget("budget_run", self.settings.budget_tokens, self.settings.budget_cost),
            batch=self.batch,
            on_text=on_text,
            prices=self.settings.prices,
        )


@asynccontextmanager
async def open_casting(settings: Settings, workspace: Workspace, journal: Journal) -> AsyncIterator[Casting]:
    """Open what the settings ask for; raise `ConfigurationError` when a model should write and cannot."""
    if not settings.writes_with_model:
        yield OfflineCasting()
        return
    from agent.llm.openai_compatible import open_models

    prompts = load_prompts(workspace.prompts_overlay)
    async with open_models(settings) as models:
        batch = _budget("budget_batch", settings.batch_tokens, settings.batch_cost)
        yield ModelCasting(models=models, journal=journal, prompts=prompts, settings=settings, batch=batch)


def _budget(code: str, tokens: int | None, cost: float | None) -> Budget | None:
    return None if tokens is None and cost is None else Budget(of=say(code), tokens=tokens, cost=cost)
