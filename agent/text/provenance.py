"""Ask where a statement comes from: numbers that need a source, and experience only its owner can tell.

A first-person claim is 我/我们/咱 (or a relative spoken of as mine) doing something concrete. Opinions, habits of
speech and wishes (我觉得, 我想) are not experience. Plain counts (3 张卡) need no source; amounts, rates, dates,
quotas, ranks and durations do.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from agent.text.numbers import NumberClaim, bare_amounts, find_numbers, in_plain_digits, same_number
from agent.text.sentences import Span, clauses, sentences

__all__ = [
    "checkable_numbers",
    "first_person_claims",
    "is_told_briefly",
    "is_traced",
    "traced_share",
    "unsupported_numbers",
]

CHECKABLE = frozenset({"amount", "rate", "date", "quota", "rank", "duration"})
TRACED_SHARE = 0.5  # of a claim's two-character pieces; light editing (connectives, order) keeps more than half
BRIEF_SHARE = 0.7  # of the letters of a title beside its numbers: what was told, in its order, with little left out
FEW_WORDS = 6  # letters
_IDIOMS = re.compile(
    r"^(?:[一半两几]|一[两二])(?:个)?(?:天|周|年|晚|会|分钟|秒|小时|钟头|星期|礼拜|月)?$|^(?:两|几|半)[天年晚]$"
)
_SAYINGS = re.compile(r"[三五]分钟(?:的)?热度|三天打[鱼渔]|两天晒网|三天两头|一日三餐|第[一二]天")
_SELF = re.compile(r"(?:我们|咱们|俺|(?<![得要须由限让请需凭])本人|笔者|咱|我(?!国|行|司|院|校|市|省|县))")
_OPINION = re.compile(
    r"(?:我们?|咱们?)(?:也|就|还|都|个人|其实|一直|总|倒|更|只|仅|自己|真)*"
    r"(?:觉得|认为|想说|想问|建议|希望|猜|理解|喜欢|爱|怕|知道|相信|好奇|推荐|劝|会建议|的建议|的看法|的理解|是.{0,12}(?:员工|柜员|经理|工作))"
)
_EXPERIENCE = re.compile(
    r"了|过|着(?!急)|昨天|前天|上周|上个?月|去年|那天|今天|今早|刚刚|刚才|那次|有一次|第一次|每次|带着?|去|到|买|花|刷|吃|喝|住|坐|逛|看到|看见|遇到|"
    r"发现|听|排|等|走|跑|做|煮|养|家里?|妈|爸|娃|孩子|老公|老婆|同事|客户|朋友|闺蜜"
)
# What is said and not lived: an answer to the reader that tells no event of its own.
_FIGURE = re.compile(
    r"^(?:反正|那|好吧|行吧|也)*(?:我(?:就|也|只好)?(?:认了|认账|认栽|闭嘴了?|不吭声了)"
    r"|这(?:个|句)?(?:词|话|句话|说法|外号|绰号)我(?:就|也)?(?:收下|记下|认)了?"
    r"|(?:同事|别人|旁人|他们|大家)(?:都|也)?(?:这样|这么|那么)(?:说|讲|笑|叫)(?:过)?我的?)(?:[吧啦的嘛呢])?$"
)
_CONNECTIVES = re.compile("后来|最后|最终|终于|总算|然后|接着|于是|还是|结果")
_LETTERS = re.compile(r"[^\w]+|_")
_LITTLE_WORDS = frozenset("我了的在过着一是也就都还那这个们花")  # 花: beside a sum it says no more than the sum does


def checkable_numbers(text: str) -> tuple[NumberClaim, ...]:
    """Return the number claims that need a source; idioms (一天, 两年, 三分钟热度) and plain counts do not."""
    sayings = [match.span() for match in _SAYINGS.finditer(text)]
    return tuple(
        claim
        for claim in find_numbers(text)
        if claim.kind in CHECKABLE
        and not _IDIOMS.match(in_plain_digits(claim.text))
        and not any(start <= claim.start and claim.end <= end for start, end in sayings)
    )


def unsupported_numbers(text: str, sources: Iterable[str]) -> tuple[NumberClaim, ...]:
    """Return the checkable numbers of a text that occur in none of the source texts, whatever the notation."""
    told = tuple(sources)
    known = [claim for source in told for claim in find_numbers(source)]
    missing = [claim for claim in checkable_numbers(text) if not any(same_number(claim, other) for other in known)]
    return tuple(claim for claim in missing if not _is_told_bare(claim, told))


def _is_told_bare(claim: NumberClaim, told: Iterable[str]) -> bool:
    """Tell whether an amount in yuan was told without its unit: 一共34."""
    in_yuan = claim.kind == "amount" and claim.unit == "元"
    return in_yuan and any(claim.value in bare_amounts(source) for source in told)


def first_person_claims(text: str) -> tuple[Span, ...]:
    """Return the sentences in which the writer tells an experience of their own."""
    return tuple(
        sentence for sentence in sentences(text) if any(_is_experience(c.text) for c in clauses(sentence.text))
    )


def is_traced(claim: str, material: Iterable[str]) -> bool:
    """Tell whether a claim comes from the material: enough of its wording, and every checkable number.

    A few words of speech around it (说实话，是我没带) say nothing of their own: then its own clauses are compared.
    """
    told = tuple(material)
    if unsupported_numbers(claim, told):
        return False
    if traced_share(claim, told) >= TRACED_SHARE:
        return True
    own = [clause.text for clause in clauses(claim) if _is_experience(clause.text)]
    beside = len(_LETTERS.sub("", claim)) - sum(len(_LETTERS.sub("", clause)) for clause in own)
    return bool(own) and beside <= FEW_WORDS and all(traced_share(clause, told) >= TRACED_SHARE for clause in own)


def is_told_briefly(claim: str, material: Iterable[str]) -> bool:
    """Tell whether a line with no room for sentences (title, cover) tells what the material tells.

    It names a number of the material, no number of its own, and nearly all of its other letters stand, in this order,
    in the very item that tells the number: letters gathered from anywhere can tell any story.
    """
    told = tuple(material)
    if unsupported_numbers(claim, told):
        return False
    numbers = find_numbers(claim)
    return any(
        any(same_number(number, other) for number in numbers for other in find_numbers(text))
        and _letters_told(claim, text) >= BRIEF_SHARE
        for text in told
    )


def traced_share(claim: str, material: Iterable[str]) -> float:
    """Return the share (0…1) of the claim's two-character pieces that occur in the material."""
    pieces = _pieces(claim)
    known = set().union(*(_pieces(text) for text in material)) if pieces else set()
    return len(pieces & known) / len(pieces) if pieces else 1.0


def _is_experience(clause: str) -> bool:
    if _FIGURE.match(_LETTERS.sub("", clause)):
        return False
    return bool(_SELF.search(clause)) and not _OPINION.search(clause) and bool(_EXPERIENCE.search(clause))


def _letters_told(claim: str, told: str) -> float:
    """Return the share (0…1) of the letters of a claim, its numbers aside, that were told in the same order."""
    letters, known = _letters_beside_numbers(claim), _letters_beside_numbers(told)
    return _in_order(letters, known) / len(letters) if letters else 0.0


def _letters_beside_numbers(text: str) -> list[str]:
    for number in reversed(checkable_numbers(text)):
        text = text[: number.start] + text[number.end :]
    return [letter for letter in _LETTERS.sub("", text) if letter not in _LITTLE_WORDS]


def _in_order(left: Sequence[str], right: Sequence[str]) -> int:
    """Return the length of the longest common subsequence."""
    row = [0] * (len(right) + 1)
    for letter in left:
        above = row
        row = [0]
        for place, other in enumerate(right):
            row.append(above[place] + 1 if letter == other else max(row[-1], above[place + 1]))
    return row[-1]


def _pieces(text: str) -> set[str]:
    letters = _LETTERS.sub("", _CONNECTIVES.sub("", text))
    return {letters[start : start + 2] for start in range(len(letters) - 1)}
