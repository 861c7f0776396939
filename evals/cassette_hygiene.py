"""Keep the committed cassettes clean: what is in `tests/recorded` must be complete, readable, secret-free and current.

`problems` names what fails a build; `warnings` what only ages.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

from pydantic import Field

from agent.models import Frozen
from agent.yamlsource import read_yaml, validate
from evals.cassettes import CASSETTES, KEPT_HEADERS, Readable

__all__ = ["Recorded", "load_recorded", "problems", "warnings"]

LIST = CASSETTES.parent / "recorded.yaml"
SECRET = re.compile(r"\bsk-[A-Za-z0-9_-]{6,}|Bearer\s+\S{6,}|set-cookie|api[_-]key|authorization", re.IGNORECASE)
ESCAPED = re.compile(r"\\u[0-9a-fA-F]{4}")
LARGEST = 400 * 1024  # bytes a case
OLD = 60  # days


class Recorded(Frozen):
    """List the recorded cases and how they were recorded; `models` are the only names a request may carry."""

    about: str
    models: tuple[str, ...] = Field(min_length=1)
    structured: str
    cases: tuple[str, ...]


def load_recorded(path: Path = LIST) -> Recorded:
    """Read the list of recorded cases; raise `ConfigurationError` with line and column."""
    return validate(Recorded, read_yaml(path))


def problems(recorded: Recorded, *, folder: Path = CASSETTES, cases: frozenset[str] | None = None) -> list[str]:
    """Return what is wrong with the cassettes, one line each; `cases` are the ids of all cases, when known."""
    files = {path.stem: path for path in sorted(folder.glob("*.yaml"))}
    listed = set(recorded.cases)
    found = [f"{name}: orphan cassette, listed nowhere" for name in files if name not in listed]
    found += [f"{name}: listed, but there is no cassette" for name in recorded.cases if name not in files]
    if cases is not None:
        found += [f"{name}: recorded, but there is no such case" for name in recorded.cases if name not in cases]
    for name, path in files.items():
        found += [f"{name}: {problem}" for problem in _problems_of(path, recorded)]
    return found


def warnings(*, folder: Path = CASSETTES, today: date) -> list[str]:
    """Return the cassettes recorded too long ago, by the dates of their replies."""
    found = []
    for path in sorted(folder.glob("*.yaml")):
        recorded_on = [day for one in _interactions(path) if (day := _day_of(one["response"]["headers"]))]
        if recorded_on and (today - min(recorded_on)).days > OLD:
            found.append(f"{path.stem}: recorded {min(recorded_on)}, more than {OLD} days ago")
    return found


def _problems_of(path: Path, recorded: Recorded) -> Iterator[str]:
    text = path.read_text(encoding="utf-8")
    if secret := SECRET.search(text):
        yield f"looks like a secret: {secret.group()[:6]}…"
    if ESCAPED.search(text):
        yield "Chinese is escaped; it must be readable"
    if path.stat().st_size > LARGEST:
        yield f"{path.stat().st_size // 1024} KB, more than {LARGEST // 1024} KB"
    for one in _interactions(path):
        headers = {name.lower() for part in ("request", "response") for name in one[part]["headers"]}
        if odd := sorted(headers - KEPT_HEADERS):
            yield f"headers that are not kept: {', '.join(odd)}"
        if (model := str(one["request"]["json"].get("model"))) not in recorded.models:
            yield f"model {model} is not one of {', '.join(recorded.models)}"
        if one["response"]["status"]["code"] >= 400:
            yield "an error reply is recorded"


def _interactions(path: Path) -> list[dict[str, Any]]:
    held: list[dict[str, Any]] = Readable.load(path.read_text(encoding="utf-8"))["interactions"]
    return held


def _day_of(headers: dict[str, Any]) -> date | None:
    told = next((value for name, value in headers.items() if name.lower() == "date"), None)
    return parsedate_to_datetime(told[0] if isinstance(told, list) else told).date() if told else None
