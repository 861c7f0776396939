"""A private PostgreSQL for a benchmark: the tests' own cluster, started in a temporary folder and thrown away."""

from __future__ import annotations

import importlib.util
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

__all__ = ["private_database"]

CLUSTERS = Path(__file__).parents[1] / "tests" / "clusters.py"


@contextmanager
def private_database() -> Iterator[str]:
    """Yield the URL of an empty database; an empty string where no server is installed."""
    clusters = _clusters()
    if not clusters.BINARIES:
        yield ""
        return
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o777)  # the server does not run as root
    try:
        cluster = clusters.Cluster(folder)
        try:
            yield str(cluster.create())
        finally:
            cluster.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _clusters() -> ModuleType:
    spec = importlib.util.spec_from_file_location("clusters", CLUSTERS)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
