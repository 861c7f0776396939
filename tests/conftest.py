"""What every test may ask for."""

import gc
import os
import shutil
import tempfile
from pathlib import Path

import pytest
from clusters import BINARIES, Cluster
from endpoints import Endpoint

from agent.record import Store


def pytest_configure(config):
    """Keep compiled rules in a folder of this run's own, which its workers share."""
    if "KOSNOTE_CACHE" not in os.environ:
        folder = tempfile.TemporaryDirectory(prefix="kosnote-cache-", ignore_cleanup_errors=True)
        config.add_cleanup(folder.cleanup)
        os.environ["KOSNOTE_CACHE"] = folder.name


def pytest_collection_finish():
    """Keep what was imported out of the garbage collector: NiceGUI's harness runs it around every test of a page."""
    gc.collect()
    gc.freeze()


@pytest.fixture
def endpoint():
    """A scripted endpoint on this machine."""
    endpoint = Endpoint()
    yield endpoint
    endpoint.close()


@pytest.fixture(scope="session")
def cluster():
    """A PostgreSQL server of these tests' own; a machine without one fails them under CI."""
    if not BINARIES:
        assert not os.environ.get("CI"), "no PostgreSQL server on this machine: .ci/run installs one"
        pytest.skip("needs a PostgreSQL server (Debian: apt-get install postgresql)")
    with tempfile.TemporaryDirectory(prefix="kosnote-pg-", ignore_cleanup_errors=True) as folder:
        folder = Path(folder)
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres", "postgres")
        cluster = Cluster(folder)
        yield cluster
        cluster.stop()


@pytest.fixture
def url(cluster):
    """An empty database of this test's own."""
    return cluster.create()


@pytest.fixture(scope="session")
def record_template(cluster):
    """Name a database that has the record's tables, to be copied."""
    cluster.execute("CREATE DATABASE with_record")
    with Store.open(cluster.url("with_record")):
        pass
    return "with_record"


@pytest.fixture(params=["sqlite", "postgresql"])
def either_store(request, tmp_path):
    """A record in a file, then one on a server: both behave alike."""
    if request.param == "sqlite":
        target = tmp_path / "record.db"
    else:
        cluster, template = map(request.getfixturevalue, ("cluster", "record_template"))
        target = cluster.create(template)
    with Store.open(target) as store:
        yield store
