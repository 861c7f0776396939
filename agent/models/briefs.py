"""What staff ask for, what they are asked, and what is settled before anything is written."""

from __future__ import annotations

from datetime import date
from typing import Literal

from agent.models.kinds import Frozen, Language, NoteType
from agent.models.supplies import Material

__all__ = ["Brief", "Message", "Plan", "Question"]


class Brief(Frozen):
    """Say what staff ask for; `as_of` is the only clock of a run."""

    id: str
    topic: str
    note_type: NoteType = "lifestyle"
    keyword: str = ""
    audience: str = ""
    persona: str = ""
    account: str = ""
    products: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    points: tuple[str, ...] = ()
    material: tuple[Material, ...] = ()
    language: Language = "zh-CN"
    as_of: date
    seed: int = 0


class Message(Frozen):
    """Hold one message to or from a chat model."""

    role: Literal["system", "user", "assistant"]
    content: str


class Question(Frozen):
    """Ask the employee for one piece of material; `options` are tappable answers."""

    id: str
    text: str
    options: tuple[str, ...] = ()


class Plan(Frozen):
    """Fix angle, search words and ingredients (ids) before writing; `writable` False means only questions remain."""

    angle: str
    keyword: str
    long_tails: tuple[str, ...] = ()
    scene: str = ""
    skeleton: str = ""
    material: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    points: tuple[str, ...] = ()
    questions: tuple[Question, ...] = ()
    writable: bool = True
    reason: str = ""
