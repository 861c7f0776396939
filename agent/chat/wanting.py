"""Read out of a line which words of a note are to become which: body, title, cover or tags.

Words in quotation marks end where the marks do: what a line says after them is not part of them.
"""

from __future__ import annotations

import re
from typing import Literal

from agent.chat.swapping import Pattern
from agent.models import Frozen, Note

__all__ = ["Change", "Wanted", "tags_of", "tags_wanted"]

Field = Literal["title", "cover", "tags", "body"]
Way = Literal["change", "add", "drop"]
_ASIDE = " ，,。；;、！!"


class Wanted(Frozen):
    """Hold one change: `old` empty stands for the whole field, `new` empty takes the old words out.

    `rest` is what else the line says.
    """

    field: Field
    old: str = ""
    new: str = ""
    way: Way = "change"
    rest: str = ""


class Change(Frozen):
    """Read which words are to become which: `old` and `new` are groups of the pattern.

    A pattern that need not match to the end of the line leaves the rest to be said.
    """

    field: Field
    pattern: Pattern
    way: Way = "change"

    def wanted_in(self, text: str) -> Wanted | None:
        """Return the change a line asks for in these words."""
        found = re.search(self.pattern, text.strip())
        if found is None:
            return None
        words = {name: (value or "").strip() for name, value in found.groupdict().items()}
        rest = text.strip()[found.end() :].strip(_ASIDE)
        return Wanted(field=self.field, old=words.get("old", ""), new=words.get("new", ""), way=self.way, rest=rest)


def tags_wanted(note: Note, wanted: Wanted) -> tuple[str, ...] | None:
    """Return the tags a note would have; None where the one to change or to drop is not among them."""
    old, new = tags_of(wanted.old), tags_of(wanted.new)
    if any(tag not in note.tags for tag in old):
        return None
    if wanted.way == "add":
        return tuple(dict.fromkeys((*note.tags, *new)))
    if wanted.way == "change" and not old:
        return new
    place = note.tags.index(old[0]) if old else 0
    kept = [tag for tag in note.tags if tag not in old]
    return tuple(dict.fromkeys((*kept[:place], *new, *kept[place:])))


def tags_of(text: str) -> tuple[str, ...]:
    """Return the tags a text lists, without #, each once."""
    return tuple(dict.fromkeys(filter(None, re.split(r"[#\uff03\s，,、；;]+", text.strip('“”「」"')))))
