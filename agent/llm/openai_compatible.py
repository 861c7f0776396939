"""Reach any endpoint that speaks OpenAI's chat completions; the only importer of the SDK.

Retries (with the endpoint's retry-after), timeout and back-off are the SDK's, set in `open_models` and nowhere else;
a stream that breaks off is asked again within the same number of tries. Errors say what failed and never quote a
prompt, a reply or a key.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import openai
from openai import AsyncOpenAI
from pydantic import BaseModel

from agent.catalogue import say
from agent.errors import ConfigurationError, KosnoteError, ProviderError, ReplyError
from agent.llm.pacing import Pace
from agent.llm.protocol import ChatModel, Completion, ModelRole, OnText
from agent.llm.structured import read_reply, response_schema
from agent.llm.tokens import count_messages, counter_for
from agent.models import Message, Usage
from agent.settings import Price, Settings, Structured

__all__ = ["OpenAICompatible", "open_models", "probe"]

CONNECT_SECONDS = 10.0
NO_KEY = "-"  # local endpoints want none; the SDK wants a string
STATUS = {401: "provider_key", 403: "provider_key", 404: "provider_not_found", 429: "provider_busy"}
_logger = logging.getLogger(__name__)


class OpenAICompatible:
    """Complete chats with one model of one endpoint."""

    def __init__(
        self,
        client: AsyncOpenAI,
        *,
        model: str,
        mode: Structured = "json_schema",
        temperature: float | None = None,
        max_tokens: int | None = None,
        stream: bool = False,
        tries: int = 3,
        pace: Pace,
        price: Price | None = None,
    ) -> None:
        self.name = model
        self.mode = mode
        self._client = client
        self._options = {"temperature": temperature, "max_tokens": max_tokens}
        self._stream = stream
        self._tries = tries
        self._pace = pace
        self._price = price

    async def complete(
        self, messages: Sequence[Message], *, schema: type[BaseModel] | None = None, on_text: OnText | None = None
    ) -> Completion:
        """Return the reply; see `ChatModel.complete`."""
        request = self._request(messages, schema)
        async with self._pace.turn():
            try:
                if self._stream or on_text is not None:
                    return await self._streamed(request, messages, on_text)
                return self._read(await self._client.chat.completions.create(**request), messages)
            except openai.OpenAIError as error:
                raise _explained(error, self.name) from None

    async def listed(self) -> tuple[str, ...]:
        """Return the models the endpoint lists; none when it has no list."""
        try:
            return tuple(model.id for model in (await self._client.models.list()).data)
        except openai.NotFoundError:
            return ()
        except openai.OpenAIError as error:
            raise _explained(error, self.name) from None

    def _request(self, messages: Sequence[Message], schema: type[BaseModel] | None) -> dict[str, Any]:
        sent = [message.model_dump() for message in messages]
        request: dict[str, Any] = {"model": self.name, "messages": sent}
        request |= {key: value for key, value in self._options.items() if value is not None}
        if schema is None:
            return request
        shape = response_schema(schema)
        if self.mode == "json_schema":
            named = {"name": schema.__name__, "strict": True, "schema": shape}
            return {**request, "response_format": {"type": "json_schema", "json_schema": named}}
        sent[-1]["content"] += say("reply_schema", schema=_compact(shape))
        if self.mode == "json_object":
            request["response_format"] = {"type": "json_object"}
        return request

    async def _streamed(
        self, request: dict[str, Any], messages: Sequence[Message], on_text: OnText | None
    ) -> Completion:
        """Read a stream to its end; one that breaks off is asked for again, from the start."""
        for tried in range(1, self._tries + 1):
            opened = await self._client.chat.completions.create(
                **request, stream=True, stream_options={"include_usage": True}
            )
            try:
                return await self._gather(opened, messages, on_text)
            except (httpx2.TransportError, openai.APIConnectionError, asyncio.IncompleteReadError) as error:
                _logger.info("stream broke off, try %d of %d (%s)", tried, self._tries, type(error).__name__)
        raise ProviderError("provider_stream_cut", model=self.name, tries=self._tries)

    async def _gather(self, opened: Any, messages: Sequence[Message], on_text: OnText | None) -> Completion:
        pieces: list[str] = []
        reason, refusal, usage, model = "", "", None, self.name
        async with opened as stream:
            async for chunk in stream:
                usage, model = chunk.usage or usage, chunk.model or model
                for choice in chunk.choices[:1]:
                    refusal += getattr(choice.delta, "refusal", None) or ""
                    reason = choice.finish_reason or reason
                    if piece := choice.delta.content:
                        pieces.append(piece)
                        if on_text is not None:
                            on_text(piece)
        if not reason:
            raise httpx2.RemoteProtocolError("the stream ended before its last event")
        return self._completion("".join(pieces), reason, refusal, usage, model, messages)

    def _read(self, response: Any, messages: Sequence[Message]) -> Completion:
        choices = getattr(response, "choices", None)
        if not choices:
            raise ReplyError("reply_empty", model=self.name)
        message, reason = choices[0].message, choices[0].finish_reason or "stop"
        refusal = getattr(message, "refusal", None) or ""
        return self._completion(
            message.content or "", reason, refusal, response.usage, response.model or self.name, messages
        )

    def _completion(
        self, text: str, reason: str, refusal: str, usage: Any, model: str, messages: Sequence[Message]
    ) -> Completion:
        if refusal or reason == "content_filter":
            raise ReplyError("reply_refused", model=self.name)
        if reason == "length":
            raise ReplyError("reply_cut_off", model=self.name)
        if not text.strip():
            raise ReplyError("reply_empty", model=self.name)
        return Completion(text=text, model=model, finish_reason=reason, usage=self._usage(usage, text, messages))

    def _usage(self, usage: Any, text: str, messages: Sequence[Message]) -> Usage:
        counter = counter_for(self.name)
        prompt = getattr(usage, "prompt_tokens", None)
        completion = getattr(usage, "completion_tokens", None)
        details = getattr(usage, "prompt_tokens_details", None)
        counted = prompt is not None and completion is not None
        prompt = count_messages(messages, counter) if prompt is None else prompt
        completion = counter(text) if completion is None else completion
        return Usage(
            calls=1,
            prompt_tokens=prompt,
            completion_tokens=completion,
            cached_tokens=getattr(details, "cached_tokens", None) or 0,
            estimated=not counted,
            cost=self._price.of(prompt, completion) if self._price else None,
        )


@asynccontextmanager
async def open_models(settings: Settings) -> AsyncIterator[Mapping[ModelRole, ChatModel]]:
    """Open the endpoint of these settings and bind writer, critic and judge; raise `ConfigurationError` up front."""
    _demand_prices(settings)
    client = AsyncOpenAI(
        base_url=settings.base_url or None,
        api_key=settings.api_key.get_secret_value() or NO_KEY,
        max_retries=settings.max_retries,
        timeout=httpx2.Timeout(settings.timeout, connect=min(CONNECT_SECONDS, settings.timeout)),
    )
    pace = Pace(settings.concurrency, settings.requests_per_minute)

    def bound(model: str) -> ChatModel:
        return OpenAICompatible(
            client,
            model=model,
            mode=settings.structured,
            temperature=settings.temperature,
            max_tokens=settings.max_tokens,
            stream=settings.stream,
            tries=settings.max_retries + 1,
            pace=pace,
            price=settings.prices.get(model),
        )

    async with client:
        yield {role: bound(settings.model_of(role)) for role in ("writer", "critic", "judge")}


async def probe(settings: Settings) -> tuple[tuple[str, ...], bool]:
    """Return the models an endpoint lists and whether the writer answers in the shape asked for; costs a few tokens.

    Raises what a call would raise: a refused key, no such model, no connection.
    """
    async with open_models(settings) as models:
        writer = models["writer"]
        assert isinstance(writer, OpenAICompatible)
        listed = await writer.listed()
        question = Message(role="user", content=say("probe_question"))
        completion = await writer.complete((question,), schema=ProbeReply)
    return listed, read_reply(completion.text, ProbeReply)[0] is not None


class ProbeReply(BaseModel):
    """Answer a probe."""

    ready: bool


def _demand_prices(settings: Settings) -> None:
    if settings.budget_cost is None and settings.batch_cost is None:
        return
    for role in ("writer", "critic", "judge"):
        if (model := settings.model_of(role)) not in settings.prices:
            raise ConfigurationError("price_unknown", model=model)


def _explained(error: openai.OpenAIError, model: str) -> KosnoteError:
    if isinstance(error, openai.APITimeoutError):
        return ProviderError("provider_timeout", model=model)
    if isinstance(error, openai.APIConnectionError):
        return ProviderError("provider_unreachable", model=model)
    if isinstance(error, openai.APIStatusError):
        code = STATUS.get(error.status_code, "provider_down" if error.status_code >= 500 else "provider_rejected")
        return ProviderError(code, model=model, status=error.status_code)
    return ProviderError("provider_odd", model=model, reason=type(error).__name__)


def _compact(schema: dict[str, Any]) -> str:
    return json.dumps(schema, ensure_ascii=False, separators=(",", ":"))
