"""Measure guardrails-ai, llm-guard and presidio-analyzer beside this project: `python -m evals.bench_peers [PEER…]`.

Every peer is given what it is built for: a list of banned words (the words our own rules look for behind disguises,
once the key words alone and once all of them) and regular expressions for personal data. What cannot be installed, or
wants a model or a hub, is told with its reason and measured no further. `--home` keeps the environments.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from agent.guardrails import check, load_packs
from agent.guardrails.disguise_words import read_disguises
from agent.models import NoteInput, Report
from agent.paths import data_root
from evals.guardrail.texts import read_labelled
from evals.offline import read_jsonl

__all__ = ["main"]

HERE = Path(__file__).parent
DATA = HERE.parent / "data"
AS_OF = date(2026, 11, 24)
INSTALL_SECONDS = 1_800
ENOUGH = 1.0  # seconds a peer is measured at least
PERSONAL = [
    r"(?<![0-9])1[3-9][0-9]{9}(?![0-9])",
    r"(?<![0-9])[1-9][0-9]{16}[0-9Xx](?![0-9])",
    r"(?<![0-9])[3-6][0-9]{12,18}(?![0-9])",
    r"[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}",
    r"(?:微信|VX|vx|wx|V信)号?[:： ]{0,2}[A-Za-z][A-Za-z0-9_-]{5,19}",
]


@dataclass(frozen=True)
class Peer:
    """Name a peer, what pip installs of it, and the runner that its own Python executes."""

    name: str
    requirement: str
    runner: str


PEERS = (
    Peer("guardrails-ai", "guardrails-ai==0.11.0", "guard_validator.py"),
    Peer("llm-guard", "llm-guard==0.3.16", "scanners.py"),
    Peer("presidio-analyzer", "presidio-analyzer==2.2.366", "recognizers.py"),
)


@dataclass(frozen=True)
class Sample:
    """Hold one text and what it is: a violation, an innocent look-alike, or an ordinary note."""

    text: str
    kind: str


def main(arguments: Sequence[str] | None = None) -> int:
    """Install, run and print the table."""
    asked = argparse.ArgumentParser(prog="python -m evals.bench_peers", description=__doc__)
    asked.add_argument("peers", nargs="*", help="、".join(peer.name for peer in PEERS))
    asked.add_argument("--home", type=Path, help="folder of the virtual environments; by default one that is removed")
    given = asked.parse_args(arguments)
    chosen = [peer for peer in PEERS if not given.peers or peer.name in given.peers]
    samples = read_samples()
    _say("| checker | notes/s | violations found | look-alikes flagged | ordinary notes flagged |")
    _say("| --- | ---: | ---: | ---: | ---: |")
    _say(_row("kosnote, every rule", *_measure_own(samples, likeness=False), samples))
    _say(
        _row(
            "kosnote, rules and likeness (fitted on most of these texts)",
            *_measure_own(samples, likeness=True),
            samples,
        )
    )
    with tempfile.TemporaryDirectory() as folder:
        for peer in chosen:
            for row in _rows(peer, given.home or Path(folder), samples):
                _say(row)
    return 0


def read_samples() -> list[Sample]:
    """Return the labelled texts of this project: violations, innocent look-alikes and ordinary notes."""
    dev = [one for one in read_labelled() if one.split == "dev"]
    labelled = [Sample(one.note.body, "violation" if one.is_violation else "innocent") for one in dev]
    plain = [Sample(entry["text"], "violation") for entry in read_jsonl(DATA / "violations.jsonl")]
    clean = [Sample(f"{e['title']}\n{e['body']}", "ordinary") for e in read_jsonl(DATA / "clean_notes.jsonl")]
    return [*labelled, *plain, *clean]


def words() -> dict[str, list[str]]:
    """Return the lists of words that peers are given."""
    disguises = load_packs(examples=False).disguises
    key = read_disguises([data_root() / "guardrails" / "cn"]).key_words
    return {"key words": list(key), "all words": sorted(set(disguises.words))}


def _measure_own(samples: Sequence[Sample], *, likeness: bool) -> tuple[float, list[bool]]:
    packs = load_packs(examples=False)
    notes = [NoteInput(body=sample.text) for sample in samples]
    flagged: list[bool] = []
    rounds, start = 0, time.perf_counter()
    while time.perf_counter() - start < ENOUGH:
        flagged = [_flags(check(note, packs=packs, as_of=AS_OF, likeness=likeness)) for note in notes]
        rounds += 1
    return rounds * len(notes) / (time.perf_counter() - start), flagged


def _flags(report: Report) -> bool:
    """Tell whether words were found that must change; a sentence by itself need not hold a note's disclosures."""
    return any(f.status == "open" and f.severity != "warn" and f.start is not None for f in report.findings)


def _rows(peer: Peer, home: Path, samples: Sequence[Sample]) -> Iterator[str]:
    """Yield the rows of one peer, or one that says why there are none."""
    folder = home.resolve() / peer.name
    problem = _install(peer, folder)
    if problem:
        yield f"| {peer.name} | not installable: {problem} | | | |"
        return
    for title, terms in words().items():
        given = {"texts": [s.text for s in samples], "words": terms, "patterns": PERSONAL, "seconds": ENOUGH}
        answer = _ask(_python(folder), peer, given)
        if "problem" in answer:
            yield f"| {peer.name} | not run: {answer['problem']} | | | |"
            return
        name = f"{peer.name} {answer['version']}, {answer['validator']}, {len(terms):,} {title}"
        yield _row(name, float(answer["rate"]), list(answer["flagged"]), samples)


def _install(peer: Peer, folder: Path) -> str:
    """Return why a peer cannot be installed, or nothing."""
    if not _python(folder).exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True, capture_output=True)
    command = [str(_python(folder)), "-m", "pip", "install", "--quiet", peer.requirement]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=INSTALL_SECONDS)
    except subprocess.TimeoutExpired:
        return f"pip took more than {INSTALL_SECONDS // 60} minutes"
    errors = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
    return "" if done.returncode == 0 else _short(errors[-1] if errors else f"pip ended with {done.returncode}")


def _ask(python: Path, peer: Peer, given: dict[str, Any]) -> dict[str, Any]:
    """Run a peer's runner: JSON in, JSON out."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [str(python), str(HERE / "runners" / peer.runner)], input=json.dumps(given), capture_output=True, text=True,
            check=False, cwd=folder, env={"PATH": "", "HOME": folder, "PYTHONUTF8": "1"},
        )  # fmt: skip
    lines = done.stdout.strip().splitlines()
    if done.returncode == 0 and lines:
        answer: dict[str, Any] = json.loads(lines[-1])
        return answer
    told = done.stderr.strip().splitlines()
    return {"problem": _short(told[-1] if told else f"exit code {done.returncode}")}


def _row(name: str, rate: float, flagged: Sequence[bool], samples: Sequence[Sample]) -> str:
    cells = [name, f"{rate:,.0f}"]
    for kind in ("violation", "innocent", "ordinary"):
        hits = [hit for hit, sample in zip(flagged, samples, strict=True) if sample.kind == kind]
        cells.append(f"{sum(hits)}/{len(hits)} ({sum(hits) / len(hits):.0%})")
    return "| " + " | ".join(cells) + " |"


def _python(folder: Path) -> Path:
    return folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def _short(text: str) -> str:
    return text.replace("|", "/")[:160]


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main())
