"""Reach any endpoint that speaks OpenAI's chat completions; the only importer of the SDK.

Retries (with the endpoint's retry-after), timeout and back-off are the SDK's, set in `open_models` and nowhere else;
a stream that breaks off is asked again within the same number of tries, and no call outlasts all its tries. Errors
say what failed and never quote a prompt, a reply or a key.
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
from openai import AsyncOpenAI, AsyncStream
from openai.types.chat import ChatCompletion, ChatCompletionChunk
from pydantic import BaseModel

from agent.catalogue import say
from agent.errors import ConfigurationError, KosnoteError, ProviderError
from agent.llm.pacing import Pace, pace_of
from agent.llm.protocol import ChatModel, Completion, ModelRole, OnText, PaidReplyError
from agent.llm.replies import Counted, Piece, is_reply, piece_of
from agent.llm.structured import read_reply, response_schema
from agent.llm.tokens import count_messages, counter_for
from agent.models import Message, Usage
from agent.settings import Price, Settings, Structured

__all__ = ["OpenAICompatible", "open_models", "probe"]

CONNECT_SECONDS = 10.0
WAIT_SECONDS = 60.0  # the longest retry-after the SDK waits for
BREAK_SECONDS = 0.25  # before a broken stream is asked for again; doubles
NO_KEY = "-"  # local endpoints want none; the SDK wants a string
STATUS = {401: "provider_key", 403: "provider_key", 404: "provider_not_found", 429: "provider_busy"}
WITH_USAGE = {"include_usage": True}
NO_JSON = (json.JSONDecodeError, UnicodeError)
BROKEN_OFF = (httpx2.TransportError, openai.APIError, asyncio.IncompleteReadError, *NO_JSON)
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
        timeout: float = 120.0,
        pace: Pace,
        price: Price | None = None,
    ) -> None:
        self.name = model
        self.mode = mode
        self._client = client
        self._options = {"temperature": temperature, "max_tokens": max_tokens}
        self._stream = stream
        self._tries = tries
        self._patience = tries * timeout + (tries - 1) * WAIT_SECONDS
        self._pace = pace
        self._price = price

    async def complete(
        self, messages: Sequence[Message], *, schema: type[BaseModel] | None = None, on_text: OnText | None = None
    ) -> Completion:
        """Return the reply; see `ChatModel.complete`."""
        request = self._request(messages, schema)
        async with self._pace.turn(), self._faults_explained():
            if self._stream or on_text is not None:
                return await self._streamed(request, messages, on_text)
            return self._read(await _posted(self._client, request), messages)

    @asynccontextmanager
    async def _faults_explained(self) -> AsyncIterator[None]:
        """Turn what may go wrong on the way into our own errors, and end a call that never ends.

        The SDK's timeout starts anew with every byte; endpoints that keep a queued call alive never reach it.
        """
        try:
            async with asyncio.timeout(self._patience):
                yield
        except TimeoutError:
            raise ProviderError("provider_timeout", model=self.name) from None
        except openai.OpenAIError as error:
            raise _explained(error, self.name) from None
        except NO_JSON as error:
            raise ProviderError("provider_odd", reason=type(error).__name__) from None

    async def listed(self) -> tuple[str, ...]:
        """Return the models the endpoint lists; none when it has no list."""
        async with self._faults_explained():
            try:
                held = await self._client.models.list()
            except (openai.NotFoundError, *NO_JSON):
                return ()
            return tuple(model.id for model in getattr(held, "data", None) or ())

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
        """Read a stream to its end; one that breaks off is asked for again, from the start.

        What the SDK tried before a stream opened counts: all in all no more than the tries allowed.
        """
        tried, pause = 0, BREAK_SECONDS
        while tried < self._tries:
            client = self._client.with_options(max_retries=self._tries - tried - 1)
            opened = await _posted(client, {**request, "stream": True, "stream_options": WITH_USAGE})
            tried += 1 + _retries_before(opened)
            try:
                return await self._gather(opened, messages, on_text)
            except BROKEN_OFF as error:
                _logger.info("stream broke off, try %d of %d (%s)", tried, self._tries, type(error).__name__)
            if tried < self._tries:
                await asyncio.sleep(pause)
                pause *= 2
        raise ProviderError("provider_stream_cut", model=self.name, tries=self._tries)

    async def _gather(self, opened: Any, messages: Sequence[Message], on_text: OnText | None) -> Completion:
        hear = on_text or (lambda piece: None)
        hear("")
        pieces: list[Piece] = []
        counted = Counted()
        async with opened as stream:
            async for chunk in stream:
                if getattr(chunk, "usage", None):
                    counted = Counted.of(chunk.usage)
                pieces.append(piece := piece_of(chunk, part="delta"))
                if piece.text:
                    hear(piece.text)
        whole = _joined(pieces)
        if not whole.reason:
            raise self._unended(opened)
        return self._completion(whole, counted, messages)

    def _unended(self, opened: Any) -> Exception:
        """Tell a stream that was cut from an answer that never was one."""
        kind = opened.response.headers.get("content-type", "").partition(";")[0]
        if kind in ("text/html", "application/json"):
            return ProviderError("provider_odd", reason=kind)
        return httpx2.RemoteProtocolError("the stream ended before its last event")

    def _read(self, response: Any, messages: Sequence[Message]) -> Completion:
        if not is_reply(response):
            raise ProviderError("provider_odd", reason="no choices")
        return self._completion(
            piece_of(response, part="message"), Counted.of(getattr(response, "usage", None)), messages
        )

    def _completion(self, reply: Piece, counted: Counted, messages: Sequence[Message]) -> Completion:
        usage = self._usage(counted, reply.text, messages)
        if reply.refusal or reply.reason == "content_filter":
            raise PaidReplyError("reply_refused", usage=usage, model=self.name)
        if reply.reason == "length":
            raise PaidReplyError("reply_cut_off", usage=usage, model=self.name)
        if not reply.text.strip():
            raise PaidReplyError("reply_empty", usage=usage, model=self.name)
        return Completion(
            text=reply.text, model=reply.model or self.name, finish_reason=reply.reason or "stop", usage=usage
        )

    def _usage(self, counted: Counted, text: str, messages: Sequence[Message]) -> Usage:
        counter = counter_for(self.name)
        prompt = count_messages(messages, counter) if counted.prompt is None else counted.prompt
        completion = counter(text) if counted.completion is None else counted.completion
        return Usage(
            calls=1,
            prompt_tokens=prompt,
            completion_tokens=completion,
            cached_tokens=counted.cached,
            estimated=counted.prompt is None or counted.completion is None,
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
    pace = pace_of(str(client.base_url), settings.concurrency, settings.requests_per_minute)

    def bound(model: str) -> ChatModel:
        return OpenAICompatible(
            client,
            model=model,
            mode=settings.structured,
            temperature=settings.temperature,
            max_tokens=settings.max_tokens,
            stream=settings.stream,
            tries=settings.max_retries + 1,
            timeout=settings.timeout,
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


async def _posted(client: AsyncOpenAI, request: dict[str, Any]) -> Any:
    """Return the reply, or the stream that was asked for.

    `chat.completions.create` posts the same after it has compared every message and every word of a schema with all
    that they might be: a tenth of what a server spends on a note.
    """
    return await client.post(
        "/chat/completions",
        body=request,
        cast_to=ChatCompletion,
        options={"security": {"bearer_auth": True}},
        stream=request.get("stream", False),
        stream_cls=AsyncStream[ChatCompletionChunk],
    )


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


def _joined(pieces: Sequence[Piece]) -> Piece:
    """Put the chunks of a stream together: texts and refusals joined, the last reason and model told."""
    return Piece(
        text="".join(piece.text for piece in pieces),
        reason=next((piece.reason for piece in reversed(pieces) if piece.reason), ""),
        refusal="".join(piece.refusal for piece in pieces),
        model=next((piece.model for piece in reversed(pieces) if piece.model), ""),
    )


def _retries_before(opened: Any) -> int:
    """Return how often the SDK had to try again before this stream opened, as it told the endpoint."""
    return int(opened.response.request.headers.get("x-stainless-retry-count", "0"))


def _compact(schema: dict[str, Any]) -> str:
    return json.dumps(schema, ensure_ascii=False, separators=(",", ":"))
