"""The API on a record of its own, asked by whoever a test names."""

from contextlib import ExitStack
from functools import partial

import pytest
from asking_api import Api
from visiting import NOW, TODAY

from agent.settings import Settings
from agent.web.app import build_app
from agent.web.services import open_services
from agent.workspace import load_workspace


@pytest.fixture
def settings(tmp_path):
    return Settings(home=tmp_path / "home", author="offline", web={"requests_per_minute": 100_000})


@pytest.fixture
def open_api(settings):
    """Open the API as often as a test likes: each time is a process that begins anew."""
    with ExitStack() as stack:

        def call(**services):
            given = {"now": lambda: NOW, "today": lambda: TODAY, **services}
            app = build_app(load_workspace(None), settings, pages=False, services=partial(open_services, **given))
            return Api(app, stack)

        yield call


@pytest.fixture
def api(open_api):
    return open_api()
