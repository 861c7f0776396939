"""Read YAML so that strings stay strings, remember where each value stood, and say so when a schema objects.

Owns parsing and positions; knows no schema of its own. `12:30`, `on`, `no` and `#晨跑` in quotes survive as written;
an empty value is None. The C parser is used where libyaml is present.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from agent.errors import ConfigurationError

__all__ = ["Source", "parse_yaml", "read_yaml", "validate"]

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
MAX_VALUES = 200_000
Path_ = tuple[str | int, ...]
Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True)
class Source:
    """Hold the value of one file and the line and column (from 1) of every path in it."""

    file: Path
    value: Any
    marks: dict[Path_, tuple[int, int]]

    def position(self, path: Path_) -> tuple[int, int]:
        """Return line and column of a path, or of its nearest ancestor."""
        while path and path not in self.marks:
            path = path[:-1]
        return self.marks.get(path, (1, 1))

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
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise ConfigurationError(
            "yaml_not_yaml", file=str(path), line=line, column=column, detail=error.problem or error.context or ""
        ) from None
    marks: dict[Path_, tuple[int, int]] = {}
    source = Source(path, None, marks)
    try:
        value = _build(root, (), source) if root is not None else None
    except RecursionError:
        raise source.error("yaml_too_much", limit=MAX_VALUES) from None
    return Source(path, value, marks)


def validate(model: type[Model], source: Source, path: Path_ = ()) -> Model:
    """Build a model from the value at a path; the first objection names file, line, column and the key."""
    value = source.value
    for step in path:
        value = value[step]
    try:
        return model.model_validate(value if value is not None else {})
    except ValidationError as error:
        first = error.errors()[0]
        place = (*path, *first["loc"])
        key = ".".join(str(step) for step in place) or model.__name__
        if first["type"] == "missing":
            raise source.error("yaml_missing_key", place, key=key) from None
        if first["type"] == "extra_forbidden":
            allowed = "、".join(sorted(model.model_fields))
            raise source.error("yaml_unknown_key", place, key=key, allowed=allowed) from None
        raise source.error("yaml_wrong_value", place, key=key, value=first.get("input"), detail=first["msg"]) from None


def _build(node: yaml.Node, path: Path_, source: Source) -> Any:
    source.marks[path] = (node.start_mark.line + 1, node.start_mark.column + 1)
    if len(source.marks) > MAX_VALUES:  # references inside references multiply without end
        raise source.error("yaml_too_much", path, limit=MAX_VALUES)
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, path, source)
    if isinstance(node, yaml.SequenceNode):
        return [_build(child, (*path, index), source) for index, child in enumerate(node.value)]
    return None if node.value == "" and getattr(node, "style", None) is None else node.value


def _mapping(node: yaml.MappingNode, path: Path_, source: Source) -> dict[str, Any]:
    built: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key = str(key_node.value)
        place = (*path, key)
        if key in built:
            source.marks[place] = (key_node.start_mark.line + 1, key_node.start_mark.column + 1)
            raise source.error("yaml_key_twice", place, key=key)
        built[key] = _build(value_node, place, source)
        source.marks[place] = (key_node.start_mark.line + 1, key_node.start_mark.column + 1)
    return built
