"""Small packs of other jurisdictions: they load alone, say their standing and leave the mainland's rules out."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from agent.cli.main import app
from agent.errors import UsageError
from agent.guardrails import check
from agent.guardrails.loader import jurisdictions, load_packs
from agent.models import NoteInput


def test_the_mainland_comes_first() -> None:
    assert jurisdictions() == ("cn", "hk", "sg", "tw")


@pytest.mark.parametrize(
    ("name", "text", "rule"),
    [
        ("hk", "呢隻基金保證回報四厘", "HK-01"),
        ("hk", "呢隻基金保.證回報四厘", "HK-01"),
        ("tw", "定期定額穩賺不賠的基金", "TW-02"),
        ("sg", "Guaranteed returns with this fund", "SG-02"),
    ],
)
def test_its_own_rules_speak_and_no_other(name: str, text: str, rule: str) -> None:
    report = check(NoteInput(body=text, products=("fund",)), packs=load_packs(jurisdiction=name))
    assert rule in {finding.rule for finding in report.open()}
    assert {finding.rule.split("-")[0] for finding in report.findings} == {name.upper()}


@pytest.mark.parametrize("name", jurisdictions()[1:])
def test_no_clause_is_called_verified_and_nothing_blocks(name: str) -> None:
    packs = load_packs(jurisdiction=name)
    assert packs.statuses
    for _, rule in packs.entries():
        assert rule.severity != "block"
        assert not any(basis.verified for basis in rule.basis)


def test_an_unknown_one_is_named_with_the_known() -> None:
    with pytest.raises(UsageError) as error:
        load_packs(jurisdiction="mars")
    assert "mars" in error.value.message and "hk" in error.value.hint


def test_check_takes_one_and_says_its_standing() -> None:
    done = CliRunner().invoke(
        app, ["check", "--text", "呢隻基金保證回報四厘", "--product", "fund", "--jurisdiction", "hk"]
    )
    assert done.exit_code == 1
    assert "HK-01" in done.output
    assert "未经当地律师核对" in done.output
