"""Read what an endpoint sent. The SDK builds its objects unchecked: any field may be missing or of another type.

What cannot be read is absent, never an exception of Python's own; whether a reply is usable is decided elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

__all__ = ["Counted", "Piece", "is_reply", "piece_of"]


@dataclass(frozen=True)
class Counted:
    """Hold the tokens an endpoint counted; None where it counted none."""

    prompt: int | None = None
    completion: int | None = None
    cached: int = 0

    @classmethod
    def of(cls, usage: Any) -> Counted:
        """Read a usage block."""
        details = getattr(usage, "prompt_tokens_details", None)
        return cls(
            prompt=_count(getattr(usage, "prompt_tokens", None)),
            completion=_count(getattr(usage, "completion_tokens", None)),
            cached=_count(getattr(details, "cached_tokens", None)) or 0,
        )


@dataclass(frozen=True)
class Piece:
    """Hold the text of a reply or of a chunk of it, why it ended, a refusal, and the model that spoke."""

    text: str = ""
    reason: str = ""
    refusal: str = ""
    model: str = ""


def is_reply(response: Any) -> bool:
    """Tell a completion from whatever else an address may answer with: a page, an error, a bare list."""
    return isinstance(getattr(response, "choices", None), list)


def piece_of(response: Any, *, part: str) -> Piece:
    """Read the first choice of a completion (`part` "message") or of a chunk ("delta")."""
    choices = getattr(response, "choices", None)
    choice = choices[0] if isinstance(choices, list) and choices else None
    held = getattr(choice, part, None)
    return Piece(
        text=_text(getattr(held, "content", None)),
        reason=_text(getattr(choice, "finish_reason", None)),
        refusal=_text(getattr(held, "refusal", None)),
        model=_text(getattr(response, "model", None)),
    )


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and value >= 0 else None
