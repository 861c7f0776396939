"""What a note promotes and what kind of note it is, when nobody said so.

Owns product and note-type inference from word lists (`products-<category>`, `mentions-<category>`,
`education-words` …) and from the signals in `data/promotion.yaml`. A product that is merely mentioned is not promoted.
"""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path

from agent.guardrails.asides import is_aside
from agent.guardrails.calling import lined, named_in_marks
from agent.guardrails.contexts import is_warning
from agent.guardrails.document import Document, Hit
from agent.guardrails.normalize import fold
from agent.guardrails.terms import TermLists
from agent.models import Category, NoteInput, NoteType
from agent.yamlsource import read_yaml

__all__ = [
    "Offer",
    "infer_note_type",
    "infer_offer",
    "is_beside",
    "is_own_story",
    "mentions_of",
    "reads_like_a_sellers",
]

Reading = Callable[[str, Sequence[tuple[int, int]]], bool]
_Mentions = Mapping[tuple[Category, Hit], set[str]]
_MONEY = ("money-talk",)

CATEGORIES: tuple[Category, ...] = ("fund", "wm", "deposit", "card", "loan", "insurance", "securities", "gold")
_MASKED = "products-masked"
_OWNERS: dict[str, Category] = {f"{kind}-{c}": c for kind in ("products", "mentions") for c in CATEGORIES}
_LISTS = (_MASKED, *_OWNERS)
_SIGNALS_ENOUGH = 2
# “…” right after a word of naming; an index or a number in it makes it a real fund's name
_NICKNAME = re.compile(
    r"(?:起了?个?名|取了?个?名|起名|命名|改名|名字|昵称|备注|名叫|叫它|[就又都]叫|,叫|我叫|贴着|写着)[^“”「」\"。!?\n]{0,4}"
    r"([“「\"][^“”「」\"\n0-9指混债etf]{1,10}[”」\"])"
)
_QUOTED = re.compile(r"“[^”\n]*”|「[^」\n]*」|『[^』\n]*』|\"[^\"\n]*\"")
_INVEST: frozenset[Category] = frozenset(("fund", "wm", "securities", "gold", "insurance"))
_HUNG_ON: frozenset[Category] = frozenset(("securities", "gold"))
_PAYING: frozenset[Category] = frozenset(("card", "loan"))
_LOUD = 2  # what a mention in a title or a tag counts
_REACH = 24  # characters before a product word in which its own institution may stand


@dataclass(frozen=True)
class Offer:
    """Say which categories a note speaks of, and which of them it promotes: the declared ones, and by its words."""

    products: frozenset[Category]
    promoted: frozenset[Category]
    words: Mapping[Category, str] = field(default_factory=dict)  # the word that best names what is promoted, raw
    outvoted: frozenset[Category] = frozenset()  # promoted by its words, but not by its sentences; or what pays for it

    @property
    def counted(self) -> frozenset[Category]:
        """Return the categories that a note is checked for: what it promotes, else all that it speaks of."""
        return (self.promoted or self.products) | self.outvoted

    @property
    def promotes(self) -> bool:
        """Tell whether the note promotes any product."""
        return bool(self.promoted)


def infer_offer(
    note: NoteInput,
    document: Document,
    lists: TermLists,
    *,
    employer: str = "",
    sells: Reading | None = None,
) -> Offer:
    """Return declared and named categories, and those declared or named with signals of promotion.

    sells: whether a norm plane, with the spans of its words about money, reads like a seller's; asked last.

    Where a declared product stands in a sentence, its signals do not promote what everyday words name beside it
    (the 股票 of an index fund). What a return hangs on (挂钩黄金) names a `wm`. What is named by the way, as what pays
    or is compared with, counts only where nothing else does.
    """
    declared, said = frozenset(note.products), _Said(document, fold(employer))
    mentions = _without_hung_on(mentions_of(document.norm, lists), document.norm)
    central = {mention: names for mention, names in mentions.items() if not is_aside(*mention, document)}
    plainly = not all(map(_is_everyday, mentions.values()))
    sold = functools.cache(lambda: _sells(document.norm, plainly=plainly) or _reads(document.norm, lists, sells))
    promoted = _promoted(central, declared, said, sold) or _promoted(mentions, declared, said, sold)
    promoted = _as_lined(promoted, declared, lined(document.norm))
    named = _named(mentions if promoted else central) or _named(mentions)
    if not (declared | named) & _INVEST and _signals().likened.search(document.norm):
        named.add("wm")
    paying = (_PAYING & {category for category, _ in mentions.keys() - central.keys()}) - promoted
    return Offer(declared | named | promoted, frozenset(promoted), _words(mentions, promoted, document), paying)


def _named(mentions: _Mentions) -> set[Category]:
    return {category for (category, _), names in mentions.items() if f"products-{category}" in names}


def _promoted(
    mentions: _Mentions, declared: frozenset[Category], said: _Said, sold: Callable[[], bool]
) -> set[Category]:
    """Return what is declared or named with signals, else what is named most where a seller is at work."""
    document = said.document
    own = [hit for (category, hit), names in mentions.items() if category in declared and not _is_everyday(names)]
    beside = {document.unit("sentence", hit.start) for hit in own}
    promoted: set[Category] = set(declared)
    for (category, hit), names in mentions.items():
        everyday = _is_everyday(names)
        if category in promoted or is_beside(hit, document.norm):
            continue
        if everyday and document.unit("sentence", hit.start) in beside:
            continue
        if _is_promoted(hit, said, everyday=everyday):
            promoted.add(category)
    return promoted or (_spoken_of_most(mentions, document) if mentions and sold() else set())


def _as_lined(promoted: set[Category], declared: frozenset[Category], lines: frozenset[Category]) -> set[Category]:
    """Return what is promoted as the note's own mandatory sentences have it.

    A deposit beside what may lose value is what that is compared with.
    """
    if not promoted or declared:
        return promoted
    compared = {"deposit"} if lines & _INVEST and "deposit" not in lines else set()
    return (promoted | lines) - compared


def _words(mentions: _Mentions, promoted: set[Category], document: Document) -> dict[Category, str]:
    """Return the word that names each promoted category best: no everyday one, no part of a longer one, the first."""

    def preference(mention: tuple[Category, Hit]) -> tuple[bool, bool, int]:
        category, hit = mention
        beside = any(
            other.start < hit.end and hit.start < other.end and other != hit for c, other in mentions if c == category
        )
        return _is_everyday(mentions[mention]), beside, hit.start

    words: dict[Category, str] = {}
    for category, hit in sorted(mentions, key=preference):
        if category in promoted:
            words.setdefault(category, document.locate(hit)[3])
    return words


def _reads(norm: str, lists: TermLists, sells: Reading | None) -> bool:
    money = [(start, end) for _, start, end in lists.find(_MONEY, norm)] if sells else []
    return sells is not None and reads_like_a_sellers(norm, money, sells)


def reads_like_a_sellers(norm: str, money: Sequence[tuple[int, int]], sells: Reading) -> bool:
    """Tell whether a note reads like a seller's, product words apart; no warning of fraud and no own story does.

    money: where words about money stand, in text order.
    """
    return not (_signals().fraud.search(norm) or is_own_story(norm)) and sells(norm, money)


def is_own_story(norm: str) -> bool:
    """Tell whether somebody tells what befell them and what it cost, without a word to readers or of a trade.

    What stands in quotation marks is said by others, and so is what a name and a colon lead to.
    """
    signals = _signals()
    told = signals.spoken.sub("", _QUOTED.sub("", norm))
    return bool(signals.befell.search(told) and signals.cost.search(told)) and not signals.trade.search(told)


def _sells(norm: str, *, plainly: bool) -> bool:
    """Tell whether a seller is at work in a note that does not warn of fraud; plainly: it names a product as such."""
    signals = _signals()
    if signals.fraud.search(norm):
        return False
    return bool(signals.pitch.search(norm) or (plainly and signals.lead.search(norm)))


def _spoken_of_most(mentions: _Mentions, document: Document) -> set[Category]:
    """Return the categories that are named most often, titles and tags counting more; nothing where none is named.

    A deposit beside what may lose value is what that is compared with, unless title or tags name the deposit alone.
    """
    weights: Counter[Category] = Counter()
    loud: set[Category] = set()
    marked = named_in_marks(document.norm)
    for category, hit in mentions:
        begin, stop = document.window("sentence", hit)
        if not _signals().contrast.search(document.norm[begin:stop]):
            plain = document.part_at(hit).field == "body" and "#" not in _line(document, hit)
            weights[category] += 1 if plain and (category, hit) not in marked else _LOUD
            loud |= set() if plain else {category}
    if weights.keys() & _INVEST and ("deposit" not in loud or loud & _INVEST):
        del weights["deposit"]
    most = max(weights.values(), default=0)
    return {category for category, weight in weights.items() if weight == most}


def _line(document: Document, hit: Hit) -> str:
    return document.norm[document.window("paragraph", hit)[0] : hit.start]


def _is_everyday(names: set[str]) -> bool:
    return any(name.startswith("mentions-") for name in names)


def infer_note_type(note: NoteInput, norm: str, *, promotes: bool, lists: TermLists) -> NoteType:
    """Return the declared type, or the most demanding one the text gives reason for."""
    if note.note_type != "auto":
        return note.note_type
    if promotes:
        return (
            "benefit" if lists.occurs("benefit-words", norm) and not lists.occurs("invest-words", norm) else "marketing"
        )
    return "education" if lists.occurs("education-words", norm) else "lifestyle"


def mentions_of(norm: str, lists: TermLists) -> dict[tuple[Category, Hit], set[str]]:
    """Return every mention of a category with the lists its word stands in.

    A word that holds a product word and names none (存款保险, 黄金周) hides it, and so does the nickname that
    somebody gave a savings pot (起名“倒霉基金”).
    """
    found = list(lists.find(_LISTS, norm))
    masked = [(start, end) for name, start, end in found if name == _MASKED]
    masked += [match.span(1) for match in _NICKNAME.finditer(norm)]
    mentions: dict[tuple[Category, Hit], set[str]] = {}
    for name, start, end in found:
        if name != _MASKED and not any(begin <= start and end <= stop for begin, stop in masked):
            mentions.setdefault((_OWNERS[name], Hit(start, end)), set()).add(name)
    for category, hit in named_in_marks(norm):
        mentions.setdefault((category, hit), set()).add(f"products-{category}")
    return mentions


def is_beside(hit: Hit, norm: str) -> bool:
    """Tell whether a mention is only what the talk is compared with (比存款踏实)."""
    return bool(_signals().beside.search(norm[max(0, hit.start - _REACH) : hit.start]))


def _without_hung_on(mentions: _Mentions, norm: str) -> dict[tuple[Category, Hit], set[str]]:
    """Return the mentions with what a return hangs on (挂钩金价) read as the structured product that hangs on it."""
    read: dict[tuple[Category, Hit], set[str]] = {}
    for (category, hit), names in mentions.items():
        hung = _signals().hung.search(norm[max(0, hit.start - _REACH) : hit.start]) if category in _HUNG_ON else None
        if hung is None:
            read[category, hit] = names
        else:
            start = hit.start - len(hung.group())
            read["wm", Hit(start, hit.end)] = {name.replace(f"-{category}", "-wm") for name in names}
    return read


def _is_promoted(hit: Hit, said: _Said, *, everyday: bool) -> bool:
    begin, stop = said.document.window("sentence", hit)
    named_in = said.by(begin, stop)
    if named_in.warns or named_in.contrasts:
        return False
    around = said.around(begin, stop)
    before = said.document.norm[max(begin, hit.start - _REACH) : hit.start]
    if everyday:
        signals = sum((around.own, around.rate, around.invites))
        return signals >= _SIGNALS_ENOUGH or bool(_signals().bound_twice.search(before))
    return around.rate or around.invites or bool(_signals().bound.search(before))


@dataclass(frozen=True)
class _Signalled:
    """Say what one sentence signals, or several together; of one that warns nothing else counts."""

    warns: bool = False
    contrasts: bool = False
    own: bool = False
    rate: bool = False
    invites: bool = False


class _Said:
    """Read each sentence of a document once, however many products it names.

    employer: whose own products are meant, on the norm plane; empty when it is not known.
    """

    def __init__(self, document: Document, employer: str) -> None:
        self.document = document
        self._employer = employer
        self._known: dict[tuple[int, int], _Signalled] = {}
        self._around: dict[int, _Signalled] = {}

    def by(self, begin: int, stop: int) -> _Signalled:
        """Return what the sentence in this span signals."""
        known = self._known.get((begin, stop))
        if known is None:
            known = self._known[begin, stop] = _signalled(self.document.norm[begin:stop], self._employer)
        return known

    def around(self, begin: int, stop: int) -> _Signalled:
        """Return what a sentence signals together with its neighbours, those that warn left out."""
        known = self._around.get(begin)
        if known is None:
            told = [self.by(*span) for span in self._spans(begin, stop)]
            known = self._around[begin] = _Signalled(
                own=any(one.own for one in told),
                rate=any(one.rate for one in told),
                invites=any(one.invites for one in told),
            )
        return known

    def _spans(self, begin: int, stop: int) -> Iterator[tuple[int, int]]:
        yield begin, stop
        if begin:
            yield self.document.window("sentence", Hit(begin - 1, begin))
        if stop < len(self.document.norm):
            yield self.document.window("sentence", Hit(stop, stop + 1))


def _signalled(sentence: str, employer: str) -> _Signalled:
    if is_warning(sentence):
        return _Signalled(warns=True)
    signals = _signals()
    return _Signalled(
        contrasts=bool(signals.contrast.search(sentence)),
        own=(bool(employer) and employer in sentence) or bool(signals.own.search(sentence)),
        rate=bool(signals.rate.search(sentence)),
        invites=_invites(sentence),
    )


def _invites(sentence: str) -> bool:
    """Tell whether a sentence shows the way in, or asks the reader to take a step of buying."""
    signals = _signals()
    return bool(signals.entry.search(sentence) or (signals.act.search(sentence) and signals.invite.search(sentence)))


@dataclass(frozen=True)
class _Signals:
    bound: re.Pattern[str]
    bound_twice: re.Pattern[str]
    contrast: re.Pattern[str]
    likened: re.Pattern[str]
    own: re.Pattern[str]
    rate: re.Pattern[str]
    entry: re.Pattern[str]
    act: re.Pattern[str]
    invite: re.Pattern[str]
    lead: re.Pattern[str]
    pitch: re.Pattern[str]
    fraud: re.Pattern[str]
    befell: re.Pattern[str]
    cost: re.Pattern[str]
    trade: re.Pattern[str]
    spoken: re.Pattern[str]
    beside: re.Pattern[str]
    hung: re.Pattern[str]


@functools.cache
def _signals() -> _Signals:
    data = read_yaml(Path(str(files("agent.guardrails").joinpath("data/promotion.yaml")))).value
    patterns = {name: "|".join(f"(?:{pattern})" for pattern in entries) for name, entries in data.items()}
    for name in ("bound", "bound_twice"):
        patterns[name] = patterns[name].replace("{p}", "$")
    return _Signals(**{name: re.compile(pattern) for name, pattern in patterns.items()})
