"""Recordings over HTTP: start, stop, list, download, delete."""

from __future__ import annotations

from flask import Blueprint, Response, request, send_file

from engine.errors import PosecastError
from engine.exports import Request
from engine.wire import Wire, csv_lines
from webapp.access.errors import UnavailableError
from webapp.access.pixels import withheld
from webapp.recording.formats import DOWNLOADS
from webapp.recording.recordings import RECORDING, SCENES, VIDEO
from webapp.routes.answers import answer
from webapp.routes.request_body import checked
from webapp.routes.request_types import RecordingRequest
from webapp.services import services

blueprint = Blueprint("recordings", __name__, url_prefix="/api/recordings")

_PATIENCE_S = 0.5
"""How long a request waits for an export, so that a short one is a single request."""


@blueprint.get("")
def listing() -> Response:
    """All recordings, the running one, their total and permitted size, and what they can be downloaded as."""
    app = services()
    hidden = withheld(app.viewers_see())
    return answer(
        {
            "recording": app.recorder.status(),
            "recordings": [_without_video(one) if hidden else one for one in app.recordings.listing()],
            "total_bytes": app.recordings.total_bytes(),
            "cap_bytes": app.recorder.limit_bytes,
            "formats": [one.to_wire() for one in DOWNLOADS if not (hidden and one.pictures)],
        }
    )


def _without_video(described: Wire) -> Wire:
    """For visitors who may not see it."""
    return {**described, "video": False}


@blueprint.post("")
def control() -> Response:
    """Start (201) or stop."""
    body = checked(RecordingRequest)
    if body.record:
        return answer({"recording": services().recorder.start(video=body.video)}, 201)
    return answer({"recording": None, "finished": services().recorder.stop()})


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


@blueprint.get("/<name>/export")
def export(name: str) -> Response:
    """A recording in a format of other programs: the file, or 202 with the fraction that is made."""
    recordings, query = services().recordings, request.args
    asked = Request(
        recordings.path(name), query.get("format", ""), _people(query.getlist("person")),
        query.get("raw", "0") not in ("", "0"), query.get("layout"),
    )  # fmt: skip
    made = services().exports.ask(asked)
    if not made.ended.wait(_PATIENCE_S):
        return answer({"fraction": round(made.fraction, 3)}, 202)
    if made.error is not None or made.file is None:
        raise made.error or UnavailableError("the server is stopping", "try again later")
    return send_file(made.file, as_attachment=True, download_name=made.file.name, max_age=0)


def _people(texts: list[str]) -> tuple[int, ...] | None:
    """?person=3&person=5 -> ids; None without any. PosecastError for what is not a number."""
    try:
        return tuple(map(int, texts)) or None
    except ValueError:
        raise PosecastError(f"person must be an id, not {', '.join(texts)}", "ids are those of the recording") from None


@blueprint.delete("/<name>")
def delete(name: str) -> Response:
    """Delete a recording permanently; one that plays stops."""
    services().recordings.delete(name)
    services().source_desk.gone(RECORDING + name)
    services().broadcaster.state_changed()  # other pages list it as well
    return answer({"deleted": name})
