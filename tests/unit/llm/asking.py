"""Ask a scripted endpoint for a reply of two fields, as a run would."""

import asyncio

import pytest
from pydantic import BaseModel

from agent.llm import Calls
from agent.llm.openai_compatible import open_models
from agent.models import Message
from agent.settings import load_settings
from agent.testing import MemoryJournal

ASK = (Message(role="system", content="说明"), Message(role="user", content="机密的素材"))


class Shape(BaseModel):
    """A reply of two fields."""

    word: str
    count: int


GOOD = {"word": "伞", "count": 2}


def settings_of(endpoint, **given):
    options = {"timeout": 5, "max_retries": 2, **given}
    return load_settings(model="test-model", base_url=endpoint.url, api_key="sk-secret-key", **options)


def ask(endpoint, *, journal=None, budget=None, run="r1", texts=None, messages=ASK, **given):
    async def go():
        async with open_models(settings_of(endpoint, **given)) as models:
            calls = Calls(
                run, models=models, journal=journal or MemoryJournal(), budget=budget,
                on_text=texts.append if texts is not None else None,
            )  # fmt: skip
            reply = await calls.ask(Shape, role="writer", prompt="p@1#0", messages=messages, node="write", round=1)
            return reply, calls

    return asyncio.run(go())


def refused(endpoint, kind, code, **given):
    with pytest.raises(kind) as caught:
        ask(endpoint, **given)
    assert caught.value.code == code
    told = caught.value.message + caught.value.hint
    assert "sk-secret-key" not in told and "机密" not in told
    assert caught.value.hint
    return caught.value
