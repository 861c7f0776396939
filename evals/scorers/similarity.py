"""Compare a note with the references: diagnostic and two-sided, never a gate.

A reference copied verbatim with an illegal promise scores 98 where an honest rewrite scores 24: below the band of the
references among themselves a note is off topic, above it a copy. Texts are NFKC, Simplified, without mandatory wording.
"""

from __future__ import annotations

import functools
import statistics
import unicodedata
from typing import Any

from rapidfuzz.distance import LCSseq

from agent.models import Note
from agent.text.sentences import clauses
from evals.errors import tell
from evals.scorers.measured import Measured, Scorer, unscored
from evals.scorers.pool import Pool
from evals.scorers.shape import written
from evals.scorers.style import of_note
from evals.scorers.texts import fold, simplified
from evals.scorers.yardsticks import yardsticks
from evals.values import Case

__all__ = ["SCORERS", "bleu", "chrf", "comparable", "longest_shared", "similarity_band"]

NEWLINE = "\n"


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
    """Tell whether the note is as similar to the theme's references as they are to each other."""
    references = tuple(comparable(posted.body) for posted in pool.of_theme(case.theme))
    band = similarity_band(references)
    if band is None:
        return unscored("score_few_references", count=len(references), least=yardsticks().similarity.least)
    value = chrf(comparable(note.body), references)
    if band[0] <= value <= band[1]:
        return Measured(1.0)
    code = "score_off_topic" if value < band[0] else "score_copied"
    return Measured(0.0, reason=tell(code, value=f"{value:.1f}", low=f"{band[0]:.1f}", high=f"{band[1]:.1f}"))


def copied_span(note: Note, case: Case, pool: Pool) -> Measured:
    """Return the longest run of letters shared with any reference, beyond what both were supplied with."""
    supplied = _supplied(case, pool)
    mine = _own_runs(note.body, supplied)
    if not pool.references:
        return unscored("score_no_references")
    longest = ""
    for reference in pool.references:
        longest = longest_shared(mine, _own_runs(reference.posted.body, supplied), beyond=longest)
    return Measured(float(len(longest)), spans=(longest,) if longest else ())


@functools.lru_cache(maxsize=64)
def similarity_band(references: tuple[str, ...]) -> tuple[float, float] | None:
    """Return the band of chrF by leave-one-out among references; None when too few stand."""
    sticks = yardsticks().similarity
    if len(references) < sticks.least:
        return None
    left_out = [chrf(text, references[:n] + references[n + 1 :]) for n, text in enumerate(references)]
    middle, spread = statistics.fmean(left_out), statistics.stdev(left_out)
    return middle - sticks.deviations * spread, middle + sticks.deviations * spread


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


def _own_runs(body: str, supplied: str) -> str:
    """Return the letters of a body, cut where a clause was supplied by the case: its wording belongs to nobody."""
    return "".join(NEWLINE if piece in supplied else piece for piece in _pieces(body))


@functools.lru_cache(maxsize=1024)
def _pieces(body: str) -> tuple[str, ...]:
    """Return the letters of each clause that somebody wrote."""
    letters = (_letters(fold(clause.text)) for clause in clauses(written(body)))
    return tuple(piece for piece in letters if piece)


def _supplied(case: Case, pool: Pool) -> str:
    bank = pool.workspace
    texts = [item.text for item in case.material]
    texts += [fact.claim for fact in bank.facts]
    texts += [text for point in bank.points for text in (point.text, point.bridge, point.caveat, *point.steps)]
    return NEWLINE.join(_letters(fold(text)) for text in texts)


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
    Scorer("similarity_in_band", of_note(similarity_in_band), "1", by="library"),
    Scorer("copied_span", of_note(copied_span), "1"),
)
