"""The record's own tables in PostgreSQL: the migrations make what the program reads, once, and change nothing twice."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

import processes
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from agent.errors import StorageError
from agent.llm import CallKey, Completion, Entry
from agent.models import Brief
from agent.record import Store
from agent.record.engine import open_engine
from agent.record.tables import metadata

pytestmark = pytest.mark.block_network(allowed_hosts=processes.HOSTS)
NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
BRIEF = Brief(id="20261124-aaaaaa", topic="伞", as_of=date(2026, 11, 24))


def test_the_tables_made_by_migrations_are_the_tables_the_program_reads(url):
    engine, _ = open_engine(url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"target_metadata": metadata})
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_processes_that_find_no_tables_make_them_once(agent, url):
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda _: agent("runs"), range(4)))
    assert [each.returncode for each in done] == [0] * 4, [each.stderr for each in done]
    with Store.open(url) as store:
        assert store.audit.verify().breaks == ()


def test_a_database_opened_again_keeps_what_it_holds(url):
    for _ in range(2):
        with Store.open(url) as store:
            store.start_run(BRIEF, author="offline", workspace="", created_at=NOW)
            assert store.run("20261124").brief == BRIEF and len(store.runs()) == 1


def test_a_database_newer_than_the_program_says_so(url, cluster):
    with Store.open(url):
        pass
    cluster.execute("UPDATE alembic_version SET version_num = '9999'", url.rsplit("/", 1)[1])
    with pytest.raises(StorageError) as caught, Store.open(url):
        pass
    assert caught.value.code == "record_newer" and cluster.password not in str(caught.value)


def test_writers_at_once_keep_one_reply_of_one_call(url):
    with Store.open(url) as store:
        store.start_run(BRIEF, author="m", workspace="", created_at=NOW)
        key = CallKey(run=BRIEF.id, node="write", round=1, digest="d")
        entries = [Entry(key=key, prompt="p", completion=Completion(text=str(n), model="m")) for n in range(8)]
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(store.journal.keep, entries))
        (kept,) = store.journal.entries(BRIEF.id)
        assert store.journal.recall(key) == kept.completion


def test_another_database_is_refused_without_its_password():
    with pytest.raises(StorageError) as caught, Store.open("mysql://u:geheim@h/db"):
        pass
    assert caught.value.code == "record_url_unusable" and "geheim" not in str(caught.value) + caught.value.hint
