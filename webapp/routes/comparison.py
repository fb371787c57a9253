"""Two backends side by side on the live picture: begin, look, end."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from engine.pipeline import Choice
from webapp.describe import describe_comparison
from webapp.routes.body import checked, checked_object
from webapp.routes.engine import answer
from webapp.services import services

blueprint = Blueprint("comparison", __name__, url_prefix="/api/comparison")


@blueprint.get("")
def current() -> Response:
    """The comparison that runs, or has ended and was not dismissed; null without one."""
    return answer({"comparison": describe_comparison(services().pipeline.comparisons.now)})


@blueprint.put("")
def begin() -> Response:
    """Begin to load both; how it goes comes as events, figures with the statistics."""
    body = checked({"a": dict, "b": dict})
    services().pipeline.comparisons.begin(_choice("a", body["a"]), _choice("b", body["b"]))
    return answer({"comparison": describe_comparison(services().pipeline.comparisons.now)}, 202)


@blueprint.delete("")
def end() -> Response:
    """Close both networks, and forget the figures."""
    services().pipeline.comparisons.end()
    return answer({"comparison": None})


def _choice(side: str, value: dict[str, Any]) -> Choice:
    optional = {"device": (str, type(None)), "precision": (str, type(None))}
    body = checked_object(value, {"name": str}, optional, f"{side}.")
    return Choice(body["name"], body.get("device") or "auto", body.get("precision") or "auto")
