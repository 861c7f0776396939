"""Which paragraphs may stay for a note about life: none with a product, a way to ask or a warning about risk."""

import pytest

from agent.guardrails.keeping import kept_words

LIFE = "江边风大。收了衣服。"


@pytest.mark.parametrize(
    ("paragraphs", "named", "asked", "told"),
    [
        ([LIFE, "卖。", LIFE], {2}, set(), "留下第 1、3 段，"),
        ([LIFE, "卖。", LIFE], {2}, {3}, "留下第 1 段，第 3 段请审核人看过再留，"),
        ([f"{LIFE}想问的扫图二。", "卖。"], {2}, set(), "第 1 段里有产品、机构的名字或者怎么找您，去掉再留，"),
        (
            [f"{LIFE}车险和意外险是另外的同事在做。", "卖。"],
            {2},
            set(),
            "第 1 段里有产品、机构的名字或者怎么找您，去掉再留，",
        ),
        (["基金有风险，投资需谨慎。", "卖。"], {2}, set(), ""),
        ([LIFE, LIFE], set(), set(), ""),
        ([LIFE], {1}, set(), ""),
    ],
)
def test_a_paragraph_of_life_is_kept_and_another_without_what_it_sells(paragraphs, named, asked, told):
    assert kept_words(paragraphs, named=named, asked=asked) == told
