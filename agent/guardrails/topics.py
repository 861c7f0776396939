"""What a sentence does, in words that its author knows (`data/topics.yaml`): a rule's topic, and the reader's reading.

The reader of likeness is surer of a topic than of a rule, since rules of one topic read alike. Refuses to judge: it
names what others have found.
"""

from __future__ import annotations

import functools
from importlib.resources import files
from pathlib import Path
from typing import Final

from pydantic import Field

from agent.guardrails.likeness import Likeness, load_likeness, sentences
from agent.guardrails.normalize import fold
from agent.models import Frozen
from agent.yamlsource import read_yaml

__all__ = [
    "Topic",
    "is_doubtful",
    "is_final",
    "likeliest_topic",
    "load_topics",
    "says_of",
    "topics_by_sentence",
    "weight_of",
]

_LEAD: Final = 0.15  # lead of a topic over the next from which it is named: 77 of 78 were right, below it 13 of 25
_LAG: Final = 0.2  # lag of a rule's topic behind the first from which the first is told: of eight all were right
_READS: Final = 0.5  # score from which the reader has an opinion at all


class Topic(Frozen):
    """Hold what a sentence of this topic does, told after 这句, and the rules that speak against it.

    acts: what it does where it is clear which of the rules it breaks. final: nothing that is written beside it makes it
    right, so that no line is asked for it.
    """

    says: str
    rules: tuple[str, ...]
    acts: dict[str, str] = Field(default_factory=dict)
    final: bool = False


@functools.cache
def load_topics() -> dict[str, Topic]:
    """Return the topics by name, in the order of the file, the gravest first."""
    data = read_yaml(Path(str(files("agent.guardrails").joinpath("data/topics.yaml")))).value
    return {name: Topic.model_validate(entry) for name, entry in data.items()}


@functools.cache
def _topics_by_rule() -> dict[str, str]:
    return {rule: name for name, topic in load_topics().items() for rule in topic.rules}


def says_of(rule: str) -> str:
    """Say what a sentence does that a rule speaks against; empty for a rule without a topic."""
    name = _topics_by_rule().get(rule)
    return load_topics()[name].acts.get(rule, load_topics()[name].says) if name else ""


def is_final(rule: str) -> bool:
    """Tell whether what a rule speaks against is made right by nothing that is written beside it."""
    name = _topics_by_rule().get(rule)
    return name is not None and load_topics()[name].final


def weight_of(says: str) -> int | None:
    """Return the place of a topic in the order of the file, the gravest first, by what it says; None for none."""
    topics = enumerate(load_topics().values())
    return next((place for place, topic in topics if says in (topic.says, *topic.acts.values())), None)


def topics_by_sentence(text: str) -> list[tuple[str, str]]:
    """Return the sentences that read like violations, each with what it does, if a topic leads clearly.

    Of a text in which no sentence does by itself, the whole.
    """
    reader = load_likeness()
    each = [text[slice(*span)].strip() for span in sentences(text)]
    told = [(one, _leading(one, reader), reader.score(fold(one))) for one in each] if len(each) > 1 else []
    likely = [(one, says) for one, says, score in told if score >= (_READS if not says else reader.maybe)]
    return likely or [(text.strip(), _leading(text, reader))]


def likeliest_topic(text: str) -> str:
    """Say what a text reads like most, however small the lead."""
    return load_topics()[next(iter(_weights(text, load_likeness())))].says


def _leading(text: str, reader: Likeness) -> str:
    """Say what a text does where one topic leads clearly, by the rule where one does."""
    (first, most), (_, next_most) = list(_weights(text, reader).items())[:2]
    if most - next_most < _LEAD:
        return ""
    (rule, best), (_, second) = reader.ranked(fold(text), among=_topics_by_rule())[:2]
    return says_of(rule) if best - second >= _LEAD else load_topics()[first].says


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
