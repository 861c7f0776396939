"""Detectors over size and sameness: structure (platform limits) and similarity to earlier notes."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from agent.guardrails.compiled import CompiledRule
from agent.guardrails.evidence import Candidate, Detected, Evidence, Missing
from agent.models import FieldName
from agent.text.shingles import similarity
from agent.text.units import body_units, title_units

__all__ = ["detect_oversize", "detect_similarity"]

_PLACES: Mapping[str, tuple[FieldName, Callable[[str], int]]] = {
    "title_units": ("title", title_units),
    "cover_units": ("cover", title_units),
    "body_units": ("body", body_units),
}


def detect_oversize(compiled: CompiledRule, evidence: Evidence) -> Detected:
    """Report each title, cover, body, tag list or image list above the platform's limit."""
    limit, maximum = compiled.rule.match.limit, compiled.rule.match.max or 0
    if limit == "tags":
        tags = len(evidence.note.tags) + len(re.findall(r"#[^#\s]+", evidence.note.body))
        return [Candidate(field="tags", quote=str(tags))] if tags > maximum else []
    if limit == "images":
        images = (evidence.publication or {}).get("images")
        if images is None:
            return Missing(("publication",))
        number = len(images) if isinstance(images, list | tuple) else int(images)
        return [Candidate(field="note", quote=str(number))] if number > maximum else []
    document = evidence.document
    place, count = _PLACES[limit]
    texts = [(part, document.raw[part.start : part.end]) for part in document.parts if part.field == place]
    return [Candidate(field=part.field, index=part.index, quote=text) for part, text in texts if count(text) > maximum]


def detect_similarity(compiled: CompiledRule, evidence: Evidence) -> Detected:
    """Report an earlier note whose shingles overlap this one by at least the threshold (Jaccard)."""
    if not evidence.earlier:
        return Missing(("earlier",))
    threshold = compiled.rule.match.threshold or 1.0
    found: list[Candidate] = []
    for note in evidence.earlier:
        share = similarity(evidence.note.body, note.body)
        if share >= threshold and note.text_hash != evidence.note.text_hash:
            found.append(Candidate(field="body", quote=f"{share:.0%}", related=(note.text_hash,)))
    return found
