"""Personal data and contacts: found with checksums, official numbers left alone."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.guardrails import identifiers
from agent.guardrails.identifiers import find_identifiers, is_bank_card, is_id_card


@pytest.mark.parametrize(
    ("kind", "text", "quote"),
    [
        ("mobile", "打我13812345678哦", "13812345678"),
        ("mobile", "一三八一二三四五六七八", "一三八一二三四五六七八"),
        ("mobile", "138-1234-5678", "138-1234-5678"),
        ("mobile", "1three812345678", "1three812345678"),
        ("landline", "网点电话010-62345678", "010-62345678"),
        ("id_card", "号码11010519491231002x吗", "11010519491231002x"),
        ("bank_card", "卡号6222020000000000004", None),
        ("email", "发到abc.d@bank.com", "abc.d@bank.com"),
        ("wechat", "加微信abc_12345聊", "微信abc_12345"),
        ("qq", "qq群:123456789", "qq群:123456789"),
        ("url", "看www.bank.com/a", "www.bank.com/a"),
        ("url", "去bank点com看", "bank点com"),
        ("handle", "看我公众号云杉理财", "公众号云杉理财"),
    ],
)
def test_identifier_is_found(kind: str, text: str, quote: str | None) -> None:
    found = [text[start:end] for start, end in find_identifiers(kind, text)]
    assert found == ([quote] if quote else [])


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("mobile", "订单号20261122138123456789"),
        ("mobile", "客服95588"),
        ("landline", "客服4001234567"),
        ("id_card", "110105194912310021"),
        ("id_card", "990105194912310020"),
        ("id_card", "110105194913310020"),
        ("bank_card", "1234567890123456"),
        ("bank_card", "62220200000000001"),
        ("wechat", "用微信支付立减"),
        ("url", "版本v3.2"),
        ("email", "@小林"),
    ],
)
def test_look_alike_is_left_alone(kind: str, text: str) -> None:
    assert not list(find_identifiers(kind, text))


def test_check_digits() -> None:
    assert is_id_card("11010519491231002x")
    assert is_bank_card("4111111111111111")
    assert not is_bank_card("4111111111111112")
    assert not is_bank_card("1111111111111117")


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.sampled_from([*"138零一幺o lx-.、然后再加三☀a@t艾特q群:", "three", "微信", "qq", "abc_12"])).map(
        "".join
    )
)
def test_what_is_looked_for_first_hides_no_identifier(text: str) -> None:
    runs = [match.span() for match in identifiers._RUN.finditer(text)]
    assert [(start, end) for start, end, _ in identifiers._digit_runs(text)] == runs
    for kind, whole in (("email", identifiers._EMAIL), ("wechat", identifiers._WECHAT), ("qq", identifiers._QQ)):
        assert list(find_identifiers(kind, text)) == [match.span() for match in whole.finditer(text)]
