"""Prove the scorers: six candidates of one case, from an honest rewrite to machine prose, must fall where they belong.

Owns the candidates (`data/mutations/<case>/<kind>.md`), the step from a posted text to a sample, and what each kind
must show. Every candidate is scored as if the program had let it through: that is the failure the checks are for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from agent.graph.submission import check_note
from agent.guardrails import check
from agent.ingredients import gather
from agent.models import Brief, Material, Note, Round, Segment, SegmentKind, Sources
from agent.text.provenance import checkable_numbers, traced_share, unsupported_numbers
from agent.text.sentences import sentences
from agent.tone import critique
from evals.errors import EvalError, tell
from evals.metrics import metrics, metrics_of
from evals.scorers import Pool, build_pool, score
from evals.scorers.similarity import chrf, comparable, copy_line, similarity_band
from evals.scorers.style import flavour_density
from evals.scorers.texts import Posted, fold, read_posted
from evals.scorers.yardsticks import yardsticks
from evals.values import Case, Sample, Score

__all__ = ["KINDS", "SUITE", "Proof", "better", "prove", "read_suite", "sample_of"]

SUITE = Path(__file__).parent / "data" / "mutations"
KINDS = ("honest", "copied_promise", "undisclosed", "hard_ad", "off_topic", "ai_prose")
CITED = 0.3  # share of a sentence's pieces that stand in a fact or point it tells
Scores = Mapping[str, Score]


@dataclass(frozen=True)
class Proof:
    """Hold one candidate with its scores, what it must show, and what of that it does not."""

    case: str
    kind: str
    scores: Scores
    shown: tuple[str, ...]
    missing: tuple[str, ...]


def prove(cases: Iterable[Case], folder: Path = SUITE) -> tuple[Proof, ...]:
    """Score every candidate against the references of these cases and compare it with what its kind must show."""
    known = {case.id: case for case in cases}
    pool = build_pool(known.values())
    return tuple(
        proof
        for name, candidates in read_suite(folder).items()
        for proof in _prove_case(_known(name, known), candidates, pool)
    )


def read_suite(folder: Path = SUITE) -> dict[str, dict[str, Posted]]:
    """Return the candidates by case and kind; raise `EvalError` when a case lacks one or there is none."""
    suite: dict[str, dict[str, Posted]] = {}
    for place in sorted(path for path in folder.glob("*") if path.is_dir()):
        absent = [kind for kind in KINDS if not (place / f"{kind}.md").is_file()]
        if absent:
            raise EvalError("mutations_incomplete", case=place.name, kinds="、".join(absent))
        suite[place.name] = {kind: read_posted((place / f"{kind}.md").read_text(encoding="utf-8")) for kind in KINDS}
    if not suite:
        raise EvalError("mutations_none", path=folder)
    return suite


def sample_of(case: Case, posted: Posted, pool: Pool) -> Sample:
    """Wrap a posted text as a run that let it through in its first round, citing what each sentence really tells.

    No router read it, so the sample holds no reading of its own beside that of the round.
    """
    brief = _brief(case)
    sources = gather(pool.workspace, brief)
    note = _note(posted, sources)
    report = check_note(note, sources, check=check, waivers=())
    first = Round(number=1, note=note, report=report, critique=critique(note, brief=brief, facts=sources.facts))
    return Sample(
        case=case.id,
        theme=case.theme,
        split=case.split,
        lane="scripted",
        author="mutation",
        brief=brief,
        outcome="in_review",
        rounds=(first,),
        note=note,
    )


def better(mine: Scores, other: Scores) -> bool:
    """Tell whether one candidate is worse on no primary and better on one at least."""
    gains = [gain for name in metrics_of("primary") if (gain := _gain(name, mine, other)) is not None]
    return min(gains, default=0.0) >= 0 and max(gains, default=0.0) > 0


@dataclass(frozen=True)
class _Seen:
    """Hold what a claim about one candidate looks at."""

    kind: str
    text: str
    case: Case
    pool: Pool
    all_scores: Mapping[str, Scores]

    @property
    def scores(self) -> Scores:
        return self.all_scores[self.kind]

    def fails(self, metric: str) -> bool:
        return self.scores[metric].passed is False

    def value(self, metric: str) -> float:
        value = self.scores[metric].value
        if value is None:
            raise EvalError("mutations_unscored", case=self.case.id, kind=self.kind, metric=metric)
        return value


Claim = Callable[[_Seen], bool]


def _is_clean(seen: _Seen) -> bool:
    return not any(seen.fails(metric) for metric in metrics_of("hard"))


def _beats_all(seen: _Seen) -> bool:
    return all(better(seen.scores, other) for kind, other in seen.all_scores.items() if kind != seen.kind)


def _is_copied(seen: _Seen) -> bool:
    return seen.value("copied_span") > copy_line(seen.case, seen.pool)


def _is_below_band(seen: _Seen) -> bool:
    references = tuple(comparable(reference.posted.body) for reference in seen.pool.of_theme(seen.case.theme))
    band = similarity_band(references)
    return band is not None and chrf(comparable(seen.text), references) < band[0]


def _is_in_band(seen: _Seen) -> bool:
    return seen.value("similarity_in_band") == 1


def _stands_out(seen: _Seen) -> bool:
    return seen.value("ai_flavour") > max(flavour_density(r.posted.body)[0] for r in seen.pool.references)


CLAIMS: dict[str, tuple[tuple[str, Claim], ...]] = {
    "honest": (
        ("mutation_clean", _is_clean),
        ("mutation_beats_all", _beats_all),
        ("mutation_in_band", _is_in_band),
        ("mutation_own_words", lambda seen: not _is_copied(seen)),
        ("mutation_own_voice", lambda seen: not _stands_out(seen)),
    ),
    "copied_promise": (("mutation_oracle", lambda seen: seen.fails("oracle")), ("mutation_copied", _is_copied)),
    "undisclosed": (
        ("mutation_undisclosed", lambda seen: seen.fails("disclosures")),
        ("mutation_copied", _is_copied),
    ),
    "hard_ad": (("mutation_shape", lambda seen: seen.value("life_shape") < 1),),
    "off_topic": (("mutation_below_band", _is_below_band),),
    "ai_prose": (("mutation_flavour", _stands_out),),
}


def _prove_case(case: Case, candidates: Mapping[str, Posted], pool: Pool) -> Iterator[Proof]:
    scores = {kind: score(sample_of(case, posted, pool), case, pool) for kind, posted in candidates.items()}
    for kind in KINDS:
        seen = _Seen(kind, candidates[kind].body, case, pool, scores)
        held = {tell(code): claim(seen) for code, claim in CLAIMS[kind]}
        shown = tuple(text for text, holds in held.items() if holds)
        yield Proof(case.id, kind, scores[kind], shown, tuple(text for text in held if text not in shown))


def _gain(metric: str, mine: Scores, other: Scores) -> float | None:
    left, right = mine[metric].value, other[metric].value
    if left is None or right is None:
        return None
    return right - left if metrics()[metric].better == "lower" else left - right


def _known(name: str, cases: Mapping[str, Case]) -> Case:
    if name not in cases:
        raise EvalError("mutations_no_case", case=name)
    return cases[name]


def _brief(case: Case) -> Brief:
    material = tuple(Material(id=f"m{n}", text=m.text, kind=m.kind) for n, m in enumerate(case.material, 1))
    return Brief(id=case.id, **{**dict(case.brief), "material": material})


def _note(posted: Posted, sources: Sources) -> Note:
    segments = tuple(segment for line in posted.body.splitlines() for segment in _segments(line, sources))
    return Note(titles=(posted.title,), title=posted.title, cover=posted.cover, segments=segments, tags=posted.tags)


def _segments(line: str, sources: Sources) -> Iterator[Segment]:
    spans = [span.text for span in sentences(line) if span.text.strip()]
    for number, text in enumerate(spans):
        cited = tuple(_cited(text, sources))
        yield Segment(text=text, kind=_kind(text, cited, sources), sources=cited, paragraph=number == 0)


def _cited(text: str, sources: Sources) -> Iterator[str]:
    """Name what a sentence tells: material that shares wording or a number, facts and points that hold much of it."""
    for item in sources.brief.material:
        if traced_share(text, [item.text]) >= yardsticks().traced or _shares_number(text, item.text):
            yield item.id
    yield from (fact.id for fact in sources.facts if traced_share(text, [fact.claim]) >= CITED)
    yield from (point.id for point in sources.points if traced_share(text, [point.text]) >= CITED)


def _shares_number(text: str, other: str) -> bool:
    return len(unsupported_numbers(text, [other])) < len(checkable_numbers(text))


def _kind(text: str, cited: tuple[str, ...], sources: Sources) -> SegmentKind:
    folded, sticks = fold(text), yardsticks()
    if any(fold(mark) in folded for mark in sticks.label):
        return "label"
    if fold("银行员工") in folded:
        return "role"
    if {fact.id for fact in sources.facts} & set(cited):
        return "condition"
    if any(fold(mark) in folded for mark in sticks.boilerplate):
        return "disclosure"
    return "point" if {point.id for point in sources.points} & set(cited) else "life"
