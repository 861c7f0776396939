"""Read YAML so that strings stay strings, remember where each value stood, and say so when a schema objects.

Owns parsing and positions; knows no schema of its own. `12:30`, `on`, `no` and `#晨跑` in quotes survive as written;
an empty value is None. The C parser is used where libyaml is present. Positions are looked up when somebody objects:
a start reads eight thousand values and nobody asks where they stood.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, get_args

import yaml
from pydantic import BaseModel, ValidationError

from agent.catalogue import say
from agent.errors import ConfigurationError

__all__ = ["Source", "parse_yaml", "read_yaml", "validate"]

_Parser: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
MAX_VALUES = 200_000
LONGEST_SHOWN = 40
_SLIPS = {  # what the parser says, in the order in which it is looked for → the slip that people make
    "could not find expected ':'": "yaml_slip_colon",
    "mapping values are not allowed": "yaml_slip_quote",
    "tab character": "yaml_slip_tab",
    "'\\t' that cannot start": "yaml_slip_tab",
    "cannot start any token": "yaml_slip_sign",
    "did not find expected ','": "yaml_slip_bracket",
    "did not find expected key": "yaml_slip_indent",
    "did not find expected '-'": "yaml_slip_indent",
    "expected <block end>": "yaml_slip_indent",
    "unexpected end of stream": "yaml_slip_open",
}
_NO_CHARACTER = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
Path_ = tuple[str | int, ...]
Model = TypeVar("Model", bound=BaseModel)


class _Loader(_Parser):  # type: ignore[misc]
    """Read every scalar as the text it is, without asking what it resembles."""

    def resolve(self, kind: type[yaml.Node], value: object, implicit: object) -> str:
        """Name no type: `_build` looks at the kind of a node only."""
        return ""


@dataclass(frozen=True)
class Source:
    """Hold the value of one file and its nodes, which know where they stood."""

    file: Path
    value: Any
    root: yaml.Node | None = None

    def position(self, path: Path_) -> tuple[int, int]:
        """Return line and column (from 1) of a path, or of its nearest ancestor; a key stands for its value."""
        place, node = self.root, self.root
        for step in path:
            found = _child(node, step)
            if found is None:
                break
            place, node = found
        return (place.start_mark.line + 1, place.start_mark.column + 1) if place is not None else (1, 1)

    def error(self, code: str, path: Path_ = (), **parameters: object) -> ConfigurationError:
        """Build an error that names file, line and column."""
        line, column = self.position(path)
        return ConfigurationError(code, file=str(self.file), line=line, column=column, **parameters)


def read_yaml(path: Path) -> Source:
    """Load one file; raise `ConfigurationError` for text that is not UTF-8, not YAML or has a key twice."""
    try:
        return parse_yaml(path.read_text(encoding="utf-8"), path)
    except UnicodeDecodeError as error:
        raise ConfigurationError("yaml_not_utf8", file=str(path), line=1, column=1, detail=str(error)) from None


def parse_yaml(text: str, path: Path) -> Source:
    """Read YAML that begins on the first line of this file; see `read_yaml`."""
    try:
        root = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        raise _not_yaml(error, path, text) from None
    except RecursionError:
        raise Source(path, None).error("yaml_too_much", limit=MAX_VALUES) from None
    except (yaml.YAMLError, UnicodeEncodeError):
        raise _no_text(text, path) from None
    source = Source(path, None, root)
    try:
        value = _Builder(source).build(root) if root is not None else None
    except RecursionError:
        raise source.error("yaml_too_much", limit=MAX_VALUES) from None
    return Source(path, value, root)


def _no_text(text: str, path: Path) -> ConfigurationError:
    """Say where a character stands that YAML does not allow: a control character, half of a surrogate pair."""
    found = _NO_CHARACTER.search(text)
    before = text[: found.start() if found else 0]
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    return ConfigurationError(
        "yaml_not_yaml", file=str(path), line=line, column=column, detail=say("yaml_slip_character")
    )


def _not_yaml(error: yaml.MarkedYAMLError, path: Path, text: str) -> ConfigurationError:
    """Say what slip leads to what the parser objects to; a missing colon is told where the key began."""
    problem = error.problem or error.context or ""
    slip = next((code for words, code in _SLIPS.items() if words in problem), "")
    begun = error.context_mark if slip == "yaml_slip_colon" else None
    mark = begun or error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    if slip == "yaml_slip_sign" and "\t" in text.splitlines()[line - 1][:column]:
        slip = "yaml_slip_tab"
    return ConfigurationError(
        "yaml_not_yaml", file=str(path), line=line, column=column, detail=say(slip) if slip else problem
    )


def validate(model: type[Model], source: Source, path: Path_ = ()) -> Model:
    """Build a model from the value at a path; an objection names file, line, column and key, and every missing key."""
    value = source.value
    for step in path:
        value = value[step]
    try:
        return model.model_validate(value if value is not None else {})
    except ValidationError as error:
        problems = error.errors()
        first = problems[0]
        place = (*path, *first["loc"])
        key = _called(place)
        if not first["loc"]:
            raise _no_mapping(model, source, path, value) from None
        if first["type"] == "missing":
            raise source.error("yaml_missing_key", place, key=_all_missing(problems, path)) from None
        if first["type"] == "extra_forbidden":
            allowed = "、".join(_keys_at(model, place[len(path) : -1]))
            raise source.error("yaml_unknown_key", place, key=key, allowed=allowed) from None
        detail = _in_words(first)
        if first.get("input") in (None, ""):
            raise source.error("yaml_not_filled", place, key=key, detail=detail) from None
        raise source.error("yaml_wrong_value", place, key=key, value=first.get("input"), detail=detail) from None


def _called(place: Path_) -> str:
    """Name a place as its reader counts: an entry of a list by its number from 1, a key by its path."""
    if place and isinstance(place[0], int):
        return say("yaml_entry_key", number=place[0] + 1, key=".".join(str(step) for step in place[1:]))
    return ".".join(str(step) for step in place)


def _all_missing(problems: Sequence[Any], path: Path_) -> str:
    """Name every key that is missing where the first one is: a form is filled in once, not key by key."""
    missing = [problem["loc"] for problem in problems if problem["type"] == "missing"]
    beside = [loc for loc in missing if loc[:-1] == missing[0][:-1]]
    return "”、“".join((_called((*path, *beside[0])), *(str(loc[-1]) for loc in beside[1:])))


def _no_mapping(model: type[BaseModel], source: Source, path: Path_, value: object) -> ConfigurationError:
    """Say that keys are wanted where a bare word or a list stands, and which."""
    what = say("yaml_entry", number=path[-1] + 1) if path and isinstance(path[-1], int) else _called(path)
    colon = say("yaml_slip_colon_width") if isinstance(value, str) and "：" in value else ""
    allowed = "、".join(_keys_at(model, ()))
    shown = str(value) if len(str(value)) <= LONGEST_SHOWN else f"{str(value)[:LONGEST_SHOWN]}…"
    return source.error(
        "yaml_not_mapping", path, what=what or say("yaml_whole_file"), value=shown, allowed=allowed, colon=colon
    )


def _keys_at(model: type[BaseModel], path: Path_) -> list[str]:
    """Return the keys that are known at a place inside a model, as they are written."""
    for step in path:
        field = next((f for name, f in model.model_fields.items() if step in (name, f.alias)), None)
        if field is not None:
            model = next((t for t in _types_in(field.annotation) if issubclass(t, BaseModel)), model)
    return sorted(field.alias or name for name, field in model.model_fields.items())


def _types_in(annotation: Any) -> Iterator[type]:
    """Yield every class that a type hint names."""
    if isinstance(annotation, type) and not get_args(annotation):
        yield annotation
    for inner in get_args(annotation):
        yield from _types_in(inner)


def _in_words(problem: Any) -> str:
    """Say in Chinese what value is wanted; the schema's own words when the catalogue has none for this objection."""
    given = {name: _listed(value) for name, value in problem.get("ctx", {}).items()}
    for code in (f"yaml_wants_{problem['type']}_{problem['loc'][-1]}", f"yaml_wants_{problem['type']}"):
        wanted = say(code, **given)
        if wanted != code:
            return wanted
    return str(problem["msg"])


def _listed(value: object) -> str:
    """Write pydantic's `'a', 'b' or 'c'` as a Chinese list."""
    return str(value).replace("'", "").replace(" or ", "、").replace(", ", "、")


def _child(node: yaml.Node | None, step: str | int) -> tuple[yaml.Node, yaml.Node] | None:
    """Return the node to point at and the node to go on from, one step further down."""
    if isinstance(node, yaml.MappingNode):
        return next(((key, value) for key, value in node.value if str(key.value) == step), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step], node.value[step]
    return None


class _Builder:
    """Turn nodes into mappings, lists, strings and None; refuse a key given twice and a flood of references."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.count = 0

    def build(self, node: yaml.Node) -> Any:
        self.count += 1
        if self.count > MAX_VALUES:  # references inside references multiply without end
            raise self._error(node, "yaml_too_much", limit=MAX_VALUES)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node)
        if isinstance(node, yaml.SequenceNode):
            return [self.build(child) for child in node.value]
        return None if node.value == "" and getattr(node, "style", None) is None else node.value

    def _mapping(self, node: yaml.MappingNode) -> dict[str, Any]:
        built: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            if key in built:
                raise self._error(key_node, "yaml_key_twice", key=key)
            built[key] = self.build(value_node)
        return built

    def _error(self, node: yaml.Node, code: str, **parameters: object) -> ConfigurationError:
        return Source(self.source.file, None, node).error(code, (), **parameters)
