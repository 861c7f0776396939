"""What stands at an address may be no chat endpoint at all, or a careless one: every answer ends in words of ours."""

import asyncio
import json
import time

import pytest
from asking import ASK, Shape, ask, refused, settings_of
from endpoints import Step

from agent.errors import ProviderError, ReplyError
from agent.llm import Calls
from agent.llm.openai_compatible import open_models
from agent.testing import MemoryJournal

pytestmark = pytest.mark.block_network(allowed_hosts=["127.0.0.1"])
TEXT = json.dumps({"word": "伞", "count": 2}, ensure_ascii=False)
EVENTS = "text/event-stream"


def body(**message):
    return json.dumps({"choices": [{"message": message, "finish_reason": "stop"}]}).encode()


def event(payload):
    return b"data: " + json.dumps(payload, ensure_ascii=False).encode() + b"\n\n"


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (b"<html>login</html>", "text/html"),
        (b'{"choices": [', "application/json"),
        (b"\xff\xfe\x00", "application/json"),
        (b"null", "application/json"),
        (b"[]", "application/json"),
        (b'{"error": {"message": "scripted"}}', "application/json"),
        (b'{"choices": null}', "application/json"),
    ],
)
def test_an_answer_that_is_no_completion_points_at_the_address(endpoint, raw, kind):
    endpoint.script = {"*": [Step(raw=(raw,), content_type=kind)]}
    assert "OPENAI_BASE_URL" in refused(endpoint, ProviderError, "provider_odd").hint


@pytest.mark.parametrize("kind", ["text/html", "application/json"])
def test_so_does_one_that_is_no_stream(endpoint, kind):
    endpoint.script = {"*": [Step(raw=(body(content=TEXT),), content_type=kind)]}
    refused(endpoint, ProviderError, "provider_odd", stream=True)
    assert len(endpoint.requests) == 1


@pytest.mark.parametrize("raw", [b'{"choices": []}', body(), body(content=[{"type": "text"}])])
def test_a_completion_without_text_is_empty(endpoint, raw):
    endpoint.script = {"*": [Step(raw=(raw,))]}
    refused(endpoint, ReplyError, "reply_empty")


@pytest.mark.parametrize("usage", [{"prompt_tokens": "many"}, {"prompt_tokens": -3, "completion_tokens": -4}, [], 7])
def test_a_count_that_is_none_is_estimated(endpoint, usage):
    answer = {**json.loads(body(content=TEXT)), "usage": usage}
    endpoint.script = {"*": [Step(raw=(json.dumps(answer).encode(),))]}
    spent = ask(endpoint)[1].total()
    assert spent.estimated and spent.prompt_tokens > 0 and spent.completion_tokens > 0


@pytest.mark.parametrize(
    "broken",
    [
        b'data: {"choices": [\n\n',
        event({"choices": None}),
        event(None),
        event({"error": {"message": "overloaded 机密", "code": 500}}),
    ],
)
def test_a_stream_of_nonsense_counts_as_broken_off(endpoint, broken):
    endpoint.script = {"*": [Step(raw=(broken,), content_type=EVENTS), Step(text=TEXT)]}
    assert ask(endpoint, stream=True)[0].word == "伞"
    endpoint.requests.clear()
    endpoint.script = {"*": [Step(raw=(broken,), content_type=EVENTS)]}
    refused(endpoint, ProviderError, "provider_stream_cut", stream=True, max_retries=0)


ALIVE = [(True, b": alive\n\n", EVENTS), (False, b"\n", "application/json")]


@pytest.mark.parametrize(("stream", "piece", "kind"), ALIVE)
def test_signs_of_life_without_end_run_into_the_timeout_all_the_same(endpoint, stream, piece, kind):
    endpoint.script = {"*": [Step(raw=(piece,) * 40, pause=0.1, content_type=kind)]}
    began = time.monotonic()
    refused(endpoint, ProviderError, "provider_timeout", stream=stream, timeout=0.4, max_retries=0)
    assert time.monotonic() - began < 3


def test_a_slow_stream_within_the_timeout_is_read_to_its_end(endpoint):
    chunks = [event({"choices": [{"delta": {"content": letter}}]}) for letter in TEXT]
    end = event({"choices": [{"delta": {}, "finish_reason": "stop"}]})
    endpoint.script = {"*": [Step(raw=(*chunks, end), pause=0.01, content_type=EVENTS)]}
    assert ask(endpoint, stream=True)[0].word == "伞"


def test_those_who_open_an_endpoint_twice_share_its_bounds(endpoint):
    endpoint.script = {"*": [Step(text=TEXT, delay=0.05)]}

    async def one(number):
        async with open_models(settings_of(endpoint, concurrency=1)) as models:
            calls = Calls(f"r{number}", models=models, journal=MemoryJournal())
            await calls.ask(Shape, role="writer", prompt="p", messages=ASK, node="write", round=1)

    async def all_of_them():
        await asyncio.gather(*(one(number) for number in range(4)))

    asyncio.run(all_of_them())
    assert endpoint.most_at_once == 1 and len(endpoint.requests) == 4
