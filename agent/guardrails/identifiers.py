"""Detector of personal data and contacts (`pii` rules): numbers with their checksums, handles near a cue.

Owns recognition on the norm plane; official numbers (95xxx, 400, 96110 …) are no contacts.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from datetime import date

from agent.guardrails.compiled import CompiledRule
from agent.guardrails.document import Hit
from agent.guardrails.evidence import Candidate, Detected, Evidence

__all__ = ["detect_identifiers", "find_identifiers", "is_bank_card", "is_id_card"]

_SPOKEN = str.maketrans("零〇○一幺壹二两贰三叁四肆五伍六陆七拐柒八捌九玖洞", "0001112223344556677788990")
_DIGIT = "0-9零〇○一幺壹二两贰三叁四肆五伍六陆七拐柒八捌九玖洞"
_WORDS = {"zero": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7",
          "eight": "8", "nine": "9"}  # fmt: skip
_UNIT = rf"(?:{'|'.join(_WORDS)}|[{_DIGIT}]|(?<=[0-9ol-])[ol](?=[0-9ol-])|(?<![a-z])l(?=[3-9][0-9]))"
_GAP = "(?:[ \\-.·_*,/、—~|]|[\u2600-\u27bf\U0001f300-\U0001faff]|\ufe0f|然后|再|加){0,2}"
_RUN = re.compile(rf"{_UNIT}(?:{_GAP}(?:{_UNIT}|x)){{6,24}}")
# A run lies in a stretch of these, which `re` finds quickly, since it begins with a class.
_RUN_CHARS = "".join(sorted({*"".join(_WORDS), *"xol"})) + _DIGIT + " \\-.·_*,/、—~|\ufe0f然后再加"
_STRETCH = re.compile("[{0}][{0}]{{6,}}".format(_RUN_CHARS + "\u2600-\u27bf\U0001f300-\U0001faff"))
_GROUPED = re.compile(r"^[0-9]{1,3}(?:,[0-9]{3})+$")
_AMOUNT_AFTER = re.compile(r" ?(?:元|块|万|亿|股|份|%|\.[0-9])")
_OTHER_BEFORE = re.compile(r"(?:[¥$]|[0-9]\.|(?:订单|单号|编号|代码|编码|流水|isbn|条码|货号|批号)[^。,!?]{0,6})$")
_MOBILE = re.compile(r"^(?:86)?(1[3-9]\d{9})$")
_LANDLINE = re.compile(r"(?<![0-9])(?:0[1-9][0-9]{1,2})[- ]?[2-8][0-9]{6,7}(?![0-9])")
_EMAIL = re.compile(
    r"(?<![a-z0-9._%+-])[a-z0-9._%+-]{2,}(?:@|\(at\)|#at#|\[at\]|艾特| at )"
    r"[a-z0-9-]+(?:\.|点|\(dot\))[a-z]{2,}(?:\.[a-z]{2,})?"
)
_URL = re.compile(
    r"(?:https?://|www[.。点])[^\s\u4e00-\u9fff]{3,}"
    r"|(?<![a-z0-9@._-])[a-z0-9][a-z0-9-]{1,30}(?: ?\.|。|点|\u4e36|dot|\(dot\)|[\[(][点.][\])])"
    r"(?:com|c0m|cn|net|org|top|xyz|cc|vip|shop|io|app|link|ink|me)(?![a-z0-9])(?:/[^\s\u4e00-\u9fff]*)?"
)
_WECHAT_CUE = (
    r"(?:微信号?|威信|薇信|徽信|卫星|v信|vx|wx|wechat|weixin|绿泡泡|绿色软件"
    r"|(?<![a-z])vv?(?=[:号我信❤♥])|威(?=[❤♥])|微(?=:)|加v(?= ))"
)
_WECHAT = re.compile(
    rf"{_WECHAT_CUE}(?:号|id|同号)?(?:是|为|:|加|搜|➕|\+)?[\s:\-=>“\"(❤♥]{{0,3}}([a-z][a-z0-9_-]{{5,19}}|1[3-9][0-9]{{9}})"
)
_QQ = re.compile(
    r"(?:(?<![a-z])qq群?|扣扣|企鹅|抠抠|球球|q群|加q)(?:号|群)?(?:是|为|:|加)?[\s:\-=>“\"(]{0,3}"
    r"([1-9](?: ?[0-9]){4,10})(?![0-9])"
)
_HANDLE = re.compile(
    r"(?:@|抖音号?|快手号?|微博|公众号|小程序|b站|视频号|知乎)[\s:]{0,2}[“\"「『【《]?[a-z0-9_\u4e00-\u9fff·-]{2,20}"
)
_OFFICIAL = re.compile(r"^(?:95\d{3,6}|96110|96\d{3,4}|12378|12363|12386|400\d{7}|800\d{7}|110|12345|12315)$")
_PROVINCES = frozenset(
    [
        "11",
        "12",
        "13",
        "14",
        "15",
        "21",
        "22",
        "23",
        "31",
        "32",
        "33",
        "34",
        "35",
        "36",
        "37",
        "41",
        "42",
        "43",
        "44",
        "45",
        "46",
        "50",
        "51",
        "52",
        "53",
        "54",
        "61",
        "62",
        "63",
        "64",
        "65",
        "71",
        "81",
        "82",
        "83",
    ]
)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CARD_PREFIX = re.compile(r"^(?:62|60|4|5[1-5]|2[2-7]|35|3[47]|9)")


def detect_identifiers(compiled: CompiledRule, evidence: Evidence) -> Detected:
    """Find every identifier of the kinds the rule names."""
    norm = evidence.document.norm
    kinds = compiled.rule.match.detectors
    return [Candidate(Hit(start, end)) for kind in kinds for start, end in find_identifiers(kind, norm)]


def find_identifiers(kind: str, norm: str) -> Iterator[tuple[int, int]]:
    """Yield the spans of one kind of identifier in a norm text."""
    return _FINDERS[kind](norm)


def _digit_runs(norm: str) -> Iterator[tuple[int, int, str]]:
    stretches = (stretch.span() for stretch in _STRETCH.finditer(norm))
    for match in itertools.chain.from_iterable(_RUN.finditer(norm, *span) for span in stretches):
        text = match.group()
        for word, digit in _WORDS.items():
            text = text.replace(word, digit)
        plain = text.translate(_SPOKEN).replace("o", "0").replace("l", "1")
        digits = re.sub(r"[^0-9x]", "", plain)
        yield match.start(), match.end(), digits


def _mobiles(norm: str) -> Iterator[tuple[int, int]]:
    for start, end, digits in _digit_runs(norm):
        if _MOBILE.match(digits) and not _inside_number(norm, start, end) and not _is_other(norm, start, end):
            yield start, end


def _is_other(norm: str, start: int, end: int) -> bool:
    """Tell whether phone-shaped digits are an amount, a decimal, or a number that a word before calls an order's."""
    grouped = _GROUPED.match(norm[start:end])
    return bool(grouped or _AMOUNT_AFTER.match(norm, end) or _OTHER_BEFORE.search(norm[max(0, start - 10) : start]))


def _landlines(norm: str) -> Iterator[tuple[int, int]]:
    for match in _LANDLINE.finditer(norm):
        if not _OFFICIAL.match(re.sub(r"\D", "", match.group())):
            yield match.span()


def _id_cards(norm: str) -> Iterator[tuple[int, int]]:
    for start, end, digits in _digit_runs(norm):
        if is_id_card(digits):
            yield start, end


def _bank_cards(norm: str) -> Iterator[tuple[int, int]]:
    for start, end, digits in _digit_runs(norm):
        if is_bank_card(digits) and not is_id_card(digits):
            yield start, end


def is_id_card(digits: str) -> bool:
    """Tell whether 18 characters are a mainland identity number: province, birthday and check digit."""
    if len(digits) != 18 or not digits[:17].isdigit() or digits[:2] not in _PROVINCES:
        return False
    try:
        date(int(digits[6:10]), int(digits[10:12]), int(digits[12:14]))
    except ValueError:
        return False
    total = sum(int(d) * w for d, w in zip(digits, _WEIGHTS, strict=False))
    return "10x98765432"[total % 11] == digits[17]


def is_bank_card(digits: str) -> bool:
    """Tell whether 13 to 19 digits carry a known issuer prefix and a Luhn check digit."""
    if not digits.isdigit() or not 13 <= len(digits) <= 19 or not _CARD_PREFIX.match(digits):
        return False
    doubled = [int(d) * (2 if i % 2 else 1) for i, d in enumerate(reversed(digits))]
    return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0


def _inside_number(norm: str, start: int, end: int) -> bool:
    return (start > 0 and norm[start - 1].isdigit()) or (end < len(norm) and norm[end].isdigit())


def _groups(pattern: re.Pattern[str], needed: str = "") -> Callable[[str], Iterator[tuple[int, int]]]:
    """Find a pattern; `needed` matches somewhere in each of its matches and is quicker to look for."""
    sign = re.compile(needed)
    return lambda norm: (match.span() for match in (pattern.finditer(norm) if sign.search(norm) else ()))


_FINDERS: dict[str, Callable[[str], Iterator[tuple[int, int]]]] = {
    "mobile": _mobiles,
    "landline": _landlines,
    "id_card": _id_cards,
    "bank_card": _bank_cards,
    "email": _groups(_EMAIL, "[@a艾](?:(?<=@)|(?<=a)t|(?<=艾)特)"),
    "wechat": _groups(_WECHAT, "[a-z1][a-z0-9_-]{5}"),
    "qq": _groups(_QQ, "[1-9](?: ?[0-9]){4}"),
    "url": _groups(_URL),
    "handle": _groups(_HANDLE),
}
