"""Disclosures: what is due is what is recognised."""

from __future__ import annotations

from typing import Any

import pytest

from agent.errors import ConfigurationError
from agent.guardrails import check, load_packs, required_disclosures
from agent.guardrails.disclosures import filled, load_disclosures
from agent.models import Category, NoteInput, Product
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


def lines_of(body: str, *products: Category) -> dict[str, str]:
    """Return the lines that a note is asked for, by rule."""
    report = check(NoteInput(body=body, products=products), likeness=False)
    found = [finding for finding in report.open() if finding.start is None and finding.fix]
    return {finding.rule: finding.fix.replacement for finding in found if finding.fix}


@pytest.mark.parametrize(
    ("body", "product", "line"),
    [
        ("周五早餐立减十元，用我们的卡就行。", "card", "本卡由【发卡机构全称】发行。"),
        ("三年期存单还有额度，利率以公告为准。", "deposit", "存款由【银行全称】提供。"),
        ("这只指数基金费率打一折。", "fund", "基金管理人：【基金管理人全称】，销售机构：【销售机构全称】。"),
        ("这只指数基金在云杉银行手机银行可以申购。", "fund", "基金管理人：【基金管理人全称】。"),
        ("我家这款理财R2，起购一万。", "wm", "本产品由【发行机构全称】发行，【销售机构全称】销售。"),
        ("积存金一克起，我家手机银行就能买。", "gold", "积存金由【银行全称】提供。"),
        ("我家的投资金条，柜台就能买。", "gold", "本产品由【出品机构全称】出品，【销售机构全称】销售。"),
        ("两融开通流程整理好了，到营业部办理。", "securities", "证券服务由【证券公司全称】提供。"),
    ],
)
def test_who_stands_behind_a_product_is_asked_for_in_the_words_of_its_kind(
    body: str, product: Category, line: str
) -> None:
    assert lines_of(body, product)["ACC-04"] == line


@pytest.mark.parametrize(
    ("body", "product", "rule"),
    [
        ("消费贷额度最高三十万，装修那阵子帮了我一个大忙。", "loan", "LN-07"),
        ("小蓝医疗真好，住院报得快，保额两百万。", "insurance", "INS-02"),
    ],
)
def test_who_lends_and_who_insures_is_asked_for_once(body: str, product: Category, rule: str) -> None:
    lines = lines_of(body, product)
    assert rule in lines
    assert "ACC-04" not in lines


def test_a_loan_is_asked_for_its_lender_where_no_rule_for_loans_does() -> None:
    told = load_packs(examples=False)["ACC-04"].rule.for_products
    assert next(entry.fix.replacement for entry in told if entry.products == ("loan",) and entry.fix) == (
        "贷款由【贷款机构全称】发放。"
    )


@pytest.mark.parametrize("place", ["海屿银行 葛长庚", "——云麓银行 客服坐席 穆青衫", "我在涂山农村商业银行坐柜台。"])
def test_a_bank_that_signs_stands_behind_its_own_card_but_not_behind_a_fund(place: str) -> None:
    assert "ACC-04" not in lines_of(f"周五早餐立减十元，用我们的卡就行。\n{place}", "card")
    assert "ACC-04" in lines_of(f"这只指数基金费率打一折。\n{place}", "fund")


@pytest.mark.parametrize("place", ["我在银行做客服。", "去附近银行网点办。", "见手机银行 首页", "各家银行网点都有。"])
def test_a_bank_without_a_name_stands_behind_nothing(place: str) -> None:
    assert "ACC-04" in lines_of(f"周五早餐立减十元，用我们的卡就行。\n{place}", "card")


@pytest.mark.parametrize(
    ("body", "products", "line"),
    [
        ("这只债基申购费打一折。", ("fund",), "基金有风险，投资需谨慎。"),
        ("这只债基申购费打一折。基金没有风险。", ("fund",), "基金有风险，投资需谨慎。"),
        ("这只债基申购费打一折。三年期存款也有。", ("fund", "deposit"), "基金有风险，投资需谨慎。"),
        ("这期结构性存款一万起。", ("deposit",), "结构性存款不同于一般性存款，具有投资风险，"),
        ("积存金一克起。", ("gold",), "贵金属价格波动，可能造成本金损失。"),
        ("这只债基申购费打一折。基金有风险，别忘了。", ("fund",), "投资需谨慎，请根据自身风险承受能力选择，"),
        ("积存金一克起。金价有涨有跌。", ("gold",), "投资需谨慎，请根据自身风险承受能力选择，"),
    ],
)
def test_the_risk_is_told_in_the_words_of_the_product_and_only_the_half_that_lacks(
    body: str, products: tuple[Category, ...], line: str
) -> None:
    assert lines_of(body, *products)["DIS-01"].startswith(line)


@pytest.mark.parametrize(
    ("products", "foreign"),
    [
        (("card",), ("基金", "保险")), (("deposit",), ("基金", "保险")), (("gold",), ("基金", "保险")),
        (("wm",), ("基金", "保险")), (("securities",), ("基金", "保险")), (("fund",), ("保险",)),
        (("fund", "wm"), ("保险",)), (("card", "wm"), ("基金", "保险")),
    ],
)  # fmt: skip
def test_who_stands_behind_a_product_is_asked_for_by_its_own_law(
    products: tuple[Category, ...], foreign: tuple[str, ...]
) -> None:
    report = check(NoteInput(body="起点不高，欢迎来看看这一款。", products=products), likeness=False)
    (laws,) = ({basis.instrument for basis in one.basis} for one in report.open() if one.rule == "ACC-04")
    assert "金融产品网络营销管理办法" in laws
    assert not [law for law in laws if any(word in law for word in foreign)]


def test_one_risk_line_is_asked_for_and_none_for_what_bears_no_risk() -> None:
    assert "DIS-01" not in lines_of("我家这款理财R2，起购一万。", "wm")
    assert lines_of("我家这款理财R2，起购一万。", "wm")["WM-04"].startswith("理财非存款、产品有风险")
    assert "DIS-01" not in lines_of("三年期定期存款一万起存，信用卡也能办。", "deposit", "card")


def test_a_brokers_note_is_not_asked_for_a_warning_it_has() -> None:
    body = "两融开通流程整理好了，到营业部办理。"
    assert lines_of(body, "securities")["SEC-06"].endswith("股市有风险，投资需谨慎。")
    assert lines_of(body + "股市有风险，投资需谨慎。", "securities")["SEC-06"].endswith("相匹配的投资者。")
    assert lines_of(body + "本文是推广材料。", "securities")["SEC-06"].startswith("适合风险承受能力")


def test_lines_asked_for_by_product_do_once_filled_in() -> None:
    for compiled in load_packs(examples=False).rules:
        for entry in compiled.rule.for_products if compiled.rule.kind == "require" else ():
            if compiled.rule.id in ("ACC-04", "DIS-01", "SEC-06") and entry.fix and not entry.any_of:
                body = filled(entry.fix.replacement)
                assert compiled.rule.id not in lines_of(body, *entry.products[:1]), entry.fix
