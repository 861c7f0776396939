"""Write the JSON Schema of `case.yaml`, so that an editor completes ids and underlines slips.

`python -m evals cases schema` writes it again. Generated from `evals.values.Case`, the themes and the demo
workspace; a test says when the committed file is stale.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from agent.workspace import load_workspace
from agent.yamlsource import read_yaml
from evals.case_files import CASES, themes
from evals.values import Case

__all__ = ["SCHEMA", "schema", "text", "write_schema"]

SCHEMA = CASES / "case.schema.json"
FIELDS = Path(__file__).parent / "data" / "case_fields.yaml"


def schema() -> dict[str, Any]:
    """Return the schema: the model's, with what staff read in Chinese, and the ids that may be named."""
    built = Case.model_json_schema()
    definitions = built["$defs"]
    del definitions["Reference"]["properties"]["text"]
    _restrict(built["properties"], "theme", list(themes()))
    bank = load_workspace(None)
    brief = definitions["BriefSpec"]["properties"]
    _restrict(brief, "persona", [persona.id for persona in bank.personas])
    _restrict(brief, "account", [account.id for account in bank.accounts])
    for key, entries in (("products", bank.products), ("facts", bank.facts), ("points", bank.points)):
        brief[key]["items"]["enum"] = [entry.id for entry in entries]
    for name, fields in read_yaml(FIELDS).value.items():
        model = built if name == "Case" else definitions[name]
        model["description"] = fields[""]
        for field, told in fields.items():
            if field:
                model["properties"][field]["description"] = told
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **built}


def text() -> str:
    """Return the schema as it is committed."""
    return json.dumps(schema(), ensure_ascii=False, indent=1) + "\n"


def write_schema() -> Path:
    """Write the committed schema and return its path."""
    SCHEMA.write_text(text(), encoding="utf-8")
    return SCHEMA


def _restrict(properties: dict[str, Any], key: str, allowed: list[str]) -> None:
    values = allowed if "default" not in properties[key] else ["", *allowed]
    properties[key]["enum"] = values
