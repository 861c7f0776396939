"""The rules promised are there: every id of the table of 120, and cases by somebody who never saw the rule."""

import pytest

from agent.guardrails.loader import load_packs

TABLE = {
    "ACC": 5, "ADL": 6, "RET": 9, "IND": 7, "PERF": 10, "WM": 5, "DEP": 5, "CC": 10, "LN": 7, "INS": 10,
    "SEC": 6, "AU": 2, "ILL": 3, "END": 6, "GOV": 2, "GFT": 3, "PII": 4, "SOC": 3, "SUI": 2, "XHS": 7,
    "AIG": 3, "DIS": 3, "CIT": 2,
}  # fmt: skip
IDS = [f"{name}-{number:02}" for name, most in TABLE.items() for number in range(1, most + 1)]
RULES = {rule.id: rule for _, rule in load_packs().entries()}


def test_the_table_has_120_rules():
    assert len(IDS) == 120


@pytest.mark.parametrize("rule_id", IDS)
def test_a_rule_of_the_table_is_there_with_law_advice_and_known_problems(rule_id):
    rule = RULES[rule_id]
    assert rule.basis and rule.message and rule.advice and rule.known_problems


def test_most_rules_about_wording_are_held_to_cases_written_from_the_law_alone():
    lexical = [rule for rule in RULES.values() if rule.kind in ("term", "pattern", "combine", "require")]
    held = [rule.id for rule in lexical if any(case.by == "law-only" for case in (*rule.cases.flag, *rule.cases.pass_))]
    assert len(held) / len(lexical) >= 0.6
