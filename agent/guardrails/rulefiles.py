"""Which files of a folder are rules, which only look like it, and which number is free.

Owns names and places of files; opens none. A file that looks like a rule and is not read is worse than a broken one:
nothing complains, and nothing is reported.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from agent.catalogue import advise, say

__all__ = ["Unread", "free_id", "near_ids", "rule_files", "unread_files"]

_MOST = 99
_SHARED = ("tighten.yaml", "disclosures.yaml", "disguises.yaml")
_NAMED = re.compile(r"[A-Za-z]{2,4}[-_ ]?\d{2}\b")
_DOCUMENTS = (".doc", ".docx", ".wps", ".rtf", ".odt", ".pdf", ".xls", ".xlsx")
_TEXTS = (".yaml", ".yml", ".txt", ".text", ".json", "")
_KEPT = (".bak", ".orig", ".old", ".swp")


@dataclass(frozen=True)
class Unread:
    """Name a file that looks like a rule and is not read, and why (a message code)."""

    path: Path
    code: str
    better: str = ""

    @property
    def message(self) -> str:
        """Say which file is not read, and why."""
        return say(self.code, file=self.path, name=self.path.name, better=self.better)

    @property
    def remedy(self) -> str:
        """Say what to do so that it is read."""
        return advise(self.code, file=self.path, name=self.path.name, better=self.better)


def rule_files(folder: Path) -> list[Path]:
    """List the rule files of a folder: `<pack>/<RULE>.yaml`."""
    return sorted(path for path in folder.glob("*/*.yaml") if path.parent.name != "terms" and path.name != "pack.yaml")


def unread_files(folder: Path) -> tuple[Unread, ...]:
    """Return what lies in a folder of packs, looks like a rule or a word list, and is not read."""
    found = (_unread(path, len(path.relative_to(folder).parts)) for path in sorted(folder.rglob("*")))
    return tuple(entry for entry in found if entry)


def free_id(prefix: str, taken: Iterable[str]) -> str:
    """Return the next free id of a prefix: after the highest number, or the first gap when 99 is reached."""
    used = {int(rule_id[-2:]) for rule_id in taken if re.fullmatch(rf"{re.escape(prefix)}-\d\d", rule_id)}
    above = max(used, default=0) + 1
    number = above if above <= _MOST else next((n for n in range(1, _MOST + 1) if n not in used), 0)
    return f"{prefix}-{number:02}" if number else ""


def near_ids(rule_id: str, known: Iterable[str]) -> str:
    """Return the ids nearest to one that is not known, as a list in words."""
    return "、".join(get_close_matches(rule_id.upper(), list(known), n=3, cutoff=0.0)) or "—"


def _unread(path: Path, depth: int) -> Unread | None:
    """Judge one file, `depth` steps below the folder of packs."""
    name = path.name
    if name.startswith((".", "~")) or name.endswith(("~", *_KEPT)) or not path.is_file():
        return None
    written = ".yaml" in name.lower() or ".yml" in name.lower()
    ending = path.suffix.lower()
    if not written and not (_NAMED.match(name) and ending in (*_DOCUMENTS, *_TEXTS)):
        return None
    better = re.split(r"(?i)\.ya?ml|\.[a-z]+$", name)[0] + ".yaml"
    if ending in _DOCUMENTS:
        return Unread(path, "rule_unread_document", better)
    if path.suffix != ".yaml":
        return Unread(path, "rule_unread_ending", better)
    if depth == 1:
        return None if name in _SHARED else Unread(path, "rule_unread_outside", better)
    return Unread(path, "rule_unread_inside", better) if depth > 2 else None
