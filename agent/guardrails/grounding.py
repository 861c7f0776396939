"""Compare number claims with the fact ledger (`number` rules)."""

from __future__ import annotations

from agent.guardrails.compiled import CompiledRule
from agent.guardrails.evidence import Detected, Evidence, Missing

__all__ = ["detect_numbers"]


def detect_numbers(compiled: CompiledRule, evidence: Evidence) -> Detected:
    """Report number claims that no given source supports."""
    return Missing(("facts",))
