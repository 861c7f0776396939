"""`/healthz` and `/readyz`: alive is not ready, and what is wrong is named by a part and a code."""

import asyncio
import shutil
import sqlite3
import time
from contextlib import closing
from types import SimpleNamespace

import pytest
from operated import opened, settings_for

from agent.record.database import Database
from agent.web.ops import health


@pytest.fixture
def settings(tmp_path):
    return settings_for(tmp_path / "home")


async def test_a_new_server_is_alive_and_ready(settings):
    async with opened(settings) as (_, client):
        assert (await client.get("/healthz")).json() == {"status": "alive"}
        ready = await client.get("/readyz")
        assert ready.status_code == 200 and ready.headers["cache-control"] == "no-store"
        assert ready.json() == {"status": "ready", "parts": dict.fromkeys(health.PARTS, "ok")}


async def faults(client):
    answer = await client.get("/readyz")
    assert answer.status_code == 503 and answer.json()["status"] == "not_ready"
    assert (await client.get("/healthz")).status_code == 200
    return {part: told for part, told in answer.json()["parts"].items() if told != "ok"}


async def test_a_record_somebody_locks_is_too_slow_and_only_asked_once(tmp_path, monkeypatch):
    settings = settings_for(tmp_path / "home", web={"ready_seconds": 0.2})
    asked = []
    probe = Database.probe
    monkeypatch.setattr(Database, "probe", lambda database: (asked.append(1), probe(database)))
    async with opened(settings) as (app, client):
        assert app.state.services.chat.packs.rules  # the first time takes longer than this bound
        with closing(sqlite3.connect(settings.home / "record.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            assert await faults(client) == {"record": "too_slow"}
            assert await faults(client) == {"record": "too_slow"}
            other.execute("ROLLBACK")
        assert len(asked) == 1
        await asyncio.sleep(0.3)
        assert (await client.get("/readyz")).status_code == 200


async def test_a_record_that_is_no_longer_one_is_named_without_its_path(settings):
    async with opened(settings) as (app, client):
        app.state.services.store.database.engine.dispose()
        for file in settings.home.glob("record.db*"):
            file.unlink()
        (settings.home / "record.db").write_text("kein Protokoll " * 100)
        found = await faults(client)
        assert found == {"record": "record_damaged"}
        assert str(settings.home) not in (await client.get("/readyz")).text


async def test_a_record_that_can_only_be_read_is_not_ready(settings):
    async with opened(settings) as (app, client):
        engine = app.state.services.store.database.engine
        with closing(engine.raw_connection()) as connection:
            connection.cursor().execute("PRAGMA query_only=ON")
        assert await faults(client) == {"record": "record_read_only"}


async def test_checkpoints_that_cannot_be_read_are_named(settings):
    async with opened(settings) as (app, client):
        await app.state.services.drafting.checkpointer.conn.close()
        assert set(await faults(client)) == {"checkpoints"}


async def test_without_a_rule_nothing_may_be_written(settings):
    async with opened(settings) as (app, client):
        object.__setattr__(app.state.services.chat, "packs", SimpleNamespace(rules={}))
        assert await faults(client) == {"rules": "rules_missing"}


async def test_a_disk_that_is_nearly_full_is_told_before_a_note_is_lost(settings, monkeypatch):
    async with opened(settings) as (_, client):
        monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=health.ENOUGH_BYTES - 1))
        assert await faults(client) == {"disk": "disk_nearly_full"}


async def test_a_stopping_server_asks_for_nothing_new(settings):
    async with opened(settings) as (app, client):
        app.state.operating.stopping.begin()
        assert await faults(client) == {"server": "stopping"}


async def test_the_parts_are_asked_at_the_same_time(settings, monkeypatch):
    async def slow(services):
        await asyncio.sleep(0.3)

    monkeypatch.setattr(health, "PARTS", dict.fromkeys("abcd", slow))
    async with opened(settings) as (_, client):
        began = time.monotonic()
        assert (await client.get("/readyz")).status_code == 200
        assert time.monotonic() - began < 1.0
