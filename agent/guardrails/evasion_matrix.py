"""Measure what the rules still see when their own examples are disguised: class by class, rule by rule.

Owns the choice of what to hide (a word without which the example would pass), the meaning of caught (the same rule,
open, over the hidden place) and the bars. Refuses generating: see `agent.guardrails.evasions`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from random import Random
from typing import Final

from agent.guardrails.cases import check_case
from agent.guardrails.evasions import Catalogue, Variant, applies, catalogue, vary
from agent.guardrails.loader import Packs
from agent.guardrails.normalize import fold
from agent.guardrails.rules import Case, Rule

__all__ = ["Matrix", "Miss", "measure"]

_TRIED: Final = 4
_KINDS: Final = ("term", "pattern", "combine", "pii", "number")
_NEUTRAL: Final = "某"


@dataclass(frozen=True)
class Miss:
    """Name a disguised example that its rule no longer sees."""

    name: str
    rule: str
    hidden: str
    text: str


@dataclass
class Matrix:
    """Count caught and total by (class, rule); `handmade` counts the sentences that no generator can write."""

    total: Counter[tuple[str, str]] = field(default_factory=Counter)
    caught: Counter[tuple[str, str]] = field(default_factory=Counter)
    handmade: dict[str, tuple[int, int]] = field(default_factory=dict)
    misses: list[Miss] = field(default_factory=list)

    def share(self, name: str) -> tuple[int, int]:
        """Return how many examples of a class were caught, and how many there were."""
        return (
            sum(n for (kind, _), n in self.caught.items() if kind == name),
            sum(n for (kind, _), n in self.total.items() if kind == name),
        )

    def by_rule(self, name: str) -> list[tuple[str, int, int]]:
        """Return (rule, caught, total) of the rules that miss something in a class, the worst first."""
        rows = [(rule, self.caught[name, rule], n) for (kind, rule), n in self.total.items() if kind == name]
        return sorted((row for row in rows if row[1] < row[2]), key=lambda row: (row[1] - row[2], row[0]))

    def below(self, given: Catalogue) -> list[str]:
        """Return the classes that stay under their bar."""
        bars = {name: kind.bar for name, kind in given.classes.items()}
        shares = {name: self.share(name) for name in bars}
        low = [name for name, (caught, total) in shares.items() if total and 100 * caught < bars[name] * total]
        low += [
            name
            for name, (caught, total) in self.handmade.items()
            if total and 100 * caught < given.handmade_bars.get(name, 0) * total
        ]
        return low


def measure(packs: Packs, *, only: Sequence[str] = (), seed: int = 0, most: int = 0) -> Matrix:
    """Disguise the flag cases of the rules whose id begins with one of `only` (all without) and count what is caught.

    Each rule meets the classes that lie on the planes it says it sees through.
    `most` limits the examples per rule (0 = every one); the seed fixes which spelling a class chooses.
    """
    matrix = Matrix()
    for _, rule in packs.entries():
        if rule.kind in _KINDS and (not only or rule.id.startswith(tuple(only))):
            alone = replace(packs, rules=(packs[rule.id],))
            cases = rule.cases.flag[: most or None]
            for number, case in enumerate(cases):
                _measure_case(rule, case, alone, Random(f"{seed} {rule.id} {number}"), matrix)
    _measure_handmade(packs, only, matrix)
    return matrix


def _measure_case(rule: Rule, case: Case, packs: Packs, rng: Random, matrix: Matrix) -> None:
    classes = {name: kind for name, kind in catalogue().classes.items() if set(kind.planes) <= set(rule.match.disguise)}
    spots = tuple(_spots(rule, case, packs))
    spans = {hides: _hidden(rule, case, packs, hides, spots) for hides in {kind.hides for kind in classes.values()}}
    for name, kind in classes.items():
        span = next((s for s in spans[kind.hides] if applies(kind, case.text[slice(*s)])), None)
        if span is None or (name == "E40" and case.title):
            continue
        variant = vary(name, case.text, span, rng)
        if variant is None:
            continue
        matrix.total[name, rule.id] += 1
        if _is_caught(rule, case, packs, variant):
            matrix.caught[name, rule.id] += 1
        else:
            text = f"{variant.title}|{variant.text}" if variant.title else variant.text
            matrix.misses.append(Miss(name, rule.id, case.text[slice(*span)], text))


def _hidden(
    rule: Rule, case: Case, packs: Packs, hides: str, spots: Iterable[tuple[int, int]]
) -> tuple[tuple[int, int], ...]:
    """Return the places to hide: inside what the rule hits, and without which it would not."""
    places = {place for begin, end in spots for place in _inside(case.text, begin, end, packs, hides)}
    tried = sorted(places, key=lambda s: (s[0] - s[1], s[0]))[:_TRIED]
    return tuple(s for s in tried if not _is_caught(rule, case, packs, _without(case.text, s)))


def _spots(rule: Rule, case: Case, packs: Packs) -> Iterator[tuple[int, int]]:
    for finding in check_case(rule, case, packs).open():
        if finding.rule == rule.id and finding.field == "body" and finding.start is not None and finding.end:
            yield finding.start, finding.end


def _inside(text: str, begin: int, end: int, packs: Packs, hides: str) -> Iterable[tuple[int, int]]:
    if hides:
        return (match.span() for match in re.finditer(hides, text) if begin <= match.start() < end)
    plain = fold(text)
    if len(plain) != len(text):
        return ()
    return (place for word in packs.disguises.words for place in _places(plain, word, begin, end))


def _places(plain: str, word: str, begin: int, end: int) -> Iterator[tuple[int, int]]:
    at = plain.find(word, begin, end)
    if at >= 0 and len(word) > 1:
        yield at, at + len(word)


def _without(text: str, span: tuple[int, int]) -> Variant:
    start, end = span
    return Variant(text[:start] + _NEUTRAL * (end - start) + text[end:], start, end)


def _is_caught(rule: Rule, case: Case, packs: Packs, variant: Variant) -> bool:
    changed = case.model_copy(update={"text": variant.text, "title": variant.title or case.title, "span": ""})
    for finding in check_case(rule, changed, packs).open():
        if finding.rule != rule.id or finding.start is None or finding.end is None:
            continue
        if finding.field == "title" and variant.title and finding.end == len(variant.title):
            return True
        if finding.field == "body" and finding.start < variant.end and variant.start < finding.end:
            return True
    return False


def _measure_handmade(packs: Packs, only: Sequence[str], matrix: Matrix) -> None:
    for name, rules in catalogue().handmade.items():
        caught = total = 0
        for rule_id, sentences in rules.items():
            if only and not rule_id.startswith(tuple(only)):
                continue
            rule = packs[rule_id].rule
            for text in sentences:
                total += 1
                if any(f.rule == rule_id for f in check_case(rule, Case(text=text), packs).open()):
                    caught += 1
                else:
                    matrix.misses.append(Miss(name, rule_id, "", text))
        matrix.handmade[name] = (caught, total)
