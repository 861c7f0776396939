"""What a sentence does, in words that its author knows (`data/topics.yaml`): a rule's topic, and the reader's reading.

The reader of likeness is surer of a topic than of a rule, since rules of one topic read alike. Refuses to judge: it
names what others have found.
"""

from __future__ import annotations

import functools
from importlib.resources import files
from pathlib import Path
from typing import Final

from agent.guardrails.likeness import Likeness, load_likeness, sentences
from agent.models import Frozen
from agent.yamlsource import read_yaml

__all__ = ["Topic", "is_doubtful", "load_topics", "says_of", "topics_read", "weight_of"]

_LEAD: Final = 0.05  # lead of a topic over the next from which it is named: nine of ten are right, below it half are
_LAG: Final = 0.3  # lag of a rule's topic behind the first from which a reason is no certainty: half are wrong
_READS: Final = 0.5  # score from which the reader has an opinion at all


class Topic(Frozen):
    """Hold what a sentence of this topic does, told after 这句, and the rules that speak against it."""

    says: str
    rules: tuple[str, ...]


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
    return load_topics()[name].says if name else ""


def weight_of(says: str) -> int | None:
    """Return the place of a topic in the order of the file, the gravest first, by what it says; None for none."""
    return next((place for place, topic in enumerate(load_topics().values()) if topic.says == says), None)


def topics_read(text: str) -> tuple[str, ...]:
    """Say what a text reads like, sentence by sentence, else as a whole; empty where no topic leads clearly."""
    reader = load_likeness()
    each = [text[slice(*span)] for span in sentences(text)]
    told = [_leading(one, reader) for one in each if len(each) > 1 and reader.score(one) >= _READS]
    return tuple(dict.fromkeys(filter(None, told or [_leading(text, reader)])))


def _leading(text: str, reader: Likeness) -> str:
    (first, most), (_, next_most) = list(_weights(text, reader).items())[:2]
    return load_topics()[first].says if most - next_most >= _LEAD else ""


def is_doubtful(rule: str, text: str) -> bool:
    """Tell whether a sentence reads like quite another topic than that of the rule which found something in it."""
    reader = load_likeness()
    told = _weights(text, reader)
    name = _topics_by_rule().get(rule, "")
    return name in told and max(told.values()) - told[name] >= _LAG and reader.score(text) >= _READS


def _weights(text: str, reader: Likeness) -> dict[str, float]:
    """Return how much a text reads like each topic, the likeliest first: as much as like its likeliest rule."""
    told: dict[str, float] = {}
    for rule, weight in reader.ranked(text, among=_topics_by_rule()):
        told.setdefault(_topics_by_rule()[rule], weight)
    return told
