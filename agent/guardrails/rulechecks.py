"""The single checks of `agent rules lint`: each looks at one compiled rule and yields what it objects to.

Owns judgement about terms, dates, basis, cases and fixes; knows neither files nor wording. A rule that reaches this
module has loaded, so unknown lists and refused patterns were told before.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Final

from agent.guardrails.cases import case_input
from agent.guardrails.compiled import CompiledRule, Selector
from agent.guardrails.document import Document
from agent.guardrails.engine import check
from agent.guardrails.loader import Packs
from agent.guardrails.normalize import fold
from agent.guardrails.rules import Kind, Rule
from agent.guardrails.terms import list_meant
from agent.models import Basis, Frozen, NoteInput
from agent.yamlsource import Path_, read_yaml, validate

__all__ = ["CHECKS", "Objection", "apart", "exempt"]

SHORT_CASE: Final = 12
LAW_ONLY: Final = "law-only"
_SHOWN: Final = 6
_COMMENTED: Final = re.compile(
    '\\s*(?:- +)?(?:[a-z_]+: +)?[^\\s#"\'\\[{|>-][^"]*[\u3400-\u9fff\u3001-\u301f\uff01-\uff5e]\\s+(# .*)'
)
_COMMA: Final = re.compile("[，、；,;]")
_NO_SENTENCE: Final = ("metadata", "similarity", "structure")  # kinds whose cases are not about a sentence


class _Exemptions(Frozen):
    kinds: dict[Kind, str]
    rules: dict[str, str]


@functools.cache
def _exemptions() -> _Exemptions:
    return validate(_Exemptions, read_yaml(Path(str(files("agent.guardrails").joinpath("data/law_only.yaml")))))


def exempt(rule: Rule) -> str:
    """Return why a rule needs no examples written from the law alone; empty when it does."""
    given = _exemptions()
    return given.rules.get(rule.id, "") or given.kinds.get(rule.kind, "")


def apart(rule: Rule) -> tuple[int, int]:
    """Return how many of the examples that must hold were written from the law alone, and how many there are."""
    every = (*rule.cases.flag, *rule.cases.pass_)
    return sum(case.by == LAW_ONLY for case in every), len(every)


@dataclass(frozen=True)
class Objection:
    """Name a problem by its code, the key or the line it stands at, and the values its message wants."""

    code: str
    path: Path_ = ()
    values: Mapping[str, object] = field(default_factory=dict)
    line: int = 0


Check = Callable[[CompiledRule, Packs], Iterator[Objection]]


def _slots(compiled: CompiledRule) -> Iterator[tuple[Path_, tuple[str, ...]]]:
    """Yield every list of a rule that is looked for as alternatives, with its place."""
    match = compiled.rule.match
    yield ("match", "terms"), match.terms
    yield from ((("match", "groups", number), group) for number, group in enumerate(match.groups))
    yield ("match", "trigger"), match.trigger
    yield ("about", "any_of"), compiled.rule.about.any_of if compiled.rule.about else ()
    yield ("own_words", "any_of"), compiled.rule.own_words.any_of if compiled.rule.own_words else ()
    yield from ((("for_products", n, "any_of"), entry.any_of) for n, entry in enumerate(compiled.rule.for_products))
    yield from ((("for_products", n, "suffices"), one.suffices) for n, one in enumerate(compiled.rule.for_products))


def _literals(entries: tuple[str, ...]) -> list[tuple[int, str]]:
    return [(i, fold(entry)) for i, entry in enumerate(entries) if not entry.startswith(("@", "re:"))]


def _twice(compiled: CompiledRule, packs: Packs) -> Iterator[Objection]:
    """Object to terms that stand in the same list twice, or in a named list that is given too."""
    for path, entries in (*_slots(compiled), (("except",), compiled.rule.except_)):
        seen = {fold(t): e for e in entries if e.startswith("@") for t in packs.lists.expand((e,))}
        for index, term in _literals(entries):
            if term in seen:
                yield Objection("term-twice", (*path, index), {"term": term, "other": seen[term]})
            seen.setdefault(term, term)


def _joined(compiled: CompiledRule, _: Packs) -> Iterator[Objection]:
    """Object to terms that hold a comma: two words that somebody meant to write apart."""
    for path, entries in _slots(compiled):
        for index, entry in enumerate(entries):
            if not entry.startswith(("@", "re:")) and _COMMA.search(entry):
                yield Objection("term-joined", (*path, index), {"term": entry})


def _shadowed(compiled: CompiledRule, _: Packs) -> Iterator[Objection]:
    """Object to terms that hold another term of the same list: wherever they stand, the shorter one hits already."""
    for path, entries in _slots(compiled):
        literals = _literals(entries)
        for index, term in literals:
            inner = next((other for _, other in literals if other != term and other in term), None)
            if inner:
                yield Objection("term-shadowed", (*path, index), {"term": term, "other": inner})


def _short(compiled: CompiledRule, _: Packs) -> Iterator[Objection]:
    """Object to one-character terms of a rule that looks for nothing else."""
    if compiled.rule.kind == "term":
        for index, term in _literals(compiled.rule.match.terms):
            if len(term) == 1:
                yield Objection("term-short", ("match", "terms", index), {"term": term})


def _benign(compiled: CompiledRule, packs: Packs) -> Iterator[Objection]:
    """Object to terms that a benign superstring covers as they stand: they can never be reported."""
    if not compiled.benign:
        return
    for path, entries in _slots(compiled):
        for index, term in _literals(entries):
            if path[1] != "trigger" and _covered(compiled, packs, term):
                yield Objection("term-benign", (*path, index), {"term": term})


def _covered(compiled: CompiledRule, packs: Packs, text: str) -> bool:
    document = Document(NoteInput(body=text))
    hits = compiled.benign.hits(document, packs.vocabulary.scan(document))
    return any(hit.start == 0 and hit.end == len(document.norm) for hit in hits)


def _one_group(compiled: CompiledRule, _: Packs) -> Iterator[Objection]:
    """Object to a combination of one group of words with nothing asked for beside them: each is reported by itself."""
    rule = compiled.rule
    if rule.kind != "combine" or len(rule.match.groups) != 1 or rule.anchor or rule.about:
        return
    if not any(entry.startswith("re:") for entry in rule.match.groups[0]):
        yield Objection("group-single", ("match", "groups"))


def _meant_lists(compiled: CompiledRule, _: Packs) -> Iterator[Objection]:
    """Object to words like 任何产品 that stand for a whole list: they are looked for as they stand."""
    for path, entries in _slots(compiled):
        for index, term in _literals(entries):
            if name := list_meant(term):
                yield Objection("term-list", (*path, index), {"term": term, "list": name})


def _idle_exceptions(compiled: CompiledRule, packs: Packs) -> Iterator[Objection]:
    """Object to benign superstrings that hold nothing this rule looks for."""
    finders = (compiled.terms, *compiled.groups, compiled.trigger)
    if compiled.rule.kind not in ("term", "pattern", "combine"):
        return
    for index, term in _literals(compiled.rule.except_):
        if not any(_finds(finder, packs, term) for finder in finders):
            yield Objection("except-idle", ("except", index), {"term": term})


def _finds(finder: Selector, packs: Packs, text: str) -> bool:
    document = Document(NoteInput(body=text))
    return bool(finder.hits(document, packs.vocabulary.scan(document)))


def _idle(compiled: CompiledRule, packs: Packs) -> Iterator[Objection]:
    """Object to terms that no flag case uses, plain or disguised: nobody has seen them work."""
    texts = [_plain(compiled, packs, number) for number in range(len(compiled.rule.cases.flag))]
    for path, entries in _slots(compiled):
        idle = [(index, term) for index, term in _literals(entries) if not any(term in text for text in texts)]
        if idle:
            shown = "、".join(term for _, term in idle[:_SHOWN]) + ("…" if len(idle) > _SHOWN else "")
            yield Objection("term-idle", (*path, idle[0][0]), {"count": len(idle), "terms": shown})


def _plain(compiled: CompiledRule, packs: Packs, number: int) -> str:
    """Return a flag case on the norm plane, as written and with its disguises taken off."""
    document = Document(case_input(compiled.rule, compiled.rule.cases.flag[number]))
    return f"{document.norm}\n{document.revealed(packs.disguises.reveal(document)).norm}"


def _dates(compiled: CompiledRule, _: Packs) -> Iterator[Objection]:
    """Object to a rule that ends before it begins, or begins before every law it rests on."""
    rule = compiled.rule
    if rule.until and rule.until < rule.effective:
        yield Objection("dates-crossed", ("until",), {"until": rule.until, "effective": rule.effective})
    dated = [basis.effective for basis in rule.basis if basis.effective]
    if len(dated) == len(rule.basis) and rule.effective < min(dated):
        yield Objection("before-law", ("effective",), {"effective": rule.effective, "law": min(dated)})


def _basis(compiled: CompiledRule, _: Packs) -> Iterator[Objection]:
    """Object to law without a date, with two dates, or called verified without an article."""
    dates: dict[str, object] = {}
    for path, basis in _cited(compiled.rule):
        values = {"instrument": basis.instrument}
        if basis.verified and not basis.article:
            yield Objection("verified-no-article", path, values)
        if basis.effective is None:
            if basis.status == "in-force":
                yield Objection("basis-undated", path, values)
        elif dates.setdefault(basis.instrument, basis.effective) != basis.effective:
            yield Objection("basis-dates-differ", path, values)


def _cited(rule: Rule) -> Iterator[tuple[Path_, Basis]]:
    """Yield the law of a rule, and that of its products, with its place."""
    yield from ((("basis", index), basis) for index, basis in enumerate(rule.basis))
    for number, entry in enumerate(rule.for_products):
        yield from ((("for_products", number, "basis", index), basis) for index, basis in enumerate(entry.basis))


def _weight(compiled: CompiledRule, _: Packs) -> Iterator[Objection]:
    """Object to a severity above warn that rests on drafts alone, and to a block that rests on practice."""
    rule = compiled.rule
    standing = {basis.status for basis in rule.basis}
    if rule.severity != "warn" and standing == {"draft"}:
        yield Objection("severe-on-draft", ("severity",), {"severity": rule.severity})
    elif rule.severity == "block" and "in-force" not in standing:
        yield Objection("block-on-practice", ("severity",))


def _cases(compiled: CompiledRule, _: Packs) -> Iterator[Objection]:
    """Object to flag cases too short to be life, and too few cases by somebody who never saw the rule."""
    rule = compiled.rule
    sizes = [
        len("".join((c.title + c.text + c.cover).split())) for c in rule.cases.flag if c.title or c.text or c.cover
    ]
    short = sum(size < SHORT_CASE for size in sizes)
    if rule.kind not in _NO_SENTENCE and short * 2 > len(sizes):
        yield Objection("case-short", ("cases", "flag"), {"short": short, "all": len(sizes), "least": SHORT_CASE})
    some, every = apart(rule)
    if some * 2 < every and not exempt(rule):
        yield Objection("case-law-only", ("cases",), {"apart": some, "all": every})


def _fix(compiled: CompiledRule, packs: Packs) -> Iterator[Objection]:
    """Object to a safe fix whose own words some rule reports: it would swap one violation for another."""
    rule = compiled.rule
    if rule.fix is None or rule.fix.safety != "safe" or not rule.fix.replacement.strip():
        return
    note = NoteInput(body=rule.fix.replacement, products=rule.scope.products[:1])
    found = [finding for finding in check(note, packs=packs, likeness=False).open() if finding.start is not None]
    if found:
        rules = "、".join(sorted({finding.rule for finding in found}))
        yield Objection("fix-flagged", ("fix", "replacement"), {"text": rule.fix.replacement, "rules": rules})


def _cut(compiled: CompiledRule, _: Packs) -> Iterator[Objection]:
    """Object to a comment right behind a Chinese sentence: it may be half of the sentence, and nobody reads it."""
    for number, line in enumerate(compiled.source.file.read_text(encoding="utf-8").split("\n"), 1):
        found = _COMMENTED.match(line)
        if found:
            yield Objection("text-cut", (), {"words": found[1].strip()}, number)


def _broken_off(compiled: CompiledRule, _: Packs) -> Iterator[Objection]:
    """Object to a file that ends in the middle of a line and lacks what stands last: it may not be whole."""
    text = compiled.source.file.read_text(encoding="utf-8")
    if not text.endswith("\n") and "\nknown_problems:" not in text:
        last = text.split("\n")[-1].strip()
        yield Objection("file-cut", (), {"words": last}, text.count("\n") + 1)


CHECKS: tuple[Check, ...] = (
    _cut, _broken_off, _twice, _joined, _shadowed, _short, _one_group, _meant_lists, _benign, _idle_exceptions, _idle,
    _dates, _basis, _weight, _cases, _fix,
)  # fmt: skip
