"""Choose what to ask: by the kind of the topic, never what was told, three questions at most. Wording is data."""

from __future__ import annotations

from collections.abc import Iterable

from agent.authors.choicebank import Ask, load_choices, matched
from agent.authors.fitting import sensitive_in
from agent.models import Question
from agent.text.simplified import simplified

__all__ = ["MOST", "numbered", "open_questions"]

MOST = 3


def open_questions(topic: str, told: str) -> tuple[str, ...]:
    """Return what to ask about a topic that the story told does not answer; of what hurts it is asked gently."""
    bank = load_choices()
    if sensitive_in(f"{topic}\n{told}"):
        asked = bank.gentle
    else:
        plain = simplified(topic)
        asked = next(kind.questions for kind in bank.kinds if matched(kind.words, plain))
    return tuple(ask.text.format(topic=topic) for ask in asked if not _is_told(ask, told))[:MOST]


def numbered(texts: Iterable[str]) -> tuple[Question, ...]:
    """Return questions with their ids, each text once, no more than a person answers."""
    kept = list(dict.fromkeys(texts))[:MOST]
    return tuple(Question(id=f"q{number}", text=text) for number, text in enumerate(kept, start=1))


def _is_told(ask: Ask, told: str) -> bool:
    return bool(matched(load_choices().answers.get(ask.asks, ()), told))
