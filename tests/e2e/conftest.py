"""The command line in its own process, against a scripted model; a server and a browser for the pages."""

import json
import os

import processes
import pytest
from browser import Served, Visits, chromium_path
from playwright.sync_api import sync_playwright
from scripted import DRAFT, GOOD


@pytest.fixture
def environment(tmp_path, endpoint):
    """What a process needs to write with the scripted model."""
    endpoint.script = dict(GOOD)
    return {**os.environ, **endpoint.env, "KOSNOTE_HOME": str(tmp_path / "home")}


@pytest.fixture
def agent(environment):
    """Run the command line in its own process; `before` runs first, `set` adds to the environment."""

    def call(*arguments, before="", set=()):
        return processes.call(*arguments, env={**environment, **dict(set)}, before=before, timeout=120)

    return call


@pytest.fixture
def drafted(agent):
    """Draft and return the JSON; `code` is the exit code expected."""

    def call(*arguments, code=0, **options):
        done = agent(*DRAFT, "--format", "json", *arguments, **options)
        assert done.returncode == code, done.stderr
        assert "Traceback" not in done.stderr
        return json.loads(done.stdout)

    return call


@pytest.fixture(scope="module")
def chromium():
    """A browser of the module's own: a module that asks for it holds no asynchronous test."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def served():
    """A server with an empty record, shared by a module: its tests speak as different people or in new threads."""
    server = Served()
    yield server
    server.stop()
    server.forget()


@pytest.fixture
def visit(chromium, served):
    """Open a page of the module's server; see `Visits`."""
    visits = Visits(chromium, served.url)
    yield visits
    visits.close()
