"""Count what disguises hide: variants made by hand, and variants that the generators write.

Generated ones start from held violations that the rules find in plain spelling, and hide a word without which they
find nothing. Both count the rules alone: the statistical reader would hide what a disguise does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from random import Random

from agent.guardrails import Packs
from agent.guardrails.evasions import applies, catalogue, vary
from agent.guardrails.normalize import fold
from evals.guardrail.outcomes import Outcome, ask
from evals.guardrail.rates import Share, share
from evals.guardrail.texts import Text

__all__ = ["by_class", "generate"]

TRIED = 4
NEUTRAL = "某"


def by_class(found: Sequence[Outcome]) -> list[tuple[str, Share]]:
    """Return how many variants of each class were caught, by class, and all of them last."""
    classes = sorted({one.text.hidden for one in found})
    rows = [(name, share([one for one in found if one.text.hidden == name], _is_caught)) for name in classes]
    return [*rows, ("全部", share(found, _is_caught))]


def generate(found: Sequence[Outcome], packs: Packs) -> list[Text]:
    """Return each plain-found violation in every class that can hide its key word; the same each time."""
    plain = [one for one in found if one.text.is_violation and one.wording]
    return [text for one in plain for text in _variants(one.text, packs)]


def _is_caught(one: Outcome) -> bool:
    return bool(one.wording)


def _variants(text: Text, packs: Packs) -> Iterator[Text]:
    span = _key(text, packs)
    if span is None:
        return
    for name, kind in catalogue().classes.items():
        if kind.hides or not applies(kind, text.note.body[slice(*span)]):
            continue
        variant = vary(name, text.note.body, span, Random(f"{text.id} {name}"))
        if variant is not None:
            yield _written(text, f"{text.id}-{name}", name, variant.text, variant.title)


def _key(text: Text, packs: Packs) -> tuple[int, int] | None:
    """Return the longest key word without which the rules tell nothing about the wording."""
    body = text.note.body
    norm = fold(body)
    if len(norm) != len(body):
        return None
    places = {(at, at + len(word)) for word in packs.disguises.words if len(word) > 1 and (at := norm.find(word)) >= 0}
    for start, end in sorted(places, key=lambda place: (place[0] - place[1], place[0]))[:TRIED]:
        without = _written(text, text.id, "", body[:start] + NEUTRAL * (end - start) + body[end:], "")
        if not ask(without, packs, likeness=False).wording:
            return start, end
    return None


def _written(text: Text, name: str, hidden: str, body: str, title: str) -> Text:
    note = text.note.model_copy(update={"id": name, "body": body, "title": title})
    return replace(text, id=name, family="generated", hidden=hidden, pair=text.id, note=note)
