"""Which rule speaks for a sentence that several have hit: of equal ones that of the product first, another's last."""

from __future__ import annotations

import pytest

from agent.guardrails import check, load_packs
from agent.guardrails.joining import passages, product_of
from agent.models import Category, Finding, NoteInput


def speaks(hits: dict[str, str], text: str, *products: Category) -> str:
    """Return the pack that speaks for a sentence, of packs with the words that each has hit."""
    note = NoteInput(title="湖边散步", body=text)
    findings = [
        Finding(
            rule=pack.upper(), pack=pack, severity="block", field="body", start=text.index(words),
            end=text.index(words) + len(words), text=words, message="不行。", advice="删去。", fingerprint=pack,
        )
        for pack, words in hits.items()
    ]  # fmt: skip
    (passage,) = passages(note, findings, products)
    return passage.first.pack


@pytest.mark.parametrize(
    ("pack", "product"),
    [
        ("securities", "securities"), ("deposit", "deposit"), ("gold", "gold"), ("insurance", "insurance"),
        ("card", "card"), ("loan", "loan"), ("performance", "fund"), ("wealth", "wm"),
    ],
)  # fmt: skip
def test_the_rule_of_the_product_speaks_before_a_general_one_and_that_of_another_product_after_it(pack, product):
    text, words = "征信花了也能贷，找我就行。", "征信花了"
    hits = {pack: words, "returns": text[:-1]}
    assert speaks(hits, text, product) == pack and product_of(pack) == product
    other: Category = "fund" if product == "wm" else "wm"
    assert speaks({pack: text[:-1], "returns": words}, text, other) == "returns"


def test_where_no_product_is_known_no_rule_is_of_another_and_the_one_that_hit_most_speaks():
    text = "秒批秒过，填完资料就下卡了。"
    assert speaks({"card": text[:-1], "inducement": "秒批"}, text) == "card"
    assert speaks({"card": "秒批", "inducement": text[:-1]}, text) == "inducement"
    assert product_of("inducement") == ""


@pytest.mark.parametrize(
    ("product", "body", "rule", "other"),
    [
        ("loan", "征信花了也能贷，我们只看人品不看报告。", "LN-03", "IND-02"),
        ("gold", "金豆哪天不想要了，按买的价原样收回来，我写进备忘录。", "AU-02", "RET-01"),
        ("insurance", "承诺续保到100岁，短期医疗险里它最让人省心。", "INS-10", "ADL-01"),
        ("card", "信用卡申请秒批，喝杯咖啡的功夫额度就下来了。", "CC-09", "IND-03"),
    ],
)
def test_a_sentence_is_told_by_the_law_of_its_product(product, body, rule, other):
    note = NoteInput(title="湖边散步", body=body, products=(product,))
    found = [f for f in check(note, packs=load_packs(examples=False)).open("block") if f.start is not None]
    spoken = next(one for one in passages(note, found, (product,)) if rule in {f.rule for f in one.findings})
    assert spoken.first.rule == rule and other in {f.rule for f in spoken.others}
