"""Record and checkpoints in one PostgreSQL: the same runs as on files, from as many processes as one likes."""

import asyncio
import json
import signal
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import processes
import pytest

from agent.briefs import Request, make_brief
from agent.drafting import open_drafting
from agent.graph.checkpoints import open_checkpoints
from agent.record import Store
from agent.settings import load_settings
from agent.workspace import load_workspace

pytestmark = pytest.mark.block_network(allowed_hosts=processes.HOSTS)
INSIDE = """
import functools, os, signal
from agent.graph import nodes
@functools.wraps(nodes.{node})
async def killed(state, runtime):
    os.kill(os.getpid(), signal.SIGKILL)
nodes.{node} = killed
"""


def data_of(done):
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def the_run(url):
    with Store.open(url) as store:
        (run,) = store.runs()
        return run


def test_processes_that_share_only_the_database_write_approve_and_show(
    agent, drafting_command, tmp_path, undisturbed, url, cluster
):
    drafted = data_of(agent(*drafting_command))
    assert drafted["outcome"] == "in_review" and drafted["note"] == undisturbed["note"]
    assert drafted["report"]["findings"] == undisturbed["report"]["findings"]
    approved = agent("approve", drafted["run"], "--reviewer", "shenhe", "--reason", "可发")
    assert approved.returncode == 0, approved.stderr
    shown = agent("show", drafted["run"])
    assert "approved" in shown.stdout and "shenhe" in shown.stdout
    with Store.open(url) as store:
        assert store.audit.verify().breaks == ()
    assert not list(tmp_path.rglob("*.db"))
    assert cluster.password not in shown.stdout + shown.stderr + approved.stdout + approved.stderr


@pytest.mark.parametrize("node", ["write", "critique", "decide"])
def test_a_run_killed_in_a_node_goes_on_in_another_process(agent, drafting_command, node, undisturbed, url):
    assert agent(*drafting_command, before=INSIDE.format(node=node)).returncode == -signal.SIGKILL
    resumed = data_of(agent("resume", the_run(url).id, "--format", "json"))
    assert resumed["note"] == undisturbed["note"] and resumed["outcome"] == the_run(url).outcome == "in_review"
    with Store.open(url) as store:
        assert len(store.versions(resumed["run"])) == len(resumed["rounds"])


def test_processes_that_find_no_tables_make_them_together_and_all_write(agent, drafting_command, url):
    with ThreadPoolExecutor(3) as pool:
        done = list(pool.map(lambda seed: agent(*drafting_command, "--seed", str(seed)), range(3)))
    assert {data_of(each)["outcome"] for each in done} == {"in_review"}
    with Store.open(url) as store:
        assert {run.id for run in store.runs()} == {data_of(each)["run"] for each in done}
        assert store.audit.verify().breaks == ()


async def test_twenty_runs_at_once_in_one_process(url, tmp_path):
    bank = load_workspace(None)
    requests = [Request(topic="周末带爸妈去植物园", note_type="education", seed=seed) for seed in range(20)]
    briefs = [make_brief(request, workspace=bank, as_of=date(2026, 11, 24))[0] for request in requests]
    async with open_drafting(bank, load_settings(home=tmp_path, database=url)) as drafting:
        results = await asyncio.gather(*map(drafting.draft, briefs))
        assert {result.outcome for result in results} == {"in_review"}
        assert {run.id for run in drafting.store.runs(limit=50)} == {brief.id for brief in briefs}
        assert drafting.store.audit.verify().breaks == ()


async def test_checkpoints_opened_at_once_on_no_tables_do_not_wait_for_each_other_for_ever(url):
    async def once():
        async with open_checkpoints(url) as saver:
            return await saver.aget_tuple({"configurable": {"thread_id": "none"}})

    async with asyncio.timeout(25):
        assert await asyncio.gather(*(once() for _ in range(6))) == [None] * 6


async def test_forgetting_a_run_leaves_no_byte_of_it_in_the_checkpoints(url, tmp_path, cluster):
    bank = load_workspace(None)
    brief, _ = make_brief(
        Request(topic="周末带爸妈去植物园", note_type="education"), workspace=bank, as_of=date(2026, 11, 24)
    )
    async with open_drafting(bank, load_settings(home=tmp_path, database=url)) as drafting:
        await drafting.draft(brief)
        await drafting.forget(brief.id)
        assert drafting.store.run(brief.id).erased_at is not None and drafting.store.audit.verify().breaks == ()
    for table in ("checkpoints", "checkpoint_blobs", "checkpoint_writes", "versions", "grounds"):
        assert cluster.execute(f"SELECT count(*) FROM {table}", url.rsplit("/", 1)[1]) == "0", table
