"""OpenTelemetry spans of turns, runs, nodes and model calls, with the GenAI names; never a message or a text.

Off unless a setting turns it on; where spans go is OpenTelemetry's own environment (OTEL_EXPORTER_OTLP_ENDPOINT,
OTEL_EXPORTER_OTLP_HEADERS, OTEL_SERVICE_NAME …). Nothing of OpenTelemetry is imported while it is off.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from agent.errors import ConfigurationError, KosnoteError
from agent.watching import Step

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SpanExporter

__all__ = ["Traces", "open_traces"]

NAME = "kosnote"
RENAMED = {
    "answered_by": "gen_ai.response.model",
    "prompt_tokens": "gen_ai.usage.input_tokens",
    "completion_tokens": "gen_ai.usage.output_tokens",
    "cached_tokens": "gen_ai.usage.cache_read.input_tokens",
}
LISTED = {"finish_reason": "gen_ai.response.finish_reasons"}


class Traces:
    """Make a span of every step."""

    def __init__(self, provider: TracerProvider) -> None:
        self._provider = provider
        self._tracer = provider.get_tracer(NAME)

    @contextmanager
    def watch(self, step: Step) -> Iterator[None]:
        """Open a span for as long as a step lasts; of an error it keeps type and code, not the message."""
        from opentelemetry.trace import SpanKind, StatusCode

        name, known = _beginning(step)
        kind = SpanKind.CLIENT if step.kind == "call" else SpanKind.INTERNAL
        with self._tracer.start_as_current_span(
            name, kind=kind, attributes=known, record_exception=False, set_status_on_exception=False
        ) as span:
            try:
                yield
            except KosnoteError as error:
                span.set_attribute("error.type", error.code)
                span.set_status(StatusCode.ERROR)
                raise
            finally:
                for key, value in step.facts.items():
                    if key in LISTED:
                        span.set_attribute(LISTED[key], [str(value)])
                    else:
                        span.set_attribute(RENAMED.get(key, f"{NAME}.{key}"), value)

    def close(self) -> None:
        """Send what is left and stop."""
        self._provider.shutdown()


def open_traces(exporter: SpanExporter | None = None) -> Traces:
    """Open what sends spans by OTLP over HTTP, or hands them to `exporter` as they end.

    Raises `ConfigurationError` when the extra `otel` is not installed.
    """
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor
    except ImportError:
        raise ConfigurationError("traces_not_installed") from None
    named = {} if os.environ.get("OTEL_SERVICE_NAME") else {"service.name": NAME}
    provider = TracerProvider(resource=Resource.create(named), shutdown_on_exit=False)
    sending = BatchSpanProcessor(OTLPSpanExporter()) if exporter is None else SimpleSpanProcessor(exporter)
    provider.add_span_processor(sending)
    return Traces(provider)


def _beginning(step: Step) -> tuple[str, dict[str, str]]:
    """Return the name of a span and what is known when it begins."""
    if step.kind == "call":
        asked = {"gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai", "gen_ai.request.model": step.name}
        return f"chat {step.name}", asked
    if step.kind == "run":
        agent = {"gen_ai.operation.name": "invoke_agent", "gen_ai.provider.name": NAME, "gen_ai.agent.name": NAME}
        return f"invoke_agent {NAME}", {**agent, f"{NAME}.run": step.name}
    return (f"node {step.name}" if step.kind == "node" else "turn"), {}
