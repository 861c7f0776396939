"""A chat on a record of its own: one line to say something, and what was answered."""

import itertools
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from agent.chat.session import open_chat
from agent.chat.values import Turn
from agent.prompting import load_prompts
from agent.roles import ModelCasting
from agent.settings import Settings
from agent.testing import ScriptedModel
from agent.workspace import load_workspace

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


@pytest.fixture
def settings(tmp_path):
    return Settings(home=tmp_path / "home", author="offline")


@pytest.fixture
def opened(settings):
    """Open the chat of these settings as often as a test likes: each time is a process that begins anew."""

    @asynccontextmanager
    async def call(script=None):
        async with open_chat(load_workspace(None), settings, now=lambda: NOW, today=lambda: TODAY) as chat:
            if script is not None:
                model = ScriptedModel(replies=script)
                casting = ModelCasting(
                    models={"writer": model, "critic": model, "judge": model},
                    journal=chat.drafting.store.journal,
                    prompts=load_prompts(),
                    settings=settings,
                )
                chat = replace(chat, drafting=replace(chat.drafting, casting=casting))
                chat.model = model
            yield chat

    return call


@pytest.fixture
async def chat(opened):
    async with opened() as chat:
        yield chat


@pytest.fixture
def talk(chat):
    return Talk(chat.session("甲"))


@pytest.fixture
def talk_in():
    """Speak in a session of the test's own."""
    return Talk
