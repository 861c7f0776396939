"""The author that needs no model: it composes from material, facts, points and phrase banks, and says so.

It owns no wording of its own and never tells an experience that is not in the material.
"""

from __future__ import annotations

import hashlib
from random import Random

from agent.authors.composing import Composer
from agent.authors.naming import name_cover, name_tags, name_titles
from agent.authors.phrasebank import Skeleton, load_skeletons
from agent.authors.planning import make_plan
from agent.authors.revising import Revisor
from agent.authors.topics import Reading, read_topic
from agent.models import Critique, Note, Plan, Report, Revision, Segment, Sources
from agent.tone import critique

__all__ = ["OfflineAuthor"]

DRAFTS = 10  # ways to put the same things, the one with the fewest faults of tone is kept


class OfflineAuthor:
    """Write notes in Simplified Chinese without a model; the same sources give the same note."""

    name = "offline@2026.11.4"

    async def plan(self, sources: Sources) -> Plan:
        """Choose scene, skeleton and ingredients; ask instead when nothing honest can be written."""
        return make_plan(sources, _random(sources, "plan"))

    async def write(self, plan: Plan, sources: Sources) -> Note:
        """Compose titles, cover, body and tags from the plan, in several ways, and keep the best."""
        reading, rng = read_topic(sources.brief), _random(sources, "write")
        composer, segments = min(
            (_composed(reading, plan, sources, _random(sources, f"write {n}")) for n in range(DRAFTS)),
            key=lambda composed: _faults(composed[1], sources),
        )
        earlier, told, lines = sources.earlier, composer.material, composer.taken
        titles = name_titles(reading, rng, earlier=(note.title for note in earlier), material=told, lines=lines)
        return Note(
            titles=titles,
            title=titles[0],
            cover=name_cover(reading, titles[0], rng, material=told, lines=lines),
            segments=segments,
            tags=name_tags(reading, reading.scenes, rng, earlier=(tag for note in earlier for tag in note.tags)),
        )

    async def revise(
        self, note: Note, *, plan: Plan, report: Report, critique: Critique, sources: Sources, round_number: int
    ) -> Revision:
        """Edit what open findings and failed metrics name; change nothing when there is none."""
        rng = _random(sources, f"revise {round_number}")
        return Revisor(note, plan=plan, sources=sources, rng=rng).revised(report, critique)


def _composed(reading: Reading, plan: Plan, sources: Sources, rng: Random) -> tuple[Composer, tuple[Segment, ...]]:
    composer = Composer(reading, plan, sources, rng)
    return composer, composer.body(_skeleton(plan.skeleton))


def _faults(segments: tuple[Segment, ...], sources: Sources) -> int:
    """Count what the tone metrics would find in this body, so that what is ours is mended before anybody reads it."""
    note = Note(titles=(sources.brief.topic,), title=sources.brief.topic, segments=segments)
    scored = critique(
        note,
        brief=sources.brief,
        facts=sources.facts,
        products=sources.products,
        persona=sources.persona,
        earlier=sources.earlier,
    )
    return sum(metric.passed is False for metric in scored.metrics.values())


def _skeleton(skeleton_id: str) -> Skeleton:
    return next(skeleton for skeleton in load_skeletons() if skeleton.id == skeleton_id)


def _random(sources: Sources, purpose: str) -> Random:
    brief = sources.brief
    key = "\x1f".join((brief.topic, brief.note_type, brief.persona, str(brief.seed), purpose))
    return Random(hashlib.sha256(key.encode()).digest())
