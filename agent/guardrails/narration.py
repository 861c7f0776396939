"""Guards for what a note tells and does not offer: a fraud somebody met, a loss or an error of one's own, a joke.

None clears anything in a note that promotes a product, and none clears words that the writer still stands by. Word
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
from agent.guardrails.spotting import occurs
from agent.yamlsource import read_yaml

if TYPE_CHECKING:
    from agent.guardrails.contexts import GuardContext

__all__ = [
    "is_answer_regretted",
    "is_belief_corrected",
    "is_error_regretted",
    "is_fraud_told",
    "is_left_open",
    "is_loss_told",
    "is_mistake_warned_of",
    "is_turned_to_life",
]

_MARKS_ENOUGH: Final = 2  # different words of fraud or police in one note


def is_fraud_told(hit: Hit, context: GuardContext) -> bool:
    """Tell whether the words are those of somebody whom the note, which sells nothing, tells of as a fraud.

    Either their sentence ends in that verdict (…就是诈骗), or the note speaks of fraud in two ways at least and the
    sentence names who said it before they are said.
    """
    words, norm = _words()["fraud_story"], context.document.norm
    begin, stop = context.document.window("sentence", hit)
    before, said, rest = norm[begin : hit.start], norm[hit.start : hit.end], norm[hit.end : stop]
    if context.promotes or occurs(words["own"], norm) or ("我" in said and not _is_quoted(hit, context, words)):
        return False
    if words["verdicts"].search(rest):
        return not words["slander"].search(rest) and "我" not in before + rest
    return words["speakers"].search(before) is not None and _marks(words["marks"], norm) >= _MARKS_ENOUGH


@functools.lru_cache(maxsize=64)
def _marks(pattern: re.Pattern[str], norm: str) -> int:
    return len(set(pattern.findall(norm)))


def _is_quoted(hit: Hit, context: GuardContext, words: Mapping[str, re.Pattern[str]]) -> bool:
    """Tell whether words in the first person stand in quotation marks after somebody else was said to say them."""
    begin, stop = context.document.window("paragraph", hit)
    quotes = words["quotes"].finditer(context.document.norm, begin, stop)
    opened = next((q.start() for q in quotes if q.start() < hit.start and hit.end < q.end()), None)
    if opened is None:
        return False
    told = context.document.norm[context.document.window("sentence", Hit(opened, opened))[0] : opened]
    return words["speakers"].search(told) is not None and words["writer"].search(told) is None


def is_loss_told(hit: Hit, context: GuardContext) -> bool:
    """Tell whether the words tell a loss that the writer's own account has had: no cap, and no record of a product."""
    words, norm = _words()["own_loss"], context.document.norm
    begin, stop = context.document.window("sentence", hit)
    sentence = norm[begin:stop]
    if context.promotes or words["minimised"].search(sentence) or words["pointed"].search(sentence):
        return False
    return bool(words["lost"].search(norm[hit.start : hit.end]) and words["own"].search(sentence))


def is_error_regretted(hit: Hit, context: GuardContext) -> bool:
    """Tell whether the words are what the writer once believed, and the note tells what came of it."""
    words, norm = _words()["regret"], context.document.norm
    begin, _ = context.document.window("sentence", hit)
    if context.promotes or occurs(words["held"], norm) or words["disbelief"].match(norm[hit.end :]):
        return False
    if words["believed"].search(norm[begin : hit.start]) is None:
        return False
    return any(words["came"].search(part) for part in (norm[: hit.start], norm[hit.end :]))


def is_belief_corrected(hit: Hit, context: GuardContext) -> bool:
    """Tell whether somebody's belief is put right at once: 我还以为放久了总会涨回来。后来才明白，放久也可能亏."""
    words, norm = _words()["corrected"], context.document.norm
    begin, stop = context.document.window("sentence", hit)
    after = next((place for place in range(stop, len(norm)) if not norm[place].isspace()), stop)
    end = context.document.window("sentence", Hit(after, after + 1))[1] if after < len(norm) else stop
    if words["believed"].search(norm[begin : hit.end]) is None or words["held"].search(norm[hit.end : end]):
        return False
    return words["righted"].search(norm[hit.end : end]) is not None


def is_answer_regretted(hit: Hit, context: GuardContext) -> bool:
    """Tell whether the words are the writer's own answer to a test of risk, owned to be wrong in the same sentence."""
    words, norm = _words()["regret"], context.document.norm
    begin, stop = context.document.window("sentence", hit)
    if context.promotes or words["held"].search(norm) or words["reader"].search(norm[begin:stop]):
        return False
    return bool(words["mine"].search(norm[begin : hit.end]) and words["owned"].search(norm[hit.end : stop]))


def is_mistake_warned_of(hit: Hit, context: GuardContext) -> bool:
    """Tell whether readers are told not to believe the words: 不要因为在柜台买的就以为不会亏."""
    words, norm = _words()["mistake"], context.document.norm
    begin, stop = context.document.window("sentence", hit)
    if words["believe"].search(norm[begin : hit.start]) is None:
        return False
    return words["scorned"].search(norm[hit.end : stop]) is None


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
        for guard in ("fraud_story", "own_loss", "regret", "corrected", "mistake", "turned", "left_open")
    }
