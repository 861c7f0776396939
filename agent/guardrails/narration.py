"""Guards for what a note tells and does not offer: a fraud somebody met, a loss of one's own, a word turned to life.

None clears anything in a note that promotes a product, and none clears words said in the writer's own name. Word
lists are data (`data/guards.yaml`); what counts as a sentence is the document's.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Final

from agent.guardrails.document import Hit
from agent.guardrails.normalize import fold
from agent.yamlsource import read_yaml

if TYPE_CHECKING:
    from agent.guardrails.contexts import GuardContext

__all__ = ["is_fraud_told", "is_left_open", "is_loss_told", "is_turned_to_life"]

_MARKS_ENOUGH: Final = 2  # different words of fraud or police in one note


def is_fraud_told(hit: Hit, context: GuardContext) -> bool:
    """Tell whether the words are those of somebody whom the note, which sells nothing, tells of as a fraud.

    Either their sentence ends in that verdict (…就是诈骗), or the note speaks of fraud in two ways at least and the
    sentence names who said it before they are said.
    """
    words, norm = _words()["fraud_story"], context.document.norm
    begin, stop = context.document.window("sentence", hit)
    before, said, rest = norm[begin : hit.start], norm[hit.start : hit.end], norm[hit.end : stop]
    if context.promotes or words["own"].search(norm) or "我" in said:
        return False
    if words["verdicts"].search(rest):
        return not words["slander"].search(rest) and "我" not in before + rest
    marks = set(words["marks"].findall(norm))
    return len(marks) >= _MARKS_ENOUGH and words["speakers"].search(before) is not None


def is_loss_told(hit: Hit, context: GuardContext) -> bool:
    """Tell whether the words tell a loss that the writer's own account has had: no cap, and no record of a product."""
    words, norm = _words()["own_loss"], context.document.norm
    begin, stop = context.document.window("sentence", hit)
    sentence = norm[begin:stop]
    if context.promotes or words["minimised"].search(sentence) or words["pointed"].search(sentence):
        return False
    return bool(words["lost"].search(norm[hit.start : hit.end]) and words["own"].search(sentence))


def is_turned_to_life(hit: Hit, context: GuardContext) -> bool:
    """Tell whether a joke takes the words away from every product: 秒批的不是贷款，是年假."""
    _, stop = context.document.window("sentence", hit)
    turned = _words()["turned"]["shape"].match(context.document.norm[hit.end : stop])
    if turned is None or context.promotes:
        return False
    denied, meant = turned.groups()
    return any(word in denied for word in context.finance) and not any(word in meant for word in context.finance)


def is_left_open(hit: Hit, context: GuardContext) -> bool:
    """Tell whether the words are asked about and the answer is that nobody knows: 哪只会涨，我说我不知道."""
    words, norm = _words()["left_open"], context.document.norm
    begin, stop = context.document.window("sentence", hit)
    if context.promotes or words["knowing"].search(norm[begin:stop]):
        return False
    asked = norm[context.document.window("clause", hit)[0] : hit.end]
    return bool(words["asked"].search(asked) and words["unknowing"].search(norm[hit.end : stop]))


@functools.cache
def _words() -> Mapping[str, Mapping[str, re.Pattern[str]]]:
    data = read_yaml(Path(str(files("agent.guardrails").joinpath("data/guards.yaml")))).value
    return {
        guard: {name: re.compile("|".join(map(fold, entries))) for name, entries in data[guard].items()}
        for guard in ("fraud_story", "own_loss", "turned", "left_open")
    }
