"""What programs and pages read: state, scenes, and what their parts mean."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Response

from engine.motion.angles import DEFINITIONS_FILE
from engine.wire import SCHEMA
from webapp.access.errors import UnavailableError
from webapp.access.guard import refuse
from webapp.access.tokens import Role
from webapp.routes.answers import answer
from webapp.shown import role, shown

blueprint = Blueprint("reading", __name__, url_prefix="/api")


@blueprint.get("/state")
def state() -> Response:
    """The state of the engine, what the visitor may do, and `now` by the clock of `wall_time`."""
    visitor = role()
    return answer(
        {
            **shown().state(),
            "role": visitor.value if visitor else None,
            "view_only": visitor is Role.VIEWER,
        }
    )


@blueprint.get("/scene")
def scene() -> Response:
    """The newest scene."""
    shown().seen()
    text = shown().scenes.newest()
    if text is None:
        raise UnavailableError("there is no scene yet", "try again when the source plays")
    return Response(text, mimetype="application/json", headers={"Cache-Control": "no-store"})


@blueprint.get("/scenes")
def scenes() -> Response:
    """A WebSocket (see `webapp.live.scene_socket`); another request is told so."""
    refusal = refuse(426, "this address is a WebSocket", "connect with ws:// or wss://, or ask GET /api/scene")
    return Response(refusal.get_data(), 426, mimetype="application/json", headers={"Upgrade": "websocket"})


@blueprint.get("/scene.schema.json")
def scene_schema() -> Response:
    """JSON Schema of a scene."""
    return _file(SCHEMA, "application/schema+json")


@blueprint.get("/angles")
def angles() -> Response:
    """The definitions of the angles, as data."""
    return _file(DEFINITIONS_FILE, "application/json")


def _file(path: Path, mimetype: str) -> Response:
    return Response(path.read_text(encoding="utf-8"), mimetype=mimetype, headers={"Cache-Control": "no-cache"})
