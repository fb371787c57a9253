"""The camera over HTTP: extrinsics in, out and back to the neutral camera."""

from __future__ import annotations

import json

from flask import Blueprint, Response, request

from engine.errors import PosecastError
from engine.extrinsics import MAX_FILE_BYTES
from webapp.routes.answers import answer
from webapp.routes.request_body import checked
from webapp.routes.request_types import AdjustRequest, NamedCamera
from webapp.services import services
from webapp.state.adjusting import Adjustment

blueprint = Blueprint("camera", __name__, url_prefix="/api/extrinsics")

_NO = ("", "0", "false")
_MAX_CHOICE_BYTES = 1000
"""Maximum bytes of a choice of a camera that is not a file."""
_MULTIPART_EXTRA = 8 * 1024
"""Bytes that boundaries and headers of a form may add to a file."""


@blueprint.before_request
def limit_body() -> None:
    request.max_content_length = MAX_FILE_BYTES + _MULTIPART_EXTRA


@blueprint.get("")
def current() -> Response:
    """The camera in use, or that of a rig called `?for=`; with `?download=1` as a file that PUT accepts."""
    camera, rig, one = services().camera, services().rig, _one()
    if request.args.get("download", "0") in _NO:
        return answer(camera.describe() if one is None else rig.describe(one))
    headers = {"Content-Disposition": 'attachment; filename="extrinsics.json"', "Cache-Control": "no-store"}
    text = camera.as_file() if one is None else rig.as_file(one)
    return Response(text, mimetype="application/json", headers=headers)


@blueprint.put("")
def put() -> Response:
    """Use a camera file from the next frame on: a form's `file`, or the body itself.

    Or a camera by its name, {"name": "reference"}, or the present one adjusted by hand, {"adjust": {...}}.

    `?preview=1` only reads it. `?for=` is the camera of a rig that a file is for.
    """
    data, filename = _upload()
    preview = request.args.get("preview", "0") not in _NO
    camera, one = services().camera, _one()
    if one is not None:
        return answer(services().rig.use_file(one, data, filename, request.args.get("camera"), preview=preview))
    match _only_key(data):
        case "name":
            return answer(camera.use_named(checked(NamedCamera).name, preview=preview))
        case "adjust":
            return answer(camera.adjust(_adjustment(), preview=preview))
    return answer(camera.use_file(data, filename, request.args.get("camera"), preview=preview))


@blueprint.delete("")
def reset() -> Response:
    """Return to the source's own camera, or the neutral one; with `?for=` of that camera of a rig."""
    one = _one()
    return answer(services().camera.reset() if one is None else services().rig.reset(one))


@blueprint.post("/undo")
def undo() -> Response:
    """Return to the camera before the last change."""
    return answer(services().camera.undo())


def _one() -> str | None:
    """The camera of a rig that is meant; None where none is named."""
    return request.args.get("for")


def _only_key(data: bytes) -> str | None:
    """The key of a JSON object that has no other; None for camera files, which have several."""
    if request.mimetype == "multipart/form-data" or len(data) > _MAX_CHOICE_BYTES:
        return None
    try:
        body = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return str(*body) if isinstance(body, dict) and len(body) == 1 else None


def _adjustment() -> Adjustment:
    given = checked(AdjustRequest).adjust
    by = Adjustment(given.tilt_deg, given.roll_deg, given.height_m, given.fov_deg)
    if by == Adjustment():
        raise PosecastError("nothing is adjusted", "give tilt_deg, roll_deg, height_m or fov_deg")
    return by


def _upload() -> tuple[bytes, str]:
    if request.mimetype == "multipart/form-data":
        file = request.files.get("file")
        if file is None:
            raise PosecastError("the form has no part named 'file'", "send the camera file as 'file'")
        return file.read(), file.filename or "extrinsics.json"
    return request.get_data(), request.args.get("filename", "extrinsics.json")
