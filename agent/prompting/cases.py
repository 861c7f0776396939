"""Cases beside a prompt: what its rendering must hold and must not, so that a lost safeguard is noticed.

`prompts/<name>/cases/*.yaml`, one case a file. `fixture` names a file of inputs under `_shared/fixtures/`, of the same
folder or of the shipped one, of which a prompt gets those it takes; `inputs` add and replace. In both `3`, `true`
and `null` are what they look like; everything else, dates too, is text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import Field

from agent.catalogue import advise, say
from agent.errors import KosnoteError
from agent.models import Frozen
from agent.paths import data_root
from agent.prompting.library import SHARED, Library, Prompt
from agent.yamlsource import Source, read_yaml, validate

__all__ = ["Case", "CaseFile", "Problem", "check_case", "load_cases", "problem"]


class CaseFile(Frozen):
    """Give inputs and what their rendering holds; `why` says which real reply or fault taught it."""

    id: str
    why: str
    prompt: str = ""
    fixture: str = ""
    inputs: dict[str, Any] = Field(default_factory=dict)
    messages: tuple[str, ...] = ()
    expect: tuple[str, ...] = ()
    forbid: tuple[str, ...] = ()


@dataclass(frozen=True)
class Case:
    """Hold a case with the prompt it is for and the inputs its fixture offers."""

    said: CaseFile
    prompt: str
    offered: dict[str, Any]

    def inputs_of(self, prompt: Prompt) -> dict[str, Any]:
        """Return what the fixture offers and the prompt takes, and every input of the case itself."""
        offered = {name: value for name, value in self.offered.items() if name in prompt.head.inputs}
        return {**offered, **self.said.inputs}


@dataclass(frozen=True)
class Problem:
    """Say what is wrong with a case or a lock, and the remedy."""

    message: str
    hint: str


def problem(code: str, **parameters: object) -> Problem:
    """Build a problem from the catalogue."""
    return Problem(say(code, **parameters), advise(code, **parameters))


def load_cases(root: Path) -> tuple[Case, ...]:
    """Load every case under a prompts folder; raise `ConfigurationError` naming file, line and column."""
    found: dict[str, Case] = {}
    for path in sorted(root.glob("[a-z]*/cases/*.yaml")):
        source = read_yaml(path)
        case = _case(source, path, root)
        if case.said.id in found:
            raise source.error("yaml_id_twice", ("id",), id=case.said.id)
        found[case.said.id] = case
    return tuple(found.values())


def check_case(case: Case, library: Library) -> tuple[Problem, ...]:
    """Render a case and return what it misses."""
    said = case.said
    try:
        prompt = library.find(case.prompt)
        messages = prompt.render(**case.inputs_of(prompt))
    except KosnoteError as error:
        return (problem("prompt_case_fails", prompt=case.prompt, case=said.id, detail=error.message, hint=error.hint),)
    text = "\n\n".join(message.content for message in messages)
    found = tuple(message.role for message in messages)
    told: dict[str, object] = {"prompt": prompt.id, "case": said.id, "why": said.why}
    problems = [problem("prompt_case_lacks", text=part, **told) for part in said.expect if part not in text]
    problems += [problem("prompt_case_holds", text=part, **told) for part in said.forbid if part in text]
    if said.messages and said.messages != found:
        problems.append(problem("prompt_case_roles", found="、".join(found), wanted="、".join(said.messages), **told))
    return tuple(problems)


def _case(source: Source, path: Path, root: Path) -> Case:
    folder = path.parents[1].name
    said = validate(CaseFile, source)
    if said.prompt and said.prompt.split("@")[0] != folder:
        raise source.error("prompt_case_misplaced", ("prompt",), prompt=said.prompt, folder=folder)
    if not (said.expect or said.forbid or said.messages):
        raise source.error("prompt_case_empty", case=said.id)
    offered = _fixture(said.fixture, source, root) if said.fixture else {}
    said = said.model_copy(update={"inputs": _typed(path).get("inputs", {})})
    return Case(said=said, prompt=said.prompt or folder, offered=offered)


def _fixture(name: str, source: Source, root: Path) -> dict[str, Any]:
    folders = [folder / SHARED / "fixtures" for folder in (root, data_root() / "prompts")]
    for folder in folders:
        path = folder / f"{name}.yaml"
        if path.is_file():
            if not isinstance(read_yaml(path).value, dict):
                raise read_yaml(path).error("prompt_fixture_wrong")
            return _typed(path)
    known = sorted({path.stem for folder in folders for path in folder.glob("*.yaml")})
    raise source.error("prompt_fixture_unknown", ("fixture",), name=name, known=_listed(known))


def _listed(names: Iterable[str]) -> str:
    return "、".join(names) or "—"


class _Typed(yaml.SafeLoader):
    """Read numbers, true, false and null by their look, and nothing else."""

    yaml_implicit_resolvers: dict[str, list[Any]] = {}  # noqa: RUF012 PyYAML's own name and shape


_Typed.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))
_Typed.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^(?:null)?$"), ["n", ""])
_Typed.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"^-?[0-9]+$"), list("-0123456789"))


def _typed(path: Path) -> dict[str, Any]:
    """Read a file that is known to be sound YAML with the types of its inputs."""
    value: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), Loader=_Typed)
    return value
