"""Decide what can honestly be written, from what, and what has to be asked."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random

from agent.authors.choosing import choose_facts, choose_points
from agent.authors.phrasebank import Skeleton, load_common, load_skeletons
from agent.authors.topics import Reading, read_topic, usable_material
from agent.catalogue import say
from agent.models import Plan, Question, Sources

__all__ = ["make_plan"]

ENOUGH_MATERIAL = 3


def make_plan(sources: Sources, rng: Random) -> Plan:
    """Return the plan; `writable` is False with a reason and questions when nothing honest can be written."""
    brief = sources.brief
    if brief.language != "zh-CN":
        return _unwritable(brief.topic, say("author_language", language=brief.language))
    reading = read_topic(brief)
    material = usable_material(brief)
    if reading.scene is None and len(material) < ENOUGH_MATERIAL:
        return _outside(reading, sources)
    facts = choose_facts(reading, sources, rng)
    if brief.note_type in ("benefit", "marketing") and not facts:
        return _without_facts(reading, sources)
    points = () if facts else choose_points(reading, sources, rng)
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


def _skeleton(sources: Sources, rng: Random, *, has_material: bool) -> Skeleton:
    fitting = [
        skeleton
        for skeleton in load_skeletons()
        if sources.brief.note_type in skeleton.note_types and skeleton.material is has_material
    ]
    return rng.choice(fitting)


def _outside(reading: Reading, sources: Sources) -> Plan:
    common = load_common()
    code = "author_topic_refused" if reading.refused else "author_topic_outside"
    told = len(usable_material(sources.brief))
    topic = reading.asked or say("author_this_matter")
    return Plan(
        angle=say("author_angle_none"),
        keyword=reading.keyword,
        writable=False,
        reason=say(code, topic=topic, told=told, enough=ENOUGH_MATERIAL),
        questions=_ask(phrase.format(topic=topic) for phrase in common.outside_questions),
    )


def _without_facts(reading: Reading, sources: Sources) -> Plan:
    options = tuple(dict.fromkeys(product.name for product in sources.products))[:4]
    question = Question(id="q1", text=load_common().fact_question.format(topic=reading.asked), options=options)
    return Plan(
        angle=say("author_angle_none"),
        keyword=reading.keyword,
        scene=reading.scene.id if reading.scene else "",
        writable=False,
        reason=say("author_no_fact", topic=reading.topic),
        questions=(question,),
    )


def _unwritable(topic: str, reason: str) -> Plan:
    return Plan(angle=say("author_angle_none"), keyword=topic, writable=False, reason=reason)


def _questions(reading: Reading, sources: Sources, *, has_point: bool) -> tuple[Question, ...]:
    texts: list[str] = []
    if reading.scene is None:
        texts += [phrase.format(topic=reading.asked) for phrase in load_common().outside_questions[1:4]]
    elif not sources.brief.material:
        texts += [phrase.format(topic=reading.asked) for phrase in reading.scene.questions]
    if sources.brief.note_type == "education" and not has_point:
        texts.append(load_common().point_question.format(topic=reading.asked))
    return _ask(texts)


def _ask(texts: Iterable[str]) -> tuple[Question, ...]:
    return tuple(Question(id=f"q{number}", text=text) for number, text in enumerate(texts, start=1))


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
