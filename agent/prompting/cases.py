"""Cases beside a prompt: what its rendering must hold and must not, so that a lost safeguard is noticed.

`prompts/<name>/cases/*.yaml`, one case a file. `fixture` names a file of inputs under `prompts/_shared/fixtures/`;
`inputs` add to it. Also the lock of published versions.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import Field

from agent.catalogue import advise, say
from agent.models import Frozen
from agent.prompting.library import SHARED, Library, Prompt
from agent.yamlsource import read_yaml, validate

__all__ = ["Case", "Problem", "check_case", "check_lock", "load_cases", "lock_of"]

LOCK = "lock.yaml"


class Case(Frozen):
    """Give inputs and what their rendering holds; `why` says which real reply or fault taught it."""

    id: str
    prompt: str
    why: str
    fixture: str = ""
    inputs: dict[str, Any] = Field(default_factory=dict)
    messages: tuple[str, ...] = ()
    expect: tuple[str, ...] = ()
    forbid: tuple[str, ...] = ()


@dataclass(frozen=True)
class Problem:
    """Say what is wrong with a case or a lock, and the remedy."""

    message: str
    hint: str


def load_cases(root: Path) -> tuple[Case, ...]:
    """Load every case under a prompts folder; raise `ConfigurationError` naming file, line and column."""
    return tuple(_case(path, root) for path in sorted(root.glob("[a-z]*/cases/*.yaml")))


def check_case(case: Case, library: Library) -> tuple[Problem, ...]:
    """Render a case and return what it misses."""
    prompt = library.find(case.prompt)
    messages = prompt.render(**case.inputs)
    text = "\n\n".join(message.content for message in messages)
    found = tuple(message.role for message in messages)
    told: dict[str, object] = {"prompt": prompt.id, "case": case.id, "why": case.why}
    problems = [_problem("prompt_case_lacks", text=part, **told) for part in case.expect if part not in text]
    problems += [_problem("prompt_case_holds", text=part, **told) for part in case.forbid if part in text]
    if case.messages and case.messages != found:
        problems.append(_problem("prompt_case_roles", found="、".join(found), wanted="、".join(case.messages), **told))
    return tuple(problems)


def lock_of(library: Library) -> str:
    """Return the text of the lock: the digest of every version."""
    lines = [f"{prompt.id}: {prompt.digest}" for prompt in library.all()]
    return (
        "# Digests of published prompts; a changed text is a new version. Written by `agent prompts lock --write`.\n"
        + ("\n".join(lines) + "\n")
    )


def check_lock(library: Library, root: Path) -> tuple[Problem, ...]:
    """Compare every version with the lock beside it."""
    path = root / LOCK
    locked: dict[str, str] = (read_yaml(path).value or {}) if path.is_file() else {}
    own = {prompt.id: prompt for prompt in library.all() if root in prompt.path.parents}
    return (*_changed(own, locked), *(_problem("prompt_lock_extra", id=name) for name in locked if name not in own))


def _changed(own: dict[str, Prompt], locked: dict[str, str]) -> Iterator[Problem]:
    for name, prompt in own.items():
        if name not in locked:
            yield _problem("prompt_lock_missing", id=name)
        elif locked[name] != prompt.digest:
            yield _problem("prompt_lock_differs", id=name, locked=locked[name][:8], now=prompt.digest[:8])


def _case(path: Path, root: Path) -> Case:
    case = validate(Case, read_yaml(path))
    if not case.fixture:
        return case
    shared = read_yaml(root / SHARED / "fixtures" / f"{case.fixture}.yaml").value
    return case.model_copy(update={"inputs": {**shared, **case.inputs}})


def _problem(code: str, **parameters: object) -> Problem:
    return Problem(say(code, **parameters), advise(code, **parameters))
