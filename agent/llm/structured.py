"""Ask for a shape and read it: JSON schemas for endpoints, and a reply turned into a checked value.

Tolerates a code fence, a model's thinking and prose around one object; says what is wrong without quoting the reply.
"""

from __future__ import annotations

import copy
import functools
import json
import re
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from agent.catalogue import say

__all__ = ["plain_schema", "read_reply", "response_schema"]

MOST_PROBLEMS = 6
THOUGHT = "</think>"  # what some open models say before they answer
BEGINNING = re.compile(r'\{(?=\s*["}])')  # of a JSON object, unlike a brace in prose
TOLD = {"missing": "reply_problem_missing", "literal_error": "reply_problem_literal"}
WRONG_TYPE = ("_type", "_parsing")
Output = TypeVar("Output", bound=BaseModel)


@functools.cache
def plain_schema(output: type[BaseModel]) -> dict[str, Any]:
    """Return the JSON schema of a shape, made once and shared: not to be changed."""
    return output.model_json_schema()


@functools.cache
def response_schema(output: type[BaseModel]) -> dict[str, Any]:
    """Return the strict JSON schema of a shape: every property required, no other allowed, no defaults.

    It is made once and shared: not to be changed.
    """
    schema = copy.deepcopy(plain_schema(output))
    _tighten(schema)
    return schema


def read_reply(text: str, output: type[Output]) -> tuple[Output | None, str]:
    """Return the value and no problem, or None and what is wrong with the reply, in words for the model."""
    try:
        return output.model_validate(_object_in(text)), ""
    except ValidationError as error:
        return None, "；".join(_problem(detail) for detail in error.errors()[:MOST_PROBLEMS])
    except ValueError:
        return None, say("reply_not_json")


def _object_in(text: str) -> Any:
    """Return the first JSON object in a text; raise ValueError when there is none or it does not close.

    Nothing inside an object that does not close is taken for the answer.
    """
    answer = text.rpartition(THOUGHT)[2]
    found = BEGINNING.search(answer)
    if found is None:
        raise ValueError("no object")
    value, _ = json.JSONDecoder(strict=False).raw_decode(answer, found.start())
    return value


def _problem(detail: Any) -> str:
    where = ".".join(str(step) for step in detail["loc"]) or "—"
    return say("reply_field_wrong", field=where, problem=_words(detail))


def _words(detail: Any) -> str:
    """Say one validation error in Chinese where it is a usual one."""
    kind = str(detail["type"])
    if kind.endswith(WRONG_TYPE):
        return say("reply_problem_type")
    return say(TOLD[kind], **detail.get("ctx", {})) if kind in TOLD else str(detail["msg"])


def _tighten(schema: Any) -> None:
    if isinstance(schema, list):
        for item in schema:
            _tighten(item)
    if not isinstance(schema, dict):
        return
    schema.pop("default", None)
    schema.pop("title", None) if isinstance(schema.get("title"), str) else None
    if schema.get("type") == "object" and "properties" in schema:
        schema["required"] = list(schema["properties"])
        schema["additionalProperties"] = False
    for key, value in schema.items():
        _tighten(list(value.values()) if key in ("properties", "$defs") else value)
