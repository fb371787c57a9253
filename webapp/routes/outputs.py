"""Live outputs over HTTP, for operators alone: what they do, which there are, a test."""

from __future__ import annotations

from flask import Blueprint, Response

from webapp.access.errors import ForbiddenError
from webapp.access.tokens import Role
from webapp.routes.answers import answer
from webapp.routes.request_body import checked
from webapp.routes.request_types import OutputChoice, OutputsChoice
from webapp.services import services
from webapp.shown import role
from webapp.state.outputs import Choice

blueprint = Blueprint("outputs", __name__, url_prefix="/api/outputs")


@blueprint.before_request
def _operators_only() -> None:
    """Viewers do not even see where scenes are sent."""
    if role() is not Role.OPERATOR:
        raise ForbiddenError("outputs are the operator's", "use the operator's link")


@blueprint.get("")
def listing() -> Response:
    """All outputs with their states, and the protocols that there are."""
    return answer(services().outputs.listing())


@blueprint.put("")
def change() -> Response:
    """Have these outputs and no others; if one is wrong, all stay as they were."""
    app, body = services(), checked(OutputsChoice)
    app.outputs.change([_choice(one) for one in body.outputs])
    app.events.settle()
    return answer(app.outputs.listing())


def _choice(one: OutputChoice | str) -> Choice:
    return Choice(url=one) if isinstance(one, str) else Choice(one.id, one.url, one.on)


@blueprint.post("/<id>/test")
def test(id: str) -> Response:
    """Send a test figure to one output, and wait a few seconds for what comes of it."""
    result = services().outputs.test(id)
    return answer({"ok": result.ok, "message": result.message, "hint": result.hint})
