"""A library over a record of its own."""

import pytest
from shelving import TODAY, keeper

from agent.library import Library
from agent.record import Store
from agent.workspace import load_workspace


@pytest.fixture(scope="session")
def bank():
    return load_workspace(None)


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path / "record.db") as opened:
        yield opened


@pytest.fixture
def library(store, bank):
    return Library(store, bank, today=lambda: TODAY)


@pytest.fixture
def keep(store, bank):
    return keeper(store, bank)
