"""Find prompts by name and version, and render them into messages.

Owns loading, digests and rendering. A template can compute nothing but text: sandboxed, strict about names, and every
untrusted input it prints is fenced.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import FileSystemLoader, StrictUndefined, Template, TemplateError, TemplateSyntaxError, nodes
from jinja2.meta import find_referenced_templates
from jinja2.sandbox import ImmutableSandboxedEnvironment
from rapidfuzz import process

from agent.errors import ConfigurationError, UsageError
from agent.models import Message
from agent.paths import data_root
from agent.prompting.fencing import fence, unfenced
from agent.prompting.frontmatter import FrontMatter, split_prompt

__all__ = ["Library", "Prompt", "load_prompts"]

SHARED = "_shared"
PATTERN = "[a-z]*/v*.md.j2"
ROLES = ("system", "user", "assistant")


@dataclass(frozen=True)
class Prompt:
    """Hold one version of a prompt; `digest` covers its file and everything it includes."""

    path: Path
    head: FrontMatter
    digest: str
    template: Template

    @property
    def id(self) -> str:
        """Return `name@version`."""
        return f"{self.head.name}@{self.head.version}"

    @property
    def ref(self) -> str:
        """Return `name@version#digest`: what a record keeps."""
        return f"{self.id}#{self.digest[:8]}"

    def render(self, **inputs: Any) -> tuple[Message, ...]:
        """Return the messages, one a block, blank ones left out; raise `ConfigurationError` for a wrong input."""
        self._demand(inputs)
        values = {name: wanted.value_of(inputs.get(name)) for name, wanted in self.head.inputs.items()}
        context = self.template.new_context(values)
        try:
            texts = {name: "".join(block(context)).strip() for name, block in self.template.blocks.items()}
        except TemplateError as error:
            raise ConfigurationError("prompt_unrenderable", file=self.path, detail=error.message) from None
        return tuple(
            Message.model_validate({"role": name.split("_")[0], "content": text})
            for name, text in texts.items()
            if text
        )

    def _demand(self, inputs: dict[str, Any]) -> None:
        known = self.head.inputs
        for name in inputs:
            if name not in known:
                raise ConfigurationError("prompt_input_unknown", prompt=self.id, name=name, known="、".join(known))
        for name, wanted in known.items():
            if name not in inputs and not wanted.optional:
                raise ConfigurationError("prompt_input_missing", prompt=self.id, name=name, type=wanted.type)
            if not wanted.accepts(inputs.get(name)):
                raise ConfigurationError("prompt_input_wrong", prompt=self.id, name=name, type=wanted.type)


class Library:
    """Hold every prompt version, shipped and a bank's own."""

    def __init__(self, prompts: Iterable[Prompt]) -> None:
        self._prompts = {prompt.id: prompt for prompt in sorted(prompts, key=lambda p: (p.head.name, p.head.version))}

    def all(self) -> tuple[Prompt, ...]:
        """Return every version, by name and number."""
        return tuple(self._prompts.values())

    def find(self, name: str) -> Prompt:
        """Return `name@version`, or the newest version of a name; raise `UsageError` naming the nearest."""
        if name in self._prompts:
            return self._prompts[name]
        versions = [prompt for prompt in self._prompts.values() if prompt.head.name == name]
        if versions:
            return versions[-1]
        nearest = process.extract(name, list(self._prompts), limit=3)
        raise UsageError("prompt_unknown", name=name, nearest="、".join(match[0] for match in nearest) or "—")


def load_prompts(overlay: Path | None = None) -> Library:
    """Load the shipped prompts and a bank's folder, which may add prompts and versions but never replace one."""
    return _load(overlay.resolve() if overlay else None)


@functools.lru_cache(maxsize=8)
def _load(overlay: Path | None) -> Library:
    shipped = data_root() / "prompts"
    roots = [shipped, *([overlay] if overlay else [])]
    found: dict[str, Prompt] = {}
    for root in roots:
        environment = _environment([root, shipped])
        for path in sorted(root.glob(PATTERN)):
            prompt = _read(path, environment)
            if prompt.id in found:
                raise ConfigurationError("prompt_replaced", file=path, id=prompt.id)
            found[prompt.id] = prompt
    return Library(found.values())


def _environment(roots: list[Path]) -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(roots),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
    )
    environment.filters["fence"] = fence
    return environment


def _read(path: Path, environment: ImmutableSandboxedEnvironment) -> Prompt:
    head, body = split_prompt(path)
    untrusted = [name for name, wanted in head.inputs.items() if wanted.untrusted]
    digest = hashlib.sha256(path.read_bytes())
    seen: list[str] = []
    try:
        _inspect(body, path, environment, untrusted, seen)
        for name in sorted(seen):
            digest.update(_source(name, environment)[0].encode())
        template = environment.from_string(body)
    except TemplateSyntaxError as error:
        where = error.filename or path
        raise ConfigurationError("prompt_syntax", file=where, line=error.lineno, detail=error.message) from None
    except TemplateError as error:
        raise ConfigurationError("prompt_unrenderable", file=path, detail=error.message) from None
    _demand_blocks(template, path)
    return Prompt(path=path, head=head, digest=digest.hexdigest(), template=template)


def _inspect(
    text: str, path: Path, environment: ImmutableSandboxedEnvironment, untrusted: list[str], seen: list[str]
) -> None:
    """Refuse unfenced outside text here and in everything included; note what is included."""
    tree: nodes.Template = environment.parse(text)
    for place in unfenced(tree, untrusted):
        raise ConfigurationError("prompt_unfenced", file=path, line=place.line, name=place.name)
    for name in find_referenced_templates(tree):
        if name is None:
            raise ConfigurationError("prompt_include_computed", file=path)
        if name not in seen:
            seen.append(name)
            included, filename = _source(name, environment)
            _inspect(included, Path(filename), environment, untrusted, seen)


def _source(name: str, environment: ImmutableSandboxedEnvironment) -> tuple[str, str]:
    assert environment.loader is not None
    text, filename, _ = environment.loader.get_source(environment, name)
    return text, filename or name


def _demand_blocks(template: Template, path: Path) -> None:
    names = list(template.blocks)
    wrong = [name for name in names if name.split("_")[0] not in ROLES]
    if wrong or not names:
        raise ConfigurationError("prompt_block_wrong", file=path, name="、".join(wrong) or "—", roles="、".join(ROLES))
