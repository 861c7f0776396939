"""The rule engine, usable alone: `from agent.guardrails import check`.

Owns normalising, matching, guards and the report. Its third parties are pydantic, yaml, numpy, ahocorasick_rs and
google-re2; it reads no settings, no workspace, no clock.
"""

from agent.guardrails.disclosures import Disclosure, required_disclosures
from agent.guardrails.engine import check
from agent.guardrails.loader import Packs, load_packs
from agent.guardrails.output import render_reports
from agent.guardrails.parsing import parse_notes
from agent.guardrails.rules import Rule
from agent.guardrails.screen import check_many
from agent.guardrails.waivers import WaiverProblem, review_waivers

__all__ = [
    "Disclosure",
    "Packs",
    "Rule",
    "WaiverProblem",
    "check",
    "check_many",
    "load_packs",
    "parse_notes",
    "render_reports",
    "required_disclosures",
    "review_waivers",
]
