"""Kills, interruptions, a broken provider and a full disk in the middle of a run with a model: nothing is lost."""

import json
import resource
import signal
import subprocess
import sys
import time

import processes
import pytest
from endpoints import Step
from scripted import DRAFT, JUDGEMENT, NOTE, PLAN, RUBRIC

pytestmark = pytest.mark.block_network(allowed_hosts=processes.HOSTS)

RUN = "from agent.cli.main import run; run()"
INSIDE = """
import functools, os, signal
from agent.graph import nodes
@functools.wraps(nodes.{node})
async def killed(state, runtime):
    os.kill(os.getpid(), signal.SIGKILL)
nodes.{node} = killed
"""
AFTER_REPLY = """
import os, signal
from agent.record.journal import ReplyJournal
keep = ReplyJournal.keep
def killed(self, entry):
    keep(self, entry)
    if entry.key.node == "{node}":
        os.kill(os.getpid(), signal.SIGKILL)
ReplyJournal.keep = killed
"""
SHAPES = {"plan": "PlanDraft", "write": "NoteDraft", "critique": "RubricDraft", "comply": "JudgementDraft"}


def only_run(agent):
    (run,) = json.loads(agent("runs", "--format", "json").stdout)
    return run["id"]


def resumed(agent, endpoint):
    """Resume the one run to its end and return what it printed."""
    done = agent("resume", only_run(agent), "--format", "json")
    assert done.returncode == 0, done.stderr
    data = json.loads(done.stdout)
    assert data["outcome"] == "in_review" and data["author"] == "model:test-model"
    assert data["note"]["title"] == NOTE["titles"][0]
    assert data["usage"]["calls"] == 4
    return data


@pytest.mark.parametrize("node", ["plan", "write", "assemble", "comply", "critique", "decide"])
def test_a_run_killed_inside_a_node_goes_on_and_asks_nothing_twice(agent, endpoint, node):
    killed = agent(*DRAFT, before=INSIDE.format(node=node))
    assert killed.returncode == -signal.SIGKILL and killed.stdout == ""
    before = len(endpoint.requests)
    resumed(agent, endpoint)
    assert len(endpoint.requests) <= 4 or before + 4 >= len(endpoint.requests)
    for shape in ("PlanDraft", "NoteDraft"):
        assert len(endpoint.asked(shape)) == 1


@pytest.mark.parametrize("node", ["plan", "write", "critique", "comply"])
def test_a_reply_that_had_arrived_before_the_kill_is_not_asked_for_again(agent, endpoint, node):
    killed = agent(*DRAFT, before=AFTER_REPLY.format(node=node))
    assert killed.returncode == -signal.SIGKILL
    assert len(endpoint.asked(SHAPES[node])) == 1
    resumed(agent, endpoint)
    assert len(endpoint.asked(SHAPES[node])) == 1


def test_ctrl_c_in_mid_call_says_how_to_go_on(environment, agent, endpoint):
    slow = Step(text=json.dumps(NOTE, ensure_ascii=False), delay=8)
    endpoint.script["NoteDraft"] = [slow, NOTE]
    process = subprocess.Popen(
        [sys.executable, "-c", RUN, *DRAFT], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=environment, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a background shell mutes it
    )  # fmt: skip
    while not endpoint.asked("NoteDraft"):
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate(timeout=30)
    assert process.returncode == 130 and stdout == ""
    assert "agent resume" in stderr and "Traceback" not in stderr
    resumed(agent, endpoint)
    assert len(endpoint.asked("PlanDraft")) == 1


@pytest.mark.parametrize(
    ("shape", "fault"),
    [
        ("PlanDraft", Step(status=500, headers={"retry-after-ms": "5"})),
        ("NoteDraft", Step(status=429, headers={"retry-after-ms": "5"})),
        ("NoteDraft", Step(break_off="at once")),
        ("NoteDraft", Step(text="")),
        ("NoteDraft", Step(refusal="不能写")),
        ("RubricDraft", Step(status=503, headers={"retry-after-ms": "5"})),
        ("JudgementDraft", Step(status=401)),
    ],
)
def test_a_provider_that_fails_ends_with_exit_3_and_the_run_goes_on_later(agent, endpoint, shape, fault):
    good = {"PlanDraft": PLAN, "NoteDraft": NOTE, "RubricDraft": RUBRIC, "JudgementDraft": JUDGEMENT}[shape]
    endpoint.script[shape] = [fault]
    done = agent(*DRAFT)
    assert done.returncode == 3 and done.stdout == ""
    assert f"agent resume {only_run(agent)}" in done.stderr and "提示" in done.stderr
    assert "sk-secret-key" not in done.stderr and "耶加" not in done.stderr
    endpoint.script[shape] = [good]
    asked = {name: len(endpoint.asked(name)) for name in ("PlanDraft", "NoteDraft") if name != shape}
    resumed(agent, endpoint)
    for name, count in asked.items():
        assert len(endpoint.asked(name)) <= max(count, 1)


def test_a_stream_cut_in_the_middle_is_never_taken_for_a_note(agent, endpoint):
    cut = Step(text=json.dumps(NOTE, ensure_ascii=False), break_off="midway")
    endpoint.script["NoteDraft"] = [cut]
    done = agent(*DRAFT, set={"KOSNOTE_STREAM": "true"})
    assert done.returncode == 3 and "断开" in done.stderr and done.stdout == ""
    endpoint.script["NoteDraft"] = [NOTE]
    resumed(agent, endpoint)


def test_a_slow_provider_times_out_with_a_remedy(agent, endpoint):
    endpoint.script["PlanDraft"] = [Step(text="{}", delay=3)]
    done = agent(*DRAFT, set={"KOSNOTE_TIMEOUT": "0.5", "KOSNOTE_MAX_RETRIES": "0"})
    assert done.returncode == 3 and "KOSNOTE_TIMEOUT" in done.stderr


def test_a_full_disk_ends_with_a_remedy_and_no_half_note(environment, endpoint):
    def little_room():
        resource.setrlimit(resource.RLIMIT_FSIZE, (120_000, 120_000))
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

    done = subprocess.run(
        [sys.executable, "-c", RUN, *DRAFT], capture_output=True, text=True, env=environment, preexec_fn=little_room
    )
    assert done.returncode == 2 and done.stdout == ""
    assert "提示" in done.stderr and "Traceback" not in done.stderr


def test_a_run_is_not_finished_by_another_author(agent, endpoint):
    endpoint.script["NoteDraft"] = [Step(status=500, headers={"retry-after-ms": "5"})]
    assert agent(*DRAFT).returncode == 3
    done = agent("resume", only_run(agent), set={"KOSNOTE_AUTHOR": "offline"})
    assert done.returncode == 2 and "model:test-model" in done.stderr and done.stdout == ""


@pytest.mark.parametrize(
    ("given", "word"),
    [({"KOSNOTE_MODEL": ""}, "KOSNOTE_MODEL"), ({"OPENAI_API_KEY": "", "OPENAI_BASE_URL": ""}, "OPENAI_API_KEY")],
)
def test_a_model_without_a_name_or_an_endpoint_is_a_configuration_error(agent, given, word):
    done = agent(*DRAFT, set={"KOSNOTE_AUTHOR": "model", **given})
    assert done.returncode == 2 and word in done.stderr and done.stdout == ""
