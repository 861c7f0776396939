"""A chat on a record of its own: one line to say something, and what was answered."""

from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from chatting import NOW, TODAY, Talk

from agent.chat.session import open_chat
from agent.prompting import load_prompts
from agent.roles import ModelCasting
from agent.settings import Settings
from agent.testing import ScriptedModel
from agent.workspace import load_workspace


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
