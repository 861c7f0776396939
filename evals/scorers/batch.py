"""Measure the notes of a run together: variety, sameness, and how repeats of a case pass. Never gates alone.

distinct-n falls as text grows, so it is taken at a fixed size, drawn with a fixed seed; repeats count by pass@k (at
least one of k passes) and pass^k (all k pass).
"""

from __future__ import annotations

import itertools
import math
import random
from collections import defaultdict
from collections.abc import Iterable, Sequence

from agent.text.shingles import similarity
from evals.metrics import metrics_of
from evals.scorers.similarity import bleu, comparable
from evals.scorers.texts import fold
from evals.statistics import pass_all, pass_at
from evals.values import Sample

__all__ = ["VERSION", "distinct_2", "nearest_pair", "score_batch", "self_bleu"]

VERSION = "1"
NOTES = 20
CHARACTERS = 150
DRAWS = 200
SEED = 20261124
REPEATS = 3


def score_batch(samples: Iterable[Sample]) -> dict[str, float]:
    """Return every measure of a run that can be taken; first repeats stand for their cases in measures of variety."""
    kept = sorted((s for s in samples if not s.error), key=lambda sample: (sample.case, sample.repeat))
    firsts: dict[str, str] = {}
    for sample in kept:
        if sample.note is not None:
            firsts.setdefault(sample.case, comparable(sample.note.body))
    texts = tuple(firsts.values())
    found = {"distinct_2": distinct_2(texts), "self_bleu": self_bleu(texts), "nearest_pair": nearest_pair(texts)}
    return {name: value for name, value in {**found, **_pass_rates(kept)}.items() if value is not None}


def distinct_2(texts: Sequence[str]) -> float | None:
    """Return the mean share of distinct two-letter pieces over draws of 20 notes, 150 characters each.

    None when no note is that long: a smaller sample would look more varied than it is.
    """
    long_enough = [letters for text in texts if len(letters := _letters(text)) >= CHARACTERS]
    if not long_enough:
        return None
    chance = random.Random(SEED)
    shares = [_distinct_share(chance.choices(long_enough, k=NOTES), chance) for _ in range(DRAWS)]
    return math.fsum(shares) / DRAWS


def self_bleu(texts: Sequence[str]) -> float | None:
    """Return the mean BLEU-zh of each text against all others; None for fewer than two."""
    if len(texts) < 2:
        return None
    scores = [bleu(text, (*texts[:n], *texts[n + 1 :])) for n, text in enumerate(texts)]
    return math.fsum(scores) / len(scores)


def nearest_pair(texts: Sequence[str]) -> float | None:
    """Return the highest shingle similarity of any two texts; None for fewer than two."""
    return max((similarity(a, b) for a, b in itertools.combinations(texts, 2)), default=None)


def _pass_rates(samples: Sequence[Sample]) -> dict[str, float]:
    """Average pass@3 and pass^3 over cases that hold three repeats; a repeat passes when no hard check failed."""
    passed: dict[str, list[bool]] = defaultdict(list)
    for sample in samples:
        checks = [sample.scores[name].passed for name in metrics_of("hard") if name in sample.scores]
        passed[sample.case].append(bool(checks) and False not in checks)
    counts = [(len(found), sum(found)) for found in passed.values() if len(found) >= REPEATS]
    if not counts:
        return {}
    return {
        "pass_at_3": math.fsum(pass_at(n, c, REPEATS) for n, c in counts) / len(counts),
        "pass_all_3": math.fsum(pass_all(n, c, REPEATS) for n, c in counts) / len(counts),
    }


def _distinct_share(texts: Sequence[str], chance: random.Random) -> float:
    pieces: list[str] = []
    for text in texts:
        start = chance.randrange(len(text) - CHARACTERS + 1)
        part = text[start : start + CHARACTERS]
        pieces.extend(part[at : at + 2] for at in range(CHARACTERS - 1))
    return len(set(pieces)) / len(pieces)


def _letters(text: str) -> str:
    return "".join(character for character in fold(text) if character.isalnum())
