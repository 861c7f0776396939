"""Tell what a question asks for and what was told already, so that nothing is asked twice.

A slot is one thing a story may say: when, where, who, how it felt, what it cost, what was said. The words are data.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from agent.chat.cues import load_cues

__all__ = ["answered_in", "is_answered", "open_slots"]


def answered_in(told: Iterable[str]) -> frozenset[str]:
    """Return the slots that these texts answer."""
    text = "\n".join(told)
    return frozenset(slot.id for slot in load_cues().slots if any(re.search(cue, text) for cue in slot.answers))


def is_answered(question: str, told: Iterable[str]) -> bool:
    """Tell whether everything a question asks for was told; a question that asks for no slot never is."""
    asked = {slot.id for slot in load_cues().slots if any(re.search(cue, question) for cue in slot.asks)}
    return bool(asked) and asked <= answered_in(told)


def open_slots(told: Iterable[str]) -> tuple[str, ...]:
    """Return the questions that would make a story stand more firmly and that it does not answer yet."""
    known = answered_in(told)
    return tuple(slot.question for slot in load_cues().slots if slot.question and slot.id not in known)
