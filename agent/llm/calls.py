"""Ask models on behalf of one run: the journal first, then the budgets, then the endpoint, then one repair turn."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from typing import TypeVar

from pydantic import BaseModel

from agent.aside import aside
from agent.catalogue import say
from agent.errors import ReplyError
from agent.llm.budget import Budget
from agent.llm.protocol import CallKey, ChatModel, Completion, Entry, Journal, ModelRole, OnText, PaidReplyError
from agent.llm.structured import plain_schema, read_reply
from agent.llm.tokens import count_messages, counter_for
from agent.models import Message, Usage
from agent.settings import Price
from agent.watching import step

__all__ = ["Calls", "total_usage"]

TURNS = 2  # the question, and one repair
Output = TypeVar("Output", bound=BaseModel)


class Calls:
    """Ask the models of one run. What an earlier process of the run spent counts against its budget."""

    def __init__(
        self,
        run: str,
        *,
        models: Mapping[ModelRole, ChatModel],
        journal: Journal,
        budget: Budget | None = None,
        batch: Budget | None = None,
        on_text: OnText | None = None,
        prices: Mapping[str, Price] | None = None,
    ) -> None:
        self.run = run
        self._models = models
        self._journal = journal
        self._budgets = tuple(each for each in (budget, batch) if each is not None)
        self._on_text = on_text
        self._prices = prices or {}
        if budget is not None:
            for entry in journal.entries(run):
                budget.spend(entry.completion.usage)

    async def ask(
        self,
        output: type[Output],
        *,
        role: ModelRole,
        prompt: str,
        messages: Sequence[Message],
        node: str,
        round: int,
        objection: Callable[[Output], str] = lambda reply: "",
        shared: bool = False,
    ) -> Output:
        """Return a reply of the shape asked for, to which nothing objects.

        `shared` takes over what any run was answered to the very same question: a judgement of the same text under
        the same rules by the same model and prompt is not paid for twice.

        Raises `ReplyError` after one repair turn, `BudgetError` before a call no budget allows, `ProviderError` when
        the endpoint failed.
        """
        turn, problem = tuple(messages), ""
        for _ in range(TURNS):
            completion = await self._complete(
                output, role=role, prompt=prompt, messages=turn, node=node, round=round, shared=shared
            )
            reply, problem = read_reply(completion.text, output)
            if reply is not None and not (problem := objection(reply)):
                return reply
            complaint = Message(role="user", content=say("reply_repair", problem=problem))
            turn = (*messages, Message(role="assistant", content=completion.text), complaint)
        raise ReplyError("reply_unusable", node=node, problem=problem)

    def trace(self, round: int) -> tuple[tuple[str, ...], Usage | None]:
        """Return the prompts used in a round and what they used; (), None when no model was asked.

        The prompts are in order of their names: two readers at once answer in any order, and a run is told the same.
        """
        entries = [entry for entry in self._journal.entries(self.run) if entry.key.round == round]
        return tuple(sorted({entry.prompt for entry in entries})), total_usage(entries)

    def total(self) -> Usage | None:
        """Return what the run has used so far; None when no model was asked."""
        return total_usage(self._journal.entries(self.run))

    async def _complete(
        self,
        output: type[BaseModel],
        *,
        role: ModelRole,
        prompt: str,
        messages: Sequence[Message],
        node: str,
        round: int,
        shared: bool,
    ) -> Completion:
        model = self._models[role]
        key = CallKey(run=self.run, node=node, round=round, digest=_digest(role, model, messages, output))
        known = await aside(self._journal.recall, key)
        if known is not None:
            return known
        if shared and (answered := await aside(self._journal.alike, key.digest)) is not None:
            completion = answered.model_copy(update={"usage": _free(answered.usage)})
        else:
            with step("call", model.name, role=role, node=node, round=round) as seen:
                completion = await self._within_budgets(model, messages, output, stream=role == "writer")
                seen.facts |= _facts(completion)
        await aside(self._journal.keep, Entry(key=key, prompt=prompt, completion=completion))
        return completion

    async def _within_budgets(
        self, model: ChatModel, messages: Sequence[Message], output: type[BaseModel], *, stream: bool
    ) -> Completion:
        tokens = count_messages(messages, counter_for(model.name)) if self._budgets else 0
        price = self._prices.get(model.name)
        cost = price.of(tokens, 0) if price else 0.0
        with ExitStack() as held:
            for budget in self._budgets:
                budget.hold(tokens, cost)
                held.callback(budget.release, tokens, cost)
            try:
                completion = await model.complete(messages, schema=output, on_text=self._on_text if stream else None)
            except PaidReplyError as error:
                self._spend(error.usage)
                raise
            self._spend(completion.usage)
        return completion

    def _spend(self, usage: Usage) -> None:
        for budget in self._budgets:
            budget.spend(usage)


def total_usage(entries: Sequence[Entry]) -> Usage | None:
    """Sum what these replies used; the cost is null as soon as one of them has none."""
    used = [entry.completion.usage for entry in entries]
    if not used:
        return None
    costs = [usage.cost for usage in used if usage.cost is not None]
    return Usage(
        calls=len(used),
        prompt_tokens=sum(usage.prompt_tokens for usage in used),
        completion_tokens=sum(usage.completion_tokens for usage in used),
        cached_tokens=sum(usage.cached_tokens for usage in used),
        estimated=any(usage.estimated for usage in used),
        cost=sum(costs) if len(costs) == len(used) else None,
    )


def _facts(completion: Completion) -> dict[str, str | int]:
    """Return what a watch may know of a reply: never its text."""
    used = completion.usage
    return {
        "answered_by": completion.model,
        "finish_reason": completion.finish_reason,
        "prompt_tokens": used.prompt_tokens,
        "completion_tokens": used.completion_tokens,
        "cached_tokens": used.cached_tokens,
    }


def _free(usage: Usage) -> Usage:
    """Return what an answer costs that was paid for before."""
    return Usage(cost=None if usage.cost is None else 0.0)


def _digest(role: ModelRole, model: ChatModel, messages: Sequence[Message], output: type[BaseModel]) -> str:
    asked = {
        "role": role,
        "model": model.name,
        "mode": model.mode,
        "output": output.__name__,
        "schema": plain_schema(output),
        "messages": [message.model_dump() for message in messages],
    }
    return hashlib.sha256(json.dumps(asked, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
