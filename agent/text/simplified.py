"""Read traditional characters as simplified ones, one for one, to compare texts of both; never to show them."""

from __future__ import annotations

import functools

from agent.paths import package_data

__all__ = ["is_traditional", "simplified"]

BOTH = frozenset("著乾徵瞭藉覆摺")  # in use in both scripts: 著名, 乾坤
SEVERAL = 2  # characters that stand in traditional script only; a single one may be a name


def simplified(text: str) -> str:
    """Return the text in simplified characters; its length is kept (the same table as the norm plane of the rules)."""
    return text.translate(_table())


def is_traditional(text: str) -> bool:
    """Tell whether a text is written, in good part, in traditional characters."""
    pairs = zip(text, simplified(text), strict=True)
    return sum(one != other and one not in BOTH for one, other in pairs) >= SEVERAL


@functools.cache
def _table() -> dict[int, int]:
    traditional, simple = package_data("traditional.txt").read_text(encoding="utf-8").splitlines()
    return str.maketrans(traditional, simple)
