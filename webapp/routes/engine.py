"""The engine over HTTP: state, scenes, backends, sources, settings."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from engine.capture import why_no_cameras
from engine.errors import PosecastError
from engine.wire import dumps
from webapp.access.errors import ForbiddenError
from webapp.routes.answers import answer
from webapp.routes.openapi import document
from webapp.routes.request_body import checked, json_object
from webapp.routes.request_types import BackendChoice, SourceChoice
from webapp.services import services
from webapp.state.presets import describe_presets

blueprint = Blueprint("api", __name__, url_prefix="/api")


@blueprint.get("/openapi.json")
def openapi() -> Response:
    """The description of this API."""
    return Response(dumps(document()), mimetype="application/json", headers={"Cache-Control": "no-cache"})


@blueprint.get("/backends")
def backends() -> Response:
    """What runs here, why the rest does not, and the three presets."""
    from engine.inference import available  # asking imports the networks' libraries

    app = services()
    return answer(
        {
            "presets": describe_presets(app.pipeline.state(), app.costs.by_height()),
            "backends": [
                {
                    "name": report.name,
                    "available": report.available,
                    "reason": report.reason,
                    "devices": list(report.devices),
                    "precisions": list(report.precisions),
                    "version": report.version,
                    "measured_ms": app.costs.of(report.name),
                }
                for report in available()
            ],
        }
    )


@blueprint.put("/backend")
def switch_backend() -> Response:
    """Start to switch; progress and result come as events."""
    body = checked(BackendChoice)
    services().pipeline.switch_backend(body.name, body.device, body.precision)
    return answer({"switching": body.name}, 202)


@blueprint.delete("/backend")
def cancel_switch() -> Response:
    """Cancel the switch under way, to another backend or source; what runs stays."""
    return answer({"cancelled": services().pipeline.cancel_switch()})


@blueprint.get("/sources")
def sources() -> Response:
    """What `PUT /api/source` accepts, with labels; and why no camera can be used, if none can."""
    absence = why_no_cameras()
    return answer(
        {
            "sources": services().sources.listing(),
            "no_cameras": None if absence is None else {"reason": absence[0], "hint": absence[1]},
            "addresses": services().options.addresses,
        }
    )


@blueprint.put("/source")
def switch_source() -> Response:
    """Start to switch; the old source plays until the new one has a frame. Without a source: only remember this one."""
    desk, body = services().source_desk, checked(SourceChoice)
    if body.source is not None:
        return answer({"switching": desk.choose(body.source, remember=body.remember is True)}, 202)
    if body.remember is None:
        raise PosecastError("the body names no source", 'send for example {"source": "demo"}')
    desk.remember(body.remember)
    services().broadcaster.state_changed()
    return answer({"start_source": desk.start}, 202)


@blueprint.get("/settings")
def settings() -> Response:
    """The settings in effect."""
    return answer(services().status.state()["settings"])


@blueprint.put("/settings")
def change_settings() -> Response:
    """Change some settings; if one value is wrong, all stay as they were."""
    changes = json_object()
    if not changes:
        raise PosecastError("the body names no setting", 'send for example {"smoothing": false}')
    app = services()
    app.pipeline.state().settings.changed(changes)
    _check_reach(changes)
    if "source" in changes:
        changes["source"] = app.sources.resolve(changes["source"])
    app.pipeline.change_settings(changes)
    app.events.settle()
    app.camera.settle()
    return answer(app.status.state()["settings"])


def _check_reach(changes: dict[str, Any]) -> None:
    """ForbiddenError for changes that would have the server open a file by a path that a visitor chose."""
    app = services()
    current = app.pipeline.state().settings
    if changes.get("model", current.model) not in ("bundled", "official", current.model):
        raise ForbiddenError("this model cannot be chosen over the web", "start the server with --model")
    if "outputs" in changes:
        raise ForbiddenError("outputs are not set among the settings", "send them to PUT /api/outputs")
    if changes.get("extrinsics", current.extrinsics) != current.extrinsics:
        raise ForbiddenError(
            "a camera file cannot be chosen by its path", "send it to PUT /api/extrinsics, or DELETE that"
        )
