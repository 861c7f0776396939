"""Backup and restore: all comes back, in a database of either kind; half an archive or a changed one does not."""

import asyncio
import contextlib
import json
import threading
import zipfile
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import inspect

from agent.backup import back_up, read_manifest, restore
from agent.chat.session import open_chat
from agent.chat.values import Turn
from agent.errors import StorageError, UsageError
from agent.graph.state import Review
from agent.record import Store
from agent.record.transfer import CARRIED, LIVING, Transfer
from agent.settings import Settings
from agent.workspace import load_workspace

NOW = datetime(2026, 11, 24, 4, tzinfo=UTC)
TODAY = date(2026, 11, 24)
TOLD = "周二晚上六点四十下班，绕到青年路那家没有招牌的咖啡店，点了一杯耶加，32 块"
SAID = "老板说：下雨天豆子味道会闷一点，你别怪它"
pytestmark = pytest.mark.block_network(allowed_hosts=["127.0.0.1"])


@pytest.fixture
def settings_in(tmp_path, request):
    """Name an empty place: a folder for `sqlite`, a database of its own for `postgresql`."""

    def make(kind, name):
        database = request.getfixturevalue("cluster").create() if kind == "postgresql" else ""
        return Settings(home=tmp_path / name, author="offline", database=database)

    return make


def opened(settings):
    return open_chat(load_workspace(None), settings, now=lambda: NOW, today=lambda: TODAY)


async def filled(settings):
    """Leave a thread, a note that waits for a person, and one that was cut off in the middle."""
    async with opened(settings) as chat:
        session = chat.session("aning")
        await session.ask(Turn(key="a", text=f"{TOLD}\n{SAID}", intent="capture", persona="阿宁"))
        answer = await session.ask(Turn(key="b", text="写一篇下班绕路喝一杯手冲"))

        def cut(event):
            if event.node == "assemble":
                raise asyncio.CancelledError

        other = chat.drafting.store.run(answer.note.run).brief.model_copy(update={"id": "20261124-cut"})
        with contextlib.suppress(asyncio.CancelledError):
            await chat.drafting.draft(other, owner="aning", on_event=cut)
        return session.thread, answer.note.run


def contents(settings):
    with Transfer.open(settings.record_target) as transfer, transfer.snapshot() as snapshot:
        tables = {table: list(snapshot.rows(table)) for table in CARRIED}
    for row in tables["chat_threads"]:
        row |= {"worker": None, "leased_until": None}
    return tables


@pytest.mark.parametrize("into", ["sqlite", "postgresql"])
@pytest.mark.parametrize("out_of", ["sqlite", "postgresql"])
async def test_what_was_there_is_there_again_and_goes_on(settings_in, tmp_path, out_of, into):
    first, second = settings_in(out_of, "first"), settings_in(into, "second")
    thread, run = await filled(first)
    file = tmp_path / "backup.zip"
    manifest = await back_up(first, file, now=NOW)
    assert manifest.taken_from == out_of and manifest.members["record/runs.jsonl"].rows == 2
    assert await restore(second, file) == manifest
    assert contents(second) == contents(first)
    async with opened(second) as chat:
        assert chat.drafting.store.audit.verify() == manifest.audit and not manifest.audit.breaks
        session = chat.session("aning", thread)
        assert [exchange.answer is not None for exchange in session.history()] == [True, True]
        assert (await session.ask(Turn(key="c", text="换个开头"))).changes
        nodes = []
        resumed = await chat.drafting.resume("20261124-cut", on_event=lambda event: nodes.append(event.node))
        assert resumed.outcome == "in_review" and "comply" in nodes and "write" not in nodes
        text_hash = (await chat.drafting.peek(run)).note.text_hash
        reviewed = await chat.drafting.review(run, Review(action="approve", text_hash=text_hash, reviewer="合规"))
        assert reviewed.outcome == "approved"
        assert chat.drafting.store.audit.verify().breaks == ()


async def test_a_backup_is_one_moment_while_others_write(settings_in, tmp_path):
    settings = settings_in("sqlite", "home")
    await filled(settings)
    stop = threading.Event()

    def write():
        with Store.open(settings.record_target) as store:
            number = 0
            while not stop.is_set():
                number += 1
                store.threads.start(f"t-{number}", owner="xiaobei", created_at=NOW)
                turn = store.threads.begin(f"t-{number}", owner="xiaobei", key="k", said="{}", asked_at=NOW)
                store.threads.answer(turn, owner="xiaobei", answer="{}", state="{}", title="", answered_at=NOW)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(3):
            file = tmp_path / f"{number}.zip"
            manifest = await back_up(settings, file, now=NOW)
            assert not manifest.audit.breaks
            assert await restore(settings_in("sqlite", f"into-{number}"), file) == manifest
    finally:
        stop.set()
        writer.join()


async def test_every_table_is_carried_or_said_to_live_only(settings_in):
    settings = settings_in("sqlite", "home")
    with Store.open(settings.record_target) as store:
        there = set(inspect(store._database.engine).get_table_names()) - {"alembic_version"}
    assert set(CARRIED) | {table.name for table in LIVING} == there


@pytest.fixture
async def archive(settings_in, tmp_path):
    settings = settings_in("sqlite", "source")
    await filled(settings)
    await back_up(settings, tmp_path / "backup.zip", now=NOW)
    return tmp_path / "backup.zip"


def rewritten(archive, change):
    """Return a copy of an archive whose members went through `change(name, content)`; None leaves one out."""
    copy = archive.with_name("changed.zip")
    with zipfile.ZipFile(archive) as source, zipfile.ZipFile(copy, "w") as target:
        for name in source.namelist():
            content = change(name, source.read(name))
            if content is not None:
                target.writestr(name, content)
    return copy


CHANGES = {
    "a word of a note": lambda name, held: held.replace(b"in_review", b"approved") if "runs" in name else held,
    "a member is missing": lambda name, held: None if "approvals" in name else held,
    "a line is missing": lambda name, held: held.split(b"\n", 1)[1] if "versions" in name else held,
    "a checkpoint": lambda name, held: held[:-9] + b"aaaaaaaa\n" if "checkpoints" in name else held,
}


@pytest.mark.parametrize("change", CHANGES)
async def test_a_changed_archive_is_refused_before_anything_is_touched(archive, settings_in, change):
    into = settings_in("sqlite", "into")
    with pytest.raises(UsageError) as caught:
        await restore(into, rewritten(archive, CHANGES[change]))
    assert caught.value.code == "archive_changed" and not (into.home / "record.db").exists()


async def test_a_member_nobody_knows_is_refused(archive, settings_in):
    def add(name, held):
        if name != "manifest.json":
            return held
        manifest = json.loads(held)
        return json.dumps({**manifest, "members": {**manifest["members"], "../evil": {"rows": 0, "sha256": ""}}})

    with pytest.raises(UsageError) as caught:
        await restore(settings_in("sqlite", "into"), rewritten(archive, add))
    assert caught.value.code == "archive_changed"


async def test_a_change_whose_hash_was_computed_again_is_found_by_the_audit(archive, settings_in):
    import hashlib

    into = settings_in("sqlite", "into")
    changed = {}

    def change(name, held):
        if "record/runs" in name:
            changed[name] = held.replace(b"in_review", b"approved")
            return changed[name]
        if name == "manifest.json":
            manifest = json.loads(held)
            for member, content in changed.items():
                manifest["members"][member]["sha256"] = hashlib.sha256(content).hexdigest()
            return json.dumps(manifest)
        return held

    with pytest.raises(StorageError) as caught:
        await restore(into, rewritten(archive, change))
    assert caught.value.code == "archive_unfaithful"
    with Store.open(into.record_target) as store:
        assert store.runs() == () and store.audit.verify().events == 0


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x03\x04 half"])
async def test_what_is_no_archive_is_told(tmp_path, settings_in, content):
    file = tmp_path / "x.zip"
    file.write_bytes(content)
    with pytest.raises(UsageError) as caught:
        await restore(settings_in("sqlite", "into"), file)
    assert caught.value.code == "archive_unreadable" and caught.value.hint


async def test_an_archive_of_other_tables_is_told(archive, settings_in):
    def older(name, held):
        return json.dumps({**json.loads(held), "revision": "0005"}) if name == "manifest.json" else held

    with pytest.raises(UsageError) as caught:
        await restore(settings_in("sqlite", "into"), rewritten(archive, older))
    assert caught.value.code == "archive_of_other_tables" and "0005" in caught.value.message


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_a_record_that_holds_something_is_replaced_only_by_force_and_then_wholly(archive, settings_in, kind):
    into = settings_in(kind, "into")
    async with opened(into) as chat:
        session = chat.session("xiaobei")
        await session.ask(Turn(key="a", text=TOLD.replace("青年路", "槐树街"), intent="capture", persona="阿宁"))
        answer = await session.ask(Turn(key="b", text="写一篇下班绕路喝一杯手冲"))
    before = contents(into)
    with pytest.raises(UsageError) as caught:
        await restore(into, archive)
    assert caught.value.code == "restore_not_empty" and contents(into) == before
    await restore(into, archive, force=True)
    async with opened(into) as chat:
        assert chat.threads("xiaobei") == () and len(chat.drafting.store.runs()) == 2
        gone = await chat.drafting.checkpointer.aget_tuple({"configurable": {"thread_id": answer.note.run}})
        assert gone is None
        assert chat.drafting.store.audit.verify() == read_manifest(archive).audit


async def test_a_file_that_is_there_is_kept_unless_forced_and_nobody_else_may_read_it(archive, settings_in):
    settings = settings_in("sqlite", "source")
    held = archive.read_bytes()
    with pytest.raises(UsageError) as caught:
        await back_up(settings, archive, now=NOW)
    assert caught.value.code == "backup_exists" and archive.read_bytes() == held
    await back_up(settings, archive, now=NOW.replace(hour=5), force=True)
    assert read_manifest(archive).taken_at.hour == 5
    assert archive.stat().st_mode & 0o077 == 0
    assert [path.name for path in archive.parent.iterdir() if "part" in path.name] == []


async def test_a_backup_that_fails_leaves_no_half_file(settings_in, tmp_path):
    settings = settings_in("sqlite", "source")
    await filled(settings)
    (settings.home / "checkpoints.db").write_bytes(b"no database " * 1000)
    for extra in ("-wal", "-shm"):
        (settings.home / f"checkpoints.db{extra}").unlink(missing_ok=True)
    with pytest.raises(StorageError):
        await back_up(settings, tmp_path / "b.zip", now=NOW)
    assert not list(tmp_path.glob("*b.zip*")) and not list(tmp_path.glob(".b.zip*"))


async def test_nothing_to_back_up_is_told(settings_in, tmp_path):
    with pytest.raises(UsageError) as caught:
        await back_up(settings_in("sqlite", "nowhere"), tmp_path / "b.zip", now=NOW)
    assert caught.value.code == "backup_nothing"


async def test_nobody_is_signed_in_after_a_restore(archive, settings_in):
    with zipfile.ZipFile(archive) as held:
        assert not [name for name in held.namelist() if "session" in name or "claims" in name]
