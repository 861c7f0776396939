"""Call rules by what they are about: a line that staff read names no rule by its number alone."""

from __future__ import annotations

import re
from collections.abc import Mapping

from agent.guardrails import Packs

__all__ = ["RuleNames", "is_command"]

_RUN = re.compile(r"运行(?:编号)?\s*[0-9]{8}-[0-9a-f]{6,}\s*(?:的?(?P<what>这个文本|文本))?")
_COMMAND = re.compile(r"(?<![A-Za-z])agent [a-z]+")
_NUMBER = re.compile(r"(?<![A-Z0-9-])[A-Z]{2,5}-[0-9]{2}(?![0-9])")


class RuleNames:
    """Know the titles of these rules; a number that belongs to none of them stays as it is."""

    def __init__(self, packs: Packs | None = None) -> None:
        rules = packs.rules if packs is not None else ()
        self._titles: Mapping[str, str] = {compiled.rule.id: compiled.rule.title for compiled in rules}

    def title(self, rule: str) -> str:
        """Return what a rule is called."""
        return self._titles.get(rule, rule)

    def named(self, line: str) -> str:
        """Return a line with titles in the place of numbers, and with the note itself in the place of its run."""
        line = _RUN.sub(lambda found: "这一版文字" if found.group("what") else "这一篇", line)
        return _NUMBER.sub(lambda found: self.title(found.group()), line)


def is_command(line: str) -> bool:
    """Tell whether a line tells what to type in a terminal: no help to who talks."""
    return bool(_COMMAND.search(line))
