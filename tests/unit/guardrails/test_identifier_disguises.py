"""Identifiers in the spellings people use to slip them past a filter, and the numbers that merely look like one."""

from __future__ import annotations

import pytest

from agent.guardrails.identifiers import find_identifiers
from agent.guardrails.normalize import fold

FOUND = {
    "mobile": [
        "①③⑧①②③④⑤⑥⑦⑧", "1️⃣3️⃣8️⃣1️⃣2️⃣3️⃣4️⃣5️⃣6️⃣7️⃣8️⃣", "一三八一二三四五六七八", "幺三八幺二三四五六七八",
        "1three812345678",
        "l3812345678", "138.1234.5678", "13八1234五678", "138○○123456", "138O0123456", "138🌸1234🌸5678",
        "138然后1234然后5678", "壹叁捌壹贰叁肆伍陆柒捌",
        "一三八，一二三四，五六七八", "+8613812345678", "1 3 8 1 2 3 4 5 6 7 8",
        "138—1234—5678", "138/1234/5678", "138、1234、5678", "幺三八洞洞幺两三四五六", "138加1234加5678",
        "one three eight one two three four five six seven eight", "１３８１２３４５６７８",
    ],
    "url": ["bank点com", "bank。com", "www点bank点com", "bank.com", "http://t.cn/abc", "bank[点]com", "bank(.)com",
            "bank丶com", "yunsha点c0m", "bank .com"],
    "email": ["abc@bank.com", "abc艾特bank.com", "abc(at)qq点com", "abc＠qq.com", "abc AT qq.com"],
    "wechat": ["加微信lucky888", "薇信:lucky_88", "v:lucky8888", "V❤lucky8888", "vx lucky8888", "微信13812345678",
               "威♥lucky8888", "加V lucky8888", "微：lucky8888"],
    "qq": ["扣扣12345678", "QQ:12345678", "企鹅号12345678", "q群12345678", "加q12345678", "球球12345678",
           "qq 1 2 3 4 5 6 7 8"],
    "id_card": ["11010519491231002x", "身份证11010519491231002X吧"],
    "bank_card": ["卡号4111111111111111", "给我转4111 1111 1111 1111就行", "5555555555554444", "378282246310005"],
}  # fmt: skip

INNOCENT = [
    "客服95588", "拨打96110", "热线12378", "报警110", "400-123-4567", "8001234567", "12363", "12386",
    "订单号13812345678", "单号：13912345678", "货号13812345678", "产品代码20261122", "2026年11月22日", "20261122",
    "2026/11/22", "2026-11-22", "¥13812345678", "13,800,000,000元", "13812345678元", "3.1415926535897", "0.13812345678",
    "ISBN 9787111234567", "isbn：13812345678", "1、2、3、4、5、6、7、8、9", "①开户②签约③完成", "1️⃣开户2️⃣签约3️⃣完成",
    "一二三四五六七", "七上八下", "三三两两", "起存10000元", "年化1.35%", "封闭期365天", "12期", "R2", "版本v3.2",
    "微信支付立减", "微信零钱", "微博热搜", "QQ糖", "企鹅馆", "卫星地图", "V领毛衣", "一点点奶茶", "两点半", "三点开会",
    "一百二十三", "一千零一夜", "100,000,000", "1,234,567.89", "10086", "邮编200120", "房间1208", "G1234次",
    "体重138斤", "138.5元", "价格1380元", "8:30-17:30", "2026.11.22", "5.20", "1+1=2", "A股3000点", "5折", "三七二十一",
]  # fmt: skip


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in FOUND.items() for text in texts])
def test_disguised_identifier_is_found(kind: str, text: str) -> None:
    assert list(find_identifiers(kind, fold(text)))


@pytest.mark.parametrize("text", INNOCENT)
@pytest.mark.parametrize("kind", ["mobile", "landline", "id_card", "bank_card", "email", "wechat", "qq", "url"])
def test_number_that_looks_like_one_is_left_alone(kind: str, text: str) -> None:
    assert not list(find_identifiers(kind, fold(text)))
