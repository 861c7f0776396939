"""What the tests of the web share; see `visiting` (clients that ask) and `visitors` (people who open pages)."""

from contextlib import AsyncExitStack

import pytest
import visiting as visits
from visitors import opened_pages, visitor_of

from agent.settings import Settings


@pytest.fixture
def visiting(tmp_path):
    yield from visits.visiting(tmp_path / "home")


@pytest.fixture
def web_settings(tmp_path):
    """A single machine with the offline author and a record of its own."""
    return Settings(home=tmp_path / "home", author="offline")


@pytest.fixture
async def web_pages(web_settings, monkeypatch):
    """The application with its pages, its services open."""
    async with opened_pages(web_settings, monkeypatch) as app:
        yield app


@pytest.fixture
async def visitor(web_pages):
    """Let a person of the demo bank come, as NiceGUI's `User`: `await visitor("aning")`."""
    async with AsyncExitStack() as stack:

        async def come(user="aning", **cookies):
            return await visitor_of(web_pages, stack, user, **cookies)

        yield come
