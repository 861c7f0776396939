"""The head of a prompt file: who it is for, what it takes, what it gives. Read with positions, never guessed."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from agent.errors import ConfigurationError
from agent.models import Frozen
from agent.yamlsource import Source, not_utf8, parse_yaml, validate

__all__ = ["FrontMatter", "Input", "split_prompt"]

RULE = "---"
TYPES: dict[str, type | tuple[type, ...]] = {"str": str, "int": int, "bool": bool, "list": list, "object": dict}


class Input(Frozen):
    """Describe one input. `untrusted` text comes from outside and must be fenced wherever it is printed."""

    type: Literal["str", "int", "bool", "list", "object"]
    description: str
    untrusted: bool = False
    optional: bool = False

    def accepts(self, value: object) -> bool:
        """Tell whether a value is of this type; an optional input may be absent (None)."""
        if value is None:
            return self.optional
        if isinstance(value, bool) and self.type == "int":
            return False
        return isinstance(value, TYPES[self.type])

    def value_of(self, given: Any) -> Any:
        """Return what a template sees: an absent list is empty."""
        return [] if given is None and self.type == "list" else given


class FrontMatter(Frozen):
    """Hold the head of one prompt version."""

    name: str = Field(pattern=r"^[a-z]+(?:_[a-z]+)+$")
    version: int = Field(ge=1)
    description: str
    role: Literal["writer", "critic", "judge"]
    output: str
    inputs: dict[str, Input]
    since: date


def split_prompt(path: Path) -> tuple[FrontMatter, str]:
    """Return head and template of a file; lines of the template keep their numbers.

    Raises `ConfigurationError` naming file, line, column and the remedy.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise not_utf8(error, str(path)) from None
    lines = text.splitlines(keepends=True)
    closing = next((n for n, line in enumerate(lines[1:], 1) if line.rstrip() == RULE), 0)
    if not lines or lines[0].rstrip() != RULE or not closing:
        raise ConfigurationError("prompt_no_head", file=str(path), line=1)
    source = parse_yaml("\n" + "".join(lines[1:closing]), path)
    head = validate(FrontMatter, source)
    _demand_place(head, source, path)
    return head, "\n" * (closing + 1) + "".join(lines[closing + 1 :])


def _demand_place(head: FrontMatter, source: Source, path: Path) -> None:
    wanted: dict[str, Any] = {"name": path.parent.name, "version": path.name.removesuffix(".md.j2").lstrip("v")}
    for key, value in wanted.items():
        if str(getattr(head, key)) != value:
            raise source.error("prompt_misplaced", (key,), key=key, value=getattr(head, key), wanted=value)
