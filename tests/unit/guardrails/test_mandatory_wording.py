"""Disclosures: what is due is what is recognised."""

from __future__ import annotations

from typing import Any

import pytest

from agent.errors import ConfigurationError
from agent.guardrails import required_disclosures
from agent.guardrails.disclosures import load_disclosures
from agent.models import Product
from agent.paths import data_root

ALL = load_disclosures(data_root() / "guardrails" / "cn" / "disclosures.yaml")


def product(**changes: Any) -> Product:
    values = {"id": "p", "name": "稳稳", "full_name": "云杉稳稳一号", "category": "wm", "issuer": "云杉理财"}
    return Product(**(values | changes))


@pytest.mark.parametrize("name", ALL.ids)
def test_rendered_sentence_is_recognised(name: str) -> None:
    entry = ALL[name]
    slots = dict.fromkeys(entry.slots, "R2")
    assert entry.is_in("好看的湖。\n" + entry.render(slots))
    assert all(entry.is_in(text.replace("{", "").replace("}", "")) for text in entry.seen)
    assert not entry.is_in("湖边走一圈，面包很香")
    assert entry.missing_slots({}) == entry.slots
    assert entry.missing_slots(slots) == ()


def test_unfilled_slot_is_an_error() -> None:
    with pytest.raises(KeyError):
        ALL["wm-risk"].render({})


@pytest.mark.parametrize(
    ("products", "note_type", "body", "due"),
    [
        ((), "lifestyle", "湖边", []),
        ((product(),), "marketing", "新品", ["wm-risk"]),
        ((product(),), "marketing", "业绩比较基准2%", ["wm-risk", "wm-benchmark"]),
        ((product(category="fund"),), "marketing", "近一年涨幅", ["fund-risk", "fund-performance"]),
        ((product(category="fund", subtype="money"),), "marketing", "新品", ["fund-risk", "money-fund"]),
        (
            (product(category="insurance", subtype="participating"),),
            "marketing",
            "x",
            ["insurance", "insurance-agent", "insurance-new"],
        ),
        ((), "education", "什么是复利", ["education"]),
        ((), "education", "骗子的话术", ["antifraud"]),
        ((), "education", "怎么记账", []),
        ((product(),), "education", "什么是复利", ["wm-risk"]),
    ],
)
def test_which_sentences_are_due(products: tuple[Product, ...], note_type: str, body: str, due: list[str]) -> None:
    assert [entry.id for entry in required_disclosures(products, note_type, body)] == due


def test_broken_disclosure_files_are_named(tmp_path: Any) -> None:
    one = "- {id: a, title: t, text: x, basis: [{instrument: i}]}\n"
    for text, code in (("", "disclosures_empty"), (one + one, "rule_id_twice"), ("- {id: a}\n", "yaml_missing_key")):
        path = tmp_path / f"{code}.yaml"
        path.write_text(text, encoding="utf-8")
        with pytest.raises(ConfigurationError) as caught:
            load_disclosures(path)
        assert caught.value.code == code


def test_the_signature_of_an_insurance_agent_is_due_although_the_terms_are_told() -> None:
    told = "具体保障以合同条款为准。"
    due = required_disclosures((product(category="insurance"),), "marketing", told)
    assert [entry.id for entry in due if not entry.is_in(told)] == ["insurance-agent"]
    signed = "许知南，执业证号YS00000000-0002，云杉银行股份有限公司。"
    assert ALL["insurance-agent"].is_in(signed)
