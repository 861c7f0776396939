"""Compiled rules with the words they rest on: what checks notes.

Owns finding rules, by id and by what a text holds; refuses reading and compiling (`agent.guardrails.loader`).
"""

from __future__ import annotations

import functools
from collections import defaultdict
from dataclasses import dataclass
from typing import get_args

from agent.errors import UsageError
from agent.guardrails.compiled import CompiledRule
from agent.guardrails.disclosures import Disclosures
from agent.guardrails.disguise_words import DisguiseWords
from agent.guardrails.disguises import Disguises
from agent.guardrails.document import Document, Reveal
from agent.guardrails.guesses import Guesses
from agent.guardrails.patternwords import read_words
from agent.guardrails.rulefiles import near_ids
from agent.guardrails.rules import EVERY_PLANE, Rule
from agent.guardrails.scoping import Applicable
from agent.guardrails.terms import TermLists
from agent.guardrails.vocabulary import Scan, Vocabulary
from agent.guardrails.wording import label_of
from agent.models import Category

__all__ = ["Packs", "make_packs"]


@dataclass(frozen=True, repr=False)
class Packs:
    """Hold compiled rules, ready to check notes.

    disguises: words that are looked for behind disguises; guesses: words that count only inside a pattern;
    given: what `disguises.yaml` says.
    """

    rules: tuple[CompiledRule, ...]
    vocabulary: Vocabulary
    disguises: Disguises
    guesses: Guesses
    lists: TermLists
    disclosures: Disclosures
    given: DisguiseWords
    digest: str = ""

    def __repr__(self) -> str:
        """Name the packs: all they hold would be gigabytes, since every rule holds every word."""
        return f"Packs({', '.join(f'{name}@{version}' for name, version in self.versions.items())})"

    @functools.cached_property
    def versions(self) -> dict[str, str]:
        """Return pack versions by name."""
        return {rule.pack.name: rule.pack.version for rule in self.rules}

    @functools.cached_property
    def owners(self) -> dict[str, Category]:
        """Return the product that each rule is about which is in a pack for one product, by its id."""
        products: dict[str, Category] = {product: product for product in get_args(Category)}
        told = ((one.rule.id, products.get(label_of("pack_product", one.pack.name))) for one in self.rules)
        return {rule: product for rule, product in told if product}

    @property
    def statuses(self) -> tuple[str, ...]:
        """Return what each pack says of its own standing (试用…), for packs that say something."""
        return tuple(dict.fromkeys(f"{r.pack.title}:{r.pack.status}" for r in self.rules if r.pack.status))

    def revealed(self, document: Document) -> tuple[Reveal, ...]:
        """Return the disguised words rules go by: where one chose its planes, every reading, overlaps and all."""
        return tuple(self.disguises.find(document)) if self.choosy else self.disguises.reveal(document)

    def candidates(self, scan: Scan, among: frozenset[int]) -> set[int]:
        """Return those of some places in `rules` whose rules a scan gives something to do."""
        rules, signs = self.rules, scan.signs
        places, always = self._index
        found = set(always).union(*(places[sign] for sign in signs & places.keys()))
        return {place for place in found & among if rules[place].may_hit(signs)}

    @functools.cached_property
    def applicable(self) -> Applicable:
        """Tell which rules apply to which sort of note."""
        return Applicable([compiled.rule for compiled in self.rules])

    @functools.cached_property
    def admissions(self) -> tuple[CompiledRule, ...]:
        """Return what rules that judge no wording make of the note's own words (`own_words`)."""
        return tuple(compiled.admission for compiled in self.rules if compiled.admission)

    @functools.cached_property
    def telling(self) -> Applicable:
        """Tell which of the `admissions` apply to which sort of note."""
        return Applicable([admission.rule for admission in self.admissions])

    @functools.cached_property
    def choosy(self) -> frozenset[int]:
        """Return the places in `rules` of those that see through some disguises and not through others."""
        wanted = (compiled.rule.match.disguise for compiled in self.rules)
        return frozenset(place for place, planes in enumerate(wanted) if planes not in ((), EVERY_PLANE))

    @functools.cached_property
    def _index(self) -> tuple[dict[int, list[int]], list[int]]:
        """Index rules by the signs that give them something to do, and those that always have to look."""
        places: dict[int, list[int]] = defaultdict(list)
        for place, compiled in enumerate(self.rules):
            for selector in compiled.sought:
                for sign in selector.signs:
                    places[sign].append(place)
        return places, [place for place, compiled in enumerate(self.rules) if not compiled.sought]

    def __getitem__(self, rule_id: str) -> CompiledRule:
        """Return a rule by id; raise `UsageError` naming the nearest ids."""
        found = self._by_id.get(rule_id)
        if found is not None:
            return found
        near = near_ids(rule_id, [compiled.rule.id for compiled in self.rules])
        raise UsageError("unknown_rule", rule=rule_id, nearest=near)

    @functools.cached_property
    def _by_id(self) -> dict[str, CompiledRule]:
        return {compiled.rule.id: compiled for compiled in self.rules}

    def find(self, rule_id: str) -> tuple[str, Rule]:
        """Return the pack name and the rule of an id; raise `UsageError` naming the nearest ids."""
        return self[rule_id].pack.name, self[rule_id].rule

    def entries(self) -> tuple[tuple[str, Rule], ...]:
        """Return every rule with the name of its pack, in pack order."""
        return tuple((compiled.pack.name, compiled.rule) for compiled in self.rules)


def make_packs(
    rules: tuple[CompiledRule, ...], vocabulary: Vocabulary, *, lists: TermLists, disclosures: Disclosures,
    given: DisguiseWords, digest: str,
) -> Packs:  # fmt: skip
    """Put compiled rules, a sealed vocabulary and the words behind disguises together."""
    disguises = Disguises(vocabulary.disguisable, given)
    guesses = Guesses(disguises.words, given, read_words())
    return Packs(rules, vocabulary, disguises, guesses, lists, disclosures, given, digest)
