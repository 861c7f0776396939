"""The Chinese words of a report, from `data/wording.yaml`."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from agent.models import Basis, IdleWaiver, Waiver
from agent.yamlsource import read_yaml

__all__ = [
    "article_of", "brief", "cite", "cite_shortly", "clause_of", "gist", "idle_words", "instrument_of", "label_of",
    "name_blanks", "one_line", "spelled", "waiver_words", "word", "word_list", "words_of_group",
]  # fmt: skip

_LONGEST_QUOTE = 40
_POINT = 8  # characters that a reason has at least
_NUMBERED = re.compile("（[^（）]*(?:令|[0-9]{4}年|\u3014)[^（）]*）$")
_ARTICLE = re.compile("(?<=第)[0-9]{1,3}(?=条)")
_DIGITS = "〇一二三四五六七八九"
_SLOT = re.compile(r"\{([a-z_]+)\}")


def word(key: str) -> str:
    """Return a single word or phrase."""
    return str(_wording()[key])


def label_of(group: str, value: str) -> str:
    """Return the Chinese name of a value; the value itself when it has none."""
    return str(_wording()[group].get(value, value))


def word_list(key: str) -> list[str]:
    """Return a list of words."""
    return [str(entry) for entry in _wording()[key]]


def words_of_group(key: str) -> list[dict[str, Any]]:
    """Return the entries of a list of phrases that hold under conditions of their own."""
    entries: list[dict[str, Any]] = _wording()[key]
    return entries


def waiver_words(waiver: Waiver) -> str:
    """Say of a waiver its name, the reason, who approved it, and from when to when it holds."""
    people = "、".join(name for name in (waiver.approver, waiver.second_approver) if name)
    return word("waiver").format(
        id=waiver.id, reason=waiver.reason, people=people, created=waiver.created, expires=waiver.expires
    )


def idle_words(entry: IdleWaiver) -> str:
    """Say why a waiver accepted nothing."""
    return label_of("idle", entry.reason).format(waiver=entry.waiver, day=entry.day, text=entry.text)


def one_line(text: str) -> str:
    """Return a text with its line breaks and runs of blanks as single blanks."""
    return " ".join(text.split())


def brief(text: str) -> str:
    """Quote on one line, no more than shows which place is meant."""
    line = one_line(text)
    return line if len(line) <= _LONGEST_QUOTE else f"{line[:_LONGEST_QUOTE]}…"


def gist(text: str) -> str:
    """Return the point of a reason: what stands before its first semicolon, dash or full stop outside of quotes."""
    quoted = 0
    for place, sign in enumerate(text):
        quoted += (sign in "“（《") - (sign in "”）》")
        if not quoted and place >= _POINT and (sign in "；。" or text.startswith("——", place)):
            return f"{text[:place]}。"
    return text


def cite_shortly(basis: Basis) -> str:
    """Cite an article in the numerals of laws, without the number of the document that brought it."""
    told = cite(basis.model_copy(update={"instrument": _NUMBERED.sub("", basis.instrument)}))
    return _ARTICLE.sub(lambda number: _numeral(int(number[0])), told)


def clause_of(bases: Sequence[Basis]) -> str:
    """Cite a clause that was read, if any, else the first; of a platform's rule the platform's."""
    read = [basis for basis in bases if basis.verified and basis.article]
    read = [] if bases and bases[0].status == "practice" else read
    return "".join(map(cite_shortly, (read or bases)[:1]))


def _numeral(number: int) -> str:
    """Spell a number below two hundred as laws do: 十, 二十五, 一百零三, 一百一十六."""
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    ten = "" if not tens else "十" if tens == 1 and not hundreds else f"{_DIGITS[tens]}十"
    gap = "零" if hundreds and ones and not tens else ""
    return (f"{_DIGITS[hundreds]}百" if hundreds else "") + ten + gap + (_DIGITS[ones] if ones else "")


def spelled(line: str) -> str:
    """Write the slots of a mandatory line ({seller}) as a reader fills them in: 【销售机构全称】."""
    return _SLOT.sub(lambda slot: f"【{label_of('slot', slot[1])}】", line)


def name_blanks(blanks: Sequence[str]) -> str:
    """List slots by their Chinese names, once each."""
    return "、".join(dict.fromkeys(map(spelled, blanks)))


def cite(basis: Basis, *, unread: bool = True) -> str:
    """Cite an article; one that nobody verified says so: 第八条（待核）, 条款待核 where no article is known.

    Without `unread` no article is named that nobody has read, so that nobody can quote it.
    """
    shown = basis if basis.verified or unread else basis.model_copy(update={"article": ""})
    notes = [] if basis.verified or not shown.article else [word("unverified_mark")]
    notes += [note] if (note := label_of("basis_status", basis.status)) else []
    return instrument_of(basis) + article_of(shown) + (f"（{'，'.join(notes)}）" if notes else "")


def instrument_of(basis: Basis) -> str:
    """Return the name of a law in its marks."""
    return basis.instrument if "《" in basis.instrument else f"《{basis.instrument}》"


def article_of(basis: Basis) -> str:
    """Return the article as it is cited; 条款待核 when nobody knows it, empty for a law cited as a whole."""
    if not basis.article:
        return "" if basis.verified else word("unverified")
    return word("article").format(article=basis.article) if basis.article[:1].isdigit() else basis.article


@functools.cache
def _wording() -> dict[str, Any]:
    data: dict[str, Any] = read_yaml(Path(str(files("agent.guardrails").joinpath("data/wording.yaml")))).value
    return data
