"""The desk on one database for all: of 500 approvals from several processes one wins, and a killed one is finished."""

import asyncio
import json
import signal
from collections import Counter
from datetime import date

import approving
import processes
import pytest

from agent.errors import StorageError
from agent.graph.state import Review
from agent.models import Brief
from agent.record import DecisionRecord, Store

pytestmark = pytest.mark.block_network(allowed_hosts=["127.0.0.1", *processes.HOSTS])
PROCESSES, THREADS, EACH = 4, 2, 63
BEFORE_DECISION = """
import os, signal
from agent import holding
from agent.record import store
holding.LEASE_SECONDS = 1.0
store.write_decision = lambda *a, **k: os.kill(os.getpid(), signal.SIGKILL)
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


@pytest.mark.parametrize("verdict", ["approve", "comment"])
def test_a_reason_with_a_nul_in_it_leaves_no_decision_without_its_reviewer(url, tmp_path, verdict):
    async def decided():
        run, text_hash = await drafted(url, tmp_path)
        async with approving.opened(url, tmp_path) as drafting:
            review = Review(action=verdict, reviewer="shenhe", reason="好\x00的", text_hash=text_hash)
            await drafting.review(run, review)
        return run

    run = asyncio.run(decided())
    with Store.open(url) as store:
        assert [(kept.reviewer, kept.reason) for kept in store.decisions(run)] == [("shenhe", "好的")]
        assert store.run(run).outcome == ("approved" if verdict == "approve" else "in_review")


def test_a_value_the_database_refuses_is_told_as_such_and_leaves_nothing(url, tmp_path):
    run, text_hash = asyncio.run(drafted(url, tmp_path))
    with Store.open(url) as store:
        now = store.run(run).created_at
        made = DecisionRecord(
            run=run, decision="approve", text_hash=text_hash, reviewer="shenhe", reason="好\x00", decided_at=now
        )
        best = store.run(run).best_revision
        with pytest.raises(StorageError) as caught:
            store.finish_run(run, "approved", best_revision=best, updated_at=now, decisions=[made])
        assert caught.value.code == "record_value_refused" and "好" not in str(caught.value)
        assert store.run(run).outcome == "in_review" and store.decisions(run) == ()
