"""Notes of the offline author, written in the chat and handed in: what waits at the desk when a browser comes."""

import asyncio
import itertools
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

from browser import TODAY

from agent.chat.session import open_chat
from agent.chat.values import Intent, Turn
from agent.desk import Desk
from agent.desk.values import EditedText
from agent.settings import Settings
from agent.workspace import load_workspace

NOW = datetime.fromisoformat(f"{TODAY}T03:00:00").replace(tzinfo=UTC)
STORIES = (
    ("下班绕路喝一杯手冲", "周二晚上六点四十下班，绕到青年路那家没有招牌的咖啡店，点了一杯耶加，32 块"),
    ("周末带爸妈去植物园", "周六早上八点带爸妈坐 3 路去植物园，妈妈在温室里拍了一上午"),
    ("给阳台种一盆薄荷", "周日下午在花市买了一盆薄荷，12 块，搬回家放在阳台左边"),
    ("早起去河边跑步", "周三早上六点去河边跑步，天还没亮，碰到两个钓鱼的大叔"),
    ("学做一锅番茄牛腩", "周五晚上照着妈妈的写法炖番茄牛腩，炖了两个小时，汤有点咸"),
)


MARKUP = "<script>window.hit = 1</script><img src=x onerror='window.hit = 1'>"
LONGEST = 10_000  # characters
HOSTILE = f"{MARKUP}稳赚不赔\u202e倒\u202c零\u200b宽".ljust(LONGEST, "长")


def hand_in(home, users, *, hostile):
    """Write and hand in one note for each user named, in this record; return their runs in that order.

    The last run is a note of `hostile` with the worst text there is; nobody has handed it in.
    """
    with ThreadPoolExecutor(1) as pool:  # the browser's own loop runs in the thread of the tests
        return pool.submit(lambda: asyncio.run(_hand_in(home, users, hostile))).result()


async def _hand_in(home, users, hostile):
    settings = Settings(home=home, author="offline")
    moments, seconds = itertools.count(), itertools.count()
    workspace = load_workspace(None)

    def now():  # no two at once: the queue is in the order of handing in
        return NOW + timedelta(seconds=next(seconds))

    async with open_chat(workspace, settings, now=now, today=lambda: date.fromisoformat(TODAY)) as chat:
        runs = [await _one(chat, user, *STORIES[next(moments) % len(STORIES)]) for user in users]
        return [*runs, await _hostile(chat, hostile)]


async def _one(chat, user, topic, story):
    session, _ = await _drafted(chat, user, topic, story)
    answer = await session.ask(Turn(key="submit", intent=Intent.SUBMIT))
    run = session.state().run
    assert chat.drafting.store.publishing.submissions(run), answer
    return run


async def _hostile(chat, user):
    session, answer = await _drafted(chat, user, *STORIES[0])
    desk = Desk(drafting=chat.drafting, today=chat.today)
    run, person = session.state().run, chat.drafting.workspace.person("shenhe")
    worst = EditedText(title="<script>window.hit = 1</script>", body=HOSTILE)
    await desk.suggest(run, text_hash=answer.note.text_hash, by=person, reason="<b>坏的</b>", text=worst)
    return run


async def _drafted(chat, user, topic, story):
    session = chat.session(user)
    await session.ask(Turn(key="told", text=story, intent=Intent.CAPTURE))
    return session, await session.ask(Turn(key="draft", text=f"写一篇{topic}", intent=Intent.DRAFT))
