"""Files of recordings over HTTP: scenes, video, index, thumbnail, exports. Whole or in ranges of bytes."""

from __future__ import annotations

import io
import json
import math

import msgspec
from flask import Blueprint, Response, request, send_file

from engine.errors import PosecastError
from engine.exports import Request
from engine.motion.edits import Edits
from engine.wire import csv_lines
from webapp.access.errors import UnavailableError
from webapp.access.pixels import no_video, withheld
from webapp.recording.formats import DOWNLOADS
from webapp.recording.recordings import SCENES, VIDEO
from webapp.routes.answers import answer
from webapp.services import services

blueprint = Blueprint("recording_files", __name__, url_prefix="/api/recordings")

DONE = "X-Posecast-Done"
"""Header of an exported file: what was changed in it, as a JSON list of texts."""
_PATIENCE_S = 0.5
"""How long a request waits for an export or an index, so that a short one is a single request."""


@blueprint.get("/<name>")
def download(name: str) -> Response:
    """A recording as a file."""
    known = [one.name for one in DOWNLOADS if not one.prepared]
    kind = request.args.get("format", known[0])
    if kind not in known:
        raise PosecastError(f"unknown format {kind!r}", f"formats are: {', '.join(known)}")
    recordings = services().recordings
    if kind == "csv":
        path = recordings.path(name)
        headers = {"Content-Disposition": f'attachment; filename="{name}.csv"', "Cache-Control": "no-store"}
        return Response(csv_lines(path), mimetype="text/csv", headers=headers)
    path = recordings.path(name, VIDEO if kind == "mp4" else SCENES)
    mimetype = "video/mp4" if kind == "mp4" else "application/x-ndjson"
    return send_file(path.resolve(), mimetype=mimetype, as_attachment=True, download_name=path.name, max_age=0)


@blueprint.get("/<name>/video")
def video(name: str) -> Response:
    """The video, to be played and sought in."""
    path = services().recordings.path(name, VIDEO)
    if withheld(services().viewers_see()):
        raise no_video()
    return send_file(path.resolve(), mimetype="video/mp4", max_age=0)


@blueprint.get("/<name>/index")
def index(name: str) -> Response:
    """Where which second is, and who comes and goes; 202 with a fraction while an older recording is read."""
    library = services().library
    scenes = library.recordings.path(name)
    found = library.indexes.of(scenes)
    if found is None:
        building = library.indexes.building(scenes)
        if not building.ended.wait(_PATIENCE_S):
            return answer({"fraction": round(building.fraction, 3)}, 202)
        found = library.index(name)
    told = {key: getattr(found, key) for key in ("bytes", "scenes", "start_wall_time", "seconds", "times", "offsets")}
    return answer({**told, "marks": msgspec.to_builtins(library.marks(name, found))})


@blueprint.get("/<name>/thumbnail.jpg")
def thumbnail(name: str) -> Response:
    """A small picture: from the video, or its people as skeletons."""
    made = services().thumbnails.jpeg(name, skeleton=withheld(services().viewers_see()))
    return send_file(io.BytesIO(made), mimetype="image/jpeg", max_age=0)


@blueprint.get("/<name>/export")
def export(name: str) -> Response:
    """A recording in a format of other programs: the file, or 202 with the fraction that is made."""
    query = request.args
    edits = _edits(name)
    asked = Request(
        services().recordings.path(name), query.get("format", ""), _people(query.getlist("person")),
        query.get("raw", "0") not in ("", "0"), query.get("layout"), edits,
    )  # fmt: skip
    made = services().exports.ask(asked)
    done = [*edits.told(), asked.cleaning]
    if not made.ended.wait(_PATIENCE_S):
        return answer({"fraction": round(made.fraction, 3), "done": done}, 202)
    if made.error is not None or made.file is None:
        raise made.error or UnavailableError("the server is stopping", "try again later")
    response = send_file(made.file, as_attachment=True, download_name=made.file.name, max_age=0)
    response.headers[DONE] = json.dumps(done)
    return response


def _edits(name: str) -> Edits:
    """The edits of its user, and `?from=` and `?to=`; `?edits=0`: as it was recorded."""
    query = request.args
    edits = Edits() if query.get("edits") == "0" else services().library.edits(name)
    if "from" not in query and "to" not in query:
        return edits
    first, last = _seconds("from", 0.0), _seconds("to", math.inf)
    if not 0 <= first < last:
        raise PosecastError("from must be before to, and not negative", "both are seconds from the first scene")
    return edits.within(first, last)


def _seconds(key: str, absent: float) -> float:
    text = request.args.get(key)
    try:
        value = absent if text is None else float(text)
    except ValueError:
        value = math.nan
    if math.isnan(value):
        raise PosecastError(f"{key} is {text!r:.40}, not a number", "it is in seconds from the first scene")
    return value


def _people(texts: list[str]) -> tuple[int, ...] | None:
    """?person=3&person=5 -> ids; None without any. PosecastError for what is not a number."""
    try:
        return tuple(map(int, texts)) or None
    except ValueError:
        raise PosecastError(f"person must be an id, not {', '.join(texts)}", "ids are those of the recording") from None
