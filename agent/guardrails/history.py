"""Rules of another day: a folder, or what git keeps of one; and what was last changed in a rule file.

Owns the calls of git. Without git, or outside a checkout, there is no history: asking for it by name is an error,
showing recent changes just leaves them out.
"""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path

from agent.catalogue import say
from agent.errors import UsageError
from agent.guardrails.loader import Packs, load_folder
from agent.paths import data_root

__all__ = ["load_state", "recent_changes"]

_REF = "ref:"
_SHIPPED = "guardrails/cn"
_REFUSALS = {  # what git says → the message that says it in Chinese
    "not a git repository": "history_no_checkout",
    "alid object name": "history_no_revision",
    "not a tree object": "history_no_revision",
    "did not match any": "history_no_folder",
}


def load_state(name: str) -> Packs:
    """Load the rules of a folder, of `ref:REVISION` (the shipped rules) or of `ref:REVISION:FOLDER` (from here).

    Raises `UsageError` for a folder or a revision that is not there, and where git cannot be asked.
    """
    if not name.startswith(_REF):
        return load_folder(Path(name))
    with _checked_out(name) as folder:
        return load_folder(folder)


def recent_changes(path: Path, *, limit: int = 5) -> tuple[tuple[str, str], ...]:
    """Return day and subject of the latest commits that touched a file, newest first; none where git knows of none."""
    told = _git(path.parent, "log", f"-{limit}", "--format=%as%x09%s", "--", path.name)
    if told is None or told.returncode:
        return ()
    lines = told.stdout.decode("utf-8", "replace").splitlines()
    return tuple((day, subject) for day, _, subject in (line.partition("\t") for line in lines))


@contextlib.contextmanager
def _checked_out(name: str) -> Iterator[Path]:
    """Lay the folder of a revision out in a place of its own."""
    revision, _, folder = name.removeprefix(_REF).partition(":")
    if not revision or revision.startswith("-"):
        raise UsageError("history_unknown", name=name, reason=say("history_no_name"))
    told = _git(Path.cwd() if folder else data_root(), "archive", "--format=tar", revision, "--", folder or _SHIPPED)
    if told is None or told.returncode:
        raise UsageError("history_unknown", name=name, reason=_why(told, revision, folder or _SHIPPED))
    with tempfile.TemporaryDirectory(prefix="kosnote-rules-") as place:
        with tarfile.open(fileobj=io.BytesIO(told.stdout)) as tar:
            tar.extractall(place, filter="data")
        yield Path(place) / (folder or _SHIPPED)


def _why(told: subprocess.CompletedProcess[bytes] | None, revision: str, folder: str) -> str:
    """Say in Chinese why git has nothing to give."""
    if told is None:
        return say("history_no_git")
    said = told.stderr.decode("utf-8", "replace")
    code = next((code for words, code in _REFUSALS.items() if words in said), "history_other")
    return say(code, revision=revision, folder=folder)


def _git(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes] | None:
    """Ask git in a folder; None where there is no git."""
    try:
        return subprocess.run(
            ["git", "-C", str(folder), *arguments], capture_output=True, check=False, env=os.environ | {"LC_ALL": "C"}
        )
    except OSError:
        return None
