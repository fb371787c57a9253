"""JSON answers of the HTTP interface."""

from __future__ import annotations

from typing import Any

from flask import Response

from engine.wire import dumps


def answer(value: Any, status: int = 200) -> Response:
    """A JSON answer that must not be cached."""
    return Response(dumps(value), status, mimetype="application/json", headers={"Cache-Control": "no-store"})
