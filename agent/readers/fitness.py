"""Whether a text that a model wrote about a note may be printed: short, on one line, with no contact, urging nothing.

What a rule forbids may be named by a sentence that says what is wrong with it, and by no other. Words that it quotes
from the note, in quotation marks, are the note's. Refuses to mend: a sentence is fit or it is not.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from agent.guardrails import Packs, check
from agent.guardrails.identifiers import find_identifiers
from agent.guardrails.normalize import fold
from agent.guardrails.wording import one_line, word_list
from agent.models import NoteInput, Report

__all__ = ["Fitness", "sentences_of"]

_QUOTED: Final = re.compile("“([^“”]*)”")
_SENTENCES: Final = re.compile("[^。！？]+[。！？]*")
_CONTACTS: Final = ("mobile", "landline", "email", "wechat", "qq", "url", "handle")
_STOPS: Final = "。；！？，"


class Fitness:
    """Tell which texts about a note may be printed, by the rules that hold for it."""

    def __init__(self, note: NoteInput, report: Report, *, packs: Packs, as_of: date) -> None:
        self._held = "\n".join((note.title, note.cover, note.body, *note.tags))
        self._note = {"products": report.products, "note_type": report.note_type}
        self._packs = packs
        self._as_of = as_of

    def fit(self, text: str, longest: int, *, about: str = "") -> str:
        """Return a text on one line, cut to its length: of one that may not be printed the sentences that may.

        about: the rule of which the text says that something breaks it, and which it may therefore name.
        """
        line = one_line(text)
        if self._is_fit(line, about):
            return _cut(line, longest)
        return _cut("".join(one for one in sentences_of(line) if self._is_fit(one, about)).strip(), longest)

    def _is_fit(self, line: str, about: str) -> bool:
        told = _QUOTED.sub(lambda quoted: "" if quoted[1] in self._held else quoted[0], line)
        if _holds_a_contact(line) or _holds_one_of("advised_rewording", told) or _urges(told):
            return False
        return _holds_one_of("advised_faulting", told) or not self._breaks_a_rule(told, about)

    def _breaks_a_rule(self, text: str, about: str) -> bool:
        if not text.strip():
            return False
        note = NoteInput.model_validate({"body": text, **self._note})
        report = check(note, as_of=self._as_of, packs=self._packs, likeness=False)
        return any(finding.start is not None and finding.rule != about for finding in report.open("block"))


def sentences_of(text: str) -> list[str]:
    """Return the sentences of a text, each with the mark that ends it."""
    return _SENTENCES.findall(text)


def _holds_a_contact(text: str) -> bool:
    norm = fold(text)
    return any(next(iter(find_identifiers(kind, norm)), None) is not None for kind in _CONTACTS)


def _urges(text: str) -> bool:
    """Tell whether a text urges whoever reads it, and does not only say that somebody is urged."""
    told = {f"{first}{words}" for first in word_list("advised_urged") for words in word_list("advised_urging")}
    for words in told:
        text = text.replace(words, "")
    return _holds_one_of("advised_urging", text)


def _holds_one_of(name: str, text: str) -> bool:
    return any(words in text for words in word_list(name))


def _cut(line: str, longest: int) -> str:
    """Cut a line to its length, after a whole clause if there is one."""
    if len(line) <= longest:
        return line
    end = max(line.rfind(stop, 0, longest) for stop in _STOPS)
    return line[:end] + "。" if end > 0 else line[: longest - 1] + "…"
