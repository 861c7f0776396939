"""Name beside a claim what it rests on, and nothing else: a sentence of ours that leads on rests on nothing told."""

from __future__ import annotations

from agent.models import Segment, Sources
from agent.text.provenance import checkable_numbers, traced_share, unsupported_numbers

__all__ = ["badges_of", "leads_on"]

TOLD, TELLS = 0.5, 0.7  # of the two-character pieces: of a claim in what was told, of what was told in a claim


def badges_of(segment: Segment, sources: Sources) -> tuple[str, ...]:
    """Return the sources of a segment that hold what it claims: facts and points, and material it tells."""
    told = {item.id: item.text for item in sources.brief.material}
    return tuple(source for source in segment.sources if source not in told or _tells(segment.text, told[source]))


def leads_on(segment: Segment, sources: Sources) -> bool:
    """Tell whether a segment takes a word of its sources up and claims nothing of what they say."""
    return bool(segment.sources) and not badges_of(segment, sources)


def _tells(text: str, told: str) -> bool:
    if traced_share(text, (told,)) >= TOLD or traced_share(told, (text,)) >= TELLS:
        return True
    return len(unsupported_numbers(text, (told,))) < len(checkable_numbers(text))
