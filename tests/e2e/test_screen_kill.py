"""Kill -9 a screening wherever it writes, or at any moment; the same command then ends as an undisturbed one would."""

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import processes
import pytest

pytestmark = pytest.mark.block_network(allowed_hosts=processes.HOSTS)
RUN = "from agent.cli.main import run; run()"
EAGER = "from agent.screening import runner; runner.BATCH, runner.COMMIT_SECONDS = 10, 0\n"
LETHAL = """
import os, signal
left = [{count}]
def deadly(function):
    def wrapped(*arguments, **named):
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return function(*arguments, **named)
    return wrapped
"""
WHERE = {
    "sync": "os.fsync = deadly(os.fsync)",
    "rename": "from pathlib import Path; Path.replace = deadly(Path.replace)",
    "store": "from agent.screening.store import Store; Store.commit = deadly(Store.commit)",
    "write": "from agent.screening.sinks import _Growing; _Growing.write = deadly(_Growing.write)",
    "table": "from agent.screening.sinks import DatabaseSink; DatabaseSink.commit = deadly(DatabaseSink.commit)",
}
CASES = [
    *[("report.jsonl", "sync", count) for count in (1, 3, 4, 5, 14)],
    *[("report.jsonl", "rename", count) for count in (1, 2, 5, 6, 7)],
    *[("report.jsonl", "store", count) for count in (1, 2, 5)],
    *[("report.jsonl", "write", count) for count in (1, 2, 7)],
    *[("report.db", "table", count) for count in (1, 3, 5)],
    *[("report.db", "sync", count) for count in (1, 2, 5)],
    ("report.db", "rename", 1),
]


def write_archive(path, size=40):
    bodies = ["早上去植物园走了一圈。", "这款理财稳赚不赔，闭眼入就行。", "门口的银杏正黄。", "利率是多少？"]
    notes = [{"id": f"n{n}", "title": "植物园", "body": bodies[n * 7 % 4] + str(n)} for n in range(size)]
    rows = [json.dumps(note, ensure_ascii=False) for note in notes]
    rows[5] = "{broken"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")


def left_in(folder):
    """Return what a run has left, a database as its rows; the state tells of the folder and is left out."""
    found = {}
    for path in folder.iterdir():
        if path.suffix == ".db":
            with sqlite3.connect(path) as connection:
                sql = "SELECT name FROM sqlite_master WHERE type = 'table' AND name != 'meta' ORDER BY name"
                tables = [name for (name,) in connection.execute(sql)]
                found[path.name] = {name: connection.execute(f"SELECT * FROM {name}").fetchall() for name in tables}
            connection.close()
        elif path.suffix == ".state":
            found[path.name] = json.loads(path.read_text("utf-8"))["tally"]
        else:
            found[path.name] = path.read_bytes()
    return found


def command(folder, out, *more):
    where = ("--out", str(folder / out), "--store", str(folder / "store.db"), "--as-of", "2026-11-24")
    return "screen", str(folder.parent / "archive.jsonl"), *where, *more


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """What runs leave that nobody kills, by the name of their result."""
    base = tmp_path_factory.mktemp("undisturbed")
    write_archive(base / "archive.jsonl")
    left = {}
    for out in ("report.jsonl", "report.db"):
        folder = base / out.replace(".", "-")
        folder.mkdir()
        done = processes.call(*command(folder, out, "--workers", "1"), env=os.environ, before=EAGER)
        assert done.returncode == 1, done.stderr
        left[out] = left_in(folder)
    return left


@pytest.mark.parametrize(("out", "where", "count"), CASES)
def test_a_run_killed_where_it_writes_ends_like_an_undisturbed_one(out, where, count, tmp_path, undisturbed):
    write_archive(tmp_path / "archive.jsonl")
    folder = tmp_path / "out"
    folder.mkdir()
    asked = command(folder, out, "--workers", "1")
    lethal = EAGER + LETHAL.format(count=count) + WHERE[where]
    killed = processes.call(*asked, env=os.environ, before=lethal)
    assert killed.returncode == -signal.SIGKILL
    done = processes.call(*asked, env=os.environ, before=EAGER)
    assert done.returncode == 1, done.stderr
    assert left_in(folder) == undisturbed[out]


def test_a_run_with_processes_killed_at_any_moment_ends_the_same_and_leaves_none_behind(tmp_path):
    write_archive(tmp_path / "archive.jsonl", size=200)
    chance = random.Random(7)
    left = []
    for name, kills in (("whole", 0), ("killed", 3)):
        folder = tmp_path / name
        folder.mkdir()
        asked = [sys.executable, "-c", EAGER + RUN, *command(folder, "report.jsonl", "--workers", "2")]
        for _ in range(kills):
            process = subprocess.Popen(asked, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(chance.uniform(0.5, 5))
            children = children_of(process.pid)
            process.kill()
            process.wait()
            assert gone(children)
        done = subprocess.run(asked, capture_output=True, text=True, timeout=120)
        assert done.returncode == 1, done.stderr
        left.append(left_in(folder))
    assert left[0] == left[1]


def test_a_worker_that_is_killed_ends_the_run_with_a_word_and_the_next_one_goes_on(tmp_path):
    write_archive(tmp_path / "archive.jsonl", size=600)
    for name in ("whole", "killed"):
        (tmp_path / name).mkdir()
    asked = [sys.executable, "-c", EAGER + RUN, *command(tmp_path / "killed", "report.jsonl", "--workers", "2")]
    process = subprocess.Popen(asked, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    while not (tmp_path / "killed" / "report.jsonl.state").exists():
        time.sleep(0.02)
        assert process.poll() is None
    workers = [pid for pid in children_of(process.pid) if "spawn_main" in command_line(pid)]
    os.kill(workers[0], signal.SIGKILL)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (4, "")
    assert "工作进程" in err and "Traceback" not in err
    for name in ("whole", "killed"):
        done = processes.call(*command(tmp_path / name, "report.jsonl", "--workers", "1"), env=os.environ, before=EAGER)
        assert done.returncode == 1, done.stderr
    assert left_in(tmp_path / "killed") == left_in(tmp_path / "whole")


def test_ctrl_c_says_how_to_go_on(tmp_path):
    write_archive(tmp_path / "archive.jsonl", size=3000)
    folder = tmp_path / "out"
    folder.mkdir()
    asked = [sys.executable, "-c", RUN, *command(folder, "report.jsonl", "--workers", "1")]
    process = subprocess.Popen(asked, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    while not (folder / "report.jsonl.state").exists():
        time.sleep(0.05)
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, "")
    assert "原样再跑一次" in err and "Traceback" not in err


def command_line(pid):
    return Path(f"/proc/{pid}/cmdline").read_text()


def children_of(pid):
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        pytest.skip("needs /proc to see whether a process is left behind")


def gone(pids, seconds=20):
    end = time.monotonic() + seconds
    while any(is_running(pid) for pid in pids) and time.monotonic() < end:
        time.sleep(0.05)
    return not any(is_running(pid) for pid in pids)


def is_running(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
