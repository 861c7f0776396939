"""What is wrong is told by the rule whose law it breaks, and words of work and life are told by none."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from agent.guardrails import check, load_packs
from agent.guardrails.findings import Finding
from agent.guardrails.packs import Packs
from agent.models import NoteInput
from agent.yamlsource import read_yaml

TEXTS = read_yaml(Path(__file__).with_name("right_rules.yaml")).value
DAY = date(2026, 11, 28)


@pytest.fixture(scope="module")
def packs() -> Packs:
    return load_packs(examples=False)


def findings(packs: Packs, entry: dict[str, Any]) -> list[Finding]:
    """Return the open findings that point at words."""
    note = NoteInput(title="", body=entry["text"], products=tuple(entry.get("products", ())))
    report = check(note, packs=packs, as_of=DAY, likeness=False)
    return [finding for finding in report.open() if finding.start is not None]


@pytest.mark.parametrize("entry", TEXTS["told"], ids=lambda entry: entry["text"][:24])
def test_a_breach_is_told_by_its_own_rule_and_not_by_another(packs: Packs, entry: dict[str, Any]) -> None:
    rules = {finding.rule for finding in findings(packs, entry)}
    assert entry["rule"] in rules
    assert not rules & set(entry.get("silent", ()))


@pytest.mark.parametrize("entry", TEXTS["quiet"], ids=lambda entry: entry["text"][:24])
def test_words_of_work_and_life_are_told_by_no_rule(packs: Packs, entry: dict[str, Any]) -> None:
    assert {finding.rule for finding in findings(packs, entry) if finding.severity != "warn"} == set()


@pytest.mark.parametrize("entry", TEXTS["law"], ids=lambda entry: entry["text"][:24])
def test_the_law_and_the_advice_fit_what_is_spoken_of(packs: Packs, entry: dict[str, Any]) -> None:
    told = next(finding for finding in findings(packs, entry) if finding.rule == entry["rule"])
    law = " ".join(basis.instrument for basis in told.basis)
    assert entry["cites"] in law
    assert entry.get("never", "-") not in law + told.advice + told.message
    assert entry.get("advises", "") in told.advice
