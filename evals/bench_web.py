"""How many people one server can chat with: `python -m evals.bench_web`. Prints a table; never a test.

Real `agent serve` processes, a real endpoint of a fixed latency and users who tell something, wait, ask for a note and
wait again. A server's overhead is what a user waited for an answer less what models were at work on it. Users are added
until the 95th percentile of the overhead passes 200 ms. Users and endpoint take their share of the same cores as the
servers: run it on a quiet machine. What else runs there moves the overhead, and hardly the CPU time of a turn.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import httpx2

from agent.record import Store
from agent.web.signin.tokens import issue
from evals.bench_endpoint import FixedLatency, waited
from evals.bench_postgres import private_database

__all__ = ["main", "measure_web"]

LATENCY = 0.2
LIMIT = 0.2
THINKS = (2.0, 8.0)  # seconds a person reads and types between two turns, evenly spread
STEPS = (5, 10, 15, 20, 30, 40, 60, 80, 120)
SECONDS = 20.0
TOLD = "周二晚上六点四十下班，绕到青年路那家没有招牌的咖啡店，点了一杯耶加，32 块，老板磨豆磨了很久，号牌写着 {name}。"


@dataclass
class Load:
    """Hold what one step measured: overheads of turns in seconds, by kind of turn, and turns that failed."""

    users: int
    told: list[float] = field(default_factory=list)
    drafted: list[float] = field(default_factory=list)
    failed: int = 0
    cpu: float | None = None  # seconds all servers computed meanwhile, where the system tells

    @property
    def turns(self) -> int:
        """Return how many turns were answered."""
        return len(self.told) + len(self.drafted)

    @property
    def p95(self) -> float:
        """Return the 95th percentile over all turns."""
        return percentile([*self.told, *self.drafted], 0.95)


@dataclass(frozen=True)
class Server:
    """Hold where a server is, what its user sends, and its process."""

    address: str
    token: str
    pid: int

    def client(self) -> httpx2.AsyncClient:
        """Return a client that speaks as the user."""
        bearer = {"Authorization": f"Bearer {self.token}"}
        return httpx2.AsyncClient(base_url=self.address, timeout=60, headers=bearer)

    def cpu(self) -> float | None:
        """Return the seconds the process has computed so far; None where the system does not tell."""
        try:
            told = Path(f"/proc/{self.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        except OSError:
            return None
        return (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that at least this share does not exceed; infinite for none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("inf")


async def measure_web(servers: int, *, database: str = "", steps: Sequence[int] = STEPS) -> list[Load]:
    """Add users to these many servers until the overhead passes `LIMIT`; the last step is the one that did."""
    found: list[Load] = []
    async with AsyncExitStack() as stack:
        endpoint = await stack.enter_async_context(FixedLatency(LATENCY))
        home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        homes = [home / str(number) for number in range(servers)]
        running = [await stack.enter_async_context(_server(one, endpoint, database)) for one in homes]
        for server in running:
            async with server.client() as client:  # the first note of a process is not counted
                await _user(client, "u999", endpoint, Load(1), time.perf_counter(), random.Random(0), thinks=(0, 0))
        for users in steps:
            found.append(await _step(running, endpoint, users))
            if found[-1].p95 > LIMIT:
                break
    return found


async def _step(servers: Sequence[Server], endpoint: FixedLatency, users: int) -> Load:
    load, before = Load(users), [server.cpu() for server in servers]
    until = time.perf_counter() + SECONDS
    chooser = random.Random(users)
    async with AsyncExitStack() as stack:
        people = []
        for number in range(users):
            client = await stack.enter_async_context(servers[number % len(servers)].client())
            people.append(_user(client, f"u{number:03}", endpoint, load, until, random.Random(chooser.random())))
        await asyncio.gather(*people)
    spent = [now - then for server, then in zip(servers, before, strict=True) if then and (now := server.cpu())]
    load.cpu = sum(spent) if len(spent) == len(servers) else None
    return load


async def _user(
    client: httpx2.AsyncClient,
    name: str,
    endpoint: FixedLatency,
    load: Load,
    until: float,
    chooser: random.Random,
    *,
    thinks: tuple[float, float] = THINKS,
) -> None:
    """Tell, think, draft, think, at least once and until the time is up; the first wait spreads the users out."""
    await asyncio.sleep(chooser.uniform(0, thinks[1]))
    while True:
        made = await client.post("/api/v1/threads")
        thread = made.json()["id"] if made.is_success else ""
        for intent, text, kept in (("capture", TOLD.format(name=name), load.told), ("draft", "下班手冲", load.drafted)):
            if not thread:
                load.failed += 1
                break
            began = time.perf_counter()
            turn = {"key": f"{name}-{chooser.getrandbits(48):x}", "intent": intent, "text": text}
            answer = await client.post(f"/api/v1/threads/{thread}/turns", json=turn)
            ended = time.perf_counter()
            if answer.is_success:
                kept.append(ended - began - waited(endpoint.spells[name], began, ended))
            else:
                load.failed += 1
            await asyncio.sleep(chooser.uniform(*thinks))
        if time.perf_counter() >= until:
            return


def _token(target: Path | str) -> str:
    """Make a token of a demo employee in a record and return what its holder sends."""
    with Store.open(target) as store:
        now = datetime.now(UTC)
        return issue(store, user="aning", name="bench", scopes=("draft",), by="aning", at=now, days=1)[1]


@asynccontextmanager
async def _server(home: Path, endpoint: FixedLatency, database: str) -> AsyncIterator[Server]:
    """Run `agent serve` on a free port and yield it."""
    environment = {
        **os.environ,
        "KOSNOTE_HOME": str(home),
        "KOSNOTE_MODEL": "bench",
        "OPENAI_BASE_URL": endpoint.url,
        "OPENAI_API_KEY": "bench",
        "KOSNOTE_CONCURRENCY": "1000",
        "KOSNOTE_WEB__REQUESTS_PER_MINUTE": "1000000",
        **({"KOSNOTE_DATABASE": database} if database else {}),
    }
    command = (sys.executable, "-c", "from agent.cli.main import run; run()", "serve", "--port", "0")
    process = await asyncio.create_subprocess_exec(
        *command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    try:
        address = await _address(process)
        yield Server(address, _token(database or home / "record.db"), process.pid)
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()


async def _address(process: asyncio.subprocess.Process) -> str:
    assert process.stderr is not None
    async for line in process.stderr:
        words = line.decode().split()
        found = next((word for word in words if "http://127.0.0.1:" in word), "")
        if found:
            return found[found.index("http://") :].rstrip("/")
    raise RuntimeError("the server ended before it told its address")


def _print(name: str, loads: Sequence[Load]) -> None:
    sys.stdout.write(
        f"{name}: server overhead in ms, by users at once\n"
        "  users   turns  failed   told p50/p95   draft p50/p95   all p95   server CPU a turn\n"
    )
    for load in loads:
        told, drafted = (_pair(values) for values in (load.told, load.drafted))
        cpu = f"{load.cpu / load.turns * 1000:.0f}" if load.cpu and load.turns else "—"
        sys.stdout.write(f"  {load.users:5} {load.turns:7} {load.failed:7} {told:>14} {drafted:>15} ")
        sys.stdout.write(f"{load.p95 * 1000:9.0f} {cpu:>19}\n")
    beyond = "" if loads[-1].p95 > LIMIT else " or more"
    sys.stdout.write(f"  most users with p95 within {LIMIT * 1000:.0f} ms: {most(loads)}{beyond}\n\n")
    sys.stdout.flush()


def most(loads: Sequence[Load]) -> int:
    """Return the most users of a step whose overhead stayed within `LIMIT` and in which nothing failed."""
    return max((load.users for load in loads if load.p95 <= LIMIT and not load.failed), default=0)


def _pair(values: Sequence[float]) -> str:
    return f"{statistics.median(values) * 1000:.0f}/{percentile(values, 0.95) * 1000:.0f}" if values else "—"


def main() -> None:
    """Measure one server on SQLite, then one and two on PostgreSQL where it is installed, and sum up."""
    parser = argparse.ArgumentParser(prog="python -m evals.bench_web", description=__doc__)
    parser.add_argument("--steps", type=int, nargs="+", default=STEPS, help="numbers of users to try, in order")
    given = parser.parse_args()
    sys.stdout.write(
        f"chat users at once on {os.cpu_count()} cores, an endpoint that takes {LATENCY * 1000:.0f} ms a call, "
        f"{SECONDS:.0f} s a step\n\n"
    )
    found = {"1 server, SQLite": asyncio.run(measure_web(1, steps=given.steps))}
    _print(*next(iter(found.items())))
    for servers in (1, 2):
        with private_database() as database:
            if not database:
                sys.stdout.write("PostgreSQL is not installed here: not measured\n")
                break
            name = f"{servers} server{'s' * (servers > 1)}, PostgreSQL"
            found[name] = asyncio.run(measure_web(servers, database=database, steps=given.steps))
            _print(name, found[name])
    sys.stdout.write(f"most users with p95 of server overhead within {LIMIT * 1000:.0f} ms\n")
    for name, loads in found.items():
        sys.stdout.write(f"  {name:22} {most(loads):4}\n")


if __name__ == "__main__":
    main()
