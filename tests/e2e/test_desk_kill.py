"""Kill -9 during an approval: nothing is lost, the same word again finishes it, and nobody can decide it twice."""

import json
import os
import signal

import processes
import pytest

pytestmark = pytest.mark.block_network(allowed_hosts=processes.HOSTS)
DRAFT = ["draft", "--topic", "周末带爸妈去植物园", "--type", "education", "--as-of", "2026-11-24", "--format", "json"]
CUT = """
import os, signal
from {module} import {owner}
original = {owner}.{name}
def killed(self, *arguments, **given):
    if {first}:
        original(self, *arguments, **given)
    os.kill(os.getpid(), signal.SIGKILL)
{owner}.{name} = killed
"""
NODE = """
import functools, os, signal
from agent.graph import nodes
original = nodes.{node}
@functools.wraps(original)
async def killed(state, runtime):
    if {first}:
        await original(state, runtime)
    os.kill(os.getpid(), signal.SIGKILL)
nodes.{node} = killed
"""
CLAIMS = {"module": "agent.record.claims", "owner": "Claims"}
DRAFTING = {"module": "agent.drafting", "owner": "Drafting"}
STORE = {"module": "agent.record", "owner": "Store"}
WRITING = {"module": "agent.record", "owner": "store"}
CUTS = {
    "before the claim": CUT.format(**CLAIMS, name="take", first=False),
    "after the claim": CUT.format(**CLAIMS, name="take", first=True),
    "as the graph resumes": NODE.format(node="review", first=False),
    "once the graph has heard it": NODE.format(node="review", first=True),
    "before the last node": NODE.format(node="finish", first=False),
    "after the last node": CUT.format(**DRAFTING, name="_settle", first=False),
    "before the outcome is recorded": CUT.format(**STORE, name="finish_run", first=False),
    "between outcome and decision": CUT.format(**WRITING, name="write_decision", first=False),
    "before both are kept": CUT.format(**WRITING, name="write_decision", first=True),
    "after outcome and decision": CUT.format(**STORE, name="finish_run", first=True),
    "before the claim is given up": CUT.format(**CLAIMS, name="release", first=False),
}


@pytest.fixture
def agent(tmp_path):
    env = {**os.environ, "KOSNOTE_HOME": str(tmp_path / "home"), "KOSNOTE_AUTHOR": "offline"}
    return lambda *arguments, before="": processes.call(*arguments, env=env, before=before)


@pytest.fixture
def run(agent):
    done = agent(*DRAFT)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["run"]


@pytest.mark.parametrize("cut", CUTS)
def test_an_approval_killed_at_any_point_is_finished_by_the_same_word_again(agent, run, cut):
    word = ["approve", run, "--reviewer", "shenhe", "--reason", "已核对"]
    killed = agent(*word, before=CUTS[cut])
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    again = agent(*word)
    assert again.returncode == 0 and "已批准" in again.stdout, again.stderr
    assert agent("show", run).stdout.count("shenhe approve") == 1
    (kept,) = json.loads(agent("runs", "--format", "json").stdout)
    assert kept["outcome"] == "approved"
    assert agent("audit", "verify").returncode == 0


@pytest.mark.parametrize("cut", ["between outcome and decision", "before both are kept"])
def test_no_run_is_approved_without_its_approver(agent, run, cut):
    killed = agent("approve", run, "--reviewer", "shenhe", before=CUTS[cut])
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    (kept,) = json.loads(agent("runs", "--format", "json").stdout)
    assert kept["outcome"] == "in_review"
    assert "shenhe" not in agent("show", run).stdout


@pytest.mark.parametrize("cut", ["before the last node", "after the last node", "between outcome and decision"])
def test_what_the_graph_has_heard_stands_whoever_comes_next(agent, run, cut):
    killed = agent("approve", run, "--reviewer", "shenhe", before=CUTS[cut])
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    other = agent("reject", run, "--reviewer", "shenhe2", "--reason", "不行")
    assert other.returncode == 2, other.stderr
    shown = agent("show", run).stdout
    assert shown.count("shenhe approve") == 1 and "reject" not in shown
    assert agent("audit", "verify").returncode == 0


def test_what_only_claimed_the_run_keeps_nobody_out(agent, run):
    killed = agent("approve", run, "--reviewer", "shenhe", before=CUTS["after the claim"])
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert agent("reject", run, "--reviewer", "shenhe2", "--reason", "不行").returncode == 0
    assert agent("approve", run, "--reviewer", "shenhe").returncode == 2
    assert agent("audit", "verify").returncode == 0
