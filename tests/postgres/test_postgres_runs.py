"""Record and checkpoints on one real PostgreSQL: the same runs, and nothing lost when it goes away."""

import asyncio
import json
import re
import signal
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

import pytest
from scripted import DRAFT as MODEL_DRAFT
from scripted import GOOD, NOTE

from agent.briefs import Request, make_brief
from agent.drafting import open_drafting
from agent.errors import StorageError
from agent.graph.checkpoints import open_checkpoints
from agent.llm import CallKey, Completion, Entry
from agent.models import Brief
from agent.record import Store
from agent.settings import load_settings
from agent.workspace import load_workspace

pytestmark = pytest.mark.block_network(allowed_hosts=["127.0.0.1"])
TODAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
DRAFT = ["draft", "--topic", "周末带爸妈去植物园", "--type", "education", "--as-of", "2026-11-24", "--format", "json"]
INSIDE = """
import functools, os, signal
from agent.graph import nodes
@functools.wraps(nodes.{node})
async def killed(state, runtime):
    os.kill(os.getpid(), signal.SIGKILL)
nodes.{node} = killed
"""


def data_of(done, code=0):
    assert done.returncode == code, done.stderr
    return json.loads(done.stdout)


class TestRuns:
    def test_processes_that_share_only_the_database_write_approve_and_show(self, agent, tmp_path, cluster):
        drafted = data_of(agent(*DRAFT))
        assert drafted["outcome"] == "in_review"
        approved = agent("approve", drafted["run"], "--reviewer", "林审", "--reason", "可发")
        assert approved.returncode == 0, approved.stderr
        shown = agent("show", drafted["run"]).stdout
        assert "approved" in shown and "林审" in shown
        assert not list(tmp_path.rglob("*.db"))

    def test_it_writes_the_same_note_as_on_sqlite(self, agent):
        here = data_of(agent(*DRAFT))
        there = data_of(agent(*DRAFT, set={"KOSNOTE_DATABASE": ""}))
        assert here["note"] == there["note"] and here["report"]["findings"] == there["report"]["findings"]

    @pytest.mark.parametrize("node", ["write", "critique", "decide"])
    def test_a_run_killed_in_a_node_goes_on(self, agent, node):
        assert agent(*DRAFT, before=INSIDE.format(node=node)).returncode == -signal.SIGKILL
        (run,) = json.loads(agent("runs", "--format", "json").stdout)
        resumed = data_of(agent("resume", run["id"], "--format", "json"))
        assert resumed["note"] == data_of(agent(*DRAFT, set={"KOSNOTE_DATABASE": ""}))["note"]

    def test_two_processes_create_the_tables_at_once_and_both_write(self, agent):
        with ThreadPoolExecutor(4) as pool:
            done = list(pool.map(lambda seed: agent(*DRAFT, "--seed", str(seed)), range(4)))
        assert {data_of(each)["outcome"] for each in done} == {"in_review"}
        assert len(json.loads(agent("runs", "--format", "json").stdout)) == 4

    def test_twenty_runs_at_once_in_one_process(self, url, tmp_path):
        async def go():
            bank = load_workspace(None)
            async with open_drafting(bank, load_settings(home=tmp_path, database=url)) as drafting:
                briefs = [
                    make_brief(
                        Request(topic="周末带爸妈去植物园", note_type="education", seed=n), workspace=bank, as_of=TODAY
                    )[0]
                    for n in range(20)
                ]
                results = await asyncio.gather(*(drafting.draft(brief) for brief in briefs))
                return results, drafting.store.runs(limit=50)

        results, runs = asyncio.run(go())
        assert {result.outcome for result in results} == {"in_review"} and len(runs) == 20


class TestServer:
    def test_restarted_in_mid_run_it_loses_and_doubles_nothing(self, agent, cluster, endpoint):
        """The server goes down while the model is writing; what it answered is asked for no second time."""

        def restarting(request):
            cluster.restart()
            return NOTE

        endpoint.script = {**GOOD, "NoteDraft": [restarting, NOTE]}
        done = agent(*MODEL_DRAFT, "--format", "json", set=endpoint.env)
        if done.returncode == 0:
            data = json.loads(done.stdout)
        else:
            assert done.returncode == 2 and done.stdout == "" and "agent resume" in done.stderr, done.stderr
            (run,) = json.loads(agent("runs", "--format", "json").stdout)
            data = data_of(agent("resume", run["id"], "--format", "json", set=endpoint.env))
        assert data["outcome"] == "in_review" and data["note"]["title"] == NOTE["titles"][0]
        assert len(json.loads(agent("runs", "--format", "json").stdout)) == 1
        assert len(endpoint.asked("PlanDraft")) == 1 and len(endpoint.asked("NoteDraft")) <= 2

    def test_gone_it_is_told_without_the_password(self, agent, cluster):
        cluster.stop()
        try:
            for command in (DRAFT, ["runs"], ["doctor"]):
                done = agent(*command)
                assert done.returncode == 2
                told = done.stderr + done.stdout
                assert "连不上" in told and cluster.password not in told and "Traceback" not in told
        finally:
            cluster.start()

    def test_a_wrong_password_and_a_missing_database_are_told(self, agent, cluster, url):
        for wrong in (url.replace(cluster.password, "falsch-wort"), url.rsplit("/", 1)[0] + "/gibtsnicht"):
            for command in (["runs"], DRAFT):
                done = agent(*command, set={"KOSNOTE_DATABASE": wrong})
                assert done.returncode == 2 and done.stdout == "" and "不让登录" in done.stderr
                assert not re.search("falsch-wort|Traceback|psycopg", done.stderr)

    def test_doctor_names_both_and_no_password(self, agent, cluster):
        done = agent("doctor")
        assert done.returncode == 0, done.stdout
        assert done.stdout.count("PostgreSQL 可读写") == 2 and cluster.password not in done.stdout + done.stderr


class TestCheckpoints:
    async def test_many_that_make_the_tables_at_once_do_not_wait_for_each_other_for_ever(self, url):
        async def once():
            async with open_checkpoints(url) as saver:
                return await saver.aget_tuple({"configurable": {"thread_id": "none"}})

        async with asyncio.timeout(25):
            assert await asyncio.gather(*(once() for _ in range(6))) == [None] * 6

    async def test_a_user_without_rights_is_told_what_to_ask_for(self, url, cluster):
        cluster.execute("DROP ROLE IF EXISTS guest; CREATE ROLE guest LOGIN PASSWORD 'gast'")
        theirs = url.replace(f"kosnote:{cluster.password}", "guest:gast")
        with pytest.raises(StorageError) as caught:
            async with open_checkpoints(theirs):
                pass
        assert caught.value.code == "record_no_rights" and "GRANT" in caught.value.hint
        with pytest.raises(StorageError) as caught, Store.open(theirs):
            pass
        assert caught.value.code == "record_no_rights" and "gast" not in str(caught.value).replace("guest", "")


class TestRecord:
    BRIEF = Brief(id="20261124-aaaaaa", topic="伞", as_of=TODAY)

    def test_the_tables_are_upgraded_once_and_reopened(self, url, cluster):
        for _ in range(2):
            with Store.open(url) as store:
                store.start_run(self.BRIEF, author="offline", workspace="", created_at=NOW)
                assert store.run("20261124").brief == self.BRIEF
        assert cluster.execute("SELECT count(*) FROM runs", url.rsplit("/", 1)[1]) == "1"

    def test_two_writers_keep_one_reply_of_one_call(self, url):
        with Store.open(url) as store:
            store.start_run(self.BRIEF, author="m", workspace="", created_at=NOW)
            key = CallKey(run=self.BRIEF.id, node="write", round=1, digest="d")
            entries = [Entry(key=key, prompt="p", completion=Completion(text=str(n), model="m")) for n in range(8)]
            with ThreadPoolExecutor(8) as pool:
                list(pool.map(store.journal.keep, entries))
            (kept,) = store.journal.entries(self.BRIEF.id)
            assert store.journal.recall(key) == kept.completion

    def test_eight_writers_write_one_chain_while_it_is_verified(self, url):
        def write(number):
            run = f"r-{number}"
            store.start_run(self.BRIEF.model_copy(update={"id": run}), author="m", workspace="", created_at=NOW)
            for outcome in ("in_review", "approved"):
                store.finish_run(run, outcome, best_revision=None, updated_at=NOW)
            assert store.audit.verify().breaks == ()
            if number % 4 == 0:
                store.forget(run, erased_at=NOW)

        with Store.open(url) as store, ThreadPoolExecutor(8) as pool:
            list(pool.map(write, range(16)))
            report = store.audit.verify()
            assert (report.events, report.erased, report.breaks) == (16 * 3 + 4, 4, ())

    def test_a_row_changed_on_the_server_is_named(self, url, cluster):
        with Store.open(url) as store:
            store.start_run(self.BRIEF, author="m", workspace="", created_at=NOW)
            cluster.execute("UPDATE runs SET topic = 'x'", url.rsplit("/", 1)[1])
            assert [(b.code, b.run) for b in store.audit.verify().breaks] == [("audit_row_changed", self.BRIEF.id)]

    def test_a_server_restarted_between_two_calls_costs_a_reconnect(self, url, cluster):
        with Store.open(url) as store:
            store.start_run(self.BRIEF, author="m", workspace="", created_at=NOW)
            cluster.restart()
            assert store.run(self.BRIEF.id).brief == self.BRIEF

    def test_another_backend_is_refused_and_the_password_never_told(self):
        with pytest.raises(StorageError) as caught, Store.open("mysql://u:geheim@h/db"):
            pass
        assert "geheim" not in str(caught.value) + caught.value.hint
