"""Kill -9 when a node has ended and its checkpoint is not written: nothing lost, no decision turned into another."""

import json
import os
import signal

import processes
import pytest

pytestmark = pytest.mark.block_network(allowed_hosts=processes.HOSTS)
DRAFT = ["draft", "--topic", "周末带爸妈去植物园", "--type", "education", "--as-of", "2026-11-24", "--format", "json"]
AT = """
import asyncio, os, signal
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
write, left = AsyncSqliteSaver.aput, [{number}]
async def killed(self, *given):
    left[0] -= 1
    if not left[0]:
        await asyncio.sleep(0.2)  # what the node wrote is kept beside, and by now it is
        os.kill(os.getpid(), signal.SIGKILL)
    return await write(self, *given)
AsyncSqliteSaver.aput = killed
"""
CHECKPOINTS = 9  # of a run that waits for a person: the brief, then one for each step up to review


@pytest.fixture
def agent(tmp_path):
    env = {**os.environ, "KOSNOTE_HOME": str(tmp_path / "home")}

    def call(*arguments, before="", code=0):
        done = processes.call(*arguments, env=env, before=before)
        assert done.returncode == code, done.stderr
        return done

    return call


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    env = {**os.environ, "KOSNOTE_HOME": str(tmp_path_factory.mktemp("undisturbed"))}
    return json.loads(processes.call(*DRAFT, env=env).stdout)


@pytest.mark.parametrize("number", range(1, CHECKPOINTS))
def test_killed_before_a_checkpoint_a_run_goes_on_to_the_same_note(agent, undisturbed, number):
    agent(*DRAFT, before=AT.format(number=number), code=-signal.SIGKILL)
    (run,) = json.loads(agent("runs", "--format", "json").stdout)
    resumed = json.loads(agent("resume", run["id"], "--format", "json").stdout)
    assert resumed["outcome"] == "in_review" and resumed["note"] == undisturbed["note"]
    assert len(resumed["rounds"]) == len(undisturbed["rounds"])
    assert "没有改动" not in agent("audit", "verify").stderr


def test_an_undisturbed_run_writes_as_many_checkpoints(agent):
    agent(*DRAFT, before=AT.format(number=CHECKPOINTS))


def test_a_decision_that_was_taken_when_the_process_died_stands(agent):
    run = json.loads(agent(*DRAFT).stdout)["run"]
    approve = ["approve", run, "--reviewer", "shenhe"]
    agent(*approve, before=AT.format(number=1), code=-signal.SIGKILL)
    refused = agent("reject", run, "--reviewer", "shenhe", "--reason", "改主意", code=2)
    assert "shenhe" in refused.stderr and "作出决定（approve）" in refused.stderr
    assert json.loads(agent("resume", run, "--format", "json").stdout)["outcome"] == "approved"
    assert "shenhe approve" in agent("show", run).stdout
