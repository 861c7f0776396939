"""The lock of published prompts: `lock.yaml`, a digest for every `name@version`, includes covered.

A published version never changes; a changed text is a new version.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from agent.errors import StorageError
from agent.prompting.cases import Problem, problem
from agent.prompting.library import Library, Prompt
from agent.yamlsource import read_yaml

__all__ = ["LOCK", "check_lock", "write_lock"]

LOCK = "lock.yaml"
HEAD = "# Digests of published prompts; a changed text is a new version. Written by `agent prompts lock --write`.\n"


def check_lock(library: Library, root: Path) -> tuple[Problem, ...]:
    """Compare every version of a folder with the lock in it."""
    own = {prompt.id: prompt for prompt in _own(library, root)}
    locked = _locked(root / LOCK)
    return tuple(_problems(own, locked, root / LOCK))


def write_lock(library: Library, root: Path) -> Path:
    """Write the lock of a folder; raise `StorageError` where that is not possible."""
    path = root / LOCK
    lines = [f"{prompt.id}: {prompt.digest}\n" for prompt in _own(library, root)]
    try:
        path.write_text(HEAD + ("".join(lines) or "{}\n"), encoding="utf-8", newline="\n")
    except OSError as error:
        raise StorageError("prompt_lock_unwritable", path=path, reason=error.strerror or error) from error
    return path


def _own(library: Library, root: Path) -> Iterable[Prompt]:
    return (prompt for prompt in library.all() if root in prompt.path.parents)


def _locked(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    source = read_yaml(path)
    if not isinstance(source.value, dict) or not all(isinstance(value, str) for value in source.value.values()):
        raise source.error("prompt_lock_wrong")
    return source.value


def _problems(own: dict[str, Prompt], locked: dict[str, str], path: Path) -> Iterator[Problem]:
    for name, prompt in own.items():
        if name not in locked:
            yield problem("prompt_lock_missing", id=name, lock=path)
        elif locked[name] != prompt.digest:
            yield problem(
                "prompt_lock_differs", id=name, file=prompt.path, locked=locked[name][:8], now=prompt.digest[:8]
            )
    for name in locked:
        if name not in own:
            yield problem("prompt_lock_extra", id=name, lock=path)
