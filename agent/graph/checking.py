"""One check for one text: what a note is marked as and what is then decided on it come from the same report."""

from __future__ import annotations

from typing import Any

from agent.graph.protocols import Checker
from agent.models import NoteInput, Report

__all__ = ["CheckedOnce"]


class CheckedOnce:
    """Call a check, and answer the same question asked again at once with the report it gave.

    A check depends on what it is given and on nothing else. A text that differs in one character, or the same text
    with other facts, is another question; a check that fails is asked again.
    """

    def __init__(self, check: Checker) -> None:
        self._check = check
        self._last: tuple[NoteInput, dict[str, Any], Report] | None = None

    def __call__(self, note: NoteInput, /, **given: Any) -> Report:
        """Return the report on this text with what is given."""
        if self._last is not None and self._last[:2] == (note, given):
            return self._last[2]
        report = self._check(note, **given)
        self._last = (note, given, report)
        return report
