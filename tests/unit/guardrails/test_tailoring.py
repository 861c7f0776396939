"""A finding cites the law and gives the remedy of the product that its words speak of (`for_products`)."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from agent.cli.explaining import _rule_lines
from agent.errors import ConfigurationError
from agent.guardrails import loader, packcache
from agent.guardrails.disclosures import filled
from agent.guardrails.engine import check
from agent.guardrails.findings import is_alike
from agent.guardrails.linting import lint
from agent.guardrails.loader import load_folder, load_packs
from agent.guardrails.packs import Packs
from agent.guardrails.pages import render_rule_page
from agent.models import Category, Finding, NoteInput
from agent.paths import data_root

RULE = """id: BNK-01
title: 催人
severity: fix
kind: term
effective: 2024-01-01
match: {terms: [抓紧来呀]}
message: 甲
advice: 默认的改法
basis: [{instrument: 广告法, article: "28", effective: 2015-09-01}]
for_products:
  - products: [insurance]
    advice: 保险的改法
    basis: [{instrument: 保险法, effective: 2015-04-24}]
  - products: [deposit]
    any_of: [%s]
    within: sentence
    advice: 结构性的改法
  - products: [fund]
    advice: 基金的改法
    message: 乙
    fix: {replacement: 丙, safety: review}
cases: {flag: [抓紧来呀1, 抓紧来呀2, 抓紧来呀3, 抓紧来呀4, 抓紧来呀5, 抓紧来呀6], pass: [一, 二, 三, 四, 五, 六]}
"""


@pytest.fixture(scope="module")
def packs() -> Packs:
    return load_packs(examples=False)


def own_rules(folder: Path, word: str = "结构性") -> Packs:
    (folder / "own").mkdir(exist_ok=True)
    (folder / "own" / "pack.yaml").write_text('{name: own, title: 本行, version: "1"}', encoding="utf-8")
    (folder / "own" / "BNK-01.yaml").write_text(RULE % word, encoding="utf-8")
    return load_folder(folder)


def test_a_sentence_that_reads_like_a_violation_is_told_the_law_of_its_product(packs: Packs) -> None:
    body = "广告\n我们行的百万医疗险，这几天来投保。市里三甲肿瘤科的韦主任，自己一家五口配的就是这个，眼光还能差？"
    (finding,) = [one for one in check(NoteInput(body=body), packs=packs).open() if one.rule == "END-03"]
    assert is_alike(finding) and [basis.instrument for basis in finding.basis] == ["金融产品网络营销管理办法", "广告法"]


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Packs:
    return own_rules(tmp_path_factory.mktemp("bank"))


def told(body: str, packs: Packs, products: tuple[Category, ...], rule: str = "BNK-01") -> Finding:
    report = check(NoteInput(body=body, products=products), packs=packs, likeness=False)
    return next(finding for finding in report.open() if finding.rule == rule)


def test_a_note_about_one_product_is_told_its_law_and_remedy(own: Packs) -> None:
    finding = told("抓紧来呀", own, ("insurance",))
    assert (finding.advice, finding.message) == ("保险的改法", "甲")  # what an entry leaves out is the rule's
    assert [basis.instrument for basis in finding.basis] == ["保险法"]


def test_an_entry_may_say_why_and_what_to_write_instead(own: Packs) -> None:
    finding = told("抓紧来呀", own, ("fund",))
    assert finding.fix is not None
    assert (finding.message, finding.advice, finding.fix.replacement) == ("乙", "基金的改法", "丙")
    assert [basis.instrument for basis in finding.basis] == ["广告法"]


@pytest.mark.parametrize(
    ("body", "advice"),
    [
        ("这只基金抓紧来呀，还有一款重疾险。", "基金的改法"),  # named before it in the sentence
        ("抓紧来呀，说的是这款重疾险。这只基金改天讲。", "保险的改法"),  # named after it in the sentence
        ("这款重疾险分两档。真的抓紧来呀。\n这只基金改天讲。", "保险的改法"),  # named before it in the paragraph
        ("这款重疾险和这只基金都在。\n两样都抓紧来呀。", "默认的改法"),  # nothing near: all that is promoted
    ],
)
def test_of_two_products_the_one_named_nearest_is_spoken_of(body: str, advice: str, own: Packs) -> None:
    assert told(body, own, ("insurance", "fund")).advice == advice


def test_a_product_that_is_only_compared_with_is_not_spoken_of(own: Packs) -> None:
    assert told("这款重疾险比存款踏实，抓紧来呀。", own, ("insurance",)).advice == "保险的改法"


def test_an_entry_may_ask_for_words_near_by(own: Packs) -> None:
    assert told("结构性存款来了，抓紧来呀。", own, ("deposit",)).advice == "结构性的改法"
    assert told("结构性存款来了。抓紧来呀。", own, ("deposit",)).advice == "默认的改法"


def test_words_near_by_may_be_anywhere_in_the_note(packs: Packs) -> None:
    finding = told("聊聊这期结构性存款。\n写给老客户：预期收益率2.6%。", packs, ("deposit",), "RET-06")
    assert "业绩比较基准" not in finding.advice
    assert "挂钩标的" in finding.advice


@pytest.mark.parametrize("products", [("insurance",), ("loan",), ("deposit",), ("wm",), ("gold",), ("card",)])
def test_urgency_cites_the_law_of_funds_for_funds_only(products: tuple[Category, ...], packs: Packs) -> None:
    laws = {basis.instrument for basis in told("额度告急，手慢无。", packs, products, "IND-07").basis}
    assert "公开募集证券投资基金宣传推介材料管理暂行规定" not in laws


def test_urgency_about_a_fund_cites_the_law_of_funds(packs: Packs) -> None:
    laws = {basis.instrument for basis in told("额度告急，手慢无。", packs, ("fund",), "IND-07").basis}
    assert "公开募集证券投资基金宣传推介材料管理暂行规定" in laws


def test_a_safe_premium_is_told_of_cash_value_and_of_no_risk_grade(packs: Packs) -> None:
    finding = told("这款重疾险，交的钱一分都不会亏。", packs, ("insurance",), "RET-01")
    assert "现金价值可能低于已交保费" in finding.advice
    assert all("基金" not in basis.instrument for basis in finding.basis)


def test_gold_on_a_card_is_not_asked_for_a_rate(packs: Packs) -> None:
    finding = told("刷信用卡买金条，每天不到10块。", packs, ("card", "gold"), "CC-02")
    assert "不用补年化利率" in finding.advice
    assert finding.fix is not None
    assert "年化" not in finding.fix.replacement  # the line that the rule would put in is not


def test_a_mortgage_moved_into_a_business_loan_is_to_be_deleted(packs: Packs) -> None:
    body = "房贷利率高的，用经营贷把它换下来，利率才3%。"
    for rule in ("LN-01", "LN-02", "LN-03"):
        assert told(body, packs, ("loan",), rule).advice.startswith("整句删掉，也不要推荐")
    assert "年化利率" in told("这款经营贷，利率才3%。", packs, ("loan",), "LN-01").advice


def test_replacements_for_a_product_break_no_rule_themselves(packs: Packs) -> None:
    for compiled in packs.rules:
        for entry in compiled.rule.for_products:
            if entry.fix and entry.fix.replacement:
                note = NoteInput(body=filled(entry.fix.replacement), products=entry.products[:1])
                found = check(note, packs=packs, likeness=False).open()
                assert not [finding.rule for finding in found if finding.start is not None], entry.fix


def test_entries_are_kept_between_starts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KOSNOTE_CACHE", str(tmp_path))
    folders = (data_root() / "guardrails" / "cn",)
    compiled = loader._read_folders(folders, examples=False)
    packcache.keep_packs(folders, lambda: compiled)
    kept = packcache.keep_packs(folders, lambda: pytest.fail("compiled again"))
    body = "这期结构性存款预期收益率2.6%；这款重疾险，交的钱一分都不会亏。"
    note = NoteInput(body=body, products=("insurance", "deposit"))
    assert check(note, packs=kept, likeness=False) == check(note, packs=compiled, likeness=False)


def test_explaining_a_rule_and_its_page_tell_what_holds_for_a_product(packs: Packs, own: Packs) -> None:
    assert any("说的是这些产品时" in line for line in _rule_lines(packs["IND-07"]))
    page = render_rule_page(own["BNK-01"].rule)
    assert "- 保险：保险的改法（依据：《保险法》" in page
    assert "- 存款（说到“结构性”）：结构性的改法" in page
    assert "（按说法认）" in render_rule_page(packs["LN-03"].rule)


def test_words_of_an_entry_are_read_like_any_others(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        own_rules(tmp_path, '"@no-such-list"')
    assert caught.value.code == "rule_unknown_list"
    with pytest.raises(ConfigurationError) as caught:
        own_rules(tmp_path, "结构性、挂钩")
    assert caught.value.code == "rule_words_joined"


def test_the_law_of_an_entry_is_looked_over(tmp_path: Path) -> None:
    own_rules(tmp_path)
    path = tmp_path / "own" / "BNK-01.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace(", effective: 2015-04-24", ""), encoding="utf-8")
    assert "basis-undated" in {problem.code for problem in lint([tmp_path])}
    shutil.rmtree(tmp_path / "own")


def test_words_that_do_as_a_line_belong_to_a_rule_that_asks_for_one(tmp_path: Path) -> None:
    own_rules(tmp_path)
    path = tmp_path / "own" / "BNK-01.yaml"
    for key in ("suffices: [甲乙]", "asks: false"):
        text = (RULE % "结构性").replace("    advice: 保险的改法", f"    {key}\n    advice: 保险的改法")
        path.write_text(text, encoding="utf-8")
        with pytest.raises(ConfigurationError) as caught:
            load_folder(tmp_path)
        assert caught.value.code == "rule_for_products_kind"


def test_a_page_tells_what_does_for_a_product_and_what_is_owed_for_none(packs: Packs) -> None:
    pages = {name: render_rule_page(packs[name].rule) for name in ("ACC-04", "DIS-01")}
    assert "本卡由【发卡机构全称】发行。" in pages["ACC-04"]
    assert "（写了意思相同的说法也算）" in pages["ACC-04"]
    assert "- 存款、银行卡、贷款、保险：不用补；" in pages["DIS-01"]


@pytest.mark.parametrize("products", [("deposit",), ("fund",), ("insurance",)])
def test_what_may_not_be_drawn_for_is_told_so_by_both_rules(products: tuple[Category, ...], packs: Packs) -> None:
    for rule in ("GFT-01", "GFT-02"):
        finding = told("抽奖送汽车，快来参加抽奖。", packs, products, rule)
        assert "补规则都不行" in finding.advice
        assert finding.fix is not None
        assert finding.fix.replacement == ""  # no rules are put in for what may not be given


def test_a_draw_that_may_be_held_is_told_of_the_cap_and_of_the_rules_by_both(packs: Packs) -> None:
    for rule in ("GFT-01", "GFT-02"):
        advice = told("办信用卡抽奖送汽车，快来参加抽奖。", packs, ("card",), rule).advice
        assert "五万元" in advice
        assert "规则" in advice


FUND_LAW = ("公开募集", "证券投资基金法", "基金从业")


@pytest.mark.parametrize("rule_id", ["RET-01", "RET-02", "RET-04", "RET-05", "RET-07", "IND-04", "IND-07", "END-01",
                                     "END-02", "END-03"])  # fmt: skip
@pytest.mark.parametrize("product", ["insurance", "wm"])
def test_a_rule_for_many_products_keeps_the_law_of_funds_to_funds(
    rule_id: str, product: Category, packs: Packs
) -> None:
    entries = [entry for entry in packs[rule_id].rule.for_products if product in entry.products and not entry.any_of]
    assert entries
    assert all(entry.basis and not basis.instrument.startswith(FUND_LAW) for entry in entries for basis in entry.basis)


def test_a_structured_deposit_is_not_told_to_write_a_posted_rate(packs: Packs) -> None:
    advice = told("这期结构性存款年化2.6%，周四开放。", packs, ("deposit",), "DEP-02").advice
    assert "可能只拿到最低档" in advice


def test_what_a_product_is_compared_with_is_not_what_the_words_speak_of(packs: Packs) -> None:
    body = "这款理财放满三个月，跟定期比，本金一分不少。"
    (finding,) = [one for one in check(NoteInput(body=body), packs=packs).open() if one.rule == "RET-01"]
    assert finding.fix is not None and "存款保险" not in finding.fix.replacement
