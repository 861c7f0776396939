"""A PostgreSQL that restarts, is gone, or refuses: a plain sentence and nothing lost or doubled."""

import asyncio
import json
import re
from datetime import UTC, date, datetime

import httpx
import processes
import pytest
from scripted import DRAFT as MODEL_DRAFT
from scripted import GOOD, NOTE

from agent.briefs import Request, make_brief
from agent.drafting import open_drafting
from agent.errors import StorageError
from agent.graph import postgres
from agent.graph.checkpoints import open_checkpoints
from agent.models import Brief
from agent.record import Store
from agent.settings import load_settings
from agent.web.app import build_app
from agent.workspace import load_workspace

pytestmark = pytest.mark.block_network(allowed_hosts=processes.HOSTS)
TODAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
BRIEF = Brief(id="20261124-aaaaaa", topic="伞", as_of=TODAY)


@pytest.fixture
def opened(url, tmp_path):
    """Open a drafting on the database, and the brief it is about."""
    bank = load_workspace(None)
    request = Request(topic="周末带爸妈去植物园", note_type="education")
    brief, _ = make_brief(request, workspace=bank, as_of=TODAY)
    return lambda: open_drafting(bank, load_settings(home=tmp_path, database=url)), brief


@pytest.fixture
def stopped(cluster):
    """Stop the server when called, and see that it runs again afterwards."""
    down = []

    def stop():
        cluster.stop()
        down.append(True)

    def start():
        if down:
            cluster.start()
            down.clear()

    stop.start = start
    yield stop
    start()


def after(node, work):
    """Do something once, when a node has ended."""
    done = []

    def on_event(event):
        if event.node == node and not done:
            done.append(node)
            work()

    return on_event


@pytest.mark.parametrize("node", ["plan", "assemble", "critique"])
async def test_restarted_in_mid_run_it_costs_a_reconnect_or_a_resume(opened, cluster, undisturbed, node):
    """Between two writes the run does not notice; in the middle of one it stops plainly and is resumed."""
    open_, brief = opened
    async with open_() as drafting:
        try:
            result = await drafting.draft(brief, on_event=after(node, cluster.restart))
        except StorageError as error:
            assert error.code == "record_unreachable" and "agent resume" in error.hint
            result = await drafting.resume(brief.id)
        assert result.outcome == "in_review"
        assert result.note.title == undisturbed["note"]["title"] and result.note.body == undisturbed["note"]["body"]
        assert len(drafting.store.versions(brief.id)) == len(result.rounds)
        assert drafting.store.audit.verify().breaks == ()


async def test_gone_in_mid_run_the_run_ends_plainly_and_goes_on_when_it_is_back(
    opened, stopped, undisturbed, monkeypatch
):
    monkeypatch.setattr(postgres, "RECONNECT_SECONDS", 0.5)
    open_, brief = opened
    with pytest.raises(StorageError) as caught:
        async with open_() as drafting:
            await drafting.draft(brief, on_event=after("write", stopped))
    assert caught.value.code == "record_unreachable" and "agent resume" in caught.value.hint
    stopped.start()
    async with open_() as drafting:
        result = await drafting.resume(brief.id)
        assert result.outcome == "in_review" and result.note.body == undisturbed["note"]["body"]
        assert len(drafting.store.versions(brief.id)) == len(result.rounds)
        assert drafting.store.audit.verify().breaks == ()


def test_gone_while_a_model_writes_nothing_that_was_answered_is_asked_again(agent, stopped, endpoint, cluster):
    def stopping(request):
        stopped()
        return NOTE

    endpoint.script = {**GOOD, "NoteDraft": [stopping, NOTE]}
    impatient = "from agent.graph import postgres; postgres.RECONNECT_SECONDS = 0.5\n"
    done = agent(*MODEL_DRAFT, "--format", "json", set=endpoint.env, before=impatient)
    assert done.returncode == 2 and done.stdout == "" and "连不上" in done.stderr and "agent resume" in done.stderr
    assert not re.search(f"{cluster.password}|Traceback|psycopg|pool-", done.stderr)
    stopped.start()
    (run,) = json.loads(agent("runs", "--format", "json").stdout)
    resumed = agent("resume", run["id"], "--format", "json", set=endpoint.env)
    data = json.loads(resumed.stdout)
    assert data["outcome"] == "in_review" and data["note"]["title"] == NOTE["titles"][0], resumed.stderr
    assert len(endpoint.asked("PlanDraft")) == 1 and len(endpoint.asked("NoteDraft")) == 2


def test_not_there_at_the_start_every_command_says_so(agent, drafting_command, stopped, cluster):
    stopped()
    for command in (drafting_command, ["runs"], ["doctor"]):
        done = agent(*command)
        told = done.stderr + done.stdout
        assert done.returncode == 2 and "连不上" in told
        assert not re.search(f"{cluster.password}|Traceback|psycopg|pool-", told)


def test_a_wrong_password_and_a_missing_database_are_told(agent, drafting_command, cluster, url):
    for wrong in (url.replace(cluster.password, "falsch-wort"), url.rsplit("/", 1)[0] + "/gibtsnicht"):
        for command in (["runs"], drafting_command):
            done = agent(*command, set={"KOSNOTE_DATABASE": wrong})
            assert done.returncode == 2 and done.stdout == "" and "不让登录" in done.stderr
            assert not re.search(f"falsch-wort|{cluster.password}|Traceback|psycopg|pool-", done.stderr)


@pytest.fixture
def guest(cluster, url):
    """Make a user whom the server lets in, and return the address; `limit` bounds its connections."""

    def make(limit=-1):
        cluster.execute(f"DROP ROLE IF EXISTS guest; CREATE ROLE guest LOGIN CONNECTION LIMIT {limit} PASSWORD 'gast'")
        return url.replace(f"kosnote:{cluster.password}", "guest:gast")

    return make


def refusals(url):
    """Return what the record and the checkpoints say."""

    async def checkpoints():
        async with open_checkpoints(url):
            pass

    with pytest.raises(StorageError) as of_record, Store.open(url):
        pass
    with pytest.raises(StorageError) as of_checkpoints:
        asyncio.run(checkpoints())
    return of_record.value, of_checkpoints.value


def test_a_user_without_rights_is_told_what_to_ask_for(guest):
    for error in refusals(guest()):
        assert error.code == "record_no_rights" and "GRANT" in error.hint


def test_a_server_without_a_free_connection_is_told_as_such(guest):
    for error in refusals(guest(limit=0)):
        assert error.code == "record_crowded" and "max_connections" in error.hint


def fill_up(cluster, database, table):
    """Let a trigger raise what a server raises when its disk is full."""
    cluster.execute(
        "CREATE FUNCTION full_disk() RETURNS trigger AS $$ BEGIN RAISE SQLSTATE '53100'; END $$ LANGUAGE plpgsql;"
        f"CREATE TRIGGER full_disk BEFORE INSERT ON {table} EXECUTE FUNCTION full_disk()",
        database,
    )


def test_a_full_disk_is_told_and_what_stood_before_stands(url, cluster):
    database = url.rsplit("/", 1)[1]
    with Store.open(url) as store:
        store.start_run(BRIEF, author="m", workspace="", created_at=NOW)
        cluster.execute(
            "CREATE FUNCTION full_disk() RETURNS trigger AS $$ BEGIN RAISE SQLSTATE '53100'; END $$ LANGUAGE plpgsql;"
            "CREATE TRIGGER full_disk BEFORE INSERT ON runs EXECUTE FUNCTION full_disk()", database,
        )  # fmt: skip
        with pytest.raises(StorageError) as caught:
            store.start_run(BRIEF.model_copy(update={"id": "r-2"}), author="m", workspace="", created_at=NOW)
        assert caught.value.code == "record_disk_full" and "磁盘" in caught.value.message
        assert [run.id for run in store.runs()] == [BRIEF.id] and store.audit.verify().breaks == ()


async def test_a_disk_that_fills_in_mid_run_ends_it_plainly_and_the_run_goes_on_later(opened, cluster, url):
    open_, brief = opened
    database = url.rsplit("/", 1)[1]
    with pytest.raises(StorageError) as caught:
        async with open_() as drafting:
            await drafting.draft(brief, on_event=after("write", lambda: fill_up(cluster, database, "checkpoints")))
    assert caught.value.code == "record_disk_full"
    cluster.execute("DROP TRIGGER full_disk ON checkpoints", database)
    async with open_() as drafting:
        assert (await drafting.resume(brief.id)).outcome == "in_review"


def test_restarted_between_two_calls_the_record_reconnects(url, cluster):
    with Store.open(url) as store:
        store.start_run(BRIEF, author="m", workspace="", created_at=NOW)
        cluster.restart()
        assert store.run(BRIEF.id).brief == BRIEF


def test_doctor_names_both_and_no_password(agent, cluster):
    done = agent("doctor")
    assert done.returncode == 0, done.stdout
    assert done.stdout.count("PostgreSQL 可读写") == 2 and cluster.password not in done.stdout + done.stderr


async def test_a_server_whose_database_is_gone_is_alive_and_not_ready(url, tmp_path, stopped, cluster):
    settings = load_settings(
        home=tmp_path, database=url, author="offline", web={"ready_seconds": 20, "stop_seconds": 0}
    )
    app = build_app(load_workspace(None), settings, pages=False)
    transport = httpx.ASGITransport(app=app, client=("127.0.0.1", 4000))
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client,
    ):
        assert (await client.get("/readyz")).json()["status"] == "ready"
        stopped()
        gone = await client.get("/readyz")
        assert gone.status_code == 503 and gone.json()["parts"]["record"] == "record_unreachable"
        assert gone.json()["parts"]["checkpoints"] != "ok" and cluster.password not in gone.text
        assert (await client.get("/healthz")).status_code == 200
        numbers = await client.get("/metrics")
        assert 'kosnote_storage_errors_total{code="record_unreachable"}' in numbers.text
        stopped.start()
        for _ in range(240):  # the pool tries again at intervals that grow
            back = (await client.get("/readyz")).json()["status"]
            if back == "ready":
                break
            await asyncio.sleep(0.5)
        assert back == "ready"
