"""The API described: the OpenAPI document with its problems, and a plain page of it that loads nothing."""

from __future__ import annotations

import json
from html import escape
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from agent.web.api.problems import MEDIA_TYPE, Problem

__all__ = ["VERSION", "describe", "page", "problems"]

VERSION = "1.1.0"
ALWAYS = (400, 401, 403, 413, 422, 429, 500, 503)
# RFC 9110 names these anew, and so does Python from 3.13 on: the description is the same on every Python.
PHRASES = {413: "Content Too Large", 422: "Unprocessable Content"}
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title><body><h1>{title}</h1>
<p>Base: <code>{base}</code> · <a href="openapi.json">openapi.json</a></p>{routes}<h2>Shapes</h2>{schemas}</body></html>
"""
ROUTE = """<section><h2><code>{method} {path}</code></h2>
<p>{what}<br>Takes: {taken}<br>Answers: {answers}</p></section>
"""
REF = {"$ref": "#/components/schemas/Problem"}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the problems a route may answer with, besides those every route may."""
    content = {MEDIA_TYPE: {"schema": REF}}
    return {
        status: {"description": PHRASES.get(status) or HTTPStatus(status).phrase, "content": content}
        for status in sorted({*ALWAYS, *statuses})
    }


def describe(app: FastAPI) -> dict[str, Any]:
    """Return the OpenAPI document of the API, the same on every call."""
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title, version=app.version, description=app.description, routes=app.routes, servers=app.servers
        )
        document["security"] = [{"token": []}]
        components = document.setdefault("components", {})
        components["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
        schemas = components.setdefault("schemas", {})
        schema = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas.update(schema.pop("$defs", {}))
        schemas["Problem"] = schema
        app.openapi_schema = document
    return app.openapi_schema


def page(document: dict[str, Any]) -> str:
    """Return the document as a page to read: routes with what they take and answer, then the shapes."""
    routes = "".join(
        _route(path, method, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    )
    schemas = "".join(_schema(name, schema) for name, schema in sorted(document["components"]["schemas"].items()))
    title = f"{document['info']['title']} REST API {document['info']['version']}"
    return PAGE.format(title=escape(title), base=escape(document["servers"][0]["url"]), routes=routes, schemas=schemas)


def _route(path: str, method: str, operation: dict[str, Any]) -> str:
    taken = [f"{each['in']} {each['name']}" for each in operation.get("parameters", ())]
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    taken += [f"body {_name(body)}"] if body else []
    answers = (
        f"{status} {_name(content.get('schema', {}))}"
        for status, answer in operation["responses"].items()
        for content in answer.get("content", {"": {}}).values()
        if status.startswith("2")
    )
    return ROUTE.format(
        method=method.upper(), path=escape(path), what=escape(operation.get("description", "")),
        taken=escape(", ".join(taken) or "—"), answers=escape(", ".join(answers)),
    )  # fmt: skip


def _schema(name: str, schema: dict[str, Any]) -> str:
    shown = escape(json.dumps(schema, ensure_ascii=False, indent=1))
    return f'<details id="{escape(name)}"><summary>{escape(name)}</summary><pre>{shown}</pre></details>'


def _name(schema: dict[str, Any]) -> str:
    """Name a schema as people say it."""
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[-1]
    if schema.get("type") == "array":
        return f"[{_name(schema.get('items', {}))}]"
    return str(schema.get("type", ""))
