"""The command line in processes of their own that begin with everything imported.

A process can be killed, meets no open connection and shares no memory; only the seconds of importing are saved.
A test that uses them allows `HOSTS`: the socket by which processes are asked for.
"""

import multiprocessing
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

PRELOAD = [
    "agent.chat.session", "agent.cli.main", "agent.cli.desk", "agent.cli.drafts", "agent.drafting",
    "agent.graph.postgres", "alembic.command", "langgraph.checkpoint.postgres.aio", "openai", "psycopg_pool",
    "processes", "warmed",
]  # fmt: skip
HOSTS = [r".*/pymp-\w+/listener-"]
context = multiprocessing.get_context("forkserver")
context.set_forkserver_preload(PRELOAD)


@dataclass(frozen=True)
class Done:
    """Tell how a process ended and what it printed."""

    returncode: int
    stdout: str
    stderr: str


def call(*arguments, env, before="", timeout=60):
    """Run the command line with exactly this environment; `before` runs first."""
    with tempfile.TemporaryDirectory() as folder:
        out, err = Path(folder) / "out", Path(folder) / "err"
        process = context.Process(target=_child, args=(arguments, dict(env), before, str(out), str(err)))
        process.start()
        process.join(timeout)
        if process.exitcode is None:
            process.kill()
            process.join()
            raise TimeoutError(f"{arguments}: {err.read_text('utf-8')}")
        done = Done(process.exitcode, out.read_text("utf-8"), err.read_text("utf-8"))
        process.close()
        return done


def _child(arguments, env, before, out, err):
    import sys

    for number, path in ((1, out), (2, err)):
        opened = os.open(path, os.O_WRONLY | os.O_CREAT)
        os.dup2(opened, number)
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    os.environ.clear()
    os.environ.update(env)
    sys.argv = ["agent", *arguments]
    exec(before, {})
    from agent.cli.main import run

    run()
