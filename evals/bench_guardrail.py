"""Measure the rule engine: `python -m evals.bench_guardrail`. Never a test.

Ratios to one `str.encode` pass over the same notes, in the same run, and absolute figures of this machine. The notes
are made of this project's own example sentences, 500 characters each, one in ten with a violation.
"""

from __future__ import annotations

import json
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from agent.guardrails import check
from agent.guardrails.document import Document
from agent.guardrails.loader import _load, load_packs
from agent.models import NoteInput

__all__ = ["made_notes", "main"]

DATA = Path(__file__).parent / "data"
LENGTH = 500
COUNT = 1_000
LOADS = 6
AS_OF = date(2026, 11, 24)


def made_notes(count: int, *, seed: int = 0, length: int = LENGTH) -> list[NoteInput]:
    """Return seeded notes of about so many characters."""
    rng = random.Random(seed)
    clean = [line for body in _bodies("clean_notes.jsonl", "body") for line in body.split("\n") if line.strip()]
    bad = _bodies("violations.jsonl", "text")
    notes = []
    for number in range(count):
        lines = [rng.choice(bad)] if number % 10 == 0 else []
        while sum(map(len, lines)) < length:
            lines.append(rng.choice(clean))
        rng.shuffle(lines)
        notes.append(NoteInput(id=str(number), title=rng.choice(clean)[:18], body="\n".join(lines)[:length]))
    return notes


def _seconds_to_load() -> float:
    _load.cache_clear()
    start = time.perf_counter()
    load_packs(examples=False)
    return time.perf_counter() - start


def main() -> None:
    """Print loading, single notes, and each plane over many notes."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["KOSNOTE_CACHE"] = folder
        compiled, *kept = (_seconds_to_load() for _ in range(LOADS))
    _say("packs loaded", f"{compiled * 1000:.0f} ms compiled, {statistics.median(kept) * 1000:.0f} ms as kept")
    packs = load_packs(examples=False)
    notes = made_notes(COUNT)
    documents = [Document(note) for note in notes]
    encode = _seconds(lambda: [document.raw.encode() for document in documents])
    _say("str.encode pass", f"{COUNT / encode:,.0f} notes/s = 1")
    for name, work in {
        "normalised, terms and patterns screened": lambda: [packs.vocabulary.scan(Document(note)) for note in notes],
        "disguises looked for in every plane": lambda: [packs.disguises.reveal(document) for document in documents],
        "check, every rule and plane": lambda: [check(note, packs=packs, as_of=AS_OF) for note in notes],
    }.items():
        seconds = _seconds(work)
        _say(name, f"{COUNT / seconds:,.0f} notes/s, {seconds / encode:,.0f} x encode")
    times = sorted(_each(notes, lambda note: check(note, packs=packs, as_of=AS_OF)))
    _say("one note", f"p50 {times[len(times) // 2] * 1000:.2f} ms, p99 {times[len(times) * 99 // 100] * 1000:.2f} ms")


def _bodies(name: str, key: str) -> list[str]:
    return [json.loads(line)[key] for line in (DATA / name).read_text(encoding="utf-8").splitlines()]


def _seconds(work: Callable[[], object], repeats: int = 3) -> float:
    work()
    return min(_timed(work) for _ in range(repeats))


def _timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _each(notes: Sequence[NoteInput], work: Callable[[NoteInput], object], rounds: int = 3) -> list[float]:
    """Return the median of each note, met again only after all others: what is kept of a text must not count."""
    times = [[_timed(lambda: work(note)) for note in notes] for _ in range(rounds)]  # noqa: B023
    return [statistics.median(each) for each in zip(*times, strict=True)]


def _say(name: str, text: str) -> None:
    sys.stdout.write(f"{name:44} {text}\n")


if __name__ == "__main__":
    main()
