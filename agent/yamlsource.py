"""Read YAML so that strings stay strings, remember where each value stood, and say so when a schema objects.

Owns parsing and positions; knows no schema of its own. `12:30`, `on`, `no` and `#晨跑` in quotes survive as written;
an empty value is None. The C parser is used where libyaml is present. Positions are looked up when somebody objects:
a start reads eight thousand values and nobody asks where they stood.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from agent.catalogue import advise, say
from agent.errors import ConfigurationError
from agent.yamlobjections import Path_, choose
from agent.yamlslips import Slip, as_typed, encoding_of, slip_behind, slip_inside

__all__ = ["Path_", "Source", "as_typed", "not_utf8", "parse_yaml", "read_yaml", "validate"]

_Parser: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
MAX_VALUES = 200_000
_PLAIN = (None, "")  # the two parsers name a scalar without quotes differently
_NO_CHARACTER = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
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

    def unquoted(self, path: Path_) -> bool:
        """Tell whether the text at a path was written without quotes, so that any sign in it is as it was typed."""
        node = self.root
        for step in path:
            found = _child(node, step)
            if found is None:
                return False
            node = found[1]
        return isinstance(node, yaml.ScalarNode) and node.style in _PLAIN

    def error(self, code: str, path: Path_ = (), **parameters: object) -> ConfigurationError:
        """Build an error that names file, line and column."""
        line, column = self.position(path)
        return ConfigurationError(code, file=str(self.file), line=line, column=column, **parameters)


def read_yaml(path: Path) -> Source:
    """Load one file; raise `ConfigurationError` for text that is not UTF-8, not YAML or has a key twice, or no file."""
    try:
        return parse_yaml(path.read_text(encoding="utf-8"), path)
    except UnicodeDecodeError as error:
        raise not_utf8(error, str(path)) from None
    except OSError as error:
        reason = error.strerror or error
        raise ConfigurationError("yaml_unreadable", file=str(path), line=1, column=1, reason=reason) from None


def not_utf8(error: UnicodeDecodeError, name: str) -> ConfigurationError:
    """Say in what encoding a file was stored instead, and how to store it again."""
    return ConfigurationError("yaml_not_utf8", file=name, line=1, column=1, detail=say(encoding_of(error.object)))


def parse_yaml(text: str, path: Path) -> Source:
    """Read YAML that begins on the first line of this file; see `read_yaml`."""
    try:
        root = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        raise _slipped(slip_behind(error, text), path) from None
    except RecursionError:
        raise Source(path, None).error("yaml_too_much", limit=MAX_VALUES) from None
    except (yaml.YAMLError, UnicodeEncodeError):
        raise _no_text(text, path) from None
    if root is None:
        return Source(path, None)
    source = Source(path, None, root)
    builder = _Builder(source)
    try:
        value = builder.build(root)
    except RecursionError:
        raise source.error("yaml_too_much", limit=MAX_VALUES) from None
    slip = slip_inside(text, root, builder.spread)
    if slip:
        raise _slipped(slip, path)
    return Source(path, value, root)


def _slipped(slip: Slip, path: Path) -> ConfigurationError:
    return ConfigurationError(
        "yaml_not_yaml", file=str(path), line=slip.line, column=slip.column, detail=say(slip.code, words=slip.words),
        remedy=advise(slip.code, words=slip.words),
    )  # fmt: skip


def _no_text(text: str, path: Path) -> ConfigurationError:
    """Say where a character stands that YAML does not allow: a control character, half of a surrogate pair."""
    found = _NO_CHARACTER.search(text)
    before = text[: found.start() if found else 0]
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    return _slipped(Slip("yaml_slip_character", line, column), path)


def validate(model: type[Model], source: Source, path: Path_ = ()) -> Model:
    """Build a model from the value at a path; an objection names file, line, column and key, and every missing key."""
    value = source.value
    for step in path:
        value = value[step]
    try:
        return model.model_validate(value if value is not None else {})
    except ValidationError as error:
        found = choose(model, error.errors(), path, value)
        raise source.error(found.code, found.place, **found.values) from None


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
        self.spread: list[yaml.ScalarNode] = []

    def build(self, node: yaml.Node) -> Any:
        self.count += 1
        if self.count > MAX_VALUES:  # references inside references multiply without end
            raise self._error(node, "yaml_too_much", limit=MAX_VALUES)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node)
        if isinstance(node, yaml.SequenceNode):
            return [self.build(child) for child in node.value]
        if isinstance(node, yaml.ScalarNode) and node.style in _PLAIN and node.start_mark.line != node.end_mark.line:
            self.spread.append(node)
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
