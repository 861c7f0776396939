"""The rule engine, usable alone: `from agent.guardrails import check`.

Owns normalising, matching, guards and the report. Its third parties are pydantic, yaml, numpy, ahocorasick_rs and
google-re2; it reads no settings, no workspace, no clock.
"""

from agent.guardrails.disclosures import Disclosure, required_disclosures
from agent.guardrails.engine import check
from agent.guardrails.findings import WaiverProblem, review_waivers
from agent.guardrails.loader import Packs, load_packs
from agent.guardrails.reading import parse_notes
from agent.guardrails.rendering import to_html, to_json, to_jsonl, to_text
from agent.guardrails.rules import Rule
from agent.guardrails.sarif import to_sarif
from agent.guardrails.screen import check_many

__all__ = [
    "Disclosure",
    "Packs",
    "Rule",
    "WaiverProblem",
    "check",
    "check_many",
    "load_packs",
    "parse_notes",
    "required_disclosures",
    "review_waivers",
    "to_html",
    "to_json",
    "to_jsonl",
    "to_sarif",
    "to_text",
]
