"""The rule engine, usable alone: `from agent.guardrails import check`.

Owns normalising, matching, guards and the report. Its third parties are pydantic, yaml, numpy, ahocorasick_rs and
google-re2; it reads no settings, no workspace, no clock.
"""

from agent.guardrails.disclosures import Disclosure, required_disclosures
from agent.guardrails.engine import check
from agent.guardrails.loader import Packs, load_packs
from agent.guardrails.rules import Rule

__all__ = ["Disclosure", "Packs", "Rule", "check", "load_packs", "required_disclosures"]
