"""Which run an answer goes with, so that it is forgotten together with that run's words."""

from __future__ import annotations

from typing import Final

from agent.chat.editing import EDITS
from agent.chat.values import Answer, Intent

__all__ = ["run_shown"]

_QUOTING: Final = frozenset({*EDITS, Intent.EXPLAIN, Intent.LOCK, Intent.UNLOCK, Intent.SUBMIT})


def run_shown(answer: Answer) -> str:
    """Return the run whose words an answer shows or quotes, whether or not it changed any; empty for none."""
    return answer.run if answer.note is not None or answer.intent in _QUOTING else ""
