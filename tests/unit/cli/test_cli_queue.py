"""`agent queue`, and that a terminal too keeps people from approving their own notes."""

import asyncio
import json
from datetime import UTC, datetime

import pytest

from agent.drafting import open_drafting
from agent.models import Brief, Material
from agent.settings import Settings
from agent.workspace import load_workspace


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("KOSNOTE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("KOSNOTE_AUTHOR", "offline")
    return Settings(home=tmp_path / "home", author="offline")


def draft(home, *, owner, account=""):
    """Draft a note that belongs to somebody, hand it in, and return its run."""
    now = datetime.now(UTC)
    brief = Brief(
        id="20261124-0000aa", topic="下班绕路喝一杯手冲", note_type="education", persona="", account=account,
        material=(Material(id="m1", text="周二下班绕到青年路，点了一杯耶加，32 块", told_by="阿宁"),),
        as_of=now.date(),
    )  # fmt: skip

    async def go():
        async with open_drafting(load_workspace(None), home) as drafting:
            result = await drafting.draft(brief, owner=owner)
            drafting.store.publishing.submit(
                brief.id, text_hash=result.note.text_hash, submitted_by=owner, submitted_at=now
            )
        return brief.id

    return asyncio.run(go())


def test_the_queue_is_listed_with_lane_age_and_time_left(home, agent):
    assert "没有等着审的笔记" in agent("queue")[2]
    run = draft(home, owner="aning")
    _, line, _ = agent("queue")
    assert run in line and "绿" in line and "已等 0.0 小时" in line and "还剩 24.0 小时" in line and "阿宁" in line
    (item,) = json.loads(agent("queue", "--format", "json")[1])
    assert (item["run"], item["lane"]["lane"], item["overdue"]) == (run, "green", False)
    assert agent("queue", "--lane", "red")[1] == agent("queue", "--overdue")[1] == ""
    assert agent("queue", "--lane", "blue")[0] == 2


@pytest.mark.parametrize("reviewer", ["shenhe", "沈审核"])
def test_an_owner_does_not_approve_by_id_or_by_name_and_somebody_else_does(home, agent, reviewer):
    run = draft(home, owner="shenhe")
    for command in (["approve", run], ["reject", run, "--reason", "不行"]):
        code, _, told = agent(*command, "--reviewer", reviewer)
        assert code == 2 and "本人的笔记" in told
    assert agent("approve", run, "--reviewer", "郑审核")[0] == 0
