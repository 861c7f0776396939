"""Tell how well a point or an offer goes with what was asked and told: by its matter, not by a shared scene.

An offer or point whose matter nobody listed is unknown here; how such a one is weighed is its caller's business.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal

from agent.authors.choicebank import Trade, load_choices, matched
from agent.models import Brief, Fact, Point
from agent.text.numbers import find_numbers
from agent.text.sentences import sentences
from agent.text.simplified import simplified

__all__ = ["fact_fit", "point_fit", "sensitive_in", "without_places"]

NAMED, TOLD, PAID, DECIDED = 4, 2, 3, 12  # a word of the topic, one of the story, a sum beside it, a sure word
SURE = 2  # words of a story that make a matter its own where the topic names none
SPENT = re.compile(r"(?:花了|一共|总共|付了)\s*(\d{1,6})(?![\d.点年月日])")  # a sum told without its unit
THRESHOLD, YUAN = "门槛", "元"


def sensitive_in(text: str) -> str:
    """Return the id of the first sensitive subject a text is about; empty when there is none."""
    plain = simplified(text)
    for subject in load_choices().sensitive:
        bare = re.sub("|".join(subject.but), "□", plain) if subject.but else plain
        if matched(subject.words, bare):
            return subject.id
    return ""


def without_places(topic: str) -> str:
    """Return a topic without the words that only say where: at a hospital's door is not about health."""
    for pattern in load_choices().places:
        topic = re.sub(pattern, "", topic)
    return topic


def point_fit(point: Point, brief: Brief) -> int | None:
    """Return how much of a point's matter topic and story hold, 0 for none; None for a point of no listed matter.

    Where the topic names nothing of it, a story has to hold several words, and one that tells of a kindness none.
    """
    subject = " ".join((point.title, *point.keywords))
    matters = _about(load_choices().matters, subject)
    if not matters:
        return None
    topic, told = _topic(brief), _told(brief)
    if matched((word for matter in matters for word in matter.sure), f"{topic} {told}"):
        return DECIDED
    named, held = _hits(matters, topic), _hits(matters, told)
    if not named and (len(held) < SURE or matched(load_choices().kindness, told)):
        return 0
    return NAMED * len(named) + TOLD * len(held - named)


def fact_fit(fact: Fact, brief: Brief, *, but: Iterable[str] = ()) -> int | None:
    """Return how well an offer goes with topic and story, 0 for not at all; None for an offer of no listed trade.

    `but` are the names of its product, which say nothing of what it is for.
    """
    claim = fact.claim.split("；")[0]
    for name in but:
        claim = claim.replace(name, "")
    trades = _about(load_choices().trades, claim)
    if not trades:
        return None
    topic, told = _topic(brief), _told(brief)
    never = [pattern for trade in trades for pattern in trade.never]
    if matched(never, f"{topic} {told}") or _is_another_day(claim, f"{topic} {told}"):
        return 0
    named, held = _hits(trades, topic), _hits(trades, told)
    if not named and not held:
        return 0
    return max(1, NAMED * len(named) + TOLD * len(held - named) + _paid(fact, held, told))


def _about(trades: Iterable[Trade], subject: str) -> tuple[Trade, ...]:
    return tuple(trade for trade in trades if any(word in subject for word in trade.about))


def _hits(trades: Iterable[Trade], text: str) -> frozenset[str]:
    return matched((pattern for trade in trades for pattern in trade.told), text)


def _is_another_day(claim: str, story: str) -> bool:
    """Tell whether the story lies on days or hours on which the offer does not hold."""
    return any(
        day.claim in claim and re.search(day.against, story) and not re.search(day.agrees, story)
        for day in load_choices().days
    )


def _paid(fact: Fact, held: Iterable[str], told: str) -> int:
    """Weigh a sum told in the sentence that names the trade, or the next: for an offer that it reaches, or against."""
    least = next((Decimal(n.value) for n in fact.numbers if n.what == THRESHOLD and n.unit == YUAN), None)
    spans = [span.text for span in sentences(told)]
    near = [n for n, text in enumerate(spans) if matched(held, text)]
    beside = "".join(spans[n] for n in sorted({*near, *(n + 1 for n in near)}) if n < len(spans))
    sums = [c.value for c in find_numbers(beside) if c.kind == "amount" and c.unit == YUAN and c.value is not None]
    sums += [Decimal(said) for said in SPENT.findall(beside)]
    if not sums or least is None:
        return 0
    return PAID if max(sums) >= least else -1


def _topic(brief: Brief) -> str:
    return without_places(simplified(f"{brief.topic} {brief.keyword}"))


def _told(brief: Brief) -> str:
    return simplified("\n".join(item.text for item in brief.material))
