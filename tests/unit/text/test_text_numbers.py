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
        ("十块五", "amount", "10.5", "元"),
        ("三块八", "amount", "3.8", "元"),
        ("一块五", "amount", "1.5", "元"),
        ("8块5", "amount", "8.5", "元"),
        ("三块八毛五", "amount", "3.85", "元"),
        ("三元五角", "amount", "3.5", "元"),
        ("五毛钱", "amount", "0.5", "元"),
        ("三毛五", "amount", "0.35", "元"),
        ("一百二", "amount", "120", "元"),
        ("两千五", "amount", "2500", "元"),
        ("一千二百三", "amount", "1230", "元"),
        ("三万五", "amount", "35000", "元"),
        ("前三", "rank", "3", "rank"),
        ("前10", "rank", "10", "rank"),
        ("二十来分钟", "duration", "20", "分钟"),
        ("三个来月", "duration", "3", "月"),
        ("两个半小时", "duration", "2.5", "小时"),
        ("三千多块", "amount", "3000", "元"),
        ("两块钱", "amount", "2", "元"),
        ("一千八", "amount", "1800", "元"),
        ("千分之六", "rate", "0.6", "%"),
        ("万零点七五", "rate", "0.0075", "%"),
        ("三十五塊", "amount", "35", "元"),
        ("六個月", "duration", "6", "月"),
    ],
)
def test_reads_each_notation(text, kind, value, unit):
    (claim,) = find_numbers(f"这里是{text}。")
    assert (claim.kind, claim.value, claim.unit) == (kind, Decimal(value), unit)
    assert f"这里是{text}。"[claim.start : claim.end] == claim.text == text


@pytest.mark.parametrize("text", ["版本v3.2.1", "13812345678", "型号A-3个"])
def test_codes_and_phones_are_no_claims(text):
    assert find_numbers(text) == ()


@pytest.mark.parametrize(
    "text",
    [
        "周五晚上",
        "上周三年会",
        "星期天",
        "礼拜五天气好",
        "周五点了外卖",
        "週二晚上",
        "三年级开学",
        "六周岁",
        "目前三家都去过",
        "之前五一去的",
    ],
)
def test_days_of_the_week_and_words_before_a_numeral_are_no_durations_amounts_or_ranks(text):
    assert [claim for claim in find_numbers(text) if claim.kind != "count"] == []


@pytest.mark.parametrize(
    ("text", "claims"),
    [
        ("三块八一碗", ["三块八", "一碗"]),
        ("四块一碗", ["四块", "一碗"]),
        ("三块五花肉", ["三块"]),
        ("六块月饼", ["六块"]),
        ("六个月饼", ["六个"]),
        ("一百二十块", ["一百二十块"]),
        ("两千五百户", ["两千五百户"]),
        ("这周三百块", ["三百块"]),
        ("每周五天", ["五天"]),
        ("前三天", ["三天"]),
        ("光一块一块落下来", []),
        ("两千五块", ["两千五块"]),
        ("二百五", []),
        ("三毛的书", []),
    ],
)
def test_a_spoken_amount_ends_where_the_next_word_begins(text, claims):
    assert [claim.text for claim in find_numbers(text)] == claims


@pytest.mark.parametrize("text", ["两三个", "几十块"])
def test_a_vague_numeral_has_no_value(text):
    assert find_numbers(text)[0].value is None


@pytest.mark.parametrize("text", ["2.5%-3.5%", "APY3.5%", "跌了-3.5%"])
def test_a_rate_after_a_hyphen_or_a_letter_is_still_checked(text):
    assert [claim.value for claim in unsupported_numbers(text, ["2.5%"])] == [Decimal("3.5")]


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        ("30元", "三十块", True),
        ("三块八", "3.8元", True),
        ("两千五", "2500元", True),
        ("一百二", "102元", False),
        ("3.5%", "百分之三点五", True),
        ("6个月", "六月期", True),
        ("每月限3次", "3次", True),
        ("5个月", "5天", False),
        ("3美元", "3元", False),
        ("50%", "五折", False),
        ("1年", "12个月", False),
        ("两三个月", "三五个月", False),
        ("二十分钟", "二十来分钟", True),
        ("两个礼拜", "两周", True),
        ("几十块", "三十块", False),
    ],
)
def test_the_same_number_needs_the_same_unit(left, right, same):
    assert same_number(find_numbers(left)[0], find_numbers(right)[0]) is same


@pytest.mark.parametrize(
    ("text", "told", "missing"),
    [
        ("一共34块", "跑完买了杯热美式加一个可颂，一共34", []),
        ("花了92块", "付了92，找零放抽屉", []),
        ("花了92块", "坐92路回家", ["92块"]),
        ("花了92块", "骑了92", ["92块"]),
        ("涨了3.4%", "一共3.4", ["3.4%"]),
    ],
)
def test_an_amount_told_without_its_unit_carries_the_same_amount_in_yuan(text, told, missing):
    assert [claim.text for claim in unsupported_numbers(text, [told])] == missing


def test_pieces_are_no_amount_that_needs_a_source():
    assert unsupported_numbers("分了六块月饼，周二晚上吃完", []) == ()
    assert [claim.text for claim in unsupported_numbers("六块钱的月饼", [])] == ["六块钱"]
