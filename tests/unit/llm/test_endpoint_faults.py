"""What an endpoint may do to us, against a real server: every fault ends in a reply or in one clear error."""

import asyncio
import logging
import time

import pytest
from asking import ASK, GOOD, Shape, ask, refused, settings_of
from endpoints import Step

from agent.errors import BudgetError, ConfigurationError, ProviderError, ReplyError
from agent.llm import Budget, Calls
from agent.llm.openai_compatible import open_models
from agent.models import Message
from agent.testing import MemoryJournal

pytestmark = pytest.mark.block_network(allowed_hosts=["127.0.0.1"])


class TestReplies:
    @pytest.mark.parametrize("mode", ["json_schema", "json_object", "prompt"])
    def test_the_shape_is_asked_for_as_the_setting_says(self, endpoint, mode):
        endpoint.script = {"*": [GOOD]}
        reply, _ = ask(endpoint, structured=mode)
        assert (reply.word, reply.count) == ("伞", 2)
        request = endpoint.requests[0]
        asked = request.get("response_format", {}).get("type", "prompt")
        assert asked == mode
        if mode == "json_schema":
            schema = request["response_format"]["json_schema"]["schema"]
            assert schema["required"] == ["word", "count"] and schema["additionalProperties"] is False
        else:
            assert '"count"' in request["messages"][-1]["content"]

    def test_a_fence_and_prose_around_the_object_do_no_harm(self, endpoint):
        endpoint.script = {"*": ['好的，如下：\n```json\n{"word": "伞", "count": 2}\n```\n希望有用']}
        assert ask(endpoint)[0].word == "伞"

    def test_unknown_fields_are_dropped_and_a_missing_one_is_asked_for_once(self, endpoint):
        endpoint.script = {"*": [{"word": "伞", "colour": "黑"}, {**GOOD, "colour": "黑"}]}
        reply, calls = ask(endpoint)
        assert reply.count == 2
        complaint = endpoint.requests[1]["messages"][-1]["content"]
        assert "count" in complaint and endpoint.requests[1]["messages"][-2]["role"] == "assistant"
        assert calls.total().calls == 2

    def test_two_replies_that_are_no_json_end_in_a_typed_error(self, endpoint):
        endpoint.script = {"*": ["我不会写 JSON", '{"word": "伞", "cou']}
        refused(endpoint, ReplyError, "reply_unusable")
        assert len(endpoint.requests) == 2

    def test_an_empty_reply_a_refusal_and_a_cut_off_reply_are_told_apart(self, endpoint):
        for step, code in (
            (Step(text=""), "reply_empty"),
            (Step(refusal="我不能"), "reply_refused"),
            (Step(text="{", finish="content_filter"), "reply_refused"),
            (Step(text='{"word": "伞"', finish="length"), "reply_cut_off"),
        ):
            endpoint.script = {"*": [step]}
            refused(endpoint, ReplyError, code)
            refused(endpoint, ReplyError, code, stream=True)

    def test_tokens_are_estimated_when_the_endpoint_counts_none(self, endpoint):
        endpoint.script = {"*": [Step(text='{"word": "伞", "count": 2}', usage=False)]}
        usage = ask(endpoint)[1].total()
        assert usage.estimated and usage.prompt_tokens > 8 and usage.completion_tokens > 3
        assert usage.cost is None


class TestTransport:
    def test_a_busy_endpoint_is_asked_again_after_its_retry_after(self, endpoint):
        endpoint.script = {"*": [Step(status=429, headers={"retry-after-ms": "30"}), GOOD]}
        assert ask(endpoint)[0].word == "伞"
        assert len(endpoint.requests) == 2

    def test_its_retry_after_is_waited_for_not_a_longer_time_of_our_own(self, endpoint):
        busy = Step(status=429, headers={"retry-after": "0.05"})
        endpoint.script = {"*": [busy, busy, busy, GOOD]}
        began = time.monotonic()
        ask(endpoint, max_retries=3)
        assert 0.15 <= time.monotonic() - began < 2  # the SDK's own back-off would take 2.6 seconds

    def test_a_broken_endpoint_that_recovers_is_not_noticed(self, endpoint):
        endpoint.script = {
            "*": [
                Step(status=500, headers={"retry-after-ms": "10"}),
                Step(status=503, headers={"retry-after-ms": "10"}),
                GOOD,
            ]
        }
        assert ask(endpoint)[0].word == "伞"

    @pytest.mark.parametrize(
        ("status", "code"),
        [
            (429, "provider_busy"),
            (500, "provider_down"),
            (401, "provider_key"),
            (404, "provider_not_found"),
            (400, "provider_rejected"),
        ],
    )
    def test_one_that_does_not_is_a_provider_error_with_a_remedy(self, endpoint, status, code):
        endpoint.script = {"*": [Step(status=status, headers={"retry-after-ms": "5"})]}
        assert refused(endpoint, ProviderError, code).exit_code == 3
        assert len(endpoint.requests) == (3 if status in (429, 500) else 1)

    def test_a_reset_connection_is_tried_again_then_told(self, endpoint):
        endpoint.script = {"*": [Step(break_off="at once"), GOOD]}
        assert ask(endpoint)[0].word == "伞"
        endpoint.script = {"*": [Step(break_off="at once")]}
        refused(endpoint, ProviderError, "provider_unreachable", max_retries=0)

    def test_an_endpoint_that_is_not_there_is_told(self, endpoint):
        endpoint.close()
        refused(endpoint, ProviderError, "provider_unreachable", max_retries=0)

    def test_a_reply_slower_than_the_timeout_is_told(self, endpoint):
        endpoint.script = {"*": [Step(text="{}", delay=0.6)]}
        refused(endpoint, ProviderError, "provider_timeout", timeout=0.2, max_retries=0)

    def test_a_stream_gives_its_pieces_and_its_whole(self, endpoint):
        endpoint.script = {"*": [GOOD]}
        texts = []
        reply, calls = ask(endpoint, texts=texts)
        assert reply.word == "伞"
        assert texts[0] == "" and len(texts) == 3 and "".join(texts).startswith("{")
        assert calls.total().prompt_tokens == 100

    @pytest.mark.parametrize("how", ["midway", "reset"])
    def test_a_stream_cut_in_the_middle_is_asked_again_and_never_taken_for_a_whole(self, endpoint, how):
        cut = Step(text='{"word": "伞", "count": 2}', break_off=how)
        endpoint.script = {"*": [cut, GOOD]}
        assert ask(endpoint, stream=True)[0].word == "伞"
        endpoint.requests.clear()
        endpoint.script = {"*": [cut]}
        refused(endpoint, ProviderError, "provider_stream_cut", stream=True, max_retries=1)
        assert len(endpoint.requests) == 2

    def test_who_listens_hears_that_a_cut_reply_begins_anew(self, endpoint):
        endpoint.script = {"*": [Step(text='{"word": "伞", "count": 2}', break_off="midway"), GOOD]}
        texts = []
        ask(endpoint, texts=texts)
        assert texts.count("") == 2 and "".join(texts[texts.index("", 1) :]) == '{"word": "伞", "count": 2}'

    def test_broken_streams_and_errors_share_the_tries(self, endpoint):
        cut = Step(text='{"word": "伞", "count": 2}', break_off="midway")
        endpoint.script = {"*": [Step(status=500, headers={"retry-after-ms": "5"}), cut, GOOD]}
        refused(endpoint, ProviderError, "provider_stream_cut", stream=True, max_retries=1)
        assert len(endpoint.requests) == 2

    def test_no_more_calls_run_at_once_than_allowed(self, endpoint):
        endpoint.script = {"*": [Step(text='{"word": "伞", "count": 2}', delay=0.05)]}

        async def go():
            async with open_models(settings_of(endpoint, concurrency=2)) as models:
                calls = [Calls(f"r{n}", models=models, journal=MemoryJournal()) for n in range(6)]
                await asyncio.gather(
                    *(c.ask(Shape, role="writer", prompt="p", messages=ASK, node="write", round=1) for c in calls)
                )

        asyncio.run(go())
        assert endpoint.most_at_once == 2

    def test_neither_key_nor_prompt_nor_reply_is_logged(self, endpoint, caplog):
        endpoint.script = {"*": [Step(status=500, headers={"retry-after-ms": "5"}), Step(text="回复里的字")]}
        with caplog.at_level(logging.DEBUG):
            refused(endpoint, ReplyError, "reply_unusable")
        logged = " ".join(record.getMessage() for record in caplog.records)
        for secret in ("sk-secret-key", "机密", "回复里的字"):
            assert secret not in logged


class TestJournal:
    def test_an_answered_call_is_not_made_again(self, endpoint):
        endpoint.script = {"*": [GOOD]}
        journal = MemoryJournal()
        first, _ = ask(endpoint, journal=journal)
        second, calls = ask(endpoint, journal=journal)
        assert first == second and len(endpoint.requests) == 1
        assert calls.trace(1) == (("p@1#0",), calls.total())
        assert calls.trace(2) == ((), None)

    def test_another_prompt_or_run_is_another_call(self, endpoint):
        endpoint.script = {"*": [GOOD]}
        journal = MemoryJournal()
        ask(endpoint, journal=journal)
        ask(endpoint, journal=journal, run="r2")
        ask(endpoint, journal=journal, messages=(*ASK, Message(role="user", content="再来")))
        assert len(endpoint.requests) == 3

    def test_a_bad_reply_is_kept_too_so_that_its_repair_is_asked_the_same(self, endpoint):
        endpoint.script = {"*": ["不是", GOOD]}
        journal = MemoryJournal()
        ask(endpoint, journal=journal)
        ask(endpoint, journal=journal)
        assert len(endpoint.requests) == 2 and len(journal.entries("r1")) == 2


class TestBudgets:
    def test_a_call_over_the_budget_is_not_made(self, endpoint):
        endpoint.script = {"*": [GOOD]}
        budget = Budget(of="本次运行", tokens=10)
        error = refused(endpoint, BudgetError, "budget_tokens_spent", budget=budget)
        assert "10" in error.message and endpoint.requests == []
        assert budget.held == 0

    def test_what_the_run_spent_before_a_restart_counts(self, endpoint):
        endpoint.script = {"*": [GOOD]}
        journal = MemoryJournal()
        ask(endpoint, journal=journal)
        other = (*ASK, Message(role="user", content="再来"))
        refused(
            endpoint,
            BudgetError,
            "budget_tokens_spent",
            journal=journal,
            budget=Budget(of="x", tokens=125),
            messages=other,
        )
        assert len(endpoint.requests) == 1

    def test_money_counts_at_the_price_given_and_is_null_without_one(self, endpoint):
        endpoint.script = {"*": [GOOD]}
        priced = {"test-model": {"input": 10.0, "output": 100.0}}
        assert ask(endpoint, prices=priced)[1].total().cost == pytest.approx(0.003)
        assert ask(endpoint)[1].total().cost is None

    def test_a_money_limit_without_a_price_is_refused_up_front(self, endpoint):
        refused(endpoint, ConfigurationError, "price_unknown", budget_cost=1.0)
        assert endpoint.requests == []

    def test_spent_money_stops_the_next_call(self, endpoint):
        endpoint.script = {"*": [GOOD]}
        budget = Budget(of="本次运行", cost=0.001, spent_cost=0.002)
        refused(endpoint, BudgetError, "budget_cost_spent", budget=budget)

    def test_what_is_in_flight_counts(self):
        budget = Budget(of="本批", tokens=100)
        budget.hold(60)
        with pytest.raises(BudgetError):
            budget.hold(60)
        budget.release(60)
        budget.hold(60)
