"""Say how a run was measured (`signature`) and what was measured (`treatment`).

Two runs compare only when their signatures agree; a treatment may differ, that is what a comparison is for.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from agent import __version__
from agent.authors import OfflineAuthor
from agent.grounds import digest_of_rules, digest_of_thresholds
from agent.paths import package_data
from agent.prompting import load_prompts
from agent.settings import Settings
from agent.tone.thresholds import load_thresholds
from evals.case_files import dataset_hash
from evals.values import Case, Lane

__all__ = ["differing", "judge_of", "packages", "quiet_treatment", "signature_of", "treatment_of"]

FORMAT = "v1"
SHORT = 12
FIRST = "1"  # the version a scorer begins with
PACKAGES = ("pydantic", "pydantic-evals", "langgraph", "openai", "sacrebleu", "scipy", "rapidfuzz", "vcrpy")


def signature_of(
    cases: Sequence[Case],
    pool: Sequence[Case],
    *,
    lane: Lane,
    k: int,
    seed: int,
    scorers: Mapping[str, str],
    judge: str = "",
) -> dict[str, str]:
    """Return how a run is measured: `pool` holds the references it is held against, `judge` a model that scores."""
    signature = {
        "format": FORMAT,
        "data": dataset_hash(cases),
        "pool": dataset_hash(pool),
        "lane": lane,
        "k": str(k),
        "seed": str(seed),
        "scorers": _spelled(scorers),
    }
    return {**signature, "judge": judge} if judge else signature


def treatment_of(settings: Settings, *, lane: Lane) -> dict[str, str]:
    """Return what is measured: the program, its rules, thresholds, demo bank, and the prompts and models it uses."""
    measured = {
        "commit": commit(),
        "program": __version__,
        "author": OfflineAuthor.name,
        "rules": digest_of_rules(None).removeprefix("sha256:")[:SHORT],
        "tone": f"{load_thresholds().version}#{digest_of_thresholds().removeprefix('sha256:')[:SHORT]}",
        "bank": _digest(*(path.read_text(encoding="utf-8") for path in sorted(package_data("demo").rglob("*.yaml")))),
    }
    if lane == "offline":
        return measured
    measured["prompts"] = _prompts()
    if lane == "scripted":
        return {**measured, "author": "model:scripted"}
    asked = {
        "author": f"model:{settings.model}",
        "critic": settings.model_of("critic"),
        "judge": settings.model_of("judge") if settings.judge else "off",
        "structured": settings.structured,
        "temperature": "" if settings.temperature is None else str(settings.temperature),
        "rounds": str(settings.rounds),
    }
    return {**measured, **asked}


def judge_of(settings: Settings) -> str:
    """Name the models that answer for a live score, and the prompts that ask them."""
    names = dict.fromkeys((settings.model_of("critic"), settings.model_of("judge")))
    return f"{'+'.join(names)}@{_prompts('critique', 'judge')}"


def quiet_treatment(treatment: Mapping[str, str], *, lane: Lane) -> dict[str, str]:
    """Return what a summary keeps: without the commit where the same program must give the same bytes."""
    return {name: value for name, value in treatment.items() if name != "commit" or lane == "live"}


def differing(then: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """Name each part in which two signatures or treatments differ, with both values."""
    return [
        f"{name}（{then.get(name, '—')} → {now.get(name, '—')}）"
        for name in sorted(then.keys() | now.keys())
        if then.get(name) != now.get(name)
    ]


def packages() -> dict[str, str]:
    """Return the versions of the packages that could move a number."""
    return {name: importlib.metadata.version(name) for name in PACKAGES}


def commit() -> str:
    """Return the commit of the checkout, marked when files were changed; empty outside git."""
    root = Path(__file__).parents[1]
    head = _git(root, "rev-parse", "--short=12", "HEAD")
    return head + ("+dirty" if head and _git(root, "status", "--porcelain") else "")


def _spelled(versions: Mapping[str, str]) -> str:
    """Count the scorers that are as they were first written, and name the others with their version."""
    changed = [f"{name}:{version}" for name, version in sorted(versions.items()) if version != FIRST]
    return ",".join([f"{FIRST}x{len(versions) - len(changed)}", *changed])


def _prompts(*beginnings: str) -> str:
    """Return the digest of all prompts, or of those whose name begins so."""
    found = (prompt for prompt in load_prompts(None).all() if prompt.id.startswith(beginnings or ("",)))
    return _digest(*sorted(f"{prompt.id}#{prompt.digest}" for prompt in found))


def _git(root: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def _digest(*texts: str) -> str:
    return hashlib.sha256("\x1f".join(texts).encode()).hexdigest()[:SHORT]
