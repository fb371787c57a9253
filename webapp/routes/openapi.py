"""The description of the HTTP API (OpenAPI 3.1): schemas/openapi.json, completed from what the code declares.

By hand are the paths, what they answer with and their query parameters. Settings, request bodies and the errors that
every route has in common come from the code.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from engine.settings import SCHEMA
from webapp.routes.request_types import BODIES

SCHEMAS = Path(__file__).parents[1] / "schemas"
_ERRORS = {
    400: "What was sent is wrong; nothing changed.",
    401: "A token is required.",
    403: "Not allowed: view-only, another host or origin, or a source that the operator did not allow.",
    404: "Not found.",
    409: "Not possible in the present state.",
    413: "Too large.",
    503: "Not available at the moment.",
}


@cache
def document() -> dict[str, Any]:
    """The whole description, as `GET /api/openapi.json` serves it."""
    described: dict[str, Any] = json.loads((SCHEMAS / "openapi.json").read_text(encoding="utf-8"))
    components = described["components"]
    components["responses"] = {f"E{status}": _error(text) for status, text in _ERRORS.items()}
    components["schemas"] |= {"Settings": SCHEMA, **_bodies()}
    for item in described["paths"].values():
        for method, operation in item.items():
            if operation.get("security") != []:
                operation["responses"] |= _refusals(method)
    return described


def _refusals(method: str) -> dict[str, Any]:
    """What every route that is not public may answer with, before it is even asked."""
    statuses = (401,) if method == "get" else (401, 403)
    return {str(status): {"$ref": f"#/components/responses/E{status}"} for status in statuses}


def _error(text: str) -> dict[str, Any]:
    return {"description": text, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}}


def _bodies() -> dict[str, Any]:
    _, schemas = msgspec.json.schema_components(BODIES, ref_template="#/components/schemas/{name}")
    return schemas
