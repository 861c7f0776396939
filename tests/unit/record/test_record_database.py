"""The file under the record: upgrades, many writers, and everything a disk can do."""

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from threading import Timer

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import QueuePool, create_engine, event

from agent.errors import StorageError
from agent.record import Store
from agent.record import engine as engine_module
from agent.record.database import Database
from agent.record.engine import HEAD, KNOWN, MIGRATIONS
from agent.record.tables import metadata

WRITER = """
import json, sys
from datetime import UTC, datetime
from agent.models import Brief, Round
from agent.record import Store

path, name, round_json = sys.argv[1:]
now = datetime(2026, 11, 24, tzinfo=UTC)
round_ = Round.model_validate_json(round_json)
print("ready", flush=True)
sys.stdin.readline()
for number in range(20):
    with Store.open(path) as store:
        for run in (f"{name}-{number}", f"shared-{number}"):
            brief = Brief(id=run, topic="主题", as_of=now.date())
            store.start_run(brief, author=name, workspace="", created_at=now)
            store.save_version(run, 1, round_, saved_at=now)
            store.finish_run(run, "ready", best_revision=1, updated_at=now)
"""


def test_two_processes_write_one_new_database_at_once(tmp_path, make_round):
    path = tmp_path / "record.db"
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path), name, make_round(severity="fix").model_dump_json()],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for name in ("甲", "乙")
    ]  # fmt: skip
    for writer in writers:
        writer.stdout.readline()
    for writer in writers:
        writer.stdin.write("\n")
        writer.stdin.flush()
    for writer in writers:
        _, told = writer.communicate(timeout=120)
        assert writer.returncode == 0, told
    with Store.open(path) as store:
        runs = store.runs(limit=100)
        assert len(runs) == 60
        assert all(len(store.versions(run.id)) == 1 for run in runs)


def test_the_tables_made_by_migrations_are_the_tables_the_program_reads(store):
    with store._database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"target_metadata": metadata})
        assert compare_metadata(context, metadata) == []


def test_head_is_the_last_migration_and_known_are_all():
    scripts = ScriptDirectory(str(MIGRATIONS))
    assert scripts.get_heads() == [HEAD]
    assert {script.revision for script in scripts.walk_revisions()} == KNOWN


def test_a_database_at_head_is_opened_without_alembic(store, path):
    script = "import sys; from agent.record import Store\nwith Store.open(sys.argv[1]): print('alembic' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script, path], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_writers_wait_readers_do_not_and_rows_hold_together(store):
    with store._database.engine.connect() as connection:
        ask = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in PRAGMAS}
    assert ask == PRAGMAS


PRAGMAS = {"journal_mode": "wal", "busy_timeout": 30_000, "foreign_keys": 1}


def test_an_upgrade_that_breaks_leaves_nothing_behind(tmp_path, monkeypatch):
    path = tmp_path / "record.db"

    def fail_late(connection, *_):
        def watch(conn, cursor, statement, *rest):
            if "CREATE TABLE approvals" in statement:
                raise sqlite3.OperationalError("power cut")

        event.listen(connection, "before_cursor_execute", watch)

    event.listen(engine_module.Engine, "engine_connect", fail_late)
    try:
        with pytest.raises(StorageError), Store.open(path):
            pass
    finally:
        event.remove(engine_module.Engine, "engine_connect", fail_late)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == []
    with Store.open(path) as store:
        assert store.runs() == ()


def refusal(path):
    with pytest.raises(StorageError) as caught, Store.open(path):
        pass
    assert str(path) in caught.value.message and caught.value.hint and caught.value.exit_code == 2
    return caught.value


def test_a_database_newer_than_the_program_says_so(store, path):
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    error = refusal(path)
    assert "9999" in error.message and HEAD in error.message and "升级" in error.hint


def test_a_folder_in_its_place(tmp_path):
    assert refusal(tmp_path).code == "record_is_folder"


def test_a_file_where_its_folder_should_be(tmp_path):
    (tmp_path / "taken").write_text("")
    assert refusal(tmp_path / "taken" / "record.db").code == "record_unusable"


def test_a_file_that_is_no_database(tmp_path):
    path = tmp_path / "record.db"
    path.write_bytes("这不是数据库。".encode() * 200)
    error = refusal(path)
    assert error.code == "record_damaged" and "备份" in error.hint


def test_a_database_damaged_in_the_middle(store, path, start):
    for number in range(60):
        start(f"r-{number}", topic="很长的主题" * 100)
    store._database.engine.dispose()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = bytearray(path.read_bytes())
    content[4096 * 3 :] = b"\xff" * (len(content) - 4096 * 3)
    path.write_bytes(content)
    with pytest.raises(StorageError) as caught, Store.open(path) as again:
        again.runs(limit=100)
    assert caught.value.code == "record_damaged" and str(path) in caught.value.message


def as_somebody_else(script, *arguments):
    """Run a script without the power to write where root can."""
    drop = "import os\nif os.geteuid() == 0: os.seteuid(65534)\n"
    load = "import sys, alembic.command, alembic.ddl.sqlite\nfrom agent.record import Store\n"
    load += "from agent.errors import StorageError\n"
    return subprocess.run(
        [sys.executable, "-c", load + drop + script, *map(str, arguments)], capture_output=True, text=True, timeout=60
    )


OPEN_AND_TELL = """
try:
    with Store.open(sys.argv[1]) as store:
        store.runs()
except StorageError as error:
    print(error.code, error.message, error.hint, sep="\\n")
"""


@pytest.mark.skipif(os.name == "nt", reason="folder permissions are POSIX")
@pytest.mark.parametrize("existing", [False, True])
def test_a_read_only_folder(tmp_path, existing):
    folder = tmp_path / "home"
    folder.mkdir()
    if existing:
        with Store.open(folder / "record.db"):
            pass
        (folder / "record.db").chmod(0o444)
    folder.chmod(0o555)
    for parent in (tmp_path, *tmp_path.parents[:-1]):
        if parent.stat().st_uid == os.getuid() and parent != Path("/tmp"):
            parent.chmod(parent.stat().st_mode | 0o055)
    done = as_somebody_else(OPEN_AND_TELL, folder / "record.db")
    folder.chmod(0o755)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0] in ("record_read_only", "record_unusable"), done.stdout + done.stderr
    assert str(folder / "record.db") in done.stdout and "KOSNOTE_HOME" in done.stdout


FILL = """
import resource, sys
from datetime import UTC, datetime
from agent.errors import StorageError
from agent.models import Brief
from agent.record import Store
now = datetime(2026, 11, 24, tzinfo=UTC)
def start(store, number):
    brief = Brief(id=f"r-{number}", topic="SECRET" * 2000, as_of=now.date())
    store.start_run(brief, author="a", workspace="", created_at=now)
with Store.open(sys.argv[1]) as store:
    start(store, 0)
    resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, resource.RLIM_INFINITY))
    try:
        for number in range(1, 500):
            start(store, number)
    except StorageError as error:
        print(error.message, error.hint, sep="\\n")
"""


@pytest.mark.skipif(os.name == "nt", reason="file size limits are POSIX")
def test_a_file_that_may_not_grow_ends_the_step_and_keeps_what_was_written(tmp_path):
    path = tmp_path / "record.db"
    done = subprocess.run([sys.executable, "-c", FILL, path], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert str(path) in done.stdout and "SECRET" not in done.stdout + done.stderr
    with Store.open(path) as store:
        assert store.run("r-0").brief.topic.startswith("SECRET")


def test_a_full_disk_says_so_and_keeps_what_was_written(store, start):
    start("before")
    event.listen(store._database.engine, "connect", lambda connection, _: connection.execute("PRAGMA max_page_count=1"))
    store._database.engine.dispose()
    with pytest.raises(StorageError) as caught:
        for number in range(500):
            start(f"r-{number}", topic="很长的主题" * 500)
    assert caught.value.code == "record_disk_full" and "磁盘空间" in caught.value.hint
    assert store.run("before").id == "before"


def test_a_new_file_another_program_is_just_making_is_waited_for(tmp_path):
    path = tmp_path / "record.db"
    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other:
        other.execute("CREATE TABLE somebody (name)")
        other.execute("BEGIN IMMEDIATE")
        release = Timer(0.2, other.execute, ["ROLLBACK"])
        release.start()
        with Store.open(path) as store:
            assert store.runs() == ()
        release.join()


def test_a_lock_that_is_never_released_is_told_as_such(tmp_path, monkeypatch, make_brief, began):
    path = tmp_path / "record.db"
    monkeypatch.setattr(engine_module, "BUSY_TIMEOUT_MS", 1)
    with Store.open(path) as store, closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageError) as caught:
            store.start_run(make_brief(), author="a", workspace="", created_at=began)
        assert caught.value.code == "record_busy"
        assert store.runs() == ()


@pytest.mark.parametrize("url", ["nonsense://somewhere/x", "postgresql+nodriver://u:geheim@host/db"])
def test_a_url_nobody_can_open_is_told_without_its_password(url):
    with pytest.raises(StorageError) as caught, Store.open(url):
        pass
    assert caught.value.code == "record_url_unusable" and "geheim" not in caught.value.message


def test_a_sqlite_url_is_the_same_as_a_path(tmp_path):
    path = tmp_path / "record.db"
    with Store.open(f"sqlite:///{path}") as store:
        assert store.runs() == ()
    assert path.exists()


def test_errors_and_their_causes_hold_no_text_of_a_note(store, start, began, make_round):
    with pytest.raises(StorageError) as caught:
        store.save_version("no-such-run", 1, make_round("绝密的一句话。"), saved_at=began)
    told = "".join(str(error) for error in (caught.value, caught.value.__cause__, caught.value.hint))
    assert "绝密" not in told and json.dumps("绝密") not in told


def test_a_pool_whose_connections_are_all_at_work_is_told_as_crowded():
    tiny = create_engine("sqlite://", poolclass=QueuePool, pool_size=1, max_overflow=0, pool_timeout=0.01)
    database, heard = Database(tiny, "record.db"), []
    database.on_error(heard.append)
    with database.reading(), pytest.raises(StorageError) as caught, database.reading():
        pass
    assert caught.value.code == "record_crowded" and caught.value.hint
    assert heard == ["record_crowded"]
    tiny.dispose()
