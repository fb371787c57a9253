"""Finds out what an upload is, by its content, in a process of its own: a decoder that crashes must not end the server.

In: the path of a file and what its owner calls it. Out: kind, size of the picture and duration, and a thumbnail.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import cv2

from engine import children
from engine.capture import uploaded_clip
from engine.capture.clip import Clip
from engine.errors import PosecastError
from engine.extrinsics import MAX_FILE_BYTES, parse_calibration
from engine.types import Image

_CHILD = "webapp.uploads.examine"
_TIMEOUT = 60.0
"""Seconds within which a file must be opened and its first picture decoded."""
_OUTCOME = "outcome:"
_FILE = "the file"
_THUMBNAIL_WIDTH = 320


def examine(path: Path, title: str, thumbnail: Path) -> dict[str, Any]:
    """`{"kind", "width", "height", "seconds"}` of a video or an image, whose first picture is written to `thumbnail`.

    PosecastError if it is neither. Messages call it "the file": they are shown under its title.
    """
    request = json.dumps({"path": str(path), "title": title, "thumbnail": str(thumbnail)})
    try:
        ended = subprocess.run(
            children.command(_CHILD), input=request, capture_output=True, text=True, timeout=_TIMEOUT, check=False
        )
    except subprocess.TimeoutExpired:
        raise _refused("opening it takes too long") from None
    outcome = next((line[len(_OUTCOME) :] for line in ended.stdout.splitlines() if line.startswith(_OUTCOME)), None)
    if outcome is None:
        raise _refused("its decoder crashes")
    found: dict[str, Any] = json.loads(outcome)
    if "error" in found:
        raise PosecastError(found["error"], found["hint"])
    return found


def _refused(why: str) -> PosecastError:
    return PosecastError(f"{_FILE} cannot be played: {why}", "convert it to MP4 with H.264, then upload that")


def examine_here(path: Path, title: str, thumbnail: Path) -> dict[str, Any]:
    """As `examine`, but in this process."""
    try:
        clip = uploaded_clip(path, _FILE)
    except PosecastError as error:
        if _is_camera_file(path, title):
            raise PosecastError(
                f"{_FILE} is a camera file, neither video nor image", "choose it in the Camera panel instead"
            ) from error
        raise
    picture = _first_picture(clip)
    height, width = picture.shape[:2]
    still = clip.frame_count == 1 and clip.frame_rate is None
    seconds = None if still or not (clip.frame_count and clip.frame_rate) else clip.frame_count / clip.frame_rate
    _write_thumbnail(picture, thumbnail)
    return {
        "kind": "image" if still else "video",
        "width": width,
        "height": height,
        "seconds": None if seconds is None else round(seconds, 2),
    }


def _first_picture(clip: Clip) -> Image:
    shots = clip.shots()
    try:
        shot = next(shots, None)
        if shot is None:
            raise PosecastError(f"{_FILE} contains no frames", "check that it plays in a video player")
        return shot.picture()
    finally:
        shots.close()
        clip.close()


def _is_camera_file(path: Path, title: str) -> bool:
    if path.stat().st_size > MAX_FILE_BYTES:
        return False
    try:
        parse_calibration(path.read_bytes(), title)
    except PosecastError:
        return False
    return True


def _write_thumbnail(picture: Image, path: Path) -> None:
    height, width = picture.shape[:2]
    scale = min(1.0, _THUMBNAIL_WIDTH / max(width, height))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    _, data = cv2.imencode(".jpg", cv2.resize(picture, size, interpolation=cv2.INTER_AREA))
    path.write_bytes(data.tobytes())


def main(request: dict[str, str]) -> None:
    """Print the outcome, for `examine`."""
    try:
        found = examine_here(Path(request["path"]), request["title"], Path(request["thumbnail"]))
    except PosecastError as error:
        found = {"error": error.error, "hint": error.hint}
    print(_OUTCOME + json.dumps(found))


if __name__ == "__main__":
    main(json.load(sys.stdin))
