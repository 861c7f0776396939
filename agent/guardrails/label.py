"""Decide the AI and 广告 labels of a note; wording is data (`data/labels.yaml`)."""

from __future__ import annotations

import functools
import re
from collections.abc import Collection
from importlib.resources import files
from pathlib import Path

from agent.guardrails.evidence import Evidence
from agent.guardrails.findings import is_alike
from agent.guardrails.terms import TermLists
from agent.models import Frozen, LabelDecision, NoteInput, Report
from agent.yamlsource import read_yaml

__all__ = ["advert_mark", "decide_label"]


_WORDS = re.compile(r"\w+")


class LabelWording(Frozen):
    """Hold the line, the platform step and the reason of one label."""

    text: str
    reason: str
    platform_step: str


def decide_label(evidence: Evidence, lists: TermLists) -> LabelDecision:
    """Return which labels are required: AI for drafted text, 广告 for promotion with a link or an entry."""
    wanted = [name for name, due in (("ad", _is_advert(evidence, lists)), ("ai", evidence.note.origin == "ai")) if due]
    wordings = [_wordings()[name] for name in wanted]
    return LabelDecision(
        required=bool(wordings),
        reasons=tuple(wording.reason for wording in wordings),
        text="\n".join(wording.text for wording in wordings),
        platform_step="\n".join(wording.platform_step for wording in wordings),
    )


def advert_mark(note: NoteInput, report: Report, *, asked: Collection[str], anew: bool = False) -> str:
    """Return the mark of an advertisement that a note with other things to mend owes too; empty when it is there.

    A way in may come with the very words that mend a note, so the mark is due with the first report on a promotion.
    asked: lines that are asked for anyway. anew: whether the note is to be written anew, which mends all of it.
    """
    mark = _wordings()["ad"].text
    promotes = report.note_type in ("marketing", "benefit") and bool(report.products) and note.field == "note"
    mended = anew or any(not is_alike(finding) for finding in report.open("block", "fix"))
    told = " ".join((note.title, note.cover, note.body, *note.tags))
    there = mark in _WORDS.findall(told) or any(mark in line for line in asked)
    return mark if promotes and mended and not there else ""


def _is_advert(evidence: Evidence, lists: TermLists) -> bool:
    if evidence.note_type not in ("marketing", "benefit") or not evidence.promotes:
        return False
    publication = evidence.publication or {}
    if publication.get("link") or publication.get("component"):
        return True
    return lists.occurs("entry-words", evidence.document.norm)


@functools.cache
def _wordings() -> dict[str, LabelWording]:
    data = read_yaml(Path(str(files("agent.guardrails").joinpath("data/labels.yaml")))).value
    return {name: LabelWording.model_validate(value) for name, value in data.items()}
