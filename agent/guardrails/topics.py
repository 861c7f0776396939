"""What a sentence does, in words that its author knows (`data/topics.yaml`): a rule's topic, and the reader's reading.

The reader of likeness is surer of a topic than of a rule, since rules of one topic read alike. Refuses to judge: it
names what others have found.
"""

from __future__ import annotations

import functools
import itertools
from importlib.resources import files
from pathlib import Path
from typing import Final, NamedTuple

from pydantic import Field

from agent.guardrails.likeness import Likeness, load_likeness, sentences
from agent.guardrails.normalize import fold
from agent.models import Frozen
from agent.yamlsource import read_yaml

__all__ = [
    "Act", "Reading", "Topic", "is_doubtful", "is_final", "law_of", "likeliest_said", "load_topics", "read_sentences",
    "says_of", "weight_of",
]  # fmt: skip

_LEAD: Final = 0.15  # lead of a topic over the next from which it is named: 77 of 78 were right, below it 13 of 25
_HINT: Final = 0.05  # lead from which it is asked about by name
_WEIGHT: Final = -0.6  # weight of the first topic without which a lead over the next means little
_LAG: Final = 0.2  # lag of a rule's topic behind the first from which the first is told: of eight all were right
_READS: Final = 0.5  # score from which the reader has an opinion at all


class Act(Frozen):
    """Hold what a sentence does that has one of these words; final: no line makes it right."""

    has: tuple[str, ...]
    says: str
    final: bool = False


class Topic(Frozen):
    """Hold what a sentence of this topic does, told after 这句, and the rules that speak against it.

    acts: what it does where it is clear which of the rules it breaks, for a rule of several acts by its words.
    law: a clause that holds for the whole topic. final: nothing that is written beside it makes it right.
    """

    says: str
    rules: tuple[str, ...]
    acts: dict[str, str | tuple[Act, ...]] = Field(default_factory=dict)
    law: str = ""
    final: bool = False

    def said(self, rule: str, text: str) -> str:
        """Say what a sentence does that breaks this rule."""
        acts = self.acts.get(rule, ())
        if isinstance(acts, str):
            return acts
        act = self.act(rule, text)
        return act.says if act else self.says

    def act(self, rule: str, text: str) -> Act | None:
        """Return which of the several acts of a rule a sentence is, by its words."""
        acts = self.acts.get(rule, ())
        fitting = () if isinstance(acts, str) else (act for act in acts if any(word in text for word in act.has))
        return next(iter(fitting), None)

    def all_said(self) -> tuple[str, ...]:
        """Return all that may be said of a sentence of this topic."""
        acts = [(act,) if isinstance(act, str) else tuple(one.says for one in act) for act in self.acts.values()]
        return (self.says, *itertools.chain.from_iterable(acts))


class Reading(NamedTuple):
    """Hold a sentence, what it reads like, and whether that is clear; empty where nobody can tell."""

    text: str
    says: str
    sure: bool


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
    return load_topics()[name].said(rule, text) if name else ""


def law_of(says: str) -> str:
    """Cite the clause that holds for what a sentence does; empty where the rules of its topic have none in common."""
    return next((topic.law for topic in load_topics().values() if says in topic.all_said()), "")


def is_final(rule: str, text: str = "") -> bool:
    """Tell whether what a rule speaks against is made right by nothing that is written beside it."""
    name = _topics_by_rule().get(rule)
    if name is None:
        return False
    act = load_topics()[name].act(rule, text)
    return load_topics()[name].final or (act is not None and act.final)


def weight_of(says: str) -> int | None:
    """Return the place of a topic in the order of the file, the gravest first, by what it says; None for none."""
    topics = enumerate(load_topics().values())
    return next((place for place, topic in topics if says in topic.all_said()), None)


def read_sentences(text: str) -> list[Reading]:
    """Return the sentences that read like violations, each with what it does, if a topic leads.

    Of a text in which no sentence does by itself, the whole.
    """
    reader = load_likeness()
    each = [text[slice(*span)].strip() for span in sentences(text)]
    told = [(_read(one, reader), reader.score(fold(one))) for one in each] if len(each) > 1 else []
    likely = [reading for reading, score in told if score >= (reader.maybe if reading.sure else _READS)]
    return likely or [_read(text.strip(), reader)]


def likeliest_said(text: str) -> str:
    """Say what a text reads like most, however small the lead; empty where it reads much like nothing."""
    reader = load_likeness()
    first, most = next(iter(_weights(text, reader).items()))
    return _said(first, text, reader) if most >= _WEIGHT else ""


def _read(text: str, reader: Likeness) -> Reading:
    """Say what a text does where one topic leads."""
    (first, most), (_, next_most) = list(_weights(text, reader).items())[:2]
    lead = most - next_most
    named = lead >= _LEAD or (lead >= _HINT and most >= _WEIGHT)
    return Reading(text, _said(first, text, reader) if named else "", sure=lead >= _LEAD)


def _said(topic: str, text: str, reader: Likeness) -> str:
    """Say what a text of this topic does, by the rule where one leads the others of the topic."""
    ordered = reader.ranked(fold(text), among=load_topics()[topic].rules)
    (rule, best), *others = ordered
    leads = not others or best - others[0][1] >= _LEAD
    return says_of(rule, text) if leads else load_topics()[topic].says


def is_doubtful(rule: str, text: str) -> bool:
    """Tell whether a sentence reads like quite another topic than that of the rule which found something in it."""
    reader = load_likeness()
    told = _weights(text, reader)
    name = _topics_by_rule().get(rule, "")
    return name in told and max(told.values()) - told[name] >= _LAG and reader.score(fold(text)) >= _READS


def _weights(text: str, reader: Likeness) -> dict[str, float]:
    """Return how much a text reads like each topic, the likeliest first: as much as like its likeliest rule."""
    told: dict[str, float] = {}
    for rule, weight in reader.ranked(fold(text), among=_topics_by_rule()):
        told.setdefault(_topics_by_rule()[rule], weight)
    return told
