"""Recordings over HTTP: start, stop, list, edit, delete, restore. Their files are served by `recording_files`."""

from __future__ import annotations

from flask import Blueprint, Response

from engine.redaction import redact
from engine.wire import Wire
from webapp.access.pixels import withheld
from webapp.recording.formats import DOWNLOADS
from webapp.recording.recordings import RECORDING
from webapp.recording.trash import KEPT_S
from webapp.routes.answers import answer
from webapp.routes.request_body import checked, json_object
from webapp.routes.request_types import RecordingChanges, RecordingRequest
from webapp.services import services

blueprint = Blueprint("recordings", __name__, url_prefix="/api/recordings")


@blueprint.get("")
def listing() -> Response:
    """All recordings, the running one, their total and permitted size, and what they can be downloaded as."""
    app = services()
    hidden = withheld(app.viewers_see())
    return answer(
        {
            "recording": app.recorder.status(),
            "recordings": [_shown(one) for one in app.library.listing(_playing())],
            "total_bytes": app.recordings.total_bytes(),
            "cap_bytes": app.recorder.limit_bytes,
            "formats": [one.to_wire() for one in DOWNLOADS if not (hidden and one.pictures)],
        }
    )


@blueprint.post("")
def control() -> Response:
    """Start (201) or stop."""
    body = checked(RecordingRequest)
    if body.record:
        return answer({"recording": services().recorder.start(video=body.video)}, 201)
    return answer({"recording": None, "finished": services().recorder.stop()})


@blueprint.patch("/<name>")
def change(name: str) -> Response:
    """Change title, notes, length, or who is who; the recorded file stays as it is. The new entry of the list."""
    body, library = checked(RecordingChanges), services().library
    library.change(name, {key: getattr(body, key) for key in json_object()})
    services().broadcaster.state_changed()  # other pages list it as well
    return answer(_shown(library.entry(name, _playing())))


@blueprint.delete("/<name>")
def delete(name: str) -> Response:
    """Delete a recording, which can be restored for a while; one that plays stops."""
    services().library.delete(name)
    services().source_desk.gone(RECORDING + name)
    services().broadcaster.state_changed()
    return answer({"deleted": name, "restorable_s": KEPT_S})


@blueprint.post("/<name>/restore")
def restore(name: str) -> Response:
    """Undo a deletion; the entry of the list."""
    services().library.restore(name)
    services().broadcaster.state_changed()
    return answer(_shown(services().library.entry(name, _playing())))


def _playing() -> str:
    """The present source."""
    return redact(services().pipeline.state().settings.source)


def _shown(entry: Wire) -> Wire:
    """For visitors who may not see the video, there is none."""
    return {**entry, "video": False} if withheld(services().viewers_see()) else entry
