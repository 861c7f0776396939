"""The chat on one database for all: processes share threads, one at a time, and a killed one is carried on."""

import asyncio
import re
import signal
from datetime import UTC, date, datetime

import processes
import pytest

from agent.chat.session import open_chat
from agent.chat.values import Turn
from agent.errors import UsageError
from agent.record import Store
from agent.settings import Settings
from agent.workspace import load_workspace

pytestmark = pytest.mark.block_network(allowed_hosts=["127.0.0.1", *processes.HOSTS])
TOLD = "周二晚上六点四十下班，绕到青年路那家没有招牌的咖啡店，点了一杯耶加，32 块"
SAID = "老板说：下雨天豆子味道会闷一点，你别怪它"
KILL = """
import os, signal
from agent.record.threads import ThreadStore
original = ThreadStore.answer
def killed(self, turn, **given):
    if turn.number == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return original(self, turn, **given)
ThreadStore.answer = killed
"""
SHORT_LEASE = "from agent.chat import session\nsession.LEASE_SECONDS = 1.0\n"


@pytest.fixture
def settings(url, tmp_path):
    return Settings(home=tmp_path / "home", author="offline", database=url)


def opened(settings):
    now = lambda: datetime(2026, 11, 24, 4, tzinfo=UTC)  # noqa: E731
    return open_chat(load_workspace(None), settings, now=now, today=lambda: date(2026, 11, 24))


async def test_two_servers_answer_one_turn_once_and_keep_two_users_apart(settings):
    async with opened(settings) as one, opened(settings) as two:
        mine = one.session("甲")
        await mine.ask(Turn(key="a", text=f"{TOLD}\n{SAID}", intent="capture", persona="阿宁"))
        turn = Turn(key="b", text="写一篇下班绕路喝一杯手冲")
        answers = await asyncio.gather(mine.ask(turn), two.session("甲", mine.thread).ask(turn))
        assert answers[0] == answers[1] and answers[0].note.outcome == "in_review"
        assert len(one.drafting.store.runs()) == 1
        with pytest.raises(UsageError):
            two.session("乙", mine.thread)
        assert (await two.session("甲", mine.thread).ask(Turn(key="c", text="换个开头"))).changes
        assert one.drafting.store.audit.verify().breaks == ()


def test_a_killed_turn_is_carried_on_once_its_lease_has_ended(agent, url):
    options = ["chat", "--as-of", "2026-11-24"]
    killed = agent(
        *options, "-p", "阿宁", "--say", TOLD, "--say", "写一篇下班绕路喝一杯手冲", before=SHORT_LEASE + KILL
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    thread = re.search(r"对话 (\S+)", killed.stderr).group(1)
    resumed = agent(*options, "--thread", thread, "--say", "进度", before=SHORT_LEASE)
    assert resumed.returncode == 0 and "标题：" in resumed.stdout, resumed.stderr
    with Store.open(url) as store:
        assert len(store.runs()) == 1 and store.audit.verify().breaks == ()
        assert [bool(turn.answer) for turn in store.threads.turns(thread, owner="local")] == [True] * 3
