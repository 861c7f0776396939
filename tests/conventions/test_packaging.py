"""What gets installed: one import package, with its data, whichever way it was built."""

import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

REPO = Path(__file__).parents[2]
LEFT_OUT = shutil.ignore_patterns(".git", ".venv", "__pycache__", ".*_cache", ".hypothesis", "dist", "build")

PROBE = """
import pathlib, sys, tempfile
import agent
from agent.catalogue import advise
from agent.guardrails import check
from agent.models import NoteInput
from agent.paths import data_root, package_data
from agent.record import Store

assert check(NoteInput(body="早上去植物园走了一圈")).packs
assert package_data("demo").is_dir() and advise("record_newer")
with tempfile.TemporaryDirectory() as folder, Store.open(pathlib.Path(folder) / "record.db") as store:
    assert store.runs() == ()
print(data_root())
"""


def _build(source, target, kind):
    """Build with the backend itself: no network, no isolated environment."""
    script = f"import hatchling.build, sys; print(hatchling.build.build_{kind}(sys.argv[1]))"
    target.mkdir(exist_ok=True)
    done = subprocess.run(
        [sys.executable, "-c", script, str(target)], cwd=source, capture_output=True, text=True, check=True
    )
    return target / done.stdout.split()[-1]


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    """Copy what a clone would hold, so that builds leave nothing in this tree."""
    folder = tmp_path_factory.mktemp("源码 copy") / "kosnote"
    shutil.copytree(REPO, folder, ignore=LEFT_OUT)
    return folder


@pytest.fixture(scope="module")
def sdist(checkout, tmp_path_factory):
    return _build(checkout, tmp_path_factory.mktemp("sdist"), "sdist")


@pytest.fixture(scope="module")
def wheel(checkout, tmp_path_factory):
    return _build(checkout, tmp_path_factory.mktemp("wheel"), "wheel")


@pytest.fixture
def install(tmp_path):
    """Install one thing without its dependencies; those come from the environment the tests run in."""

    def into(*what):
        folder = tmp_path / "venv"
        venv.create(folder, symlinks=os.name != "nt")
        python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
        paths = sysconfig.get_paths(scheme="venv", vars={"base": str(folder), "platbase": str(folder)})
        Path(paths["purelib"], "borrowed.pth").write_text(sysconfig.get_paths()["purelib"], encoding="utf-8")
        subprocess.run(
            [
                *(sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-index"),
                *("--no-deps", "--no-build-isolation", "--no-compile", *map(str, what)),
            ],
            check=True,
        )
        return python

    return into


def _probe(python, folder):
    done = subprocess.run([python, "-I", "-c", PROBE], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return Path(done.stdout.strip()).resolve()


def test_the_wheel_installs_one_name_and_all_data(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in names}
    assert {name for name in tops if not name.endswith(".dist-info")} == {"agent"}
    for tree in ("agent/data", "agent/record/migrations", "guardrails", "prompts"):
        here = [p for p in (REPO / tree).rglob("*") if p.is_file() and "__pycache__" not in p.parts]
        prefix = "" if tree.startswith("agent/") else "agent/_data/"
        missing = {prefix + p.relative_to(REPO).as_posix() for p in here} - set(names)
        assert not missing, f"not in the wheel: {sorted(missing)}"
    assert "agent/py.typed" in names
    assert not [name for name in names if "__pycache__" in name or name.startswith(("agent/_data/agent", "evals"))]


def test_the_wheel_works_on_its_own(wheel, install, tmp_path):
    python = install(wheel)
    root = _probe(python, tmp_path)
    assert root.name == "_data" and tmp_path.resolve() in root.parents
    shown = subprocess.run([python.with_name("agent"), "--help"], cwd=tmp_path, capture_output=True, text=True)
    assert shown.returncode == 0, shown.stderr


def test_a_wheel_built_from_the_sdist_holds_the_same_files(wheel, sdist, tmp_path):
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    (unpacked,) = tmp_path.iterdir()
    again = _build(unpacked, tmp_path / "again", "wheel")
    assert sorted(zipfile.ZipFile(again).namelist()) == sorted(zipfile.ZipFile(wheel).namelist())


def test_the_sdist_can_run_its_own_checks(sdist):
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert names >= {"Makefile", "lock.txt", "lock-dev.txt", "LICENSE", ".ci/run", "hatch_build.py", "langgraph.json"}
    assert {"README.md", "CHANGELOG.md", "CONTRIBUTING.md", "tests/conventions/test_packaging.py"} <= names


def test_an_editable_install_reads_the_checkout_and_keeps_no_copy(checkout, install, tmp_path):
    python = install("--editable", checkout)
    assert _probe(python, tmp_path) == checkout.resolve()
    copies = [path for path in (tmp_path / "venv").rglob("_data") if (path / "guardrails").exists()]
    assert copies == []
