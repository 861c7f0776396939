"""Hold each rule to the severity that was agreed: `data/severities.yaml`, a list no command writes.

A text may be told by several rules, and a draft by none, so that a rule that speaks softer can go unseen by both.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from agent.models import Frozen, Severity
from agent.yamlsource import read_yaml, validate
from evals.errors import tell

__all__ = ["read_severities", "severity_problems"]

SEVERITIES = Path(__file__).parent / "data" / "severities.yaml"


class _Agreed(Frozen):
    version: str
    block: tuple[tuple[str, ...], ...]
    fix: tuple[tuple[str, ...], ...]
    warn: tuple[tuple[str, ...], ...]


def read_severities(path: Path = SEVERITIES) -> dict[str, Severity]:
    """Return the agreed severity by rule; raise `ConfigurationError` with line and column."""
    read = validate(_Agreed, read_yaml(path))
    levels: dict[Severity, tuple[tuple[str, ...], ...]] = {"block": read.block, "fix": read.fix, "warn": read.warn}
    return {rule: level for level, families in levels.items() for family in families for rule in family}


def severity_problems(found: Mapping[str, str], agreed: Mapping[str, str] | None = None) -> list[str]:
    """Name the rules that went, speak otherwise than agreed, or stand on no list."""
    agreed = read_severities() if agreed is None else agreed
    return [
        tell("severity_moved", rule=rule, agreed=agreed.get(rule, "—"), now=found.get(rule, "—"))
        for rule in sorted({*agreed, *found})
        if agreed.get(rule) != found.get(rule)
    ]
