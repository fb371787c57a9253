"""Rules, zones and events over HTTP."""

from __future__ import annotations

from flask import Blueprint, Response

from webapp.routes.answers import answer
from webapp.routes.request_body import json_object
from webapp.services import services

blueprint = Blueprint("events", __name__, url_prefix="/api/events")


@blueprint.get("")
def current() -> Response:
    """Rules, zones, and the latest events."""
    return answer(services().event_desk.document())


@blueprint.put("")
def change() -> Response:
    """Change rules and zones: what the document names."""
    services().event_desk.change(json_object())
    services().broadcaster.state_changed()
    return current()


@blueprint.delete("")
def clear() -> Response:
    """Forget the latest events; rules and zones stay."""
    services().event_desk.forget()
    return current()
