"""Write reports as SARIF 2.1.0: one artifact a field of a note, offsets in Unicode code points."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote

from agent import __version__
from agent.guardrails.document import Document
from agent.guardrails.loader import Packs
from agent.guardrails.placement import amend
from agent.guardrails.wording import cite
from agent.models import Finding, NoteInput, Report

__all__ = ["to_sarif"]

_LEVELS = {"block": "error", "fix": "warning", "warn": "note"}
_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def to_sarif(notes: Sequence[NoteInput], reports: Sequence[Report], packs: Packs) -> str:
    """Return one SARIF run over all notes; cleared and waived findings are suppressed results."""
    uris: dict[str, str] = {}
    results: list[dict[str, Any]] = []
    order = {compiled.rule.id: number for number, compiled in enumerate(packs.rules)}
    compared = any(finding.status == "known" for report in reports for finding in report.findings)
    for number, (note, report) in enumerate(zip(notes, reports, strict=True), 1):
        name = quote(report.id or f"note-{number}", safe="")
        texts = _texts(note, name)
        uris |= texts
        for finding in report.findings:
            result = _result(finding, name, texts)
            if finding.rule in order:
                result["ruleIndex"] = order[finding.rule]
                result |= _fixes(finding, packs, note, name, texts)
            if compared:
                result["baselineState"] = "unchanged" if finding.status == "known" else "new"
            results.append(result)
    run = {
        "tool": {"driver": {"name": "kosnote", "version": __version__, "rules": list(_rules(packs))}},
        "columnKind": "unicodeCodePoints",
        "artifacts": [{"location": {"uri": uri}, "contents": {"text": text}} for uri, text in uris.items()],
        "results": results,
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=2)


def _texts(note: NoteInput, name: str) -> dict[str, str]:
    document = Document(note)
    return {_uri(name, part.field, part.index): document.raw[part.start : part.end] for part in document.parts}


def _uri(name: str, field: str, index: int) -> str:
    return f"{name}/{field}/{index}.txt"


def _rules(packs: Packs) -> Iterator[dict[str, Any]]:
    for compiled in packs.rules:
        rule = compiled.rule
        yield {
            "id": rule.id,
            "shortDescription": {"text": rule.title},
            "fullDescription": {"text": rule.message},
            "help": {"text": rule.advice + "\n" + ";".join(cite(basis) for basis in rule.basis)},
            "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        }


def _result(finding: Finding, name: str, texts: dict[str, str]) -> dict[str, Any]:
    field = "body" if finding.field == "note" else finding.field
    uri = _uri(name, field, finding.index)
    physical: dict[str, Any] = {"artifactLocation": {"uri": uri}}
    if finding.start is not None and finding.end is not None:
        physical["region"] = _region(texts[uri], finding.start, finding.end)
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "level": _LEVELS[finding.severity],
        "message": {"text": finding.message},
        "locations": [{"physicalLocation": physical}],
        "partialFingerprints": {"kosnote/v1": finding.fingerprint},
    }
    if finding.status in ("cleared", "waived"):
        suppression = {"kind": "external", "status": "accepted", "justification": finding.status_by}
        result["suppressions"] = [suppression]
    return result


def _fixes(
    finding: Finding, packs: Packs, note: NoteInput, name: str, texts: dict[str, str]
) -> dict[str, list[dict[str, Any]]]:
    """Return the change a finding proposes, an inserted line included; nothing for one that counts no more."""
    change = amend(finding, packs[finding.rule].rule, note) if finding.status in ("open", "known") else None
    if change is None:
        return {}
    uri = _uri(name, "body" if change.field == "note" else change.field, change.index)
    replacement = {
        "deletedRegion": _region(texts[uri], change.start, change.end),
        "insertedContent": {"text": change.after},
    }
    return {"fixes": [{"artifactChanges": [{"artifactLocation": {"uri": uri}, "replacements": [replacement]}]}]}


def _region(text: str, start: int, end: int) -> dict[str, int]:
    """Return both forms of a region: lines and columns from 1, and offsets from 0."""
    before, inside = text[:start], text[:end]
    return {
        "startLine": before.count("\n") + 1,
        "startColumn": start - (before.rfind("\n") + 1) + 1,
        "endLine": inside.count("\n") + 1,
        "endColumn": end - (inside.rfind("\n") + 1) + 1,
        "charOffset": start,
        "charLength": end - start,
    }
