"""The errors of the evals, under the one tree of `agent.errors`.

    KosnoteError
    └── EvalError             exit 2   a run, a summary or a data file of the evals cannot be used
        ├── MeasureError               samples cannot be summed up: none, a metric missing, a value that is no number
        └── IncomparableError          two summaries were not measured in the same way

Code and parameters are here; the Chinese text comes from `evals/data/messages/*.yaml` by `code`, because the evals are
not in the wheel and their wording is not either.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import yaml

from agent.errors import KosnoteError

__all__ = ["EvalError", "IncomparableError", "MeasureError", "eval_messages", "remedy", "tell"]

DATA = Path(__file__).parent / "data"


def tell(code: str, **parameters: Any) -> str:
    """Return the message of a code with its parameters; the code itself when the catalogue lacks it."""
    return eval_messages().get(code, {"message": code})["message"].format(**parameters)


def remedy(code: str, **parameters: Any) -> str:
    """Return what to do next; empty when there is nothing to add."""
    return eval_messages().get(code, {}).get("hint", "").format(**parameters)


class EvalError(KosnoteError):
    """Report something of the evals that cannot be read, run or written."""

    exit_code = 2

    @property
    def message(self) -> str:
        """Say what failed, with the value."""
        return tell(self.code, **self.parameters)

    @property
    def hint(self) -> str:
        """Say what to do next; empty when there is nothing to add."""
        return remedy(self.code, **self.parameters)


class MeasureError(EvalError):
    """Report samples that cannot be summed up."""


class IncomparableError(EvalError):
    """Report two summaries that were not measured in the same way."""


@functools.cache
def eval_messages() -> dict[str, dict[str, str]]:
    """Return every message and hint by code, from `data/messages.yaml` and `data/messages/*.yaml`."""
    entries: dict[str, dict[str, str]] = {}
    for path in sorted([*DATA.glob("messages.yaml"), *DATA.glob("messages/*.yaml")]):
        entries.update(yaml.safe_load(path.read_text(encoding="utf-8")) or {})
    return entries
