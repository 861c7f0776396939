"""Find prompts by name and version, and render them into messages.

Owns loading, digests and rendering. A template can compute nothing but text: sandboxed, strict about names, and every
untrusted input it prints is fenced.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import (
    FileSystemLoader,
    StrictUndefined,
    Template,
    TemplateError,
    TemplateNotFound,
    TemplateSyntaxError,
    nodes,
)
from jinja2.sandbox import ImmutableSandboxedEnvironment
from rapidfuzz import process

from agent.errors import ConfigurationError, UsageError
from agent.models import Message
from agent.paths import data_root
from agent.prompting.fencing import fence
from agent.prompting.frontmatter import FrontMatter, split_prompt
from agent.prompting.inspection import Parsed, inspect, layout
from agent.yamlsource import not_utf8

__all__ = ["Library", "Prompt", "load_prompts"]

SHARED = "_shared"
PATTERN = "[a-z]*/*.j2"
UNRENDERABLE = (TemplateError, ArithmeticError, LookupError, RecursionError, TypeError, ValueError)


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
        except UNRENDERABLE as error:
            file, line = _raised_at(error, self.path)
            raise ConfigurationError("prompt_unrenderable", file=str(file), line=line, detail=str(error)) from None
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
    if overlay:
        _demand_new(overlay, shipped)
    found: dict[str, Prompt] = {}
    for root in (shipped, *([overlay] if overlay else [])):
        environment = _environment([shipped, root])
        for path in sorted(root.glob(PATTERN)):
            prompt = _read(path, environment)
            if prompt.id in found:
                raise ConfigurationError("prompt_replaced", file=str(path), id=prompt.id)
            found[prompt.id] = prompt
    return Library(found.values())


def _raised_at(error: BaseException, path: Path) -> tuple[Path, int]:
    """Return file and line of the template an error came out of, from the frames Jinja compiled."""
    place, frame = (path, 1), error.__traceback__
    while frame is not None:
        template = frame.tb_frame.f_globals.get("__jinja_template__")
        if isinstance(template, Template):
            file = path if template.name is None else Path(template.filename or template.name)
            place = (file, template.get_corresponding_lineno(frame.tb_lineno))
        frame = frame.tb_next
    return place


def _environment(roots: list[Path]) -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(roots, encoding="utf-8-sig"),
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
    with _syntax_of(path):
        own = Parsed(path, body, environment.parse(body))
        layout(own)
        template = environment.from_string(body)
    included: dict[str, Parsed] = {}
    _gather(own, environment, included, ())
    inspect((own, *included.values()), {name: wanted.untrusted for name, wanted in head.inputs.items()})
    return Prompt(path=path, head=head, digest=_digest(path, included), template=template)


@contextmanager
def _syntax_of(path: Path) -> Iterator[None]:
    """Say where a template is wrongly written; an unknown filter and a block named twice count."""
    try:
        yield
    except TemplateSyntaxError as error:
        raise ConfigurationError(
            "prompt_syntax", file=str(path), line=error.lineno, detail=str(error.message)
        ) from None


def _gather(
    parsed: Parsed, environment: ImmutableSandboxedEnvironment, found: dict[str, Parsed], above: tuple[str, ...]
) -> None:
    """Collect everything a file includes, by name."""
    for include in parsed.tree.find_all(nodes.Include):
        name = include.template.value if isinstance(include.template, nodes.Const) else None
        place: dict[str, object] = {"file": str(parsed.file), "line": include.lineno}
        if not isinstance(name, str):
            raise ConfigurationError("prompt_include_computed", **place)
        if name in above:
            raise ConfigurationError("prompt_include_circle", name=name, **place)
        if name not in found:
            found[name] = _included(name, environment, place)
            _gather(found[name], environment, found, (*above, name))


def _included(name: str, environment: ImmutableSandboxedEnvironment, place: dict[str, object]) -> Parsed:
    assert environment.loader is not None
    try:
        text, filename, _ = environment.loader.get_source(environment, name)
    except TemplateNotFound:
        raise ConfigurationError("prompt_include_missing", name=name, **place) from None
    except UnicodeDecodeError as error:
        raise not_utf8(error, name) from None
    path = Path(filename or name)
    with _syntax_of(path):
        environment.get_template(name)
        return Parsed(path, text, environment.parse(text))


def _digest(path: Path, included: dict[str, Parsed]) -> str:
    """Return the SHA-256 over the file and, by name, every include; line ends and a byte order mark do not count."""
    parts = [path.read_text(encoding="utf-8-sig"), *sorted((name, file.text) for name, file in included.items())]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()


def _demand_new(own: Path, shipped: Path) -> None:
    """Refuse a bank's partial that bears the name of a shipped one: it would change under a published prompt's name."""
    for path in sorted((own / SHARED).glob("*.j2")):
        if (shipped / SHARED / path.name).exists():
            raise ConfigurationError("prompt_replaced", file=str(path), id=f"{SHARED}/{path.name}")
