"""What a replay pack holds, and reading one: every file against the manifest before a word of it is believed.

manifest.json    who, when, outcome, models, prompts, digests, approvals, head of the audit, SHA-256 of every file
brief.json       the brief with its material
sources.json     by grounds: facts, points, products, persona, account, earlier notes
waivers.json     by grounds: the waivers in force
grounds.json     by grounds: program, packs, digests of rules and thresholds, models, limits
versions/NN.json every text with its check · decisions.json · replies.jsonl · audit.jsonl
overlay/         the bank's own rules and prompts
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, TypeAdapter, ValidationError

from agent.errors import UsageError
from agent.llm import Entry
from agent.models import Brief, Frozen, Outcome
from agent.record import AuditEvent, DecisionRecord, Grounds, VersionRecord
from agent.record.chain import holds

__all__ = ["MANIFEST", "Approval", "Manifest", "Pack", "hash_of_file", "read_pack"]

MANIFEST = "manifest.json"


class Approval(Frozen):
    """Say who approved which text when."""

    reviewer: str
    text_hash: str
    decided_at: datetime


class Manifest(Frozen):
    """Sum up a pack; digests and versions are those in force for its last text."""

    format: Literal[1] = 1
    run: str
    program: str
    created_at: datetime
    author: str
    models: dict[str, str] = Field(default_factory=dict)
    outcome: Outcome | None
    best_revision: int | None
    rounds: int
    prompts: tuple[str, ...] = ()
    packs: dict[str, str]
    rules: str
    thresholds: str
    approvals: tuple[Approval, ...] = ()
    audit_head: str
    files: dict[str, str]


@dataclass(frozen=True)
class Pack:
    """Hold a pack that was read and found whole; `digest` is the SHA-256 of its manifest."""

    folder: Path
    digest: str
    manifest: Manifest
    brief: Brief
    grounds: dict[str, Grounds]
    versions: tuple[VersionRecord, ...]
    decisions: tuple[DecisionRecord, ...]
    replies: tuple[Entry, ...]
    events: tuple[AuditEvent, ...]

    @property
    def rules_overlay(self) -> Path | None:
        """Return the bank's own rules, if there were any."""
        folder = self.folder / "overlay" / "guardrails"
        return folder if folder.is_dir() else None

    @property
    def prompts_overlay(self) -> Path | None:
        """Return the bank's own prompts, if there were any."""
        folder = self.folder / "overlay" / "prompts"
        return folder if folder.is_dir() else None


def hash_of_file(path: Path) -> str:
    """Return `sha256:…` of a file."""
    return "sha256:" + hashlib.sha256(path.read_bytes()).hexdigest()


def read_pack(folder: Path) -> Pack:
    """Read a pack; raise `UsageError` when it cannot be read, or naming the files that are not what they were."""
    try:
        manifest = Manifest.model_validate_json((folder / MANIFEST).read_bytes())
        _demand_untouched(folder, manifest)
        pack = _read(folder, manifest)
    except OSError as error:
        raise UsageError("pack_unreadable", path=folder, reason=error.strerror or error) from error
    except (ValidationError, ValueError, KeyError) as error:
        raise UsageError("pack_unreadable", path=folder, reason=_first_line(error)) from error
    _demand_vouched(pack)
    return pack


def _demand_untouched(folder: Path, manifest: Manifest) -> None:
    paths = (path for path in folder.rglob("*") if path.is_file() and path != folder / MANIFEST)
    found = {path.relative_to(folder).as_posix(): hash_of_file(path) for path in paths}
    changed = {name for name in {*found, *manifest.files} if found.get(name) != manifest.files.get(name)}
    if changed:
        raise UsageError("pack_tampered", path=folder, files="、".join(sorted(changed)))


def _read(folder: Path, manifest: Manifest) -> Pack:
    events = _lines(folder / "audit.jsonl")
    versions = [path.read_bytes() for path in sorted((folder / "versions").glob("*.json"))]
    return Pack(
        folder=folder,
        digest=hash_of_file(folder / MANIFEST),
        manifest=manifest,
        brief=Brief.model_validate_json((folder / "brief.json").read_bytes()),
        grounds=_grounds(folder),
        versions=tuple(VersionRecord.model_validate_json(content) for content in versions),
        decisions=TypeAdapter(tuple[DecisionRecord, ...]).validate_json((folder / "decisions.json").read_bytes()),
        replies=tuple(Entry.model_validate_json(line) for line in _lines(folder / "replies.jsonl")),
        events=tuple(AuditEvent.model_validate_json(line) for line in events),
    )


def _grounds(folder: Path) -> dict[str, Grounds]:
    parts: dict[str, Any] = {
        name: json.loads((folder / f"{name}.json").read_bytes()) for name in ("grounds", "sources", "waivers")
    }
    return {
        digest: Grounds.model_validate_json(
            json.dumps({**kept, "sources": parts["sources"][digest], "waivers": parts["waivers"][digest]})
        )
        for digest, kept in parts["grounds"].items()
    }


def _demand_vouched(pack: Pack) -> None:
    """Compare texts with the links of the audit and the brief with the sources: one edit is seldom thorough."""
    wrong = [f"audit.jsonl#{event.seq}" for event in pack.events if not holds(event)]
    texts = {event.subject: event.held.get("text") for event in pack.events if event.kind == "version"}
    wrong += [f"versions/{v.revision:02d}.json" for v in pack.versions if texts.get(str(v.revision)) != v.text_hash]
    decided = {event.held.get("text") for event in pack.events if event.kind == "decision"}
    wrong += [MANIFEST for approval in pack.manifest.approvals if approval.text_hash not in decided]
    if any(kept.sources.brief != pack.brief for kept in pack.grounds.values()):
        wrong.append("brief.json")
    if wrong:
        raise UsageError("pack_tampered", path=pack.folder, files="、".join(dict.fromkeys(wrong)))


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


def _first_line(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors(include_input=False, include_url=False)[0]
        return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
    return f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"
