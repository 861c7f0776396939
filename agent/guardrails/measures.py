"""Detectors over size and sameness: structure (platform limits) and similarity to earlier notes."""

from __future__ import annotations

import re
from collections.abc import Mapping

from agent.guardrails.compiled import CompiledRule
from agent.guardrails.evidence import Candidate, Detected, Evidence, Missing
from agent.guardrails.normalize import TextView
from agent.models import FieldName

__all__ = ["detect_oversize", "detect_similarity"]

_SHINGLE = 4
_PLACES: Mapping[str, FieldName] = {"title_units": "title", "cover_units": "cover", "body_units": "body"}


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
        count = len(images) if isinstance(images, list | tuple) else int(images)
        return [Candidate(field="note", quote=str(count))] if count > maximum else []
    document = evidence.document
    return [
        Candidate(field=part.field, index=part.index, quote=document.raw[part.start : part.end])
        for part in document.parts
        if part.field == _PLACES[limit] and count_units(document.raw[part.start : part.end]) > maximum
    ]


def detect_similarity(compiled: CompiledRule, evidence: Evidence) -> Detected:
    """Report an earlier note whose shingles overlap this one by at least the threshold (Jaccard)."""
    if not evidence.earlier:
        return Missing(("earlier",))
    threshold = compiled.rule.match.threshold or 1.0
    mine = _shingles(evidence.note.body)
    found: list[Candidate] = []
    for note in evidence.earlier:
        theirs = _shingles(note.body)
        shared = len(mine & theirs) / len(mine | theirs) if mine or theirs else 0.0
        if shared >= threshold and note.text_hash != evidence.note.text_hash:
            found.append(Candidate(field="body", quote=f"{shared:.0%}", related=(note.text_hash,)))
    return found


def count_units(text: str) -> int:
    """Count as the platform does: two narrow characters are one unit, rounded up."""
    return -(-sum(1 if ord(char) < 0x80 else 2 for char in text) // 2)


def _shingles(body: str) -> set[str]:
    skeleton = TextView(body).skeleton
    return {skeleton[i : i + _SHINGLE] for i in range(max(1, len(skeleton) - _SHINGLE + 1))} if skeleton else set()
