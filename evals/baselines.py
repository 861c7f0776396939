"""Keep one committed summary a suite as its baseline, and the log of why each moved.

`accept` is the only way a baseline moves: it asks for a reason, refuses a run that is unfit, and writes one line of
`LOG.jsonl` with the digests before and after. A baseline whose digest is not that of its last line was edited by hand.
"""

from __future__ import annotations

import functools
import hashlib
import json
import re
from datetime import date
from pathlib import Path

from pydantic import ValidationError

from agent.models import Frozen
from agent.yamlsource import read_yaml, validate
from evals.comparing import ERRORS_ALLOWED
from evals.errors import EvalError
from evals.summaries import read_summary, summary_bytes, write_summary
from evals.values import Summary

__all__ = [
    "BASELINES",
    "Accepted",
    "accept",
    "baseline_path",
    "edited_by_hand",
    "load_baseline",
    "read_log",
]

BASELINES = Path(__file__).parent / "baselines"
LOG = "LOG.jsonl"
ACCEPTING = Path(__file__).parent / "data" / "accepting.yaml"
_SUITE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_SAYS_NOTHING = re.compile(r"[\W\d_]+")


class Accepted(Frozen):
    """Log one move of a baseline; `before` is empty for the first, digests are sha256 of the file."""

    date: date
    suite: str
    reason: str
    before: str
    after: str


class ReasonRule(Frozen):
    """Say how long a reason must be and which words give none."""

    min_characters: int
    trivial: tuple[str, ...]


def baseline_path(suite: str, folder: Path = BASELINES) -> Path:
    """Return where the baseline of a suite lies. Raises `EvalError` for a suite that cannot name a file."""
    if not _SUITE.fullmatch(suite):
        raise EvalError("suite_malformed", suite=suite)
    return folder / f"{suite}.json"


def load_baseline(suite: str, folder: Path = BASELINES) -> Summary | None:
    """Return the baseline of a suite; None when there is none yet."""
    path = baseline_path(suite, folder)
    return read_summary(path) if path.exists() else None


def accept(run: Path, *, reason: str, on: date, folder: Path = BASELINES) -> Accepted:
    """Make the summary of a run (its folder or file) the baseline of its suite, and log why.

    Raises `EvalError` for no real reason, for a run with too many errors, for one that lacks cases of a baseline over
    the same data, for one that changes nothing, and when the present baseline was edited by hand.
    """
    told = _real_reason(reason)
    summary = read_summary(run)
    path = baseline_path(summary.suite, folder)
    if edited_by_hand(folder, suites=(summary.suite,)):
        raise EvalError("baseline_edited", path=path)
    _fit(summary, load_baseline(summary.suite, folder))
    before, after = _digest(path), hashlib.sha256(summary_bytes(summary)).hexdigest()
    if before == after:
        raise EvalError("baseline_unchanged", suite=summary.suite)
    entry = Accepted(date=on, suite=summary.suite, reason=told, before=before, after=after)
    write_summary(summary, path)
    _append(folder / LOG, entry)
    return entry


def read_log(folder: Path = BASELINES) -> tuple[Accepted, ...]:
    """Return every move, oldest first. Raises `EvalError` naming a line that is none."""
    path = folder / LOG
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    moves = []
    for number, line in enumerate(lines, 1):
        try:
            moves.append(Accepted.model_validate_json(line))
        except ValidationError as error:
            raise EvalError("baseline_log_malformed", path=path, line=number) from error
    return tuple(moves)


def edited_by_hand(folder: Path = BASELINES, *, suites: tuple[str, ...] = ()) -> list[str]:
    """Name the suites whose baseline is not the one the log says was accepted last (or is gone)."""
    last = {move.suite: move.after for move in read_log(folder)}
    present = {path.stem: _digest(path) for path in sorted(folder.glob("*.json"))}
    named = sorted({*last, *present})
    return [suite for suite in named if (not suites or suite in suites) and last.get(suite) != present.get(suite)]


def _real_reason(reason: str) -> str:
    rule = _rule()
    rest = reason.lower()
    for word in sorted(rule.trivial, key=len, reverse=True):
        rest = rest.replace(word, " ")
    if len(_SAYS_NOTHING.sub("", rest)) < rule.min_characters:
        raise EvalError("reason_trivial", reason=reason.strip(), least=rule.min_characters)
    return " ".join(reason.split())


def _fit(summary: Summary, present: Summary | None) -> None:
    if not summary.samples or summary.errors > ERRORS_ALLOWED * summary.samples:
        raise EvalError("run_unfit", errors=summary.errors, samples=summary.samples)
    if present is None or present.signature != summary.signature:
        return
    missing = sorted(set(present.cases) - set(summary.cases))
    if missing:
        raise EvalError("baseline_partial", suite=summary.suite, count=len(missing), first=missing[0])


def _append(path: Path, entry: Accepted) -> None:
    with path.open("a", encoding="utf-8", newline="\n") as log:
        log.write(json.dumps(entry.model_dump(mode="json"), ensure_ascii=False, sort_keys=True) + "\n")


def _digest(path: Path) -> str:
    """Identify a file by its content, whatever line ends a checkout gave it; empty for none."""
    return hashlib.sha256(path.read_bytes().replace(b"\r\n", b"\n")).hexdigest() if path.exists() else ""


@functools.cache
def _rule() -> ReasonRule:
    return validate(ReasonRule, read_yaml(ACCEPTING))
