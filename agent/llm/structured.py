"""Ask for a shape and read it: JSON schemas for endpoints, and a reply turned into a checked value.

Tolerates a code fence and prose around one object; says what is wrong without quoting the reply.
"""

from __future__ import annotations

import json
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from agent.catalogue import say

__all__ = ["read_reply", "response_schema"]

MOST_PROBLEMS = 6
Output = TypeVar("Output", bound=BaseModel)


def response_schema(output: type[BaseModel]) -> dict[str, Any]:
    """Return the strict JSON schema of a shape: every property required, no other allowed, no defaults."""
    schema = output.model_json_schema()
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
    """Return the first JSON object in a text; raise ValueError when there is none that closes."""
    start = text.index("{")
    value, _ = json.JSONDecoder(strict=False).raw_decode(text[start:])
    return value


def _problem(detail: Any) -> str:
    where = ".".join(str(step) for step in detail["loc"]) or "—"
    return say("reply_field_wrong", field=where, problem=detail["msg"])


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
