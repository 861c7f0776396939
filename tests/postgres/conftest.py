"""The command line in processes of their own, against one database."""

import json
import os

import processes
import pytest

DRAFT = ["draft", "--topic", "周末带爸妈去植物园", "--type", "education", "--as-of", "2026-11-24", "--format", "json"]


@pytest.fixture
def agent(url, tmp_path):
    """Run the command line in its own process against a database of this test's own."""

    def call(*arguments, before="", set=()):
        env = {**os.environ, "KOSNOTE_HOME": str(tmp_path / "home"), "KOSNOTE_DATABASE": url, **dict(set)}
        return processes.call(*arguments, env=env, before=before)

    return call


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory):
    """What `DRAFT` prints when records are files and nothing happens."""
    env = {**os.environ, "KOSNOTE_HOME": str(tmp_path_factory.mktemp("undisturbed")), "KOSNOTE_DATABASE": ""}
    done = processes.call(*DRAFT, env=env)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture
def drafting_command():
    """The command whose note `undisturbed` is."""
    return DRAFT
