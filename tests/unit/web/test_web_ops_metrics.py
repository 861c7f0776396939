"""`/metrics`: what was done is counted, by labels from closed lists, for those who may read it."""

import re

import pytest
from fastapi import FastAPI
from operated import drafted, numbers, opened, person, settings_for
from prometheus_client.parser import text_string_to_metric_families

from agent.chat.values import Turn
from agent.desk.desk import Desk
from agent.errors import ProviderError, StorageError
from agent.people import Person, Role
from agent.record.threads import ThreadStore
from agent.testing import ScriptedModel
from agent.web.ops.scraping import may_scrape

REVIEWER = Person(id="r", name="审核", roles=(Role.REVIEWER,))


@pytest.fixture
def settings(tmp_path):
    return settings_for(tmp_path / "home")


async def scraped(client):
    answer = await client.get("/metrics")
    assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/plain")
    return numbers(answer.text)


async def test_requests_are_counted_by_their_template_and_never_by_their_path(settings):
    def routes(app):
        @app.get("/notes/{run}")
        async def note(run: str):
            if run == "broken":
                raise RuntimeError(run)
            return run

        mounted = FastAPI()
        mounted.get("/notes/{run}")(note)
        app.mount("/api/v9", mounted)

    async with opened(settings, routes=routes) as (_, client):
        for path in ("/notes/kunde-wang", "/notes/kunde-li", "/notes/broken", "/wo/kunde-zhao", "/api/v9/notes/kunde"):
            await client.get(path)
        await client.request("KUNDE", "/notes/x")
        found = await scraped(client)
    count = "kosnote_http_requests_total"
    assert found[f'{count}{{method="GET",route="/notes/{{run}}",status="200"}}'] == 2
    assert found[f'{count}{{method="GET",route="/notes/{{run}}",status="500"}}'] == 1
    assert found[f'{count}{{method="GET",route="/api/v9/notes/{{run}}",status="200"}}'] == 1
    assert found[f'{count}{{method="GET",route="unmatched",status="404"}}'] == 1
    assert found['kosnote_http_request_seconds_count{method="GET",route="/notes/{run}"}'] == 3
    assert not [name for name in found if "kunde" in name.lower()]


async def test_a_drafted_note_is_counted_turn_run_and_round(settings):
    async with opened(settings) as (app, client):
        session, answer = await drafted(app)
        assert answer.note.outcome == "in_review"
        await session.ask(Turn(key="b", text="写一篇下班绕路喝一杯手冲"))  # the same key again is no second turn
        found = await scraped(client)
    assert found['kosnote_turns_total{intent="capture",outcome="answered"}'] == 1
    assert found['kosnote_turns_total{intent="draft",outcome="answered"}'] == 1
    assert found['kosnote_runs_total{outcome="in_review"}'] == 1
    assert found["kosnote_run_rounds_count"] == 1
    assert found['kosnote_turn_seconds_count{intent="draft"}'] == 1


async def test_what_waits_is_counted_by_lane_at_most_once_a_minute(settings, monkeypatch):
    async with opened(settings) as (app, client):
        session, answer = await drafted(app)
        before = await scraped(client)
        await session.ask(Turn(key="c", intent="submit"))
        lanes = ("green", "yellow", "red")
        assert (
            await depths(client, lanes)
            == [before[f'kosnote_queue_depth{{lane="{lane}"}}'] for lane in lanes]
            == [0] * 3
        )
        monkeypatch.setattr(app.state.operating.metrics, "_counted_at", float("-inf"))
        assert sum(await depths(client, lanes)) == 1
        (item,) = app.state.services.desk.queue(REVIEWER)
        assert (await scraped(client))[f'kosnote_queue_depth{{lane="{item.lane.lane}"}}'] == 1 and answer.note


async def depths(client, lanes):
    found = await scraped(client)
    return [found[f'kosnote_queue_depth{{lane="{lane}"}}'] for lane in lanes]


async def test_a_queue_that_cannot_be_read_costs_none_of_the_other_numbers(settings, monkeypatch):
    async with opened(settings) as (_, client):
        monkeypatch.setattr(Desk, "depths", _full)
        assert "kosnote_http_requests_in_flight" in await scraped(client)


async def test_two_applications_count_for_themselves(settings, tmp_path):
    async with opened(settings) as (app, client), opened(settings_for(tmp_path / "b")) as (_, other):
        await drafted(app)
        mine, theirs = await scraped(client), await scraped(other)
    assert mine["kosnote_run_rounds_count"] == 1 and theirs["kosnote_run_rounds_count"] == 0


async def test_a_record_that_fails_is_counted_by_its_code(settings, monkeypatch):
    async with opened(settings) as (app, client):
        monkeypatch.setattr(ThreadStore, "answer", _full)
        with pytest.raises(StorageError):
            await drafted(app)
        engine = app.state.services.store.database.engine
        with engine.connect() as connection, pytest.raises(Exception, match="readonly"):
            connection.exec_driver_sql("PRAGMA query_only=ON")
            connection.exec_driver_sql("DELETE FROM notices")
        found = await scraped(client)
    assert found['kosnote_turns_total{intent="capture",outcome="storage"}'] == 1
    assert found['kosnote_storage_errors_total{code="record_read_only"}'] == 1


def _full(*_, **__):
    raise StorageError("record_disk_full", path="x")


async def test_a_provider_that_fails_is_counted_by_its_code_and_role(settings, monkeypatch):
    from agent.prompting import load_prompts
    from agent.roles import ModelCasting

    class Down(ScriptedModel):
        async def complete(self, messages, **given):
            raise ProviderError("provider_timeout", model="m")

    async with opened(settings) as (app, client):
        drafting = app.state.services.drafting
        models = dict.fromkeys(("writer", "critic", "judge"), Down(replies=[]))
        casting = ModelCasting(models=models, journal=drafting.store.journal, prompts=load_prompts(), settings=settings)
        object.__setattr__(drafting, "casting", casting)
        with pytest.raises(ProviderError):
            await drafted(app)
        found = await scraped(client)
    assert found['kosnote_provider_errors_total{code="provider_timeout"}'] >= 1
    assert found['kosnote_model_calls_total{outcome="failed",role="writer"}'] >= 1
    assert found['kosnote_turns_total{intent="draft",outcome="provider"}'] == 1


async def test_no_label_holds_anything_personal_or_unbounded(settings):
    async with opened(settings) as (app, client):
        session, _ = await drafted(app, user="kunde-wang")
        text = (await client.get("/metrics")).text
        assert session.thread not in text and "kunde-wang" not in text
        known = {"method", "route", "status", "intent", "outcome", "role", "kind", "code", "lane", "le"}
        labels = {key for family in text_string_to_metric_families(text) for s in family.samples for key in s.labels}
        assert labels <= known
        values = {
            v for family in text_string_to_metric_families(text) for s in family.samples for v in s.labels.values()
        }
        assert all(re.fullmatch(r"[\x21-\x7e]+", value) for value in values)


def test_who_may_read_the_numbers():
    assert may_scrape(person(way="loopback"))
    assert may_scrape(person(roles=(Role.ADMIN,)))
    assert may_scrape(person(way="token", scopes=("metrics",)))
    assert not may_scrape(person(roles=(Role.REVIEWER, Role.CONTENT, Role.EMPLOYEE)))
    assert not may_scrape(person(way="token", roles=(Role.ADMIN,), scopes=("draft",)))


@pytest.mark.parametrize(("who", "status"), [(None, 401), (person(roles=(Role.REVIEWER,)), 403)])
async def test_nobody_else_may_though_they_come_from_this_machine(settings, monkeypatch, who, status):
    async def resolve(self, connection):
        return who

    monkeypatch.setattr("agent.web.signin.loopback.Loopback.__call__", resolve)
    async with opened(settings, address="127.0.0.1") as (_, client):
        answer = await client.get("/metrics")
        assert answer.status_code == status and "kosnote_" not in answer.text
