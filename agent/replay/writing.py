"""Write a replay pack. The manifest comes last: a pack that was cut off has none, and is not taken for whole."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from agent import __version__
from agent.drafting import Drafting
from agent.errors import StorageError, UsageError
from agent.models import Note
from agent.record import DecisionRecord, EarlierNote, Grounds, RunRecord, Store, VersionRecord
from agent.replay.pack import MANIFEST, Approval, Manifest, hash_of_file

__all__ = ["write_pack"]


def write_pack(drafting: Drafting, run_id: str, folder: Path) -> str:
    """Write a run into an empty folder and return the SHA-256 of its manifest, to be kept elsewhere.

    Raises `UsageError` for an erased run or a folder that holds something, `StorageError` when writing fails.
    """
    run = drafting.store.run(run_id)
    if run.erased_at is not None:
        raise UsageError("run_erased", run=run.id)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError("pack_folder_taken", path=folder)
    try:
        return _write(drafting, run, folder)
    except OSError as error:
        raise StorageError("out_unwritable", path=folder, reason=error.strerror or error) from error


def _write(drafting: Drafting, run: RunRecord, folder: Path) -> str:
    store = drafting.store
    versions, decisions = store.versions(run.id), store.decisions(run.id)
    grounds = _grounds(drafting, run, versions)
    (folder / "versions").mkdir(parents=True)
    _dump(folder / "brief.json", run.brief)
    _dump(folder / "sources.json", {digest: _json(kept.sources) for digest, kept in grounds.items()})
    _dump(folder / "waivers.json", {digest: [_json(w) for w in kept.waivers] for digest, kept in grounds.items()})
    others = {digest: kept.model_dump(mode="json", exclude={"sources", "waivers"}) for digest, kept in grounds.items()}
    _dump(folder / "grounds.json", others)
    for version in versions:
        _dump(folder / "versions" / f"{version.revision:02d}.json", version)
    _dump(folder / "decisions.json", [_json(decision) for decision in decisions])
    _dump_lines(folder / "replies.jsonl", store.journal.entries(run.id))
    _dump_lines(folder / "audit.jsonl", store.audit.events(run.id))
    _copy_overlay(drafting, folder)
    manifest = _manifest(run, versions, decisions, list(grounds.values())[-1], head=store.audit.head(), folder=folder)
    _dump(folder / MANIFEST, manifest)
    return hash_of_file(folder / MANIFEST)


def _grounds(drafting: Drafting, run: RunRecord, versions: Iterable[VersionRecord]) -> dict[str, Grounds]:
    """Return the grounds with earlier notes filled in; a text from before grounds were kept gets today's, as ""."""
    kept = drafting.store.grounds(run.id)
    if not kept or any(not version.grounds for version in versions):
        kept = {"": drafting.grounds(run.brief), **kept}
    return {digest: _with_earlier(drafting.store, grounds) for digest, grounds in kept.items()}


def _with_earlier(store: Store, kept: Grounds) -> Grounds:
    notes = tuple(note for where in kept.earlier for note in _note_of(store, where))
    return kept.model_copy(update={"sources": kept.sources.model_copy(update={"earlier": notes})})


def _note_of(store: Store, where: EarlierNote) -> Iterable[Note]:
    """Yield the note unless its run was erased or its text replaced since."""
    for version in store.versions(where.run):
        if (version.revision, version.text_hash) == (where.revision, where.text_hash):
            yield version.round.note


def _manifest(
    run: RunRecord,
    versions: tuple[VersionRecord, ...],
    decisions: tuple[DecisionRecord, ...],
    grounds: Grounds,
    *,
    head: str,
    folder: Path,
) -> Manifest:
    rounds = [version.round for version in versions]
    return Manifest(
        run=run.id,
        program=__version__,
        created_at=run.created_at,
        author=run.author,
        models={role: model.name for role, model in grounds.models.items()},
        outcome=run.outcome,
        best_revision=run.best_revision,
        rounds=max((round_.number for round_ in rounds), default=0),
        prompts=tuple(dict.fromkeys(prompt for round_ in rounds for prompt in round_.prompts)),
        packs=grounds.packs,
        rules=grounds.rules,
        thresholds=grounds.thresholds,
        approvals=tuple(
            Approval(reviewer=d.reviewer, text_hash=d.text_hash, decided_at=d.decided_at)
            for d in decisions
            if d.decision == "approve"
        ),
        audit_head=head,
        files={p.relative_to(folder).as_posix(): hash_of_file(p) for p in sorted(folder.rglob("*")) if p.is_file()},
    )


def _copy_overlay(drafting: Drafting, folder: Path) -> None:
    workspace = drafting.workspace
    for name, overlay in (("guardrails", workspace.rules_overlay), ("prompts", workspace.prompts_overlay)):
        if overlay is not None:
            shutil.copytree(overlay, folder / "overlay" / name, ignore=shutil.ignore_patterns(".*", "__pycache__"))


def _json(value: BaseModel) -> Any:
    return value.model_dump(mode="json")


def _dump(path: Path, value: Any) -> None:
    content = _json(value) if isinstance(value, BaseModel) else value
    _write_text(path, json.dumps(content, ensure_ascii=False, indent=2) + "\n")


def _dump_lines(path: Path, values: Iterable[BaseModel]) -> None:
    lines = (json.dumps(_json(value), ensure_ascii=False, separators=(",", ":")) for value in values)
    _write_text(path, "".join(f"{line}\n" for line in lines))


def _write_text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
