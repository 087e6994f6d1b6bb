"""The API as OpenAPI 3.1, from the registered pages and the models of what they take."""

from __future__ import annotations

import json
from typing import Any

from detente import __version__
from detente.web.page import API, Page, pages

CODES = {
    "400": "The request is not understood",
    "401": "A token is needed",
    "404": "There is no such thing",
    "422": "The data cannot serve for this",
    "429": "Too many requests",
    "503": "Too much is being worked at",
    "504": "It took too long",
}


def openapi() -> bytes:
    """The description of the API, as JSON."""
    document = {
        "openapi": "3.1.0",
        "info": {
            "title": "Detente",
            "version": __version__,
            "description": "The same answers that the pages show. Long work answers 202 with an "
            "address that tells how far it is; ask again until it answers 200.",
        },
        "paths": {api_path(page): {"get": _operation(page)} for page in pages().values()},
        "components": {"schemas": {"Document": _document(), "Refusal": _refusal(),
                                   "Work": _work()}},
    }  # fmt: skip
    return json.dumps(document, indent=1).encode() + b"\n"


def api_path(page: Page) -> str:
    """Where a page's data stand.

    Example:
        >>> api_path(pages()["home"])
        '/api/home'
    """
    return API + (page.path if page.path != "/" else "/home")


def _operation(page: Page) -> dict[str, Any]:
    return {
        "operationId": page.name,
        "summary": page.about,
        "parameters": [*_parameters(page), *_FORMS],
        "responses": {
            "200": {
                "description": page.about,
                "content": {
                    "application/json": {"schema": {"$ref": "#/components/schemas/Document"}},
                    "text/csv": {"schema": {"type": "string"}},
                },
            },
            "202": _answer("It is being worked at", "Work"),
            **{code: _answer(text, "Refusal") for code, text in CODES.items()},
        },
    }


def _parameters(page: Page) -> list[dict[str, Any]]:
    """A parameter for each field of what a page takes."""
    schema = page.asks.model_json_schema()
    parameters = []
    for name, field in schema.get("properties", {}).items():
        in_path = f"{{{name}}}" in page.path
        rest = {key: value for key, value in field.items() if key not in {"title", "description"}}
        parameters.append({
            "name": name,
            "in": "path" if in_path else "query",
            "required": in_path or name in schema.get("required", []),
            "description": field.get("description", ""),
            "schema": rest,
        })  # fmt: skip
    return parameters


_FORMS = [
    {"name": "format", "in": "query", "required": False, "description": "the form of the answer",
     "schema": {"enum": ["json", "csv"], "default": "json"}},
    {"name": "table", "in": "query", "required": False,
     "description": "with format=csv: which table; the first if not given",
     "schema": {"type": "string"}},
]  # fmt: skip


def _answer(text: str, schema: str) -> dict[str, Any]:
    reference = {"$ref": f"#/components/schemas/{schema}"}
    return {"description": text, "content": {"application/json": {"schema": reference}}}


def _document() -> dict[str, Any]:
    """A page as JSON; its sections are those of findings.json, described by its schema."""
    texts = {name: {"type": "string"} for name in ("title", "address", "lead", "warning")}
    objects = {"type": "array", "items": {"type": "object"}}
    names = {"type": "array", "items": {"type": "string"}}
    lists = {"controls": objects, "sections": objects, "tables": names}
    return {"type": "object", "properties": texts | lists, "required": [*texts, *lists]}


def _refusal() -> dict[str, Any]:
    texts = {name: {"type": "string"} for name in ("error", "seen", "next")}
    return {"type": "object", "properties": texts, "required": list(texts)}


def _work() -> dict[str, Any]:
    texts = {name: {"type": "string"} for name in ("work", "address", "doing")}
    counts = {name: {"type": "integer"} for name in ("done", "of")}
    fields = texts | counts | {"seconds": {"type": "number"}, "ready": {"type": "boolean"}}
    return {"type": "object", "properties": fields, "required": list(fields)}
