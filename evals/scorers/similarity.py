"""Compare a note with the references: diagnostic and two-sided, never a gate.

A reference copied verbatim with an illegal promise scores 98 where an honest rewrite scores 24: below the band of the
references among themselves a note is off topic, above it a copy. Texts are NFKC, Simplified, without mandatory wording.
"""

from __future__ import annotations

import functools
import itertools
import statistics
import unicodedata
from dataclasses import dataclass
from typing import Any

from rapidfuzz.distance import LCSseq

from agent.models import Note
from agent.text.sentences import clauses
from evals.errors import tell
from evals.scorers.measured import Measured, Scorer, unscored
from evals.scorers.pool import Pool, PooledReference
from evals.scorers.shape import written
from evals.scorers.style import of_note
from evals.scorers.texts import fold, simplified
from evals.scorers.yardsticks import yardsticks
from evals.values import Case

__all__ = ["SCORERS", "bleu", "chrf", "comparable", "copy_line", "longest_shared", "own_words", "similarity_band"]

NEWLINE = "\n"
SUPPLIED_RUN = 4  # letters


def comparable(body: str) -> str:
    """Return what may be compared of a body: written text only, NFKC and Simplified."""
    return unicodedata.normalize("NFKC", simplified(written(body)))


def chrf(text: str, references: tuple[str, ...]) -> float:
    """Return the best chrF2 (0…100) against any reference."""
    return float(_chrf().sentence_score(text, list(references)).score)


def bleu(text: str, references: tuple[str, ...]) -> float:
    """Return BLEU by characters with effective order (0…100), against all references together.

    The tokenizer's ranges are off (mjpost/sacrebleu#298: an ellipsis counts as Chinese, Extension B does not).
    """
    return float(_bleu().sentence_score(text, list(references)).score)


def chrf_body(note: Note, case: Case, pool: Pool) -> Measured:
    """Score chrF2 of the body against the references of the case."""
    texts = _references(case, pool)
    return Measured(chrf(comparable(note.body), texts)) if texts else unscored("score_no_references")


def bleu_zh_body(note: Note, case: Case, pool: Pool) -> Measured:
    """Score BLEU-zh of the body against the references of the case."""
    texts = _references(case, pool)
    return Measured(bleu(comparable(note.body), texts)) if texts else unscored("score_no_references")


def rouge_l_body(note: Note, case: Case, pool: Pool) -> Measured:
    """Score ROUGE-L by characters (0…100): the common tokenizers keep no Chinese at all."""
    texts = _references(case, pool)
    if not texts:
        return unscored("score_no_references")
    return Measured(100 * max(_rouge_l(_letters(comparable(note.body)), _letters(text)) for text in texts))


def similarity_in_band(note: Note, case: Case, pool: Pool) -> Measured:
    """Tell whether the note is as similar to the theme's references as they are to each other.

    Below: off topic, judged on the whole text. Above: a copy, judged on own words alone, for everything written about
    a case holds what the case supplied.
    """
    theme = _theme(case, pool)
    topic, copy = similarity_band(theme.texts), similarity_band(theme.own)
    if topic is None or copy is None:
        return unscored("score_few_references", count=len(theme.texts), least=yardsticks().similarity.least)
    whole = chrf(comparable(note.body), theme.texts)
    if whole < topic[0]:
        return Measured(0.0, reason=tell("score_off_topic", value=f"{whole:.1f}", limit=f"{topic[0]:.1f}"))
    own = chrf(own_words(note.body, _supplied(_material(case), pool)), theme.own)
    if own > copy[1]:
        return Measured(0.0, reason=tell("score_copied", value=f"{own:.1f}", limit=f"{copy[1]:.1f}"))
    return Measured(1.0)


def copied_span(note: Note, case: Case, pool: Pool) -> Measured:
    """Return the longest run of letters shared with any reference, beyond what both were supplied with."""
    if not pool.references:
        return unscored("score_no_references")
    mine, longest = _own_runs(note.body, _supplied(_material(case), pool)), ""
    for reference in pool.references:
        theirs = _own_runs(reference.posted.body, _supplied(reference.material, pool))
        longest = longest_shared(mine, theirs, beyond=longest)
    return Measured(float(len(longest)), spans=(longest,) if longest else ())


def copy_line(case: Case, pool: Pool) -> int:
    """Return the longest run of letters that two references of the theme share, beyond what they were supplied with."""
    found = pool.of_theme(case.theme)
    runs = [_own_runs(r.posted.body, _supplied(r.material, pool)) for r in found]
    return max((len(longest_shared(a, b)) for a, b in itertools.combinations(runs, 2)), default=0)


@functools.lru_cache(maxsize=64)
def similarity_band(references: tuple[str, ...]) -> tuple[float, float] | None:
    """Return the band of chrF by leave-one-out among references; None when too few stand."""
    sticks = yardsticks().similarity
    if len(references) < sticks.least:
        return None
    left_out = [chrf(text, references[:n] + references[n + 1 :]) for n, text in enumerate(references)]
    middle, spread = statistics.fmean(left_out), statistics.stdev(left_out)
    return middle - sticks.deviations * spread, middle + sticks.deviations * spread


def own_words(body: str, supplied: str) -> str:
    """Return the letters of a body without the runs of four and more that were supplied."""
    letters = _letters(fold(written(body)))
    taken = {
        at + step
        for at in range(len(letters) - SUPPLIED_RUN + 1)
        if letters[at : at + SUPPLIED_RUN] in supplied
        for step in range(SUPPLIED_RUN)
    }
    return "".join(letter for at, letter in enumerate(letters) if at not in taken)


def longest_shared(left: str, right: str, *, beyond: str = "") -> str:
    """Return the longest common substring that crosses no newline, or `beyond` where none is longer."""
    low, high, found = len(beyond), min(len(left), len(right)), beyond
    size = low + 1
    while low < high:
        shared = _shared_run(left, right, size)
        if shared:
            low, found = size, shared
        else:
            high = size - 1
        size = (low + high + 1) // 2
    return found


def _shared_run(left: str, right: str, size: int) -> str:
    known = {right[start : start + size] for start in range(len(right) - size + 1)}
    runs = (left[start : start + size] for start in range(len(left) - size + 1))
    return next((run for run in runs if run in known and NEWLINE not in run), "")


def _references(case: Case, pool: Pool) -> tuple[str, ...]:
    return tuple(comparable(posted.body) for posted in pool.of_case(case.id))


def _rouge_l(left: str, right: str) -> float:
    return 2 * LCSseq.similarity(left, right) / (len(left) + len(right)) if left or right else 0.0


def _letters(text: str) -> str:
    return "".join(character for character in text if character.isalnum())


@dataclass(frozen=True)
class _Theme:
    """Hold the references of a theme as whole texts and by their own words."""

    texts: tuple[str, ...]
    own: tuple[str, ...]


@functools.lru_cache(maxsize=64)
def _themed(references: tuple[PooledReference, ...], pool: Pool) -> _Theme:
    return _Theme(
        texts=tuple(comparable(r.posted.body) for r in references),
        own=tuple(own_words(r.posted.body, _supplied(r.material, pool)) for r in references),
    )


def _theme(case: Case, pool: Pool) -> _Theme:
    return _themed(pool.of_theme(case.theme), pool)


def _material(case: Case) -> tuple[str, ...]:
    return tuple(item.text for item in case.material)


@functools.lru_cache(maxsize=1024)
def _own_runs(body: str, supplied: str) -> str:
    """Return the letters of a body, cut where a clause was supplied by the case: its wording belongs to nobody."""
    return "".join(NEWLINE if piece in supplied else piece for piece in _pieces(body))


@functools.lru_cache(maxsize=1024)
def _pieces(body: str) -> tuple[str, ...]:
    """Return the letters of each clause that somebody wrote."""
    letters = (_letters(fold(clause.text)) for clause in clauses(written(body)))
    return tuple(piece for piece in letters if piece)


@functools.lru_cache(maxsize=1024)
def _supplied(material: tuple[str, ...], pool: Pool) -> str:
    """Return the letters of everything a writer was handed, a text a line."""
    return NEWLINE.join(_letters(fold(text)) for text in (*material, *pool.supplied))


@functools.cache
def _chrf() -> Any:
    from sacrebleu.metrics.chrf import CHRF

    return CHRF()


@functools.cache
def _bleu() -> Any:
    from sacrebleu.metrics.bleu import BLEU

    return BLEU(tokenize="zh", effective_order=True)


SCORERS = (
    Scorer("chrf_body", of_note(chrf_body), "1", by="library"),
    Scorer("bleu_zh_body", of_note(bleu_zh_body), "1", by="library"),
    Scorer("rouge_l_body", of_note(rouge_l_body), "1", by="library"),
    Scorer("similarity_in_band", of_note(similarity_in_band), "2", by="library"),
    Scorer("copied_span", of_note(copied_span), "2"),
)
