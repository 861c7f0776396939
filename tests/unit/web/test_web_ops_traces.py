"""Traces: off unless asked for, a tree of spans with the GenAI names, and no message in any attribute."""

import subprocess
import sys

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from operated import TOLD, drafted, opened, settings_for
from scripted import GOOD

from agent.errors import ConfigurationError
from agent.web.app import build_app
from agent.web.ops import operating, traces
from agent.workspace import load_workspace

pytestmark = pytest.mark.block_network(allowed_hosts=["127.0.0.1"])
WITHOUT = """
import sys
class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.startswith(("opentelemetry.sdk", "opentelemetry.exporter")):
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Missing())
from agent.web.app import build_app
from agent.settings import Settings
from agent.workspace import load_workspace
build_app(load_workspace(None), Settings(), pages=False)
try:
    build_app(load_workspace(None), Settings(web={"traces": True}), pages=False)
except Exception as error:
    print(error.code, error.hint)
"""


@pytest.fixture
def exporter(monkeypatch):
    exporter = InMemorySpanExporter()
    monkeypatch.setattr(operating, "open_traces", lambda: traces.open_traces(exporter))
    return exporter


@pytest.fixture
def settings(tmp_path, endpoint):
    endpoint.script = dict(GOOD)
    model = {"author": "auto", "model": "m", "base_url": endpoint.url, "api_key": "sk-secret-key"}
    return settings_for(tmp_path / "home", web={"traces": True}, **model)


async def test_a_drafted_note_is_a_turn_a_run_its_nodes_and_their_calls(settings, exporter):
    async with opened(settings) as (app, _):
        _, answer = await drafted(app, "写一篇下班绕路喝一杯手冲的权益")
    spans = exporter.get_finished_spans()
    by_id = {span.context.span_id: span for span in spans}
    (run,) = [span for span in spans if span.name == "invoke_agent kosnote"]
    assert run.attributes["gen_ai.operation.name"] == "invoke_agent"
    assert run.attributes["gen_ai.agent.name"] == "kosnote"
    assert run.attributes["kosnote.outcome"] == answer.note.outcome and run.attributes["kosnote.rounds"] >= 1
    assert by_id[run.parent.span_id].name == "turn"
    nodes = [span for span in spans if span.name.startswith("node ")]
    assert {"node gate", "node plan", "node write", "node comply", "node review"} <= {span.name for span in nodes}
    assert all(by_id[span.parent.span_id] is run for span in nodes)
    calls = [span for span in spans if span.name == "chat m"]
    assert {by_id[span.parent.span_id].name for span in calls} >= {"node plan", "node write"}
    for call in calls:
        assert call.kind.name == "CLIENT" and call.attributes["gen_ai.operation.name"] == "chat"
        assert call.attributes["gen_ai.request.model"] == "m" and call.attributes["gen_ai.provider.name"] == "openai"
        assert call.attributes["gen_ai.usage.input_tokens"] == 100
        assert call.attributes["gen_ai.usage.output_tokens"] == 20
        assert call.attributes["gen_ai.response.finish_reasons"] == ("stop",)
    assert run.resource.attributes["service.name"] == "kosnote"


async def test_no_span_holds_a_word_of_anybody(settings, exporter):
    async with opened(settings) as (app, _):
        await drafted(app, "写一篇下班绕路喝一杯手冲的权益")
    told = "".join(span.to_json() for span in exporter.get_finished_spans())
    words = (TOLD, "青年路", "背单词", GOOD["NoteDraft"][0]["titles"][0], "手冲", "sk-secret-key")
    assert told and not [word for word in words if word in told or word.encode("unicode_escape").decode() in told]


async def test_a_failed_call_is_told_by_its_code(settings, exporter, endpoint):
    from endpoints import Step

    from agent.errors import ProviderError

    endpoint.script = {"*": [Step(status=401)]}
    async with opened(settings) as (app, _):
        with pytest.raises(ProviderError):
            await drafted(app, "写一篇下班绕路喝一杯手冲的权益")
    failed = [span for span in exporter.get_finished_spans() if not span.status.is_ok and span.name == "chat m"]
    assert failed and failed[0].attributes["error.type"].startswith("provider_") and not failed[0].events


async def test_off_by_default_nothing_is_traced(tmp_path, exporter):
    async with opened(settings_for(tmp_path / "home")) as (app, _):
        await drafted(app)
    assert exporter.get_finished_spans() == ()


async def test_the_frameworks_own_telemetry_sends_nothing_though_a_provider_is_set(tmp_path, monkeypatch):
    exporter = InMemorySpanExporter()
    monkeypatch.setattr(trace, "_TRACER_PROVIDER", traces.open_traces(exporter)._provider)

    def routes(app):
        @app.get("/notes/{run}")
        async def note(run: str):
            raise RuntimeError(run)

    async with opened(settings_for(tmp_path / "home"), routes=routes) as (_, client):
        assert (await client.get("/notes/kunde-wang")).status_code == 500
    assert exporter.get_finished_spans() == ()


def test_without_the_extra_the_server_is_built_and_asking_for_traces_says_what_to_install():
    done = subprocess.run([sys.executable, "-c", WITHOUT], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("traces_not_installed") and 'pip install "kosnote[otel]"' in done.stdout


def test_opentelemetrys_own_environment_says_where_and_as_what(monkeypatch):
    monkeypatch.setenv("OTEL_SERVICE_NAME", "hauptstelle")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9/")
    opened = traces.open_traces()
    provider = opened._provider
    (processor,) = provider._active_span_processor._span_processors
    assert provider.resource.attributes["service.name"] == "hauptstelle"
    assert processor.span_exporter._endpoint == "http://127.0.0.1:9/v1/traces"
    opened.close()


def test_a_server_asked_for_traces_without_the_extra_does_not_start(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)
    with pytest.raises(ConfigurationError) as caught:
        build_app(load_workspace(None), settings_for(tmp_path, web={"traces": True}), pages=False)
    assert caught.value.code == "traces_not_installed"
