"""Decide what can honestly be written, from what, and what has to be asked."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random

from agent.authors.asking import numbered, open_questions
from agent.authors.choosing import choose_facts, choose_points, nearest_points
from agent.authors.phrasebank import Skeleton, load_common, load_skeletons
from agent.authors.topics import Reading, read_topic, usable_material
from agent.catalogue import say
from agent.models import Fact, Material, Plan, Point, Question, Sources
from agent.text.sentences import sentences

__all__ = ["make_plan"]

ENOUGH_TOLD = 3  # sentences that make a story
TOLD_ALONE = "told-alone"
SHORT_CLAIM = 60


def make_plan(sources: Sources, rng: Random) -> Plan:
    """Return the plan; `writable` is False with a reason and questions when nothing honest can be written."""
    brief = sources.brief
    if brief.language != "zh-CN":
        return _unwritable(brief.topic, say("author_language", language=brief.language))
    reading = read_topic(brief)
    material = usable_material(brief)
    if reading.sensitive:
        return _delicate(reading, sources, material)
    if reading.scene is None and not _is_story(material):
        return _outside(reading, sources)
    facts = choose_facts(reading, sources, rng)
    if brief.note_type in ("benefit", "marketing") and not facts:
        return _without_facts(reading, sources)
    points = () if facts else choose_points(reading, sources, rng)
    if brief.note_type == "education" and sources.points and not (points or facts or material):
        return _without_point(reading, sources)
    return Plan(
        angle=_angle(reading, bool(material)),
        keyword=reading.keyword,
        long_tails=_long_tails(reading),
        scene=reading.scene.id if reading.scene else "",
        skeleton=_skeleton(sources, rng, has_material=bool(material)).id,
        material=tuple(item.id for item in material),
        facts=tuple(fact.id for fact in facts),
        points=tuple(point.id for point in points),
        questions=_questions(reading, sources, has_point=bool(points or facts)),
        reason=_chosen(facts=[fact.claim for fact in facts], points=[point.title for point in points]),
    )


def _is_story(material: tuple[Material, ...]) -> bool:
    """Tell whether enough was told to write from it alone, in however many items."""
    return sum(len(sentences(item.text.strip())) for item in material) >= ENOUGH_TOLD


def _delicate(reading: Reading, sources: Sources, material: tuple[Material, ...]) -> Plan:
    """Tell the story alone: an offer, a lesson or tips have no place beside it."""
    brief = sources.brief
    promotes = brief.note_type in ("benefit", "marketing")
    if promotes or not _is_story(material):
        code = "author_sensitive_offer" if promotes else "author_sensitive_ask"
        asked = () if _is_story(material) else open_questions(reading.asked, reading.told)
        return _asking(reading, say(code, topic=reading.asked), asked)
    return Plan(
        angle=say("author_angle_material", topic=reading.topic),
        keyword=reading.keyword,
        skeleton=TOLD_ALONE,
        material=tuple(item.id for item in material),
        reason=say("author_sensitive_told"),
    )


def _skeleton(sources: Sources, rng: Random, *, has_material: bool) -> Skeleton:
    fitting = [
        skeleton
        for skeleton in load_skeletons()
        if sources.brief.note_type in skeleton.note_types and skeleton.material is has_material
    ]
    return rng.choice(fitting)


def _outside(reading: Reading, sources: Sources) -> Plan:
    code = "author_topic_refused" if reading.refused else "author_topic_outside"
    told = sum(len(sentences(item.text.strip())) for item in usable_material(sources.brief))
    topic = reading.asked or say("author_this_matter")
    asked = open_questions(topic, reading.told)
    return _asking(reading, say(code, topic=topic, told=told, enough=ENOUGH_TOLD), asked)


def _without_facts(reading: Reading, sources: Sources) -> Plan:
    """Say that no offer goes with the story; of a product that was named, list what is valid and what each asks."""
    topic = reading.asked
    if not sources.brief.products:
        options = tuple(dict.fromkeys(product.name for product in sources.products))[:4]
        question = Question(id="q1", text=load_common().fact_question.format(topic=topic), options=options)
        plan = _asking(reading, say("author_no_fact", topic=topic), ())
        return plan.model_copy(update={"questions": (question,)})
    named = [product.name for product in sources.products if product.id in sources.brief.products]
    valid = [fact for fact in sources.facts if fact.is_valid(sources.brief.as_of)]
    listed = [fact for fact in valid if fact.kind == "benefit"] or valid
    told = {"product": "、".join(named), "topic": topic}
    asked = say("author_which_fact", **told, facts="；".join(_listed(fact, named) for fact in listed))
    return _asking(reading, say("author_unfit_product", **told), (asked,) if listed else ())


def _listed(fact: Fact, names: Iterable[str]) -> str:
    """Return a fact in brief, with its id and its first conditions."""
    claim = fact.claim.split("；")[0]
    for name in names:
        claim = claim.removeprefix(name).removeprefix("持卡人")
    return f"{fact.id}（{claim[:SHORT_CLAIM]}）"


def _without_point(reading: Reading, sources: Sources) -> Plan:
    """Ask which point an education note without a story is to make; a filler would teach nothing."""
    asked = [_which_point(reading, sources)]
    asked += [phrase.format(topic=reading.asked) for phrase in (reading.scene.questions if reading.scene else ())]
    return _asking(reading, say("author_no_point", topic=reading.asked), asked)


def _which_point(reading: Reading, sources: Sources) -> str:
    nearest = nearest_points(reading, sources)
    question = load_common().point_question.format(topic=reading.asked)
    return question + (say("author_nearest_points", points=_named(nearest)) if nearest else "")


def _named(points: Iterable[Point]) -> str:
    return "、".join(f"{point.id}（{point.title}）" for point in points)


def _asking(reading: Reading, reason: str, asked: Iterable[str]) -> Plan:
    return Plan(
        angle=say("author_angle_none"),
        keyword=reading.keyword,
        scene=reading.scene.id if reading.scene else "",
        writable=False,
        reason=reason,
        questions=numbered(asked),
    )


def _unwritable(topic: str, reason: str) -> Plan:
    return Plan(angle=say("author_angle_none"), keyword=topic, writable=False, reason=reason)


def _questions(reading: Reading, sources: Sources, *, has_point: bool) -> tuple[Question, ...]:
    """Ask for a point that is missing, and for the life of a note that nobody told any."""
    texts: list[str] = []
    if sources.brief.note_type == "education" and not has_point:
        texts.append(_which_point(reading, sources))
    if not sources.brief.material and reading.scene is not None:
        texts += [phrase.format(topic=reading.asked) for phrase in reading.scene.questions]
    return numbered(texts)


def _angle(reading: Reading, has_material: bool) -> str:
    if reading.scene is None:
        return say("author_angle_material", topic=reading.topic)
    code = "author_angle_told" if has_material else "author_angle_scene"
    return say(code, topic=reading.topic, scene=reading.scene.label)


def _chosen(*, facts: list[str], points: list[str]) -> str:
    chosen = [say("author_chose_fact", claim=claim) for claim in facts]
    return "；".join([*chosen, *(say("author_chose_point", title=title) for title in points)])


def _long_tails(reading: Reading) -> tuple[str, ...]:
    cues = [cue for facet in reading.facets for cue in facet.cues if cue in reading.topic and cue != reading.keyword]
    tags = list(reading.scene.tags[:2]) if reading.scene else []
    return tuple(dict.fromkeys([*cues, *tags]))[:3]
