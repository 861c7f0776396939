"""A desk on a record of its own, with notes drafted without a model and a clock that can be moved."""

import pytest
from reviewing import Bench, Clock

from agent.drafting import open_drafting
from agent.settings import Settings
from agent.workspace import load_workspace


@pytest.fixture
def settings(tmp_path):
    return Settings(home=tmp_path / "home", author="offline")


@pytest.fixture
async def bench(settings):
    clock = Clock()
    async with open_drafting(load_workspace(None), settings, now=clock) as drafting:
        yield Bench(drafting, clock)
