"""Read number claims in Chinese text: amounts, rates, dates, quotas, ranks, durations, times and counts.

An own grammar, because libraries value numerals but give no spans and fail on 百分之百 and 千分之五. Offsets are
half-open code points of the raw text; product codes, phone and order numbers are not claims.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

__all__ = ["NumberClaim", "bare_amounts", "find_numbers", "in_plain_digits", "same_number"]

Kind = Literal["amount", "rate", "date", "duration", "quota", "rank", "count", "time"]

# Traditional characters of numerals and units are read as the simplified ones, one for one.
_FOLD = str.maketrans(
    "０１２３４５６７８９％．，：＋塊圓錢萬億兩幾點個張週禮號時鐘分筆單間條頁歲場戶盤來餘隻雙斤減費餅級糧麵",
    "0123456789%.,:+块圆钱万亿两几点个张周礼号时钟分笔单间条页岁场户盘来余只双斤减费饼级粮面",
)
_HAN_DIGITS = {
    c: n for n, cs in enumerate(("零〇", "一", "二两", "三", "四", "五", "六", "七", "八", "九")) for c in cs
}
_HAN_UNITS = {"十": 10, "百": 100, "千": 1000}
_SPOKEN_UNITS = {"百": 10, "千": 100, "万": 1000}
_SCALES = {"万": 10**4, "w": 10**4, "亿": 10**8, "千": 1000, "k": 1000, "百": 100}

_D = r"\d+(?:,\d{3})+(?:\.\d+)?|\d+(?:[.。]\d+)?"
_WEEKDAY = r"(?:(?<=星期)|(?<=礼拜)|(?<=(?<![每一两几])周))[一二三四五六](?![十百千万])"  # 周五晚上 is not five nights
_H = rf"(?!{_WEEKDAY})(?:几(?=[十百千万]))?[零〇一二两三四五六七八九十百千万亿]+(?:点[零〇一二三四五六七八九]+)?"
_N = rf"(?:{_D}|{_H})"
_SCALE = r"(?:[万亿千百]|[wWkK](?![a-zA-Z]))"
_MONEY = r"(?:元|块钱|块|圆|角|毛钱|美元|美金|欧元|日元|港币|港元|人民币|英镑)"
_PIECES = (  # 六块月饼 are six pieces, not six yuan
    "(?=月饼|饼|蛋糕|糕|糖|巧克力|曲奇|披萨|面包|豆腐|五花肉|[牛羊猪鸡鱼排]?肉|排骨|砖|瓦|玻璃|布|木|板|地|田|毛巾|抹布|香?肥?皂"
    "|电池|积木|拼图|牌子|招牌|姜|冰|红薯|西瓜|腕?手?表(?!示))"
)
_MORE = "[来多余]?"  # 二十来分钟 is about twenty: the number itself is compared
_MEASURE = r"(?:次|张|份|名|位|笔|杯|人|户|场|间|单|件|个|家|条|本|只|盘|碗|步|公里|斤|岁|集|页)"
_SPAN = (
    r"(?:个工作日|工作日|个小时|小时(?!候)|个钟头|分钟|秒钟|秒|个月(?![饼亮嫂])|个星期|星期|个礼拜|个季度|天"
    r"|周(?![岁末围边])|年期|年(?![级糕轮])|晚(?![饭餐霞])|月期)"
)
_HAN_DIGIT = "[一二两三四五六七八九]"
_OPEN_END = r"(?=$|[^\w]|[的一每左多起了就也还都够在便吧呢啊和跟与到买])"  # 三块五花肉 is meat
_SPOKEN = rf"(?!二百五){_HAN_DIGIT}(?:(?:千{_HAN_DIGIT})?百|千|万)[一二三四五六七八九]{_OPEN_END}"
_FIRST = "(?<![目之以提空生年月天面眼跟当从先此事午饭睡])前"
_LIMITS = rf"(?:每[人户卡客天日周月季年][^，。；,;\n]{{0,4}}?限?|限前?|最多|至多|上限|不超过|{_FIRST}|共|合计|总计|仅)"

_GRAMMAR: tuple[tuple[Kind, str], ...] = (
    ("date", r"\d{4}\s?[-/.]\s?\d{1,2}\s?[-/.]\s?\d{1,2}(?!\d)"),
    ("date", r"(?:\d{4}年)?\d{1,2}月\d{1,2}[日号]"),
    ("date", r"\d{4}年(?:\d{1,2}月(?:份|底|末|初)?|[第]?[一二三四1-4]季度|年?[底末初])?"),
    ("date", r"(?:每月|当月|次月)\d{1,2}[日号]"),
    ("date", r"\d{1,2}月(?:份|底|末|初|[上中下]旬)"),
    ("rate", rf"百分之(?P<rate1>{_N}|百)"),
    ("rate", rf"(?:千分之|万分之){_N}|万(?:零点[零一二三四五六七八九]+|0\.\d+)|(?<=[息率费])万[一二三四五六七八九]"),
    ("rate", rf"(?:{_D})\s?[%‰]"),
    ("rate", rf"(?:{_D})\s?(?:个)?(?:BP|bp|Bp|基点)"),
    ("rate", rf"{_N}个半?(?:百分)?点(?!心|评|赞|子)"),
    ("rate", rf"(?:{_D}|[一二三四五六七八九]{{1,2}})折(?!腾|叠|纸|断|返|中|回|扣|磨|射)"),
    ("count", rf"{_N}块{_PIECES}"),
    ("amount", rf"[¥￥$]\s?(?:{_D}){_SCALE}?"),
    ("amount", rf"{_N}(?:块|元)(?:{_HAN_DIGIT}|\d)(?:[毛角](?:[一二三四五六七八九\d](?:分)?)?钱?|{_OPEN_END})"),
    ("amount", rf"{_HAN_DIGIT}毛[一二三四五六七八九]{_OPEN_END}"),
    ("amount", _SPOKEN),
    ("amount", rf"(?:{_D})\s?{_SCALE}?{_MORE}{_MONEY}"),
    ("amount", rf"(?!一块(?!钱)){_H}{_MORE}{_MONEY}(?!头|石|茎|根|状|儿)"),
    ("amount", rf"(?:{_D})\s?(?:[万亿]|[wW](?![a-zA-Z]))(?!{_MEASURE})"),
    ("amount", rf"满(?:{_D})(?=减|返|送|立减|可)"),
    ("amount", rf"(?<=[减返送])(?:{_D})(?!\d*[张次份天])"),
    ("rank", rf"第{_N}名|排名第{_N}|(?:TOP|Top|top|NO\.|No\.)\s?\d+|前{_N}名"),
    ("rank", rf"{_FIRST}(?:[三五十百]|\d+)(?=$|[^\w]|[的甲强里了])"),
    (
        "time",
        rf"\d{{1,2}}:\d{{2}}(?!\d)|(?:早上|上午|中午|下午|傍晚|晚上|夜里|凌晨)?{_N}点(?:半|整|一刻|{_N}分)?(?!心|评|赞|几|子|儿|头|了|也|都)",
    ),
    ("quota", rf"{_LIMITS}(?P<quota1>{_N}){_MEASURE}"),
    ("duration", rf"{_N}个半(?:小时|钟头|月|星期|礼拜)|{_N}个[来多](?:小时|钟头|月|星期|礼拜)"),
    ("duration", rf"(?:{_D})\s?{_MORE}{_SPAN}|{_H}{_MORE}{_SPAN}"),
    ("count", rf"(?:{_D})\s?{_MORE}{_MEASURE}|{_H}{_MORE}{_MEASURE}"),
)
_CODE_BEFORE = re.compile(r"[A-Za-z_.#]$|[A-Za-z][A-Za-z0-9]*-$")
_NEVER_CODES = frozenset({"rate", "amount"})
_UNITS = {"年期": "年", "月期": "月", "星期": "周", "礼拜": "周", "钟头": "小时"}
_HALF = re.compile("个半(?!百?分?点)")
_NUMERAL = re.compile(_N)
_COUNT = re.compile(rf"{_N}{_MEASURE}")
_BARE = re.compile(
    r"[共花付买卖收价钱给省要][^，。；！？、,;!?\n]{0,12}?(?<![A-Za-z0-9.:/-])(\d+(?:\.\d+)?)(?=$|[，。；！？、,;!?）)”\s])"
)


@dataclass(frozen=True)
class NumberClaim:
    """Hold one number in a text; `value` is None for a date, a time or a vague numeral."""

    start: int
    end: int
    text: str
    kind: Kind
    value: Decimal | None
    unit: str


@functools.lru_cache(maxsize=4096)  # a run compares the same sources with every segment
def find_numbers(text: str) -> tuple[NumberClaim, ...]:
    """Return the number claims of a text in order; they do not overlap."""
    folded = in_plain_digits(text)
    claims = []
    for match in _pattern().finditer(folded):
        kind = _GRAMMAR[int(str(match.lastgroup)[1:])][0] if str(match.lastgroup).startswith("k") else _kind(match)
        if kind not in _NEVER_CODES and _is_code(folded, match.start()):
            continue
        value, unit = _read(kind, match.group())
        claims.append(NumberClaim(match.start(), match.end(), text[match.start() : match.end()], kind, value, unit))
    return tuple(claims)


def in_plain_digits(text: str) -> str:
    """Return the text with full-width digits, and with simplified numerals and units; its length is kept."""
    return text.translate(_FOLD)


def bare_amounts(text: str) -> frozenset[Decimal]:
    """Return the amounts told without a unit (一共34, 买一双15): they end a clause in which money changes hands."""
    return frozenset(Decimal(match.group(1)) for match in _BARE.finditer(in_plain_digits(text)))


def same_number(left: NumberClaim, right: NumberClaim) -> bool:
    """Tell whether two claims state the same: equal value and unit across notations, or the same date digits.

    A discount (五折) is not a percentage, and 12 months are not one year: the wording of a term is kept.
    """
    if left.value is not None and right.value is not None:
        return left.value == right.value and left.unit == right.unit
    return left.kind == right.kind and _spelling(left) == _spelling(right)


@functools.cache
def _pattern() -> re.Pattern[str]:
    return re.compile("|".join(f"(?P<k{index}>{pattern})" for index, (_, pattern) in enumerate(_GRAMMAR)))


def _is_code(text: str, start: int) -> bool:
    """Tell whether the digits belong to a product code or a version; a rate or an amount never does."""
    return text[start].isascii() and bool(_CODE_BEFORE.search(text[:start]))


def _kind(match: re.Match[str]) -> Kind:
    for index, (kind, _) in enumerate(_GRAMMAR):
        if match.group(f"k{index}") is not None:
            return kind
    raise AssertionError(match)


def _read(kind: Kind, text: str) -> tuple[Decimal | None, str]:
    if kind in ("date", "time"):
        return None, kind
    if kind == "quota":  # 每月一号换一次: the limit is the last number
        text = [match.group() for match in _COUNT.finditer(text)][-1]
    numeral = _NUMERAL.search(re.sub("^(?:[百千万]分之|万)", "", text) if kind == "rate" else text)
    value = _value(numeral.group()) if numeral else (Decimal(100) if text == "百分之百" else None)
    if value is None:
        return None, ""
    if kind == "rate":
        return _rate(text, value)
    if kind == "amount":
        return _money(text, value), _currency(text)
    if kind == "rank":
        return value, "rank"
    unit = re.sub(rf"^.*?{_N}\s?(?:个半|个?[来多余])?", "", text)
    unit = unit.removeprefix("个") if kind == "duration" else unit
    return value + (Decimal("0.5") if _HALF.search(text) else 0), _UNITS.get(unit, unit)


def _rate(text: str, value: Decimal) -> tuple[Decimal, str]:
    if "折" in text:
        return value * 10 if value < 10 else value, "折"
    if "千分之" in text or "‰" in text:
        return value / 10, "%"
    if text.startswith("万") or re.search(r"bp|基点", text, re.IGNORECASE):
        return value / 100, "%"
    return value + (Decimal("0.5") if "个半" in text else 0), "%"


def _money(text: str, value: Decimal) -> Decimal:
    """Value an amount: 三块八 and 三元八角 are 3.8, 三毛五 is 0.35, 1.2万 is 12000."""
    coins = re.search(rf"(?:块|元)({_HAN_DIGIT}|\d)(?:[毛角]({_HAN_DIGIT}|\d)?)?", text)
    if coins:
        tenths, hundredths = (_value(digit) if digit else None for digit in coins.groups())
        return value + (tenths or 0) / Decimal(10) + (hundredths or 0) / Decimal(100)
    if re.search(r"毛|角", text):
        cents = re.search(rf"毛({_HAN_DIGIT})", text)
        return value / 10 + ((_value(cents.group(1)) or 0) / Decimal(100) if cents else 0)
    return value * _scale(text)


def _scale(text: str) -> int:
    found = re.search(rf"\d\s?({_SCALE})", text)
    return _SCALES[found.group(1).lower()] if found else 1


def _currency(text: str) -> str:
    foreign = re.search(r"美元|美金|欧元|日元|港币|港元|英镑", text)
    return foreign.group() if foreign else "美元" if "$" in text else "元"


def _value(numeral: str) -> Decimal | None:
    if numeral[0] == "几":
        return None
    if numeral[0].isdigit():
        return Decimal(numeral.replace(",", "").replace("。", "."))
    whole, _, fraction = numeral.partition("点")
    value = _han(whole)
    if value is None:
        return None
    decimals = "".join(str(_HAN_DIGITS[digit]) for digit in fraction)
    return Decimal(f"{value}.{decimals}") if decimals else Decimal(value)


def _han(text: str) -> int | None:
    """Value a Han numeral; digit strings (二零二六) are read as digits, two neighbours (两三) are vague.

    The last digit after 百, 千 or 万 stands for the next unit down: 一百二 is 120, 两万五 is 25000.
    """
    if len(text) == 2 and all(_HAN_DIGITS.get(character) for character in text):
        return None
    if all(character in _HAN_DIGITS for character in text):
        return int("".join(str(_HAN_DIGITS[character]) for character in text))
    total, section, digit = 0, 0, 0
    for character in text:
        if character in _HAN_DIGITS:
            digit = _HAN_DIGITS[character]
        elif character in _HAN_UNITS:
            section += (digit or 1) * _HAN_UNITS[character]
            digit = 0
        else:
            total = (total + section + digit) * _SCALES[character]
            section = digit = 0
    if digit and text[-2:-1] in _SPOKEN_UNITS:
        digit *= _SPOKEN_UNITS[text[-2]]
    return total + section + digit


def _spelling(claim: NumberClaim) -> tuple[str, ...]:
    text = in_plain_digits(claim.text)
    return tuple(number.lstrip("0") for number in re.findall(r"\d+", text)) or (text,)
