"""Say what a run's texts are written from and checked on, so that they can be checked again later.

Owns the digests of rule files and tone thresholds. Notes of other runs are pointed to, not copied: they stay erasable.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path

from agent import __version__
from agent.guardrails import Packs
from agent.llm import ChatModel, ModelRole
from agent.models import Sources, Waiver
from agent.paths import data_root, package_data
from agent.record import BoundModel, EarlierNote, Grounds
from agent.settings import Settings
from agent.workspace import Workspace

__all__ = ["digest_of_rules", "digest_of_thresholds", "grounds_of"]


def grounds_of(
    sources: Sources,
    *,
    earlier: Iterable[EarlierNote],
    workspace: Workspace,
    waivers: tuple[Waiver, ...],
    packs: Packs,
    settings: Settings,
    models: Mapping[ModelRole, ChatModel],
) -> Grounds:
    """Gather what is in force for a run at this moment."""
    asked = {role: model for role, model in models.items() if role != "judge" or settings.judge}
    return Grounds(
        sources=sources.model_copy(update={"earlier": ()}),
        earlier=tuple(earlier),
        waivers=waivers,
        program=__version__,
        packs=packs.versions,
        rules=digest_of_rules(workspace.rules_overlay),
        thresholds=digest_of_thresholds(),
        max_rounds=settings.rounds,
        review=settings.review,
        models={role: BoundModel(name=model.name, mode=model.mode) for role, model in asked.items()},
    )


@functools.cache
def digest_of_rules(overlay: Path | None) -> str:
    """Return `sha256:…` over the rule files in force: rules, term lists, disclosures, and what the bank laid over."""
    roots = [data_root() / "guardrails" / "cn", *([overlay] if overlay else [])]
    return _digest((root, path) for root in roots for path in sorted(root.rglob("*.yaml")))


@functools.cache
def digest_of_thresholds() -> str:
    """Return `sha256:…` over the tone thresholds and word lists."""
    path = package_data("tone.yaml")
    return _digest([(path.parent, path)])


def _digest(files: Iterable[tuple[Path, Path]]) -> str:
    digest = hashlib.sha256()
    for root, path in files:
        content = path.read_bytes().replace(b"\r\n", b"\n")  # a checkout on Windows holds the same rules
        digest.update(f"{path.relative_to(root).as_posix()}\n{len(content)}\n".encode() + content)
    return "sha256:" + digest.hexdigest()
