"""The comparison of two backends on live frames over HTTP: start, read, end."""

from __future__ import annotations

from flask import Blueprint, Response

from engine.pipeline import Choice
from webapp.describe import describe_comparison
from webapp.routes.engine import answer
from webapp.routes.request_body import checked
from webapp.routes.request_types import BackendChoice, ComparisonChoice
from webapp.services import services

blueprint = Blueprint("comparison", __name__, url_prefix="/api/comparison")


@blueprint.get("")
def current() -> Response:
    """The running comparison, or an ended one that was not dismissed; null without one."""
    return answer({"comparison": describe_comparison(services().pipeline.comparisons.now)})


@blueprint.put("")
def begin() -> Response:
    """Start loading both; progress is sent as events, results with the statistics."""
    body = checked(ComparisonChoice)
    services().pipeline.comparisons.begin(_choice(body.a), _choice(body.b))
    return answer({"comparison": describe_comparison(services().pipeline.comparisons.now)}, 202)


@blueprint.delete("")
def end() -> Response:
    """Close both networks, and discard the results."""
    services().pipeline.comparisons.end()
    return answer({"comparison": None})


def _choice(body: BackendChoice) -> Choice:
    return Choice(body.name, body.device or "auto", body.precision or "auto")
