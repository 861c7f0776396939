"""Kill -9 during a turn of `agent chat`: the thread goes on where it stopped, and nothing is done twice."""

import json
import os
import re
import signal

import processes
import pytest

pytestmark = pytest.mark.block_network(allowed_hosts=processes.HOSTS)
TOLD = "周二晚上六点四十下班，绕到青年路那家没有招牌的咖啡店，点了一杯耶加，32 块"
SAID = "老板说：下雨天豆子味道会闷一点，你别怪它"
KILL = "import os, signal\n"
INSIDE = (
    KILL
    + """
import functools
from agent.graph import nodes
original = nodes.{node}
@functools.wraps(original)
async def killed(state, runtime):
    os.kill(os.getpid(), signal.SIGKILL)
nodes.{node} = killed
"""
)
BEFORE = (
    KILL
    + """
from {module} import {owner}
original = {owner}.{name}
def killed(self, *arguments, **given):
    if {when}:
        os.kill(os.getpid(), signal.SIGKILL)
    return original(self, *arguments, **given)
{owner}.{name} = killed
"""
)
AFTER = (
    KILL
    + """
from {module} import {owner}
original = {owner}.{name}
def killed(self, *arguments, **given):
    done = original(self, *arguments, **given)
    if {when}:
        os.kill(os.getpid(), signal.SIGKILL)
    return done
{owner}.{name} = killed
"""
)
SECOND_TURN = "arguments[0].number == 2"
THIRD_TURN = "arguments[0].number == 3"
THREADS = {"module": "agent.record.threads", "owner": "ThreadStore"}
DRAFTING = {"module": "agent.drafting", "owner": "Drafting"}
DRAFT_CUTS = {
    "before the work is settled": BEFORE.format(**THREADS, name="intend", when=SECOND_TURN),
    "before the run begins": AFTER.format(**THREADS, name="intend", when=SECOND_TURN),
    "inside a node": INSIDE.format(node="comply"),
    "after the last node": BEFORE.format(**DRAFTING, name="_settle", when="True"),
    "between the work and the answer": BEFORE.format(**THREADS, name="answer", when=SECOND_TURN),
    "after the answer": AFTER.format(**THREADS, name="answer", when=SECOND_TURN),
}
EDIT_CUTS = {
    "before the edit reaches the run": AFTER.format(**THREADS, name="intend", when=THIRD_TURN),
    "inside its check": INSIDE.format(node="comply"),
    "before it is recorded": BEFORE.format(module="agent.record", owner="Store", name="finish_run", when="True"),
    "between the work and the answer": BEFORE.format(**THREADS, name="answer", when=THIRD_TURN),
}


@pytest.fixture
def agent(tmp_path):
    env = {**os.environ, "KOSNOTE_HOME": str(tmp_path / "home"), "KOSNOTE_AUTHOR": "offline"}
    return lambda *arguments, before="": processes.call(*arguments, env=env, before=before)


@pytest.fixture
def chat(agent):
    """Say these lines in a thread; the last entry of the outcome is what the record then holds."""

    def call(*lines, thread="", before=""):
        said = [option for line in lines for option in ("--say", line)] or ["--say", ""]
        where = ["--thread", thread] if thread else ["--persona", "阿宁"]
        return agent("chat", "--as-of", "2026-11-24", *where, *said, before=before)

    return call


def thread_of(done):
    return re.search(r"对话 (\S+)", done.stderr).group(1)


def runs_of(agent):
    return json.loads(agent("runs", "--format", "json").stdout)


@pytest.mark.parametrize("cut", DRAFT_CUTS)
def test_a_draft_killed_at_any_point_is_finished_by_the_next_start(agent, chat, cut):
    killed = chat(TOLD, "写一篇下班绕路喝一杯手冲", before=DRAFT_CUTS[cut])
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    thread = thread_of(killed)
    resumed = chat(thread=thread)
    assert resumed.returncode == 0, resumed.stderr
    answered = cut == "after the answer"
    assert ("标题：" in resumed.stdout) != answered and ("接着办" in resumed.stderr) != answered
    (run,) = runs_of(agent)
    assert run["outcome"] == "in_review"
    again = chat("进度", thread=thread)
    assert "这段对话里有 1 篇" in again.stdout and "接着办" not in again.stderr
    assert agent("audit", "verify").returncode == 0


@pytest.mark.parametrize("cut", EDIT_CUTS)
def test_an_edit_killed_at_any_point_is_made_once(agent, chat, cut):
    thread = thread_of(chat(f"{TOLD}\n{SAID}", "写一篇下班绕路喝一杯手冲"))
    killed = chat("换个开头", thread=thread, before=EDIT_CUTS[cut])
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    resumed = chat(thread=thread)
    assert resumed.returncode == 0 and "改动：" in resumed.stdout, resumed.stderr
    (run,) = runs_of(agent)
    shown = agent("show", run["id"]).stdout
    assert shown.count("local edit") == 1
    assert agent("audit", "verify").returncode == 0


def test_a_killed_chat_can_be_forgotten(agent, chat, tmp_path):
    killed = chat(TOLD, "写一篇下班绕路喝一杯手冲", before=DRAFT_CUTS["between the work and the answer"])
    thread_of(killed)
    (run,) = runs_of(agent)
    assert agent("forget", run["id"], "--yes").returncode == 0
    assert agent("audit", "verify").returncode == 0
    left = b"".join(path.read_bytes() for path in (tmp_path / "home").iterdir())
    assert "青年路".encode() not in left
