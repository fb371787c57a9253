"""Camera files of every format: the reference's JSON, CMU Panoptic's, OpenCV's FileStorage (YAML, XML, JSON).

    calibration = load_calibration("calibration_dome.json#00_05")
    camera = calibration.spec.for_image(1280, 720)

In: bytes that nobody vouches for. Out: a `Calibration`, in metres, or a `PosecastError` that a person understands.
Files are read by readers of our own: OpenCV's aborts the whole process on some malformed ones.
"""

from __future__ import annotations

import os
from pathlib import Path

from engine.errors import PosecastError
from engine.extrinsics.calibration import DEFAULT_CALIBRATION, Calibration, calibration_json, describe
from engine.extrinsics.cameras import SeveralCamerasError, choose_camera
from engine.extrinsics.documents import read_document
from engine.extrinsics.effective import effective_camera
from engine.extrinsics.understanding import understand

__all__ = [
    "DEFAULT_CALIBRATION",
    "MAX_UPLOAD_BYTES",
    "Calibration",
    "CalibrationTooLargeError",
    "SeveralCamerasError",
    "calibration_json",
    "describe",
    "effective_camera",
    "load_calibration",
    "parse_calibration",
]

MAX_UPLOAD_BYTES = 64 * 1024
"""What a stranger may send; ten times the largest file of one camera."""
MAX_FILE_BYTES = 2 * 1024 * 1024
"""What a file on disk may hold: Panoptic's dome has more than 500 cameras in one."""
MAX_TOLD = 500
"""Characters of a message."""


class CalibrationTooLargeError(PosecastError):
    """The file is larger than any camera's."""


def parse_calibration(data: bytes, filename: str, camera: str | None = None) -> Calibration:
    """The camera in `data`, of at most 64 KiB; the one named `camera` where there are several.

    `filename` is for messages only. PosecastError says what is wrong with the file, and how to mend it.
    """
    return _parse(data, Path(filename).name, camera, MAX_UPLOAD_BYTES)


def load_calibration(text: str) -> Calibration:
    """The camera in the file FILE, or the one called NAME in it: 'FILE' or 'FILE#NAME'."""
    path, name = _file_and_name(text)
    try:
        with path.open("rb") as file_:
            data = file_.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise PosecastError(f"cannot read the camera file {path}: {error.strerror}", "check the path") from error
    return _parse(data, path.name, name, MAX_FILE_BYTES)


def _file_and_name(text: str) -> tuple[Path, str | None]:
    """The '#' that parts them is the first with a file before it: paths and names of cameras may hold others."""
    if os.path.exists(text):  # noqa: PTH110 - Path's own raises where a name is too long for a file
        return Path(text), None
    marks = [at for at, letter in enumerate(text) if letter == "#"]
    part = next((at for at in marks if os.path.isfile(text[:at])), marks[-1] if marks else None)  # noqa: PTH113
    return (Path(text), None) if part is None else (Path(text[:part]), text[part + 1 :])


def _parse(data: bytes, filename: str, camera: str | None, limit: int) -> Calibration:
    if len(data) > limit:
        raise CalibrationTooLargeError(
            f"{filename} is larger than {limit // 1024} KiB", "give the file of one camera, without images"
        )
    try:
        return understand(choose_camera(read_document(data), camera))
    except SeveralCamerasError as error:
        raise SeveralCamerasError(_told(filename, error), error.hint, error.names) from error
    except PosecastError as error:
        raise PosecastError(_told(filename, error), error.hint) from error


def _told(filename: str, error: PosecastError) -> str:
    """What is wrong, fit for a terminal: the file's own words may be long, or control characters."""
    text = f"{filename}: {error.error}"
    return "".join(letter if letter.isprintable() else "?" for letter in text[:MAX_TOLD])
