"""The number grammar, and when two numbers are the same."""

from decimal import Decimal

import pytest

from agent.text.numbers import find_numbers, same_number
from agent.text.provenance import unsupported_numbers


@pytest.mark.parametrize(
    ("text", "kind", "value", "unit"),
    [
        ("3.5%", "rate", "3.5", "%"),
        ("3。5%", "rate", "3.5", "%"),
        ("百分之三点五", "rate", "3.5", "%"),
        ("千分之五", "rate", "0.5", "%"),
        ("百分之百", "rate", "100", "%"),
        ("三个半点", "rate", "3.5", "%"),
        ("25BP", "rate", "0.25", "%"),
        ("五折", "rate", "50", "折"),
        ("¥30", "amount", "30", "元"),
        ("三十块", "amount", "30", "元"),
        ("5w", "amount", "50000", "元"),
        ("1.2亿", "amount", "120000000", "元"),
        ("56天", "duration", "56", "天"),
        ("三年期", "duration", "3", "年"),
        ("6个月", "duration", "6", "月"),
        ("每月限3次", "quota", "3", "次"),
        ("TOP1", "rank", "1", "rank"),
        ("3 张", "count", "3", "张"),
    ],
)
def test_reads_each_notation(text, kind, value, unit):
    (claim,) = find_numbers(f"这里是{text}。")
    assert (claim.kind, claim.value, claim.unit) == (kind, Decimal(value), unit)
    assert f"这里是{text}。"[claim.start : claim.end] == claim.text == text


@pytest.mark.parametrize("text", ["版本v3.2.1", "13812345678", "型号A-3个"])
def test_codes_and_phones_are_no_claims(text):
    assert find_numbers(text) == ()


def test_a_vague_numeral_has_no_value():
    assert find_numbers("两三个")[0].value is None


@pytest.mark.parametrize("text", ["2.5%-3.5%", "APY3.5%", "跌了-3.5%"])
def test_a_rate_after_a_hyphen_or_a_letter_is_still_checked(text):
    assert [claim.value for claim in unsupported_numbers(text, ["2.5%"])] == [Decimal("3.5")]


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        ("30元", "三十块", True),
        ("3.5%", "百分之三点五", True),
        ("6个月", "六月期", True),
        ("每月限3次", "3次", True),
        ("5个月", "5天", False),
        ("3美元", "3元", False),
        ("50%", "五折", False),
        ("1年", "12个月", False),
        ("两三个月", "三五个月", False),
    ],
)
def test_the_same_number_needs_the_same_unit(left, right, same):
    assert same_number(find_numbers(left)[0], find_numbers(right)[0]) is same
