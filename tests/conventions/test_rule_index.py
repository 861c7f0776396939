"""The committed index of rules is what the rule files say now."""

import re
from pathlib import Path

from agent.guardrails.indexes import render_index
from agent.guardrails.loader import jurisdictions, load_packs

FOLDER = Path(__file__).parents[2] / "guardrails"
INDEX = (FOLDER / "INDEX.md").read_text(encoding="utf-8")


def test_the_index_is_current():
    assert render_index() == INDEX, "run `make rules`: it writes guardrails/INDEX.md again"


def test_every_rule_stands_in_every_table_and_every_link_leads_to_its_file():
    links = re.findall(r"\[([A-Z]+-\d\d)\]\(([^)]+)\)", INDEX)
    assert all((FOLDER / target).is_file() and Path(target).stem == rule for rule, target in links)
    for name in jurisdictions():
        for _, rule in load_packs(jurisdiction=name).entries():
            assert sum(target.startswith(f"{name}/") and linked == rule.id for linked, target in links) >= 3, rule.id
