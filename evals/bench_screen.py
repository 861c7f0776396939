"""Measure screening an archive: `python -m evals.bench_screen` (`make bench-screen`). Never a test.

Ratios to one `str.encode` pass over the same notes in the same run, notes a second for one and for all processes, a
re-screen after one changed rule, and peak memory for a small and a ten times larger archive. `--small N` sets the size.
`--million` measures peak memory alone: of a hundred thousand and of a million notes, short ones, in one process.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

from agent.guardrails import load_packs
from agent.screening.edition import Circumstances, edition_of
from agent.screening.pools import Alone
from agent.screening.runs import Request, begin
from agent.screening.sieve import Sieve
from agent.screening.store import Store
from evals.bench_guardrail import LENGTH, made_notes

__all__ = ["main"]

AS_OF = date(2026, 11, 24)
DISTINCT = 2_000
SMALL = 20_000
TIMES = 10
MILLION = 1_000_000
SHORT = 60
REPEATS = 20
COMMAND = """
import resource, sys
from agent.cli.main import run
try:
    run()
finally:
    for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN):
        print("PEAK", resource.getrusage(who).ru_maxrss // 1024, file=sys.stderr)
"""
RULE = """
id: OWN-01
title: 本行自定
severity: fix
kind: pattern
effective: 2020-01-01
match: {patterns: ['旺季[^。]{0,6}特惠']}
message: 本行规定。
advice: 换一个说法。
basis: [{instrument: 本行制度}]
cases:
  flag: [旺季特惠, 旺季里特惠, 旺季有特惠, 旺季是特惠, 旺季来特惠, 旺季看特惠]
  pass: [一, 二, 三, 四, 五, 六]
"""


def main() -> None:
    """Print everything, a line each."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--small", type=int, default=SMALL)
    asked.add_argument("--million", action="store_true")
    given = asked.parse_args()
    if given.million:
        _million()
        return
    small = given.small
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        encode = _write(base / "small.jsonl", small)
        _say("str.encode pass", f"{encode:,.0f} notes/s = 1")
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        for workers in dict.fromkeys((1, cores)):
            rate, peaks = _screen(base, "small", small, workers)
            _say(f"{workers} process(es), {small:,} notes", f"{rate:,.0f} notes/s, 1/{encode / rate:,.0f} of encode")
            _say("  peak memory", _memory(peaks))
        _write(base / "large.jsonl", small * TIMES)
        rate, peaks = _screen(base, "large", small * TIMES, cores)
        _say(f"{cores} process(es), {small * TIMES:,} notes", f"{rate:,.0f} notes/s")
        _say("  peak memory", _memory(peaks))
        _again(base, encode)


def _million() -> None:
    """Print the peak memory of one process for a hundred thousand and for a million short notes."""
    with tempfile.TemporaryDirectory() as folder:
        peaks = []
        for count in (MILLION // TIMES, MILLION):
            _write(Path(folder) / "notes.jsonl", count, length=SHORT)
            rate, (peak, _) = _screen(Path(folder), "notes", count, 1)
            _say(f"{count:,} notes of {SHORT} characters", f"peak {peak} MiB, {rate:,.0f} notes/s")
            peaks.append(peak)
        _say("a million / a hundred thousand", f"{peaks[1] / peaks[0]:.2f} x the memory")


def _write(path: Path, count: int, *, length: int = LENGTH) -> float:
    """Write an archive of so many notes, and return how many notes a second `str.encode` passes."""
    bodies = [(note.title, note.body) for note in made_notes(min(count, DISTINCT), length=length)]
    with path.open("w", encoding="utf-8") as file:
        for number in range(count):
            title, body = bodies[number % len(bodies)]
            file.write(json.dumps({"id": str(number), "title": title, "body": body}, ensure_ascii=False) + "\n")
    start = time.perf_counter()
    for _ in range(REPEATS):
        for _, body in bodies:
            body.encode()
    return REPEATS * len(bodies) / (time.perf_counter() - start)


def _screen(base: Path, name: str, count: int, workers: int) -> tuple[float, list[int]]:
    """Return notes a second and the peaks (this process, its largest child) of one command, start-up included."""
    out = base / f"{name}-{count}-{workers}.jsonl"
    asked = ["screen", str(base / f"{name}.jsonl"), "--out", str(out), "--as-of", str(AS_OF), "--workers", str(workers)]
    start = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", COMMAND, *asked], capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - start
    if done.returncode not in (0, 1):
        raise SystemExit(f"exit code {done.returncode}\n{done.stderr}")
    return count / seconds, [int(line.split()[1]) for line in done.stderr.splitlines() if line.startswith("PEAK")]


def _again(base: Path, encode: float) -> None:
    """Measure a store that is screened again after one rule was added, and the search of its planes alone."""
    _write(base / "store.jsonl", DISTINCT)
    _run(Request(str(base / "store.jsonl"), base / "first.jsonl", store=base / "s.db"), ())
    own = base / "bank" / "own"
    own.mkdir(parents=True)
    (own / "OWN-01.yaml").write_text(RULE, encoding="utf-8")
    (own / "pack.yaml").write_text("{name: own, title: 本行, version: '1'}", encoding="utf-8")
    seconds = _run(Request("", base / "again.jsonl", store=base / "s.db"), (base / "bank",))
    full = _run(Request(str(base / "store.jsonl"), base / "full.jsonl"), (base / "bank",))
    rate = DISTINCT / seconds
    _say("one rule more, store screened again", f"{rate:,.0f} notes/s, {full / seconds:.1f} x as fast as in full")
    packs = load_packs(overlay=(base / "bank",))
    edition_of(packs, Circumstances())
    store = Store(base / "s.db")
    planes = [store.planes(batch) for batch in store.batches(0)]
    sieve = Sieve(packs, ["OWN-01"])
    start = time.perf_counter()
    for _ in range(REPEATS):
        for pair in planes:
            sieve.candidates(pair)
    store.close()
    rate = REPEATS * DISTINCT / (time.perf_counter() - start)
    _say("  search of its planes alone", f"{rate:,.0f} notes/s, 1/{encode / rate:,.1f} of encode")


def _run(request: Request, overlay: tuple[Path, ...]) -> float:
    prepared = begin(request, lambda day: Circumstances(overlay=overlay, as_of=AS_OF))
    start = time.perf_counter()
    with Alone() as pool:
        prepared.go(pool, lambda progress, at: None)
    seconds = time.perf_counter() - start
    prepared.close()
    return seconds


def _memory(peaks: list[int]) -> str:
    return f"{peaks[0]} MiB" + (f", its largest worker {peaks[1]} MiB" if peaks[1] else "")


def _say(name: str, text: str) -> None:
    sys.stdout.write(f"{name:44} {text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
