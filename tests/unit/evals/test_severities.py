"""How hard a rule speaks is agreed: one that went, moved or is new is named."""

from agent.guardrails.loader import load_packs
from evals.severities import read_severities, severity_problems


def test_the_shipped_rules_speak_as_agreed():
    assert severity_problems({rule.id: rule.severity for _, rule in load_packs(examples=False).entries()}) == []


def test_a_rule_that_went_moved_or_is_new_is_named():
    agreed = {"AA-01": "block", "AA-02": "fix", "AA-03": "warn"}
    found = severity_problems({"AA-02": "warn", "AA-03": "warn", "AA-04": "block"}, agreed)
    moved = [line.split("（")[0] for line in found]
    assert moved == ["AA-01：说好是 block，现在是 —", "AA-02：说好是 fix，现在是 warn", "AA-04：说好是 —，现在是 block"]
    assert all("evals/data/severities.yaml" in line for line in found)


def test_every_rule_stands_once(tmp_path):
    text = 'version: "1"\nblock: [[AA-01, AA-02]]\nfix: []\nwarn: [[AA-03]]\n'
    path = tmp_path / "s.yaml"
    path.write_text(text, encoding="utf-8")
    assert read_severities(path) == {"AA-01": "block", "AA-02": "block", "AA-03": "warn"}
