"""The desk on one database for all: of 500 approvals from several processes one wins, and a killed one is finished."""

import asyncio
import json
import signal
from collections import Counter
from datetime import date

import approving
import processes
import pytest

from agent.models import Brief
from agent.record import Store

pytestmark = pytest.mark.block_network(allowed_hosts=["127.0.0.1", *processes.HOSTS])
PROCESSES, THREADS, EACH = 4, 2, 63
BEFORE_DECISION = """
import os, signal
from agent import holding
from agent.record import Store
holding.LEASE_SECONDS = 1.0
Store.add_decision = lambda self, *a, **k: os.kill(os.getpid(), signal.SIGKILL)
"""
AFTER_CLAIM = """
import os, signal
from agent import holding
from agent.record.claims import Claims
holding.LEASE_SECONDS = 1.0
original = Claims.take
def killed(self, *arguments, **given):
    original(self, *arguments, **given)
    os.kill(os.getpid(), signal.SIGKILL)
Claims.take = killed
"""


async def drafted(url, home):
    async with approving.opened(url, home) as drafting:
        brief = Brief(id="20261124-0000aa", topic="周末带爸妈去植物园", note_type="education", as_of=date(2026, 11, 24))
        result = await drafting.draft(brief, owner="aning")
        assert result.outcome == "in_review"
        return result.run, result.note.text_hash


def test_of_500_approvals_from_four_processes_exactly_one_wins(url, tmp_path):
    run, text_hash = asyncio.run(drafted(url, tmp_path))
    workers = [
        processes.context.Process(
            target=approving.approve, args=(url, str(tmp_path), run, text_hash, number, THREADS, EACH)
        )
        for number in range(PROCESSES)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(300)
        assert worker.exitcode == 0
    told = [pair for path in sorted(tmp_path.glob("outcomes-*.json")) for pair in json.loads(path.read_text())]
    counted = Counter(outcome for _, outcome in told)
    assert len(told) == PROCESSES * THREADS * EACH > 500
    assert counted.pop("won") == 1 and set(counted) <= {"run_being_decided", "desk_decided_already"}, counted
    (winner,) = [person for person, outcome in told if outcome == "won"]
    with Store.open(url) as store:
        assert [decision.reviewer for decision in store.decisions(run)] == [winner]
        assert store.run(run).outcome == "approved"
        assert [link.kind for link in store.audit.events(run)].count("decision") == 1
        assert store.audit.verify().breaks == ()
        assert [notice.kind for notice in store.notices.of("aning")] == ["approved"]


@pytest.mark.parametrize("cut", [AFTER_CLAIM, BEFORE_DECISION])
def test_a_killed_approval_is_finished_once_its_lease_has_ended(agent, drafting_command, url, cut):
    run = json.loads(agent(*drafting_command).stdout)["run"]
    word = ["approve", run, "--reviewer", "shenhe"]
    killed = agent(*word, before=cut)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    again = agent(*word)
    assert again.returncode == 0, again.stderr
    with Store.open(url) as store:
        assert [decision.reviewer for decision in store.decisions(run)] == ["shenhe"]
        assert store.run(run).outcome == "approved" and store.audit.verify().breaks == ()
