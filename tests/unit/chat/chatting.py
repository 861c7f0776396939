"""Speak in one thread of a chat, a line at a time."""

import itertools
from datetime import UTC, date, datetime

from agent.chat.values import Turn

TODAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 4, tzinfo=UTC)
COFFEE = "周二晚上六点四十下班，绕到青年路那家没有招牌的咖啡店\n点了一杯耶加，32 块，老板磨豆磨了很久"


class Talk:
    """Speak in one thread; keys are made up where none is given."""

    def __init__(self, session):
        self.session = session
        self._keys = itertools.count(1)

    async def __call__(self, text="", **given):
        given.setdefault("key", f"k{next(self._keys)}-{id(self)}")
        return await self.session.ask(Turn(text=text, **given))

    async def drafted(self, topic="下班绕路喝一杯手冲", *, material=COFFEE, persona="阿宁", **given):
        await self(material, intent="capture", persona=persona)
        return await self(f"写一篇{topic}", **given)

    @property
    def store(self):
        return self.session.chat.drafting.store
