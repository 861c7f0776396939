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
from agent.authors.topics import read_topic
from agent.models import Critique, Note, Plan, Report, Revision, Sources

__all__ = ["OfflineAuthor"]


class OfflineAuthor:
    """Write notes in Simplified Chinese without a model; the same sources give the same note."""

    name = "offline@2026.11.3"

    async def plan(self, sources: Sources) -> Plan:
        """Choose scene, skeleton and ingredients; ask instead when nothing honest can be written."""
        return make_plan(sources, _random(sources, "plan"))

    async def write(self, plan: Plan, sources: Sources) -> Note:
        """Compose titles, cover, body and tags from the plan."""
        reading, rng = read_topic(sources.brief), _random(sources, "write")
        composer = Composer(reading, plan, sources, rng)
        segments = composer.body(_skeleton(plan.skeleton))
        titles = name_titles(
            reading,
            rng,
            earlier=(note.title for note in sources.earlier),
            material=composer.material,
            lines=() if composer.material else composer.taken,
        )
        return Note(
            titles=titles,
            title=titles[0],
            cover=name_cover(reading, titles[0], rng, material=composer.material),
            segments=segments,
            tags=name_tags(reading, reading.scenes, rng),
        )

    async def revise(
        self, note: Note, *, plan: Plan, report: Report, critique: Critique, sources: Sources, round_number: int
    ) -> Revision:
        """Edit what open findings and failed metrics name; change nothing when there is none."""
        rng = _random(sources, f"revise {round_number}")
        return Revisor(note, plan=plan, sources=sources, rng=rng).revised(report, critique)


def _skeleton(skeleton_id: str) -> Skeleton:
    return next(skeleton for skeleton in load_skeletons() if skeleton.id == skeleton_id)


def _random(sources: Sources, purpose: str) -> Random:
    brief = sources.brief
    key = "\x1f".join((brief.topic, brief.note_type, brief.persona, str(brief.seed), purpose))
    return Random(hashlib.sha256(key.encode()).digest())
