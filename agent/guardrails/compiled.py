r"""A rule ready to run: terms interned, patterns compiled.

Owns the translation of one rule into ids and RE2 objects, and refuses what RE2 or Chinese text cannot carry
(look-around, back-references, `\b`, `\w`).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import re2

from agent.catalogue import say
from agent.guardrails.disclosures import Disclosures, phrase_pattern
from agent.guardrails.document import Document, Hit
from agent.guardrails.rules import Match, PackInfo, Rule
from agent.guardrails.terms import TermLists, near_lists
from agent.guardrails.vocabulary import BY_LINE, Scan, Vocabulary, sign_of
from agent.models import Fix
from agent.yamlsource import Path_, Source

__all__ = ["CompiledRule", "Selector", "admission_of", "compile_rule"]

_REFUSED = re.compile(r"(?<!\\)(?:\\\\)*(\\[bBwW1-9]|\(\?[=!<](?!\w+>)|\(\?P=)")
_PATTERN = "re:"
_SLIPS = {  # what RE2 says first → the message that says it in Chinese
    "missing )": "rule_re2_open",
    "unexpected )": "rule_re2_close",
    "missing ]": "rule_re2_class",
    "no argument for repetition": "rule_re2_repeat",
    "bad repetition operator": "rule_re2_repeat",
    "invalid repetition size": "rule_re2_times",
    "trailing \\": "rule_re2_backslash",
    "invalid character class range": "rule_re2_range",
}


@dataclass(frozen=True)
class Selector:
    """Find any of some terms or patterns, by their ids in the vocabulary."""

    vocabulary: Vocabulary
    ids: tuple[int, ...] = ()
    patterns: tuple[int, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.ids or self.patterns)

    def hits(self, document: Document, scan: Scan) -> list[Hit]:
        """Return hits in text order, gathered once a scan."""
        found = scan.gathered.get(id(self))
        if found is None:
            found = scan.gathered[id(self)] = self._gather(document, scan)
        return found

    def _gather(self, document: Document, scan: Scan) -> list[Hit]:
        found = {hit for number in self._ids & scan.hits.keys() for hit in scan.hits[number]}
        for number in self._patterns & scan.patterns:
            if number not in scan.spans:
                scan.spans[number] = self.vocabulary.find(number, document, scan)
            for start, end in scan.spans[number]:
                found.add(Hit(start, end, document.disguise_of(start, end)))
        return sorted(found)

    @functools.cached_property
    def signs(self) -> frozenset[int]:
        """Return what a scan sees when anything of this selector may be there; see `Scan.signs`."""
        return frozenset((*self.ids, *map(sign_of, self.patterns)))

    @functools.cached_property
    def _ids(self) -> frozenset[int]:
        return frozenset(self.ids)

    @functools.cached_property
    def _patterns(self) -> frozenset[int]:
        return frozenset(self.patterns)


@dataclass(frozen=True)
class CompiledRule:
    """Hold a rule, its pack and everything it looks for."""

    rule: Rule
    pack: PackInfo
    source: Source
    terms: Selector
    groups: tuple[Selector, ...]
    trigger: Selector
    wording: Selector
    anchor: Selector
    benign: Selector
    about: Selector
    told: tuple[Selector, ...] = ()  # what each entry of `for_products` asks for
    sufficing: tuple[Selector, ...] = ()  # what each entry of `for_products` takes for the line that is asked for
    lists: TermLists | None = field(default=None, repr=False, compare=False)  # by which a product is named
    admission: CompiledRule | None = None  # the same rule as told by the note's own words (`own_words`)

    @functools.cached_property
    def cheapest_first(self) -> tuple[int, ...]:
        """Return the places of the groups, those with the fewest patterns to search for first."""
        return tuple(sorted(range(len(self.groups)), key=lambda place: len(self.groups[place].patterns)))

    @property
    def sought(self) -> tuple[Selector, ...]:
        """Return what some of has to occur for the rule to have anything to do; nothing when it always has to look."""
        match self.rule.kind:
            case "term" | "pattern":
                return self.terms, self.about
            case "combine":
                return self.groups[0], self.about
            case "require":
                return (self.trigger, self.about) if self.trigger else ()
            case _:
                return ()

    @functools.cached_property
    def needed(self) -> tuple[frozenset[int], ...]:
        """Return sets of signs, one of each of which a scan holds when the rule has something to do without `about`."""
        about = self.rule.about
        anchored = self.anchor and not (about and about.instead_of_anchor)
        wanted: tuple[Selector, ...] = ()
        match self.rule.kind:
            case "term" | "pattern":
                wanted = (self.terms,)
            case "combine":
                wanted = self.groups
            case "require" if self.trigger:
                wanted = (self.trigger,)
        return tuple(selector.signs for selector in ((self.anchor, *wanted) if anchored else wanted))

    def may_hit(self, signs: frozenset[int]) -> bool:
        """Tell whether a scan with these signs holds what a rule about wording needs; any other kind has to look."""
        if not self.about.signs.isdisjoint(signs):
            return True
        return not any(map(signs.isdisjoint, self.needed))


def compile_rule(
    rule: Rule, pack: PackInfo, source: Source, *, lists: TermLists, disclosures: Disclosures, vocabulary: Vocabulary
) -> CompiledRule:
    """Compile one rule into the shared vocabulary; raise `ConfigurationError` at the offending line."""
    match = rule.match
    maker = _Maker(source, lists, vocabulary)
    return CompiledRule(
        rule=rule,
        pack=pack,
        source=source,
        terms=Selector(
            vocabulary,
            maker.ids(match.terms, ("match", "terms"), disguise=bool(match.disguise)),
            maker.patterns(match.patterns, ("match", "patterns")),
        ),
        groups=tuple(
            maker.selector(group, ("match", "groups", i), disguise=bool(match.disguise))
            for i, group in enumerate(match.groups)
        ),
        trigger=maker.selector(match.trigger, ("match", "trigger")),
        wording=_wording(rule, maker, disclosures),
        anchor=maker.selector(rule.anchor.any_of if rule.anchor else (), ("anchor", "any_of")),
        benign=maker.selector(rule.except_, ("except",)),
        about=maker.selector(
            rule.about.any_of if rule.about else (), ("about", "any_of"), disguise=bool(match.disguise)
        ),
        told=tuple(
            maker.selector(entry.any_of, ("for_products", i, "any_of")) for i, entry in enumerate(rule.for_products)
        ),
        sufficing=tuple(
            maker.selector(entry.suffices, ("for_products", i, "suffices")) for i, entry in enumerate(rule.for_products)
        ),
        lists=lists,
        admission=_admission(rule, pack, maker),
    )


def admission_of(
    rule: Rule, pack: PackInfo, source: Source, *, terms: Selector, anchor: Selector, benign: Selector
) -> CompiledRule:
    """Return the rule about wording that `own_words` makes of a rule: same id and severity, judged by text alone."""
    told = rule.own_words
    if told is None:
        raise ValueError(rule.id)
    nothing = Selector(terms.vocabulary)
    changes = {
        "kind": "pattern",
        "stage": "note",
        "scope": rule.scope.model_copy(update={"products": (), "note_types": (), "origin": "any", "promotes": None}),
        "match": Match(),
        "anchor": told.anchor,
        "about": None,
        "own_words": None,
        "for_products": (),
        "except_": told.except_,
        "clear_by": told.clear_by,
        "message": told.message or rule.message,
        "fix": rule.fix and Fix(replacement="", safety="review"),  # a line that is owed replaces no words
    }
    return CompiledRule(
        rule=rule.model_copy(update=changes), pack=pack, source=source, terms=terms, groups=(), trigger=nothing,
        wording=nothing, anchor=anchor, benign=benign, about=nothing,
    )  # fmt: skip


def _admission(rule: Rule, pack: PackInfo, maker: _Maker) -> CompiledRule | None:
    told = rule.own_words
    if told is None:
        return None
    return admission_of(
        rule, pack, maker.source,
        terms=maker.selector(told.any_of, ("own_words", "any_of"), disguise=True),
        anchor=maker.selector(told.anchor.any_of if told.anchor else (), ("own_words", "anchor", "any_of")),
        benign=maker.selector(told.except_, ("own_words", "except")),
    )  # fmt: skip


def _wording(rule: Rule, maker: _Maker, disclosures: Disclosures) -> Selector:
    """Compile what satisfies a `require` rule: texts with slots, patterns, and disclosures by id."""
    vocabulary = maker.vocabulary
    patterns: list[int] = []
    for index, text in enumerate(rule.match.any_of):
        path: Path_ = ("match", "any_of", index)
        if text.startswith(_PATTERN):
            patterns.append(maker.pattern(text[len(_PATTERN) :], path))
        else:
            patterns.extend(maker.compile(phrase_pattern(t), path) for t in maker.expand([text], path))
    for index, number in enumerate(rule.match.disclosure):
        if number not in disclosures:
            known = "、".join(disclosures.ids)
            raise maker.source.error("rule_unknown_disclosure", ("match", "disclosure", index), id=number, known=known)
        patterns.extend(vocabulary.add_pattern(phrase_pattern(t)) for t in disclosures[number].texts)
    return Selector(vocabulary, (), tuple(patterns))


@dataclass(frozen=True)
class _Maker:
    source: Source
    lists: TermLists
    vocabulary: Vocabulary

    def selector(self, entries: Sequence[str], path: Path_, *, disguise: bool = False) -> Selector:
        terms = [(i, entry) for i, entry in enumerate(entries) if not entry.startswith(_PATTERN)]
        patterns = [(i, entry[len(_PATTERN) :]) for i, entry in enumerate(entries) if entry.startswith(_PATTERN)]
        ids = [n for i, term in terms for n in self.ids([term], (*path, i), disguise=disguise)]
        return Selector(
            self.vocabulary, tuple(dict.fromkeys(ids)), tuple(self.pattern(p, (*path, i)) for i, p in patterns)
        )

    def ids(self, terms: Iterable[str], path: Path_, *, disguise: bool = False) -> tuple[int, ...]:
        return tuple(dict.fromkeys(self.vocabulary.add(t, disguise=disguise) for t in self.expand(terms, path)))

    def expand(self, terms: Iterable[str], path: Path_) -> tuple[str, ...]:
        try:
            return self.lists.expand(terms)
        except KeyError as error:
            name = f"@{error.args[0]}"
            nearest = near_lists(name, self.lists.names)
            raise self.source.error("rule_unknown_list", path, name=name, nearest=nearest) from error

    def patterns(self, patterns: Sequence[str], path: Path_) -> tuple[int, ...]:
        return tuple(self.pattern(p, (*path, i)) for i, p in enumerate(patterns))

    def pattern(self, pattern: str, path: Path_) -> int:
        refused = _REFUSED.search(pattern)
        if refused:
            raise self.source.error("rule_pattern_refused", path, pattern=pattern, part=refused.group(1))
        return self.compile(pattern, path)

    def compile(self, pattern: str, path: Path_) -> int:
        try:
            return self.vocabulary.add_pattern(pattern)
        except re2.error as error:
            rule = self.source.file.stem
            raise self.source.error(
                "rule_pattern_broken", path, pattern=pattern, detail=_objection(error), rule=rule
            ) from error


def _objection(error: re2.error) -> str:
    """Say in Chinese what RE2 objects to."""
    said = error.args[0].decode("utf-8", "replace") if isinstance(error.args[0], bytes) else str(error)
    problem, _, part = said.partition(": ")
    code = next((code for words, code in _SLIPS.items() if problem.startswith(words)), "rule_re2_unknown")
    return say(code, part=part.removeprefix(BY_LINE))
