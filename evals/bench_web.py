"""How many people one server can chat with: `python -m evals.bench_web`. Prints a table; never a test.

Real `agent serve` processes, a real endpoint of a fixed latency and users who tell something, wait, ask for a note and
wait again. A server's overhead is what a user waited for an answer less what models were at work on it. Users are added
until the 95th percentile of the overhead passes 200 ms. The load comes from the same two cores as the server.
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
STEPS = (10, 20, 40, 60, 80, 120, 160, 240)
SECONDS = 20.0
TOLD = "周二晚上六点四十下班，绕到青年路那家没有招牌的咖啡店，点了一杯耶加，32 块，老板磨豆磨了很久，号牌写着 {name}。"


@dataclass
class Load:
    """Hold what one step measured: overheads of turns in seconds, by kind of turn, and turns that failed."""

    users: int
    told: list[float] = field(default_factory=list)
    drafted: list[float] = field(default_factory=list)
    failed: int = 0

    @property
    def p95(self) -> float:
        """Return the 95th percentile over all turns."""
        return percentile([*self.told, *self.drafted], 0.95)


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
        addresses = [await stack.enter_async_context(_server(one, endpoint, database)) for one in homes]
        tokens = [_token(database or one / "record.db") for one in homes]
        for users in steps:
            found.append(await _step(tuple(zip(addresses, tokens, strict=True)), endpoint, users))
            if found[-1].p95 > LIMIT:
                break
    return found


async def _step(servers: Sequence[tuple[str, str]], endpoint: FixedLatency, users: int) -> Load:
    load = Load(users)
    until = time.perf_counter() + SECONDS
    chooser = random.Random(users)
    async with AsyncExitStack() as stack:
        people = []
        for number in range(users):
            address, token = servers[number % len(servers)]
            client = httpx2.AsyncClient(base_url=address, timeout=60, headers={"Authorization": f"Bearer {token}"})
            await stack.enter_async_context(client)
            people.append(_user(client, f"u{number:03}", endpoint, load, until, random.Random(chooser.random())))
        await asyncio.gather(*people)
    return load


async def _user(
    client: httpx2.AsyncClient, name: str, endpoint: FixedLatency, load: Load, until: float, chooser: random.Random
) -> None:
    """Tell, think, draft, think, until the time is up; the first wait spreads the users out."""
    await asyncio.sleep(chooser.uniform(0, THINKS[1]))
    while time.perf_counter() < until:
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
            await asyncio.sleep(chooser.uniform(*THINKS))


def _token(target: Path | str) -> str:
    """Make a token of a demo employee in a record and return what its holder sends."""
    with Store.open(target) as store:
        now = datetime.now(UTC)
        return issue(store, user="aning", name="bench", scopes=("draft",), by="aning", at=now, days=1)[1]


@asynccontextmanager
async def _server(home: Path, endpoint: FixedLatency, database: str) -> AsyncIterator[str]:
    """Run `agent serve` on a free port and yield its address."""
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
        yield await _address(process)
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
    sys.stdout.write(f"{name}\n  users   turns  failed   told p50/p95 ms   draft p50/p95 ms   all p95 ms\n")
    for load in loads:
        told, drafted = (_pair(values) for values in (load.told, load.drafted))
        turns = len(load.told) + len(load.drafted)
        sys.stdout.write(
            f"  {load.users:5} {turns:7} {load.failed:7} {told:>17} {drafted:>18} {load.p95 * 1000:12.0f}\n"
        )
    sys.stdout.write(f"  most users within {LIMIT * 1000:.0f} ms: {most(loads)}\n")
    sys.stdout.flush()


def most(loads: Sequence[Load]) -> int:
    """Return the most users of a step whose overhead stayed within `LIMIT` and in which nothing failed."""
    return max((load.users for load in loads if load.p95 <= LIMIT and not load.failed), default=0)


def _pair(values: Sequence[float]) -> str:
    return f"{statistics.median(values) * 1000:.0f}/{percentile(values, 0.95) * 1000:.0f}" if values else "—"


def main() -> None:
    """Measure one server on SQLite, then one and two on PostgreSQL where it is installed."""
    parser = argparse.ArgumentParser(prog="python -m evals.bench_web", description=__doc__)
    parser.add_argument("--steps", type=int, nargs="+", default=STEPS, help="numbers of users to try, in order")
    given = parser.parse_args()
    _print("one server, SQLite", asyncio.run(measure_web(1, steps=given.steps)))
    for servers in (1, 2):
        with private_database() as database:
            if not database:
                sys.stdout.write("PostgreSQL is not installed here: not measured\n")
                return
            _print(
                f"{servers} server{'s' * (servers > 1)}, PostgreSQL",
                asyncio.run(measure_web(servers, database=database, steps=given.steps)),
            )


if __name__ == "__main__":
    main()
