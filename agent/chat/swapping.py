"""Replace bookish words by spoken ones where they stand as words of their own.

Chinese writes no word borders: 十分钟 holds 十分, 可以及时 holds 以及. Each pair says what may stand beside it, and
what somebody said or a title in quotation marks is never touched. Where a border is in doubt the word stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from agent.models import Frozen

__all__ = ["Pattern", "Swap", "swapped"]

_QUOTED = re.compile(r"“[^”]*”|‘[^’]*’|「[^」]*」|『[^』]*』|《[^》]*》|\"[^\"]*\"")
_CLAUSE = re.compile(r"(?:^|[，,。；;：:、！!？?…\s])$")


def _compiles(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from error
    return pattern


Pattern = Annotated[str, AfterValidator(_compiles)]


class Swap(Frozen):
    """Say what one word becomes: `before` and `not_before` match what follows it, `after` and `not_after` what leads.

    `opens` takes the word at the beginning of a clause alone, `after` besides. One of the conditions is a must.
    """

    old: str = Field(min_length=1)
    new: str = Field(min_length=1)
    opens: bool = False
    after: Pattern = ""
    before: Pattern = ""
    not_after: Pattern = ""
    not_before: Pattern = ""

    @model_validator(mode="after")
    def _has_borders(self) -> Swap:
        if not (self.opens or self.after or self.before or self.not_after or self.not_before):
            raise ValueError(f"“{self.old}” says nothing about what may stand beside it")
        return self

    def holds_at(self, text: str, start: int) -> bool:
        """Tell whether the word that begins here is one, and the spoken one fits in its place."""
        ahead, behind = text[:start], text[start + len(self.old) :]
        if ahead.endswith(self.new[0]) or behind.startswith(self.new[-1]):  # 要是是, 很很
            return False
        if self.not_after and re.search(f"(?:{self.not_after})$", ahead):
            return False
        if (self.not_before and re.match(self.not_before, behind)) or (
            self.before and not re.match(self.before, behind)
        ):
            return False
        if not (self.opens or self.after):
            return True
        opened = self.opens and _CLAUSE.search(ahead)
        return bool(opened or (self.after and re.search(f"(?:{self.after})$", ahead)))


def swapped(text: str, swaps: Sequence[Swap]) -> tuple[str, tuple[Swap, ...]]:
    """Return the text with every word that may be replaced, and the swaps that were made, in order."""
    kept = [(found.start(), found.end()) for found in _QUOTED.finditer(text)]
    made: list[tuple[int, Swap]] = []
    for start in range(len(text)):
        if any(low <= start < high for low, high in kept) or (made and start < _end(made[-1])):
            continue
        fit = next((s for s in swaps if text.startswith(s.old, start) and s.holds_at(text, start)), None)
        if fit is not None:
            made.append((start, fit))
    return _put_in(text, made), tuple(swap for _, swap in made)


def _end(made: tuple[int, Swap]) -> int:
    return made[0] + len(made[1].old)


def _put_in(text: str, made: Iterable[tuple[int, Swap]]) -> str:
    pieces, position = [], 0
    for start, swap in made:
        pieces += [text[position:start], swap.new]
        position = start + len(swap.old)
    return "".join((*pieces, text[position:]))
