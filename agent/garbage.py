"""When Python looks for cycles of garbage: hardly while a program starts, as ever once it goes on for long.

A start makes objects that stay, and looking through them takes a fifth of it. Whatever then serves, or reads an
archive, says so with `settle`: what is there by now is left alone, and what comes is looked through again.
"""

from __future__ import annotations

import atexit
import gc
from typing import Final

__all__ = ["hurry", "settle"]

_STARTING: Final = (200_000, 20, 100)
_USUAL: Final = gc.get_threshold()


def hurry() -> None:
    """Start with few looks for garbage, and end with none."""
    gc.set_threshold(*_STARTING)
    atexit.register(gc.freeze)


def settle() -> None:
    """Leave what was made so far alone for good, and look through the rest as often as Python does."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_USUAL)
