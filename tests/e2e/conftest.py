"""The command line in its own process, against a scripted model."""

import json
import os
import subprocess
import sys

import pytest
from scripted import DRAFT, GOOD

RUN = "from agent.cli.main import run; run()"


@pytest.fixture
def environment(tmp_path, endpoint):
    """What a process needs to write with the scripted model."""
    endpoint.script = dict(GOOD)
    return {**os.environ, **endpoint.env, "KOSNOTE_HOME": str(tmp_path / "home")}


@pytest.fixture
def agent(environment):
    """Run the command line in its own process; `before` runs first, `set` adds to the environment."""

    def call(*arguments, before="", set=()):
        return subprocess.run(
            [sys.executable, "-c", before + RUN, *arguments],
            capture_output=True, text=True, timeout=120, env={**environment, **dict(set)},
        )  # fmt: skip

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
