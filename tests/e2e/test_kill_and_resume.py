"""Kill -9 inside and between nodes; `agent resume` goes on and ends as an undisturbed run would."""

import json
import os
import signal

import processes
import pytest

pytestmark = pytest.mark.block_network(allowed_hosts=processes.HOSTS)
NODES = ["gate", "plan", "write", "assemble", "comply", "critique", "decide"]
DRAFT = ["draft", "--topic", "周末带爸妈去植物园", "--type", "education", "--as-of", "2026-11-24", "--format", "json"]
INSIDE = """
import functools, os, signal
from agent.graph import nodes
original = nodes.{node}
@functools.wraps(original)
async def killed(state, runtime):
    os.kill(os.getpid(), signal.SIGKILL)
nodes.{node} = killed
"""
BETWEEN = """
import os, signal
from agent import drafting
record = drafting.Drafting._record
def killed(self, brief, update):
    if "{key}" in update:
        os.kill(os.getpid(), signal.SIGKILL)
    record(self, brief, update)
drafting.Drafting._record = killed
"""


@pytest.fixture
def agent(tmp_path):
    env = {**os.environ, "KOSNOTE_HOME": str(tmp_path / "home")}

    def call(*arguments, before=""):
        return processes.call(*arguments, env=env, before=before)

    return call


def only_run(agent):
    runs = json.loads(agent("runs", "--format", "json").stdout)
    assert len(runs) == 1
    return runs[0]


def resumed_as_undisturbed(agent, before):
    killed = agent(*DRAFT, before=before)
    assert killed.returncode == -signal.SIGKILL
    assert killed.stdout == ""
    run = only_run(agent)
    assert run["outcome"] is None
    resumed = agent("resume", run["id"], "--format", "json")
    assert resumed.returncode == 0, resumed.stderr
    undisturbed = json.loads(agent(*DRAFT).stdout)
    ours = json.loads(resumed.stdout)
    assert ours["note"] == undisturbed["note"]
    assert ours["outcome"] == "in_review"
    assert agent("approve", run["id"], "--reviewer", "shenhe").returncode == 0


@pytest.mark.parametrize("node", NODES)
def test_a_run_killed_inside_a_node_is_resumed(agent, node):
    resumed_as_undisturbed(agent, INSIDE.format(node=node))


@pytest.mark.parametrize("key", ["refusal", "chosen_plan", "note", "last_report", "versions"])
def test_a_run_killed_after_a_node_is_resumed(agent, key):
    resumed_as_undisturbed(agent, BETWEEN.format(key=key))


def test_resuming_a_run_that_waits_for_a_person_repeats_nothing(agent):
    first = json.loads(agent(*DRAFT).stdout)
    again = json.loads(agent("resume", first["run"], "--format", "json").stdout)
    assert again == first
    assert agent("approve", first["run"], "--reviewer", "shenhe").returncode == 0
    second = agent("approve", first["run"], "--reviewer", "shenhe2")
    assert (second.returncode, second.stdout) == (2, "")
    assert "作出决定" in second.stderr


def test_an_approval_names_the_text_it_saw(agent):
    run = json.loads(agent(*DRAFT).stdout)["run"]
    other = agent("approve", run, "--reviewer", "shenhe", "--hash", "sha256:0")
    assert (other.returncode, other.stdout) == (2, "") and "哈希" in other.stderr
    shown = agent("show", run).stdout
    text_hash = next(line for line in shown.splitlines() if line.startswith("文本哈希：")).removeprefix("文本哈希：")
    assert agent("approve", run, "--reviewer", "shenhe", "--hash", text_hash).returncode == 0
    assert "shenhe approve" in agent("show", run).stdout


def test_a_rejected_run_keeps_its_reason(agent):
    run = json.loads(agent(*DRAFT).stdout)["run"]
    assert agent("reject", run, "--reviewer", "shenhe", "--reason", "素材太少").returncode == 0
    assert only_run(agent)["outcome"] == "rejected"
    assert "素材太少" in agent("show", run).stdout


def test_an_approval_killed_before_it_was_recorded_is_recorded_on_resume(agent):
    run = json.loads(agent(*DRAFT).stdout)["run"]
    before = (
        "import os, signal\nfrom agent.record import store\n"
        "store.write_decision = lambda *a, **k: os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    assert agent("approve", run, "--reviewer", "shenhe", before=before).returncode == -signal.SIGKILL
    assert json.loads(agent("resume", run, "--format", "json").stdout)["outcome"] == "approved"
    assert agent("show", run).stdout.count("shenhe approve") == 1
    agent("resume", run)
    assert agent("show", run).stdout.count("shenhe approve") == 1
