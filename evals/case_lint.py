"""Say in Chinese what is wrong with the cases: file, line, column and what to do.

Owns the judgement about cases and their references. A case that cannot be read is a problem like any other, so that
one slip does not hide the rest.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from rapidfuzz import fuzz, process

from agent import tone
from agent.briefs import MAX_TOPIC
from agent.errors import UsageError
from agent.guardrails import Packs, check, load_packs
from agent.guardrails.normalize import fold
from agent.models import Account, Brief, Category, Fact, Finding, Material, Product
from agent.text.shingles import shingles
from agent.tone.thresholds import load_thresholds
from agent.workspace import Workspace, load_workspace, read_text
from evals.case_files import CASES, FILE, CaseProblem, PlacedCase, placed_cases, problem_at, themes
from evals.references import prose_of, reference_input, reference_note
from evals.values import EITHER, Case, Reference

__all__ = ["lint"]

Place = tuple[str | int, ...]
LEAST_REFERENCES = 2
NEVER_MET = ("must_not_say", "asks")  # of these no reference shows that two items were written as one
MARKS = "，、；"
_HASHTAG = re.compile(r"\s*(?:[\w-]+:|-)\s+(#[^\s#]\S*)")  # a value that YAML takes for a comment
UNFIT = {"T15"}  # counts material told in its own words; a person tells it in other words, or in the other script


def lint(root: Path = CASES) -> list[CaseProblem]:
    """Return every problem of the cases below a folder, by place; no case at all is a problem."""
    bank, packs = load_workspace(None), load_packs(examples=False)
    found = list(placed_cases(root))
    problems = [entry for entry in found if isinstance(entry, CaseProblem)]
    placed = [entry for entry in found if isinstance(entry, PlacedCase)]
    if not found:
        return [problem_at(root, 1, 1, "lint_nothing", folder=root)]
    problems += _twice(placed)
    prose: dict[Path, str] = {}
    for entry in placed:
        problems += _names(entry, bank, packs)
        problems += [*_shape(entry), *_slips(entry), *_files(entry), *_lost_hashtags(entry)]
        for index, reference in enumerate(entry.case.references):
            read = _read(entry, index, reference)
            if isinstance(read, CaseProblem):
                problems.append(read)
                continue
            prose[entry.folder / read.file] = prose_of(reference_note(read))
            problems += _promises(entry, read)
            problems += _standards(entry, read, bank, packs)
    return sorted({*problems, *_near_duplicates(prose)})


def _twice(placed: Sequence[PlacedCase]) -> Iterator[CaseProblem]:
    first: dict[str, PlacedCase] = {}
    for entry in placed:
        earlier = first.setdefault(entry.case.id, entry)
        if earlier is not entry:
            yield entry.problem("lint_id_twice", ("id",), id=entry.case.id, other=earlier.folder.name)


def _names(placed: PlacedCase, bank: Workspace, packs: Packs) -> Iterator[CaseProblem]:
    """Check every id a case names against the demo workspace, the themes and the rules."""
    case, brief, rules = placed.case, placed.case.brief, [compiled.rule.id for compiled in packs.rules]
    if case.theme not in themes():
        nearest, known = _nearest(case.theme, themes()), "、".join(themes())
        yield placed.problem("lint_theme", ("theme",), value=case.theme, nearest=nearest, known=known)
    named: list[tuple[str, Place, str, Iterable[str]]] = [
        ("人设", ("brief", "persona"), brief.persona, (p.id for p in bank.personas)),
        ("账号", ("brief", "account"), brief.account, (a.id for a in bank.accounts)),
    ]
    for kind, key, values, known_ids in (
        ("产品", "products", brief.products, [p.id for p in bank.products]),
        ("事实", "facts", brief.facts, [f.id for f in bank.facts]),
        ("知识点", "points", brief.points, [p.id for p in bank.points]),
    ):
        named += [(kind, ("brief", key, index), value, known_ids) for index, value in enumerate(values)]
    named += [("规则", ("expect", "refused_by", i), rule, rules) for i, rule in enumerate(case.expect.refused_by)]
    for kind, place, value, known_here in named:
        ids = list(known_here)
        if value and value not in ids:
            yield placed.problem("lint_unknown", place, kind=kind, value=value, nearest=_nearest(value, ids))


def _shape(placed: PlacedCase) -> Iterator[CaseProblem]:
    """Check what needs nothing but the case and the name of its folder."""
    case = placed.case
    if case.id != placed.folder.name:
        yield placed.problem("lint_folder_name", ("id",), id=case.id, folder=placed.folder.name)
    if not 1 <= len(case.brief.topic.strip()) <= MAX_TOPIC:
        yield placed.problem("lint_topic", ("brief", "topic"), limit=MAX_TOPIC, length=len(case.brief.topic.strip()))
    if not case.review.owner.strip():
        yield placed.problem("lint_owner", ("review", "owner"))
    for index, target in enumerate(case.expect.must_facts):
        if target.fact not in case.brief.facts:
            yield placed.problem("lint_fact_not_asked", ("expect", "must_facts", index, "fact"), fact=target.fact)


def _slips(placed: PlacedCase) -> Iterator[CaseProblem]:
    """Name Chinese commas and quotation marks where YAML wants its own."""
    case = placed.case
    for key in NEVER_MET:
        for index, value in enumerate(getattr(case.expect, key)):
            if set(value) & set(MARKS):
                yield placed.problem("lint_one_item", ("expect", key, index), key=key, value=value)
    for key in ("topic", "keyword", "audience"):
        value = getattr(case.brief, key)
        if value[:1] == "“" and value[-1:] == "”":
            yield placed.problem("lint_quoted", ("brief", key), key=key, value=value)


def _lost_hashtags(placed: PlacedCase) -> Iterator[CaseProblem]:
    """Name the values that YAML dropped because they begin with an unquoted #."""
    file = placed.folder / FILE
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        if found := _HASHTAG.match(line):
            yield problem_at(file, number, found.start(1) + 1, "lint_hashtag", text=found.group(1))


def _files(placed: PlacedCase) -> Iterator[CaseProblem]:
    """Check that the references listed and the files beside the case are the same, and enough."""
    case, listed = placed.case, [reference.file for reference in placed.case.references]
    if case.expect.outcome == "pass" and len(listed) < LEAST_REFERENCES:
        yield placed.problem("lint_few_references", ("references",), wanted=LEAST_REFERENCES, count=len(listed))
    for index, name in enumerate(listed):
        if name in listed[:index]:
            yield placed.problem("lint_reference_twice", ("references", index, "file"), file=name)
    for path in sorted(placed.folder.iterdir()):
        if path.name.startswith((".", "~$")) or path.name in (FILE, *listed):
            continue
        yield problem_at(path, 1, 1, "lint_reference_unlisted" if path.suffix == ".md" else "lint_file_unread")


def _read(placed: PlacedCase, index: int, reference: Reference) -> Reference | CaseProblem:
    """Return a reference with its text, or what is wrong with its file."""
    path = placed.folder / reference.file
    if not path.is_file() or path.parent != placed.folder:
        return placed.problem("lint_reference_missing", ("references", index, "file"), file=reference.file)
    try:
        read = reference.model_copy(update={"text": read_text(path).replace("\r\n", "\n")})
    except UsageError as error:
        return problem_at(path, 1, 1, "lint_not_read", detail=error.message)
    return read if read.text.strip() and reference_note(read).body else problem_at(path, 1, 1, "lint_reference_empty")


def _promises(placed: PlacedCase, reference: Reference) -> Iterator[CaseProblem]:
    """Check that a reference does what its own case demands of a note."""
    expect, text = placed.case.expect, _plain(reference.text)
    if expect.outcome not in ("pass", "needs_human"):
        return
    for index, target in enumerate(expect.must_facts):
        if not any(_plain(form) in text for form in target.any_of):
            place, forms = ("expect", "must_facts", index, "any_of"), "、".join(target.any_of)
            yield placed.problem("lint_form_nowhere", place, fact=target.fact, forms=forms, file=reference.file)
    for key in ("must_say", "disclosures"):
        for index, value in enumerate(getattr(expect, key)):
            if not any(_plain(each) in text for each in value.split(EITHER)):
                yield placed.problem("lint_not_said", ("expect", key, index), key=key, value=value, file=reference.file)
    for index, value in enumerate(expect.must_not_say):
        if _plain(value) in text:
            yield placed.problem("lint_said", ("expect", "must_not_say", index), value=value, file=reference.file)


def _standards(placed: PlacedCase, reference: Reference, bank: Workspace, packs: Packs) -> Iterator[CaseProblem]:
    """Check a reference as a person's text: the rules with what the case gives, then the tone that can be measured."""
    case, path = placed.case, placed.folder / reference.file
    products = [product for product in bank.products if product.id in case.brief.products]
    facts = [fact for fact in bank.facts if fact.id in case.brief.facts]
    account = next((account for account in bank.accounts if account.id == case.brief.account), None)
    for finding in _findings(case, reference, products, facts, account, bank, packs):
        line, column = _position(reference.text, finding)
        rule = f"{finding.rule}“{finding.text}”" if finding.text else finding.rule
        told = {"rule": rule, "told": finding.message, "advice": finding.advice}
        yield problem_at(path, line, column, "lint_reference_open", **told)
    brief, note = _brief(case), reference_note(reference)
    persona = next((persona for persona in bank.personas if persona.id == case.brief.persona), None)
    critique = tone.critique(note, brief=brief, facts=facts, products=products, account=account, persona=persona)
    for name, metric in critique.metrics.items():
        if metric.level == "block" and metric.passed is False and name not in UNFIT:
            line, column = _place_of(reference.text, metric.span) if metric.span else (1, 1)
            yield problem_at(path, line, column, "lint_reference_tone", metric=name, told=metric.message)


def _findings(
    case: Case,
    reference: Reference,
    products: Sequence[Product],
    facts: Sequence[Fact],
    account: Account | None,
    bank: Workspace,
    packs: Packs,
) -> tuple[Finding, ...]:
    categories: tuple[Category, ...] = tuple(dict.fromkeys(product.category for product in products))
    note = reference_input(reference, note_type=case.brief.note_type, products=categories, account=account)
    return check(
        note,
        facts=facts,
        material=_brief(case).material,
        points=[point for point in bank.points if point.id in case.brief.points],
        account=account,
        as_of=case.brief.as_of,
        packs=packs,
    ).open("block", "fix")


def _near_duplicates(prose: dict[Path, str]) -> Iterator[CaseProblem]:
    limit = load_thresholds().metrics["T23"].bound("max")
    cut = {path: shingles(text) for path, text in prose.items()}
    for (one, left), (other, right) in itertools.combinations(sorted(cut.items()), 2):
        value = len(left & right) / len(left | right) if left and right else 0.0
        if value >= limit:
            name = f"{one.parent.name}/{one.name}"
            yield problem_at(other, 1, 1, "lint_near_duplicate", other=name, value=value, limit=limit)


def _brief(case: Case) -> Brief:
    fields = case.brief.model_dump()
    material = tuple(
        Material(id=f"m{number}", text=item.text, kind=item.kind) for number, item in enumerate(case.material, 1)
    )
    return Brief.model_validate({**fields, "id": case.id, "material": [item.model_dump() for item in material]})


def _position(text: str, finding: Finding) -> tuple[int, int]:
    return _place_of(text, finding.text) if finding.text else (1, 1)


def _place_of(text: str, words: str) -> tuple[int, int]:
    """Return line and column of words in a file; its first line when they are not found as they stand."""
    at = max(text.find(words), 0)
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)


def _plain(text: str) -> str:
    """Fold script, width and case, and drop blanks."""
    return "".join(fold(text).split())


def _nearest(value: str, known: Iterable[str]) -> str:
    matches = process.extract(value, list(known), scorer=fuzz.WRatio, limit=3)
    return "、".join(match[0] for match in matches) or "—"
