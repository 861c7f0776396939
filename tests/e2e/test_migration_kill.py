"""Kill -9 while a database is brought up to date: nothing of it stays, and the next start does it whole."""

import json
import os
import signal
import sqlite3
from contextlib import closing

import processes
import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, text

from agent.record import Store
from agent.record.engine import HEAD, MIGRATIONS

pytestmark = pytest.mark.block_network(allowed_hosts=["127.0.0.1", *processes.HOSTS])
KILL = """
import os, signal
from sqlalchemy import Engine, event

def watch(connection, cursor, statement, *rest):
    if {when!r} in statement:
        os.kill(os.getpid(), signal.SIGKILL)

event.listen(Engine, "{moment}_cursor_execute", watch)
"""
CUTS = {
    "before the first table": ("before", "CREATE TABLE runs"),
    "after the first table": ("after", "CREATE TABLE runs"),
    "in the middle": ("after", "CREATE TABLE chat_threads"),
    "before the revision is written": ("before", "UPDATE alembic_version SET version_num='0007'"),
    "after the revision is written": ("after", "UPDATE alembic_version SET version_num='0007'"),
}
OLD = """INSERT INTO runs
(id, topic, note_type, account, persona, workspace, author, brief_json, created_at, updated_at)
VALUES ('r-1', '伞', 'lifestyle', '', '', '', 'x', '{"id": "r-1", "topic": "伞", "as_of": "2026-11-24"}',
'2026-11-24 04:00:00', '2026-11-24 04:00:00')"""


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request, tmp_path):
    """The environment of a process whose record is a new file or a new database, and the record's address."""
    env = {**os.environ, "KOSNOTE_HOME": str(tmp_path / "home"), "KOSNOTE_AUTHOR": "offline"}
    if request.param == "sqlite":
        return env, tmp_path / "home" / "record.db"
    url = request.getfixturevalue("url")
    return {**env, "KOSNOTE_DATABASE": url}, url


def engine_of(target):
    address = str(target).replace("postgresql://", "postgresql+psycopg://")
    return create_engine(address if "://" in address else f"sqlite:///{address}")


def tables(target):
    if not isinstance(target, str):
        with closing(sqlite3.connect(target)) as connection:
            return {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    engine = engine_of(target)
    with engine.connect() as connection:
        found = set(connection.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).scalars())
    engine.dispose()
    return found


@pytest.mark.parametrize("cut", CUTS)
def test_a_new_record_killed_at_any_point_is_made_whole_by_the_next_start(place, cut):
    env, target = place
    moment, when = CUTS[cut]
    killed = processes.call("runs", env=env, before=KILL.format(moment=moment, when=when))
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert tables(target) == set()
    again = processes.call("runs", env=env)
    assert again.returncode == 0, again.stderr
    assert processes.call("audit", "verify", env=env).returncode == 0


def test_an_old_record_killed_in_its_upgrade_keeps_its_rows_and_is_upgraded_by_the_next_start(place):
    env, target = place
    if not isinstance(target, str):
        target.parent.mkdir()
    engine = engine_of(target)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.exec_driver_sql(OLD)
    engine.dispose()
    before = tables(target)
    moment, when = CUTS["before the revision is written"]
    killed = processes.call("runs", env=env, before=KILL.format(moment=moment, when=when))
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert tables(target) == before and "audit" not in before
    listed = processes.call("runs", "--format", "json", env=env)
    assert [run["id"] for run in json.loads(listed.stdout)] == ["r-1"], listed.stderr
    with Store.open(target) as store:
        assert store.audit.verify().breaks == () and store.audit.verify().events == 1
    assert HEAD == "0007", "a new migration: let the last cuts be inside it"
