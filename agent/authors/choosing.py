"""Choose the one point or fact that belongs to a topic. Without a real overlap nothing is chosen."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import TypeVar

from agent.authors.anchors import sums_in
from agent.authors.fitting import fact_fit, point_fit
from agent.authors.phrasebank import load_bridges, load_common
from agent.authors.topics import Reading, usable_material
from agent.models import Fact, Material, Point, Product, Sources
from agent.text.shingles import similarity

__all__ = ["choose_facts", "choose_points", "nearest_points"]

SAME_SCENE, SAME_WORD, FACET_AT_MOST, ABOUT_SCENE = 3, 4, 2, 2
CORE_CUES = 12  # a scene lists its most telling cues first
ENOUGH = 2
NEAREST = 3
Choice = TypeVar("Choice", Point, Fact)


def choose_points(reading: Reading, sources: Sources, rng: Random) -> tuple[Point, ...]:
    """Return the points the brief names, else the best match, else none."""
    if sources.brief.points:
        return tuple(point for point in sources.points if point.id in sources.brief.points)
    return _best(sources.points, lambda point: _point_score(point, reading, sources), rng)


def choose_facts(reading: Reading, sources: Sources, rng: Random) -> tuple[Fact, ...]:
    """Return the facts the brief names, else the valid one that fits best; of a named product too."""
    brief = sources.brief
    valid = tuple(fact for fact in sources.facts if fact.is_valid(brief.as_of))
    benefits = tuple(fact for fact in valid if fact.kind == "benefit")
    if brief.facts:
        return tuple(fact for fact in valid if fact.id in brief.facts)
    if brief.note_type not in ("benefit", "marketing"):
        return ()
    products = {product.id: product for product in sources.products}
    valid = tuple(fact for fact in valid if fact.kind == "benefit")
    return _best(benefits, lambda fact: _fact_score(fact, products.get(fact.product), reading, sources), rng)


def nearest_points(reading: Reading, sources: Sources) -> tuple[Point, ...]:
    """Return the points that come nearest, for a person to choose from."""
    story = reading.topic + reading.told

    def near(point: Point) -> tuple[float, ...]:
        told = point.title + point.text
        fit = point_fit(point, sources.brief) or 0
        return fit, _scene_score(point.scenes, reading), similarity(told, story, size=2)

    return tuple(sorted(sources.points, key=near, reverse=True)[:NEAREST])


def _point_score(point: Point, reading: Reading, sources: Sources) -> float:
    text = _asked(sources)
    told = point.title + point.text
    fit = point_fit(point, sources.brief)
    if fit is not None:
        if not fit or (sources.brief.note_type == "lifestyle" and not _is_named(point, reading, text)):
            return 0
        subject = " ".join((point.title, *point.keywords))
        return fit + _scene_score(point.scenes, reading) + _about(subject, reading) + _nearness(told, reading)
    words = SAME_WORD * sum(word in text for word in point.keywords)
    subject = " ".join((point.title, *point.keywords))
    words += _relevance(told, reading, sources, subject=subject)
    known = _scene_score(point.scenes, reading)
    if not _is_named(point, reading, text) and not _may_stand_unnamed(point, reading, sources):
        return 0
    from_a_sum = not reading.scenes and _follows_from_a_sum(point, usable_material(sources.brief))
    if not known and words <= FACET_AT_MOST and not from_a_sum:
        return 0
    return from_a_sum + words + known + _about(subject, reading) + _nearness(told, reading)


def _is_named(point: Point, reading: Reading, text: str) -> bool:
    """Tell whether topic or material name something of the point; that both belong to a scene is not enough."""
    told = point.title + point.text
    shared = {cue for cue in _cues(reading) if len(cue) > 1 and cue in told} - set(load_common().time_heads)
    return any(word in text for word in (*point.keywords, *shared))


def _may_stand_unnamed(point: Point, reading: Reading, sources: Sources) -> bool:
    """Tell whether a point may go with a scene although nobody named it.

    A life note takes none. A story takes one about its scene, or one about small spending when it tells a sum: any
    other would come out of nowhere, and is asked for instead.
    """
    if sources.brief.note_type == "lifestyle":
        return False
    known = _scene_score(point.scenes, reading) > 0
    told = usable_material(sources.brief)
    if not told:
        return known
    if known and reading.scene and any(cue in point.title for cue in reading.scene.strong[:CORE_CUES]):
        return True
    return (known or not reading.scenes) and _follows_from_a_sum(point, told)


def _follows_from_a_sum(point: Point, told: tuple[Material, ...]) -> bool:
    return bool(point.keywords) and set(point.keywords) <= set(load_bridges().about_any_sum) and bool(sums_in(told))


def _about(subject: str, reading: Reading) -> int:
    """Prefer a point about the scene itself (通勤 on a commute), unless it is about another part of it."""
    cues = reading.scene.strong[:CORE_CUES] if reading.scene else ()
    return ABOUT_SCENE if any(cue in subject for cue in cues) and not reading.is_foreign(subject) else 0


def _fact_score(fact: Fact, product: Product | None, reading: Reading, sources: Sources) -> int:
    """Weigh what the offer is for; of one of no listed trade, words of the topic and cues of its scene in the claim.

    The name of the product says nothing.
    """
    names = (product.name, product.full_name, *product.aliases) if product else ()
    fit = fact_fit(fact, sources.brief, but=names)
    if fit is not None:
        return fit
    claim = fact.claim.replace(product.name, "").replace(product.full_name, "") if product else fact.claim
    claim = claim.split("；")[0]
    named = 1 if fact.product in sources.brief.products else 0
    own = any(cue in claim for scene in reading.scenes[:1] for cue in scene.strong)
    label = any(scene.label in claim for scene in reading.scenes[:1])
    score = _relevance(claim, reading, sources) + own + label
    return score if score >= ENOUGH - named else 0


def _relevance(told: str, reading: Reading, sources: Sources, *, subject: str = "") -> int:
    """Count what topic and text share: words of the topic weigh more than the other cues of its facets.

    With a subject (title and keywords) only the words in it weigh more: one somewhere in the text may be an accident.
    """
    text = _asked(sources)
    cues = {cue for cue in _cues(reading) if len(cue) > 1 and cue in told} - set(load_common().time_heads)
    named = {cue for cue in cues if cue in text}
    facet = {cue for facet in reading.facets for cue in facet.cues if cue in cues}
    chief = {cue for cue in named if cue in subject} if subject else named
    return SAME_WORD * len(chief) + min(len((facet | named) - chief), FACET_AT_MOST)


def _nearness(told: str, reading: Reading) -> float:
    """Settle ties (below 1) by the wording that text and the lines on this topic share."""
    lines = "".join(line for facet in reading.facets for line in facet.lines)
    return similarity(told, reading.topic + lines, size=2)


def _cues(reading: Reading) -> set[str]:
    facets = (cue for scene in reading.scenes for facet in scene.facets for cue in facet.cues)
    return {*(cue for scene in reading.scenes for cue in (*scene.strong, *scene.weak)), *facets}


def _scene_score(scenes: tuple[str, ...], reading: Reading) -> int:
    """Weigh the best scene more than the second one; further ones do not count."""
    ranked = [scene.id for scene in reading.scenes[:2]]
    return sum(SAME_SCENE - position for position, scene in enumerate(ranked) if scene in scenes)


def _asked(sources: Sources) -> str:
    brief = sources.brief
    return " ".join((brief.topic, brief.keyword, *(item.text for item in brief.material)))


def _best(candidates: tuple[Choice, ...], score: Callable[[Choice], float], rng: Random) -> tuple[Choice, ...]:
    scored = [(score(candidate), candidate) for candidate in candidates]
    top = max((value for value, _ in scored), default=0)
    if top <= 0:
        return ()
    return (rng.choice([candidate for value, candidate in scored if value == top]),)
