"""The rules promised are there: every id of the table of 120, and cases by somebody who never saw the rule."""

import pytest

from agent.guardrails import rulechecks
from agent.guardrails.loader import load_packs
from agent.guardrails.rulechecks import apart, exempt

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


@pytest.mark.parametrize("rule_id", sorted(RULES))
def test_half_of_the_cases_of_a_rule_are_written_from_the_law_alone_unless_it_is_exempt(rule_id):
    some, every = apart(RULES[rule_id])
    if exempt(RULES[rule_id]):
        assert some * 2 < every, "an exemption that is no longer needed"
    else:
        assert some * 2 >= every, f"{some} of {every}"


def test_an_exemption_has_a_reason_and_a_rule():
    given = rulechecks._exemptions()
    assert all(len(reason) > 10 for reason in (*given.kinds.values(), *given.rules.values()))
    assert given.rules.keys() <= RULES.keys() and given.kinds.keys() <= {rule.kind for rule in RULES.values()}
    assert not given.kinds.keys() & {"term", "pattern", "combine", "require", "number"}
    assert all(RULES[rule_id].kind not in given.kinds for rule_id in given.rules), "told twice"
