"""Guards: reasons why a hit is no violation where it stands.

A guard never deletes: its hit stays in the report as `cleared`, with the guard's name. A disguised hit is never
cleared (nobody writes 不保.本 in good faith), slang apart. Word lists are data (`data/guards.yaml`); windows and
order are here.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import re2

from agent.guardrails.disowning import is_disowned, is_harm_told
from agent.guardrails.document import Document, Hit
from agent.guardrails.narration import (
    is_answer_regretted,
    is_belief_corrected,
    is_error_regretted,
    is_fraud_told,
    is_left_open,
    is_loss_told,
    is_mistake_warned_of,
    is_turned_to_life,
)
from agent.guardrails.normalize import fold
from agent.guardrails.retelling import is_served, is_turned_down
from agent.guardrails.rules import Guard
from agent.guardrails.voices import is_answered, is_endorsed
from agent.models import Category
from agent.yamlsource import read_yaml

__all__ = ["GuardContext", "clearing_guard", "is_warning"]

_ALSO_FOR_SLANG: tuple[Guard, ...] = ("warning", "quotation", "fraud_story")
_DOUBTS: tuple[Guard, ...] = ("negation", "warning", "quotation", "question")
_WINDOW = 12
_TAIL = 10
_A_NOT_A = re.compile(r"(.)[不没]\1")
_TOLD = (is_turned_to_life, is_error_regretted, is_belief_corrected, is_mistake_warned_of)
_LINE = re.compile(r"[。!?;\n,:]|…+|\.(?![0-9a-z])")


@dataclass(frozen=True)
class GuardContext:
    """Give a guard the text, the note's products, the word lists of the pack, and whether the note promotes any."""

    document: Document
    products: frozenset[Category]
    finance: tuple[str, ...] = ()
    life: tuple[str, ...] = ()
    promotes: bool = False


def clearing_guard(guards: Sequence[Guard], hit: Hit, context: GuardContext) -> Guard | None:
    """Return the first of these guards that clears the hit.

    None clears a disguised one, but for slang (加V, 绿泡泡): warnings quote it as it is spoken.
    """
    if hit.disguise:
        guards = [guard for guard in guards if guard in _ALSO_FOR_SLANG and hit.disguise == ("alias",)]
    found = next((guard for guard in guards if _GUARDS[guard](hit, context)), None)
    if found in _DOUBTS and (is_endorsed(hit, context.document) or is_served(hit, context.document)):
        return None
    return found


def _negation(hit: Hit, context: GuardContext) -> bool:
    words = _words().negation
    norm = context.document.norm
    begin, stop = context.document.window("clause", hit)
    before = norm[max(begin, hit.start - _WINDOW) : hit.start]
    after = norm[hit.end : min(len(norm), hit.end + _TAIL)]
    if words.rhetorical.search(before) or words.taken_back.search(after):
        return False
    if words.after.match(norm[hit.end : stop]) or any(tells(hit, context) for tells in _TOLD):
        return True
    masked = _mask(before, words.exclusions)
    return _negated(masked, words) and not _negated_twice(masked, words)


def _mask(text: str, exclusions: re.Pattern[str]) -> str:
    """Blank out what only looks like a negation: 不仅, 无不, and A-not-A questions such as 靠不靠谱."""
    text = exclusions.sub(lambda match: "\x00" * len(match.group()), text)
    return _A_NOT_A.sub(lambda match: "\x00" * len(match.group()), text)


def _negated(before: str, words: _NegationWords) -> bool:
    strong = list(words.strong.finditer(before))
    if strong and not words.resets.search(before[strong[-1].end() :]) and "\x00" not in before[strong[-1].end() :]:
        return True
    return bool(words.weak_then_fillers.search(before))


def _negated_twice(before: str, words: _NegationWords) -> bool:
    """Tell whether a second negator stands right before the first: 没有一款不…, 不是不…."""
    return len(words.any_negator.findall(before)) == 2 and not words.resets.search(before)


def _warning(hit: Hit, context: GuardContext) -> bool:
    """Clear a hit that is warned against.

    警惕… governs it, its sentence ends in a verdict (…的多半是局), or a scam cue meets a rejection or refusal in
    one sentence, or the note tells of a fraud that somebody met.
    """
    if is_disowned(hit, context) or is_harm_told(hit, context):
        return True
    words = _words().warning
    norm = context.document.norm
    begin, stop = context.document.window("sentence", hit)
    before, rest = norm[begin : hit.start], norm[hit.end : stop]
    if words.spoilers.search(before) or _promotes(before, rest):
        return False
    if is_fraud_told(hit, context):
        return True
    if any(word not in words.weak for word in words.before.findall(_LINE.split(before)[-1])):
        return True
    if words.verdicts.search(rest) and not words.slander.search(rest):
        return True
    is_told = bool(words.before.search(before))
    if is_told and words.refusals.search(rest):
        return True
    reject = words.rejects.search(rest)
    if reject is None:
        return False
    return is_told or not _LINE.search(rest[: reject.start()])


def is_warning(sentence: str) -> bool:
    """Tell whether a whole sentence (norm plane) warns: it names fraud, or tells readers to beware."""
    words = _words().warning
    if words.spoilers.search(sentence):
        return False
    beware = any(word not in words.weak for word in words.before.findall(sentence))
    return beware or words.rejects.search(sentence) is not None


def _promotes(before: str, rest: str) -> bool:
    """Tell whether the rest of the sentence speaks for a product; the hit itself does not count."""
    promo = _words().promo
    return bool(promo.search(before) or promo.search(rest))


def _quotation(hit: Hit, context: GuardContext) -> bool:
    return any(tells(hit, context) for tells in (_is_rejected_at_once, is_answered, is_turned_down))


def _is_rejected_at_once(hit: Hit, context: GuardContext) -> bool:
    words = _words().quotation
    norm = context.document.norm
    begin, stop = context.document.window("sentence", hit)
    quote = next((span for span in _quotes(norm, begin, stop) if span[0] < hit.start < span[1]), None)
    if quote is not None and is_disowned(hit, context):
        return True
    if quote is None or (hit.end > quote[1] and not words.rejects.search(norm[quote[1] : hit.end])):
        return False
    if words.answered.search(norm[hit.end :]):
        return True
    before, rest = norm[begin : quote[0]], norm[quote[1] : max(stop, quote[1])]
    return bool(words.rejects.search(before) or words.rejects.search(rest)) and not _promotes(before, rest)


def _quotes(norm: str, begin: int, stop: int) -> Iterable[tuple[int, int]]:
    for left, right in _words().quotation.pairs:
        for match in re.finditer(
            f"{re.escape(left)}[^{re.escape(right)}\n]{{1,60}}{re.escape(right)}", norm[begin:stop]
        ):
            yield begin + match.start(), begin + match.end()


def _question(hit: Hit, context: GuardContext) -> bool:
    words = _words().question
    norm = context.document.norm
    begin, stop = context.document.window("sentence", hit)
    sentence = norm[begin:stop]
    following = norm[stop : stop + _TAIL].lstrip(' \n"”')
    if is_left_open(hit, context):
        return True
    if words.rhetorical.search(sentence) or _is_affirmed(following, words.answers):
        return False
    asked = norm[max(begin, hit.start - 6) : hit.start] + norm[hit.end : stop]
    return bool(words.marks.search(asked)) and not _promotes(norm[begin : hit.start], norm[hit.end : stop])


def _is_affirmed(following: str, answers: re.Pattern[str]) -> bool:
    """Tell whether what follows a question says yes; 肯定不 and 能不能 do not."""
    answer = answers.match(following)
    return answer is not None and following[answer.end() : answer.end() + 1] not in tuple("不否没未吗")


def _statutory(hit: Hit, context: GuardContext) -> bool:
    begin, stop = context.document.window("sentence", hit)
    sentence = context.document.norm[begin:stop]
    return any(
        begin + match.start() <= hit.start and hit.end <= begin + match.end()
        for pattern in _words().statutory
        for match in pattern.finditer(sentence)
    )


def _parameter(hit: Hit, context: GuardContext) -> bool:
    words = _words().parameter
    norm = context.document.norm
    head = words.before.search(norm[max(0, hit.start - 2) : hit.end])
    if head is None:
        return False
    return bool(words.after.match(norm[max(0, hit.start - 2) + head.end() :]))


def _product_truth(hit: Hit, context: GuardContext) -> bool:
    words = _words().product_truth
    norm = context.document.norm
    begin, stop = context.document.window("sentence", hit)
    sentence, compared = words.compared.subn("", words.harmless.sub("", norm[begin:stop]))
    if words.spoilers.search(sentence):
        return False
    if words.truths.search(sentence):
        return True
    return context.products == {"deposit"} and not compared and not words.floating.search(norm)


def _lifestyle(hit: Hit, context: GuardContext) -> bool:
    begin, stop = context.document.window("sentence", hit)
    norm = context.document.norm
    if any(word in norm[begin:stop] for word in context.finance):
        return False
    before = norm[context.document.window("sentence", Hit(max(begin - 2, 0), max(begin - 1, 1)))[0] : begin]
    following = norm[stop : context.document.window("sentence", Hit(stop, stop + 1))[1]]
    if any(word in norm[begin:stop] for word in context.life):
        return True
    return not any(word in before + following for word in context.finance)


def _fraud_story(hit: Hit, context: GuardContext) -> bool:
    return is_fraud_told(hit, context) or is_disowned(hit, context)


def _own_loss(hit: Hit, context: GuardContext) -> bool:
    return any(tells(hit, context) for tells in (is_loss_told, is_answer_regretted, is_harm_told))


_GUARDS: dict[Guard, Callable[[Hit, GuardContext], bool]] = {
    "negation": _negation,
    "warning": _warning,
    "quotation": _quotation,
    "question": _question,
    "statutory": _statutory,
    "parameter": _parameter,
    "product_truth": _product_truth,
    "lifestyle": _lifestyle,
    "fraud_story": _fraud_story,
    "own_loss": _own_loss,
}


@dataclass(frozen=True)
class _NegationWords:
    strong: re.Pattern[str]
    weak_then_fillers: re.Pattern[str]
    any_negator: re.Pattern[str]
    resets: re.Pattern[str]
    exclusions: re.Pattern[str]
    rhetorical: re.Pattern[str]
    taken_back: re.Pattern[str]
    after: Any


@dataclass(frozen=True)
class _WarningWords:
    before: re.Pattern[str]
    weak: frozenset[str]
    rejects: re.Pattern[str]
    refusals: Any
    verdicts: Any
    slander: re.Pattern[str]
    spoilers: re.Pattern[str]


@dataclass(frozen=True)
class _QuotationWords:
    rejects: re.Pattern[str]
    answered: re.Pattern[str]
    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class _QuestionWords:
    marks: re.Pattern[str]
    rhetorical: re.Pattern[str]
    answers: re.Pattern[str]


@dataclass(frozen=True)
class _ParameterWords:
    before: re.Pattern[str]
    after: Any


@dataclass(frozen=True)
class _TruthWords:
    truths: re.Pattern[str]
    spoilers: re.Pattern[str]
    harmless: re.Pattern[str]
    compared: re.Pattern[str]
    floating: re.Pattern[str]


@dataclass(frozen=True)
class _Words:
    negation: _NegationWords
    warning: _WarningWords
    quotation: _QuotationWords
    question: _QuestionWords
    promo: re.Pattern[str]
    statutory: tuple[Any, ...]
    parameter: _ParameterWords
    product_truth: _TruthWords


@functools.cache
def _words() -> _Words:
    data = read_yaml(Path(str(files("agent.guardrails").joinpath("data/guards.yaml")))).value
    question, warning, parameter, truth = (data[k] for k in ("question", "warning", "parameter", "product_truth"))
    return _Words(
        negation=_negation_words(data["negation"]),
        warning=_WarningWords(
            re.compile(_alternatives(warning["before"], unless=warning["exclusions"])),
            frozenset(map(fold, warning["weak"])),
            _unnegated(warning["rejects"], unless=warning["exclusions"]),
            re2.compile("|".join(warning["refusals"])),
            re2.compile("|".join(warning["verdicts"])),
            _any(warning["slander"]),
            _any(warning["spoilers"]),
        ),
        quotation=_QuotationWords(
            _unnegated(data["quotation"]["rejects"]),
            re.compile("|".join(map(fold, data["quotation"]["answered"]))),
            tuple((pair[0], pair[1]) for pair in data["quotation"]["pairs"]),
        ),
        question=_QuestionWords(_any(question["marks"]), _any(question["rhetorical"]), _any(question["answers"])),
        promo=_any(data["promo"]),
        statutory=tuple(re2.compile(pattern) for pattern in data["statutory"]),
        parameter=_ParameterWords(_any(parameter["before"]), re2.compile("|".join(parameter["after"]))),
        product_truth=_TruthWords(
            truths=_any(truth["truths"]),
            spoilers=_any(truth["spoilers"]),
            harmless=_any(truth["harmless"]),
            compared=re.compile("|".join(truth["compared"])),
            floating=_any(truth["floating"]),
        ),
    )


def _negation_words(data: dict[str, list[str]]) -> _NegationWords:
    weak, fillers = _alternatives(data["weak"]), _alternatives(data["fillers"])
    return _NegationWords(
        strong=_any(data["strong"]),
        weak_then_fillers=re.compile(f"(?:{weak})(?:(?:{fillers}){{0,3}}|(?:{_alternatives(data['steps'])}))$"),
        any_negator=re.compile(f"{_alternatives([*data['strong'], *data['weak']])}"),
        resets=_any(data["resets"]),
        exclusions=_any(data["exclusions"]),
        rhetorical=_any(data["rhetorical"]),
        taken_back=_any(data["taken_back"]),
        after=re2.compile("|".join(data["after"])),
    )


def _any(words: Iterable[str]) -> re.Pattern[str]:
    return re.compile(_alternatives(words))


def _unnegated(words: Iterable[str], *, unless: Sequence[str] = ()) -> re.Pattern[str]:
    """Match a word of rejection that is not denied (不是骗人的, 不套路) or asked (真的假的), nor one of `unless`.

    It begins with a class of first characters, which `re` looks for quickly, and looks back over the one it met.
    """
    folded = sorted(map(fold, words), key=len, reverse=True)
    heads = "".join(dict.fromkeys(re.escape(word[0]) for word in folded))
    wholes = "|".join(f"(?<={re.escape(word[0])}){re.escape(word[1:])}{_but(word, unless)}" for word in folded)
    denied = "(?<![不没非].)(?<!不是.)(?<!不会.)(?<!不用.)(?<!不必.)(?<!没有.)(?<!没人.)(?<!没被.)(?<!不怕.)(?<!真的假)"
    return re.compile(f"[{heads}]{denied}(?:{wholes})")


def _alternatives(words: Iterable[str], *, unless: Sequence[str] = ()) -> str:
    """Join words, the longest first, as the text would be normalised; none that goes on as one of `unless`."""
    return "|".join(re.escape(fold(word)) + _but(word, unless) for word in sorted(words, key=len, reverse=True))


def _but(word: str, unless: Sequence[str]) -> str:
    """Look ahead so that a word does not go on as another one (小心 as 小心意)."""
    rest = [re.escape(fold(other.removeprefix(word))) for other in unless if other.startswith(word)]
    return f"(?!{'|'.join(rest)})" if rest else ""
