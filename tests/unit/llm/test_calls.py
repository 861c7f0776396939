"""What makes two calls the same, what a run has used, and what a budget keeps from being spent."""

import pytest
from pydantic import BaseModel

from agent.errors import BudgetError, ReplyError
from agent.llm import Budget, Calls, Completion, PaidReplyError
from agent.models import Message, Usage
from agent.settings import Price
from agent.testing import MemoryJournal, ScriptedModel

ASK = (Message(role="user", content="十个字以内的一句问话"),)


class Shape(BaseModel):
    word: str


class Shape2(BaseModel):
    word: str


class Wide(BaseModel):
    word: str
    more: str = ""


Wide.__name__ = "Shape"
GOOD = '{"word": "伞"}'


def model(**given):
    return ScriptedModel(replies={"Shape": GOOD, "Shape2": GOOD}, **given)


async def ask(*, journal=None, writer=None, output=Shape, role="writer", messages=ASK, node="write", round=1,
              prompt="p@1#0", **given):  # fmt: skip
    writer = writer or model()
    calls = Calls("r1", models={role: writer}, journal=journal if journal is not None else MemoryJournal(), **given)
    await calls.ask(output, role=role, prompt=prompt, messages=messages, node=node, round=round)
    return calls


@pytest.mark.parametrize(
    "other",
    [
        {"role": "critic"},
        {"writer": model(name="another")},
        {"writer": model(mode="json_schema")},
        {"output": Shape2},
        {"output": Wide},
        {"messages": (Message(role="system", content=ASK[0].content),)},
        {"node": "plan"},
        {"round": 2},
    ],
)
async def test_whatever_could_change_a_reply_makes_another_call(other):
    journal = MemoryJournal()
    await ask(journal=journal)
    await ask(journal=journal)
    assert len(journal.entries("r1")) == 1
    await ask(journal=journal, **other)
    assert len(journal.entries("r1")) == 2


async def test_a_round_lists_each_prompt_once_and_sums_what_it_used():
    journal = MemoryJournal()
    await ask(journal=journal, node="plan", round=0)
    await ask(journal=journal, node="write")
    calls = await ask(journal=journal, node="assemble")
    prompts, used = calls.trace(1)
    assert prompts == ("p@1#0",) and (used.calls, used.prompt_tokens, used.completion_tokens) == (2, 20, 10)
    assert calls.total().calls == 3 and calls.trace(7) == ((), None)


async def test_prompts_are_told_in_one_order_whichever_reader_answers_first():
    for names in (("b@1#0", "a@1#0"), ("a@1#0", "b@1#0")):
        journal = MemoryJournal()
        for name in names:
            calls = await ask(journal=journal, prompt=name, node=name)
        assert calls.trace(1)[0] == ("a@1#0", "b@1#0")


async def test_an_objection_is_put_to_the_model_once():
    writer, objections = model(), iter(["标题太长", ""])
    calls = Calls("r1", models={"writer": writer}, journal=MemoryJournal())
    given = {"role": "writer", "prompt": "p", "messages": ASK, "node": "write", "round": 1}
    await calls.ask(Shape, objection=lambda reply: next(objections), **given)
    assert "标题太长" in writer.asked[1][1][-1].content and writer.asked[1][1][-2].content == GOOD
    with pytest.raises(ReplyError, match="标题还长"):
        await calls.ask(Shape, objection=lambda reply: "标题还长", **given)


async def test_a_shared_question_is_paid_for_once_whatever_run_asks_it():
    journal, judge = MemoryJournal(), model()
    given = {"role": "judge", "prompt": "p@1#0", "messages": ASK, "node": "comply", "round": 1}
    for run, shared in (("r1", True), ("r2", True), ("r3", False)):
        calls = Calls(run, models={"judge": judge}, journal=journal)
        assert (await calls.ask(Shape, shared=shared, **given)).word
        assert len(journal.entries(run)) == 1
    assert len(judge.asked) == 2  # r1 and r3
    assert calls.total().prompt_tokens == 10 and Calls("r2", models={}, journal=journal).total().prompt_tokens == 0


class TestMoney:
    async def test_a_prompt_that_alone_would_cross_the_limit_is_not_sent(self):
        writer = model()
        prices = {"scripted": Price(input=1_000_000, output=0)}  # one a token
        with pytest.raises(BudgetError, match="本次运行") as caught:
            await ask(writer=writer, prices=prices, budget=Budget(of="本次运行", cost=5.0))
        assert writer.asked == [] and "5.0" in caught.value.message
        await ask(writer=writer, prices=prices, budget=Budget(of="本次运行", cost=50.0))
        assert len(writer.asked) == 1

    def test_what_is_in_flight_counts(self):
        budget = Budget(of="本批", cost=1.0)
        budget.hold(10, 0.6)
        with pytest.raises(BudgetError, match="本批"):
            budget.hold(10, 0.6)
        budget.release(10, 0.6)
        budget.hold(10, 0.6)


class Refusing:
    """Refuse every call, at a price."""

    name = "refusing"
    mode = "prompt"

    async def complete(self, messages, *, schema=None, on_text=None) -> Completion:
        raise PaidReplyError("reply_refused", usage=Usage(calls=1, prompt_tokens=70, cost=0.5), model=self.name)


async def test_a_reply_that_holds_nothing_was_paid_for_all_the_same():
    batch = Budget(of="本批", tokens=100, cost=10.0)
    with pytest.raises(ReplyError):
        await ask(writer=Refusing(), batch=batch)
    assert (batch.spent_tokens, batch.spent_cost, batch.held) == (70, 0.5, 0)


async def test_both_budgets_are_given_back_what_the_other_did_not_allow():
    run, batch = Budget(of="本次运行", tokens=1000), Budget(of="本批", tokens=1)
    with pytest.raises(BudgetError, match="本批"):
        await ask(budget=run, batch=batch)
    assert run.held == batch.held == 0 and run.spent_tokens == 0
