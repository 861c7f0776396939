"""Describe a note's form: shape, keyword, machine flavour, rhythm, emoji, tags, length. Diagnostic, never gating alone.

Flavour has a list of its own (`data/flavour.yaml`): the tone metrics a note was revised by cannot also grade it.
"""

from __future__ import annotations

import functools
import re
import statistics
from collections.abc import Callable
from pathlib import Path

from agent.models import Frozen, Note
from agent.text.sentences import sentences
from agent.text.units import body_units
from agent.yamlsource import read_yaml, validate
from evals.scorers.measured import Measured, Scorer, unscored
from evals.scorers.pool import Pool
from evals.scorers.shape import Shape, written
from evals.scorers.texts import fold
from evals.values import Case, Sample

__all__ = ["SCORERS", "Flavour", "flavour", "flavour_density", "of_note"]

FLAVOUR_FILE = Path(__file__).parents[1] / "data" / "flavour.yaml"
LEAD = 100  # characters in which a searcher's word should stand
GAP = "[^。!?\n]{0,12}?"
_EMOJI = "\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\u231a-\u23ff"
_EMOJI_SEQUENCE = re.compile(
    f"[{_EMOJI}][\ufe0f\U0001f3fb-\U0001f3ff]*(?:\u200d[{_EMOJI}][\ufe0f\U0001f3fb-\U0001f3ff]*)*"
)
NoteMeasure = Callable[[Note, Case, Pool], Measured]


class Flavour(Frozen):
    """Hold the wordings that read as machine prose, by kind."""

    version: str
    kinds: dict[str, tuple[str, ...]]


@functools.cache
def flavour() -> Flavour:
    """Return the list; a broken file raises `ConfigurationError` with its place."""
    return validate(Flavour, read_yaml(FLAVOUR_FILE))


def flavour_density(text: str) -> tuple[float, tuple[str, ...]]:
    """Return hits per hundred characters of folded text, and the wordings found; an empty text has none."""
    folded = fold(text)
    found = tuple(match.group() for match in _flavour_pattern().finditer(folded))
    return (100 * len(found) / len(folded) if folded else 0.0), found


def of_note(measure: NoteMeasure) -> Callable[[Sample, Case, Pool], Measured]:
    """Measure the final note of a sample, passed or not; say why there is none otherwise."""

    def measured(sample: Sample, case: Case, pool: Pool) -> Measured:
        if sample.note is None:
            return unscored("score_no_note", outcome=sample.outcome)
        return measure(sample.note, case, pool)

    functools.update_wrapper(measured, measure)
    return measured


def life_share(note: Note, case: Case, pool: Pool) -> Measured:
    """Return the share of the body that is life."""
    return _shaped(pool.shape(note.body), lambda shape: shape.life_share)


def first_money(note: Note, case: Case, pool: Pool) -> Measured:
    """Return where money first becomes the subject, as a share of the body; 1 when it never does."""
    return _shaped(pool.shape(note.body), lambda shape: shape.first_money)


def keyword_placed(note: Note, case: Case, pool: Pool) -> Measured:
    """Tell whether the search word stands in the title and in the first hundred characters."""
    keyword = fold(case.brief.keyword)
    if not keyword:
        return unscored("score_no_keyword")
    return Measured(float(keyword in fold(note.title) and keyword in fold(note.body)[:LEAD]))


def ai_flavour(note: Note, case: Case, pool: Pool) -> Measured:
    """Return the density of wordings that read as machine prose, per hundred characters."""
    density, found = flavour_density(written(note.body))
    return Measured(density, spans=found)


def sentence_variation(note: Note, case: Case, pool: Pool) -> Measured:
    """Return the coefficient of variation of sentence lengths; fewer than three sentences have no rhythm."""
    lengths = [len(text) for span in sentences(written(note.body)) if (text := fold(span.text).strip())]
    if len(lengths) < 3:
        return unscored("score_few_sentences", count=len(lengths))
    return Measured(statistics.pstdev(lengths) / statistics.fmean(lengths))


def emoji(note: Note, case: Case, pool: Pool) -> Measured:
    """Count emoji in title and body; a joined sequence counts once."""
    return Measured(float(len(_EMOJI_SEQUENCE.findall(f"{note.title}\n{note.body}"))))


def tags(note: Note, case: Case, pool: Pool) -> Measured:
    """Count the tags."""
    return Measured(float(len(note.tags)))


def body_length(note: Note, case: Case, pool: Pool) -> Measured:
    """Return the characters of the body as the platform counts them."""
    return Measured(float(body_units(note.body)))


def _shaped(shape: Shape | None, part: Callable[[Shape], float]) -> Measured:
    return unscored("score_no_prose") if shape is None else Measured(part(shape))


@functools.cache
def _flavour_pattern() -> re.Pattern[str]:
    words = (word for kind in flavour().kinds.values() for word in kind)
    ordered = sorted(words, key=len, reverse=True)
    return re.compile("|".join(GAP.join(re.escape(fold(part)) for part in word.split("…")) for word in ordered))


SCORERS = (
    Scorer("life_share", of_note(life_share), "1"),
    Scorer("first_money", of_note(first_money), "1"),
    Scorer("keyword_placed", of_note(keyword_placed), "1"),
    Scorer("ai_flavour", of_note(ai_flavour), "1"),
    Scorer("sentence_variation", of_note(sentence_variation), "1"),
    Scorer("emoji", of_note(emoji), "1"),
    Scorer("tags", of_note(tags), "1"),
    Scorer("body_length", of_note(body_length), "1"),
)
