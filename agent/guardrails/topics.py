"""What a sentence does, in words that its author knows (`data/topics.yaml`): a rule's topic, and the reader's reading.

The reader of likeness is surer of a topic than of a rule, since rules of one topic read alike. Refuses to judge: it
names what others have found.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, NamedTuple

from pydantic import Field, field_validator

from agent.guardrails.likeness import Likeness, load_likeness, sentences
from agent.guardrails.normalize import fold
from agent.guardrails.wording import label_of, word_list
from agent.models import Category, Frozen
from agent.yamlsource import read_yaml

__all__ = [
    "Act", "Reading", "Topic", "is_doubtful", "is_final", "is_to_report", "law_of", "likeliest_said", "load_topics",
    "own_law_of",
    "read_sentences", "says_of", "weight_of", "weight_of_topic", "why_of",
]  # fmt: skip

_LEAD: Final = 0.15  # lead of a topic over the next from which it is named: 77 of 78 were right, below it 13 of 25
_CLEAR: Final = -0.5  # weight of the first topic from which that holds: of 120 all but one were right, below it 8 of 12
_HINT: Final = 0.05  # lead from which it is asked about by name
_WEIGHT: Final = -0.6  # weight of the first topic without which a lead over the next means little
_NOTHING: Final = -0.8  # weight of the first topic below which a text is like none
_LAG: Final = 0.2  # lag of a rule's topic behind the first from which the first is told: of eight all were right
_ANY_RULE: Final = "any"
_ASKING: Final = ("？", "?")
_READS: Final = 0.5  # score from which the reader has an opinion at all


class Act(Frozen):
    """Hold what a sentence does, told after 这句, and what is to be said of that.

    has: words of which such a sentence has one, where a rule speaks against several acts. why: what is wrong with it
    for whoever reads the note. law, laws: a clause, of all products and of each. final: nothing that is written beside
    it makes it right. report: if it was really done, other words do not mend it.
    """

    says: str
    has: tuple[str, ...] = ()
    why: str = ""
    law: str = ""
    laws: dict[Category, str] = Field(default_factory=dict)
    final: bool = False
    report: bool = False

    def clause(self, products: Sequence[Category]) -> str:
        """Cite the clause for the first of these products that has one, else the one for all; empty without any."""
        return next((self.laws[product] for product in products if product in self.laws), self.law)


class Topic(Act):
    """Hold what sentences of one topic do, and the rules that speak against them.

    acts: what a sentence does where it is clear which of the rules it breaks, and under `any` by its words alone; what
    an act leaves open is its topic's.
    """

    rules: tuple[str, ...]
    acts: dict[str, tuple[Act, ...]] = Field(default_factory=dict)

    @field_validator("acts", mode="before")
    @classmethod
    def _spell_out(cls, value: dict[str, Any]) -> dict[str, Any]:
        """Read what a rule speaks against, be it words, one act or several."""
        told = {rule: each if isinstance(each, list) else [each] for rule, each in value.items()}
        return {rule: [{"says": one} if isinstance(one, str) else one for one in each] for rule, each in told.items()}

    def act(self, rule: str, text: str) -> Act:
        """Return which act of a rule, or of any, a sentence is, by its words; the topic itself where none is."""
        acts = (*self.acts.get(rule, ()), *self.acts.get(_ANY_RULE, ()))
        return next((act for act in acts if not act.has or any(word in text for word in act.has)), self)


class Reading(NamedTuple):
    """Hold a sentence, what it reads like, and whether that is clear; empty where nobody can tell.

    other: what it reads like about as much.
    """

    text: str
    says: str
    sure: bool
    other: str = ""


@functools.cache
def load_topics() -> dict[str, Topic]:
    """Return the topics by name, in the order of the file, the gravest first."""
    data = read_yaml(Path(str(files("agent.guardrails").joinpath("data/topics.yaml")))).value
    return {name: Topic.model_validate(entry) for name, entry in data.items()}


@functools.cache
def _topics_by_rule() -> dict[str, str]:
    return {rule: name for name, topic in load_topics().items() for rule in topic.rules}


def says_of(rule: str, text: str = "") -> str:
    """Say what a sentence does that a rule speaks against; empty for a rule without a topic."""
    name = _topics_by_rule().get(rule)
    return load_topics()[name].act(rule, text).says if name else ""


@functools.cache
def _acts_by_words() -> dict[str, tuple[Act, Topic, int]]:
    """Return the act of these words, with its topic and that one's place; of several the first that says why."""
    told: dict[str, tuple[Act, Topic, int]] = {}
    for place, topic in enumerate(load_topics().values()):
        for act in (topic, *itertools.chain.from_iterable(topic.acts.values())):
            if act.says not in told or (act.why and not told[act.says][0].why):
                told[act.says] = act, topic, place
    return told


def law_of(says: str, products: Sequence[Category] = ()) -> str:
    """Cite the clause that holds for what a sentence does of one of these products; empty where there is none."""
    return next((law for act in _found(says) if (law := act.clause(products))), "")


def own_law_of(says: str, products: Sequence[Category] = ()) -> str:
    """Cite the clause of the very act, if it has one of its own; of what only a topic says, none."""
    act, topic = _found(says) or (None, None)
    return act.clause(products) if act is not None and act is not topic else ""


def why_of(says: str) -> str:
    """Say what is wrong with what a sentence does, for whoever reads the note."""
    return next((act.why for act in _found(says) if act.why), "")


def is_to_report(says: str) -> bool:
    """Tell whether what a sentence does is not mended by other words, if it was really done."""
    return any(act.report for act in _found(says))


def _found(says: str) -> tuple[Act, ...]:
    """Return what does this, then its topic."""
    return _acts_by_words()[says][:2] if says in _acts_by_words() else ()


def is_final(rule: str, text: str = "") -> bool:
    """Tell whether what a rule speaks against is made right by nothing that is written beside it."""
    name = _topics_by_rule().get(rule)
    return name is not None and (load_topics()[name].final or load_topics()[name].act(rule, text).final)


def weight_of(says: str) -> int | None:
    """Return the place of a topic in the order of the file, the gravest first, by what it says; None for none."""
    return _acts_by_words()[says][2] if says in _acts_by_words() else None


def read_sentences(text: str, products: Sequence[Category] = ()) -> list[Reading]:
    """Return the sentences that read like violations, each with what it does, if a topic leads.

    Of a text in which no sentence does by itself, the whole. Where products are known, no sentence reads like a rule of
    another.
    """
    reader = load_likeness()
    each = _whole_sentences(text)
    told = [(_read(one, reader, products), reader.score(fold(one))) for one in each] if len(each) > 1 else []
    likely = [reading for reading, score in told if score >= (reader.maybe if reading.sure else _READS)]
    return likely or [_read(text.strip(), reader, products)]


def _whole_sentences(text: str) -> list[str]:
    """Part a text into sentences, a question together with what answers it."""
    parts: list[str] = []
    for start, end in sentences(text):
        one = text[start:end].strip()
        if parts and parts[-1].endswith(_ASKING):
            parts[-1] += one
        else:
            parts.append(one)
    return parts


def likeliest_said(text: str, products: Sequence[Category] = ()) -> str:
    """Say what a text reads like most, however small the lead; empty where it reads much like nothing."""
    reader = load_likeness()
    first, most = next(iter(_weights(text, reader, products).items()))
    return _said(first, text, reader, products) if most >= _WEIGHT else ""


def weight_of_topic(text: str) -> float:
    """Return how much a text reads like the topic that it reads like most; above 0 for a clear case."""
    return max(_weights(text, load_likeness()).values())


def _read(text: str, reader: Likeness, products: Sequence[Category]) -> Reading:
    """Say what a text does where one topic leads; else what the first two do, if it is like them, and neither is grave.

    Nobody is asked about something to be reported that a text is hardly like.
    """
    (first, most), (second, next_most) = list(_weights(text, reader, products).items())[:2]
    lead = most - next_most
    if lead >= _HINT and most >= _WEIGHT:
        return Reading(text, _said(first, text, reader, products), sure=lead >= _LEAD and most >= _CLEAR)
    if most < _NOTHING or any(load_topics()[name].report for name in (first, second)):
        return Reading(text, "", sure=False)
    return Reading(text, _said(first, text, reader, products), False, load_topics()[second].says)


def _said(topic: str, text: str, reader: Likeness, products: Sequence[Category]) -> str:
    """Say what a text of this topic does, by the rule where one leads the others of the topic, else by its words."""
    among = [rule for rule in load_topics()[topic].rules if _is_of(rule, products)]
    ordered = reader.ranked(fold(text), among=among)
    (rule, best), *others = ordered
    leads = not others or best - others[0][1] >= _LEAD
    return load_topics()[topic].act(rule if leads else _ANY_RULE, text).says


def is_doubtful(rule: str, text: str) -> bool:
    """Tell whether a sentence reads like quite another topic than that of the rule which found something in it."""
    reader = load_likeness()
    told = _weights(text, reader)
    name = _topics_by_rule().get(rule, "")
    return name in told and max(told.values()) - told[name] >= _LAG and reader.score(fold(text)) >= _READS


def _weights(text: str, reader: Likeness, products: Sequence[Category] = ()) -> dict[str, float]:
    """Return how much a text reads like each topic, the likeliest first: as much as like its likeliest rule."""
    told: dict[str, float] = {}
    for rule, weight in reader.ranked(fold(text), among=_topics_by_rule()):
        if _is_of(rule, products):
            told.setdefault(_topics_by_rule()[rule], weight)
    return told


def _is_of(rule: str, products: Sequence[Category]) -> bool:
    """Tell whether a rule is about one of these products, about what may pay for it, or about none; of none, any is."""
    prefix = rule.partition("-")[0]
    own = label_of("rule_product", prefix)
    return not products or own in (prefix, *products, *word_list("paid_with"))
