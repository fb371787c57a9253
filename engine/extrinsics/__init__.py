"""Camera files of every format: JSON, YAML, XML, TOML and text, of the programs in docs/data.md and by hand.

    calibration = load_calibration("calibration_dome.json#00_05")
    camera = calibration.spec.for_image(1280, 720)

In: untrusted bytes. Out: a `Calibration` in metres, or a `PosecastError` with an understandable message.
OpenCV's own reader is not used: it aborts the whole process on some malformed files.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from engine.errors import PosecastError
from engine.extrinsics.calibration import DEFAULT_CALIBRATION, NAMED, Calibration, calibration_json, describe
from engine.extrinsics.cameras import SeveralCamerasError, cameras_of, choose_camera
from engine.extrinsics.documents import Document, read_document
from engine.extrinsics.effective import can_set_up, check_up, effective_camera
from engine.extrinsics.frames import check_frames, frame_warnings
from engine.extrinsics.replacement import Replacement
from engine.extrinsics.source_camera import SOURCE_SETTINGS, SourceCamera, source_settings
from engine.extrinsics.understanding import assuming, understand
from engine.files import cannot_read

__all__ = [
    "DEFAULT_CALIBRATION",
    "MAX_FILE_BYTES",
    "MAX_UPLOAD_BYTES",
    "NAMED",
    "SOURCE_SETTINGS",
    "Calibration",
    "CalibrationTooLargeError",
    "Replacement",
    "SeveralCamerasError",
    "SourceCamera",
    "calibration_json",
    "can_set_up",
    "check_frames",
    "check_up",
    "describe",
    "effective_camera",
    "frame_warnings",
    "load_calibration",
    "parse_calibration",
    "source_settings",
]

MAX_UPLOAD_BYTES = 64 * 1024
"""Maximum bytes per camera; ten times the largest known file of one camera."""
MAX_FILE_BYTES = 1024 * 1024
"""Maximum bytes of a file of many cameras, uploaded or on disk; Panoptic's dome of more than 500 has a quarter."""
_LARGE_JSON = re.compile(rb"\s*(?:\{|\[\s*\{)")
_LENSES_BESIDE = {"extri": "intri", "extrinsics": "intrinsics"}
"""Files of poses, and of the lenses that belong to them."""
MAX_TOLD = 500
"""Maximum characters of a message."""


class CalibrationTooLargeError(PosecastError):
    """The file is larger than a camera file may be."""


def parse_calibration(data: bytes, filename: str, camera: str | None = None) -> Calibration:
    """The camera in `data`, of at most 64 KiB for each that it holds; the one named `camera` where there are several.

    `filename` is for messages only. PosecastError says what is wrong with the file, and how to correct it.
    """
    return _parse(data, Path(filename).name, camera)


def load_calibration(text: str, *, unit: str | None = None, up: str | None = None) -> Calibration:
    """The camera in the file FILE, or the one called NAME in it: 'FILE' or 'FILE#NAME'; or the named 'reference'.

    `unit` ('m', 'cm', 'mm') and `up` ('+z', …) hold where neither the file nor its format says them. EasyMocap's
    extri.yml is read with the intri.yml beside it, OpenCV's extrinsics.yml with the intrinsics.yml.
    """
    if text in NAMED:
        return NAMED[text]
    path, name = _file_and_name(text)
    try:
        with path.open("rb") as file_:
            data = file_.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise cannot_read(f"the camera file {path}", error) from error
    return _parse(data, path.name, name, _lenses_beside(path), unit=unit, up=up)


def _lenses_beside(path: Path) -> dict[str, Any]:
    """The values of the file of intrinsics that belongs to a file of extrinsics of EasyMocap or OpenCV's samples."""
    name = _LENSES_BESIDE.get(path.stem)
    beside = path if name is None else path.with_name(f"{name}{path.suffix}")
    if name is None or not beside.is_file():
        return {}
    try:
        with beside.open("rb") as file:
            return read_document(file.read(MAX_UPLOAD_BYTES)).values
    except OSError as error:
        raise cannot_read(f"the camera file {beside}", error) from error
    except PosecastError as error:
        raise PosecastError(_told(beside.name, error), error.hint) from error


def _file_and_name(text: str) -> tuple[Path, str | None]:
    """Split at the first '#' that follows the name of an existing file: paths and camera names may contain others."""
    if os.path.exists(text):  # noqa: PTH110 - Path's own raises where a name is too long for a file
        return Path(text), None
    marks = [at for at, letter in enumerate(text) if letter == "#"]
    part = next((at for at in marks if os.path.isfile(text[:at])), marks[-1] if marks else None)  # noqa: PTH113
    return (Path(text), None) if part is None else (Path(text[:part]), text[part + 1 :])


def _parse(
    data: bytes,
    filename: str,
    camera: str | None,
    lenses: Mapping[str, Any] = MappingProxyType({}),
    *,
    unit: str | None = None,
    up: str | None = None,
) -> Calibration:
    if len(data) > MAX_FILE_BYTES:
        raise _too_large(filename, MAX_FILE_BYTES)
    try:
        document = _sized(data, filename)
        chosen = choose_camera(replace(document, values={**lenses, **document.values}), camera)
        return understand(assuming(chosen, unit=unit, up=up))
    except SeveralCamerasError as error:
        raise SeveralCamerasError(_told(filename, error), error.hint, error.names) from error
    except CalibrationTooLargeError:
        raise
    except PosecastError as error:
        raise PosecastError(_told(filename, error), error.hint) from error


def _sized(data: bytes, filename: str) -> Document:
    """The document, if its size fits its number of cameras. Files of many cameras are JSON, which is read fast."""
    if len(data) <= MAX_UPLOAD_BYTES:
        return read_document(data)
    if _LARGE_JSON.match(data):
        with contextlib.suppress(PosecastError):
            document = read_document(data)
            if len(data) <= MAX_UPLOAD_BYTES * len(cameras_of(document)):
                return document
    raise _too_large(filename, MAX_UPLOAD_BYTES)


def _too_large(filename: str, limit: int) -> CalibrationTooLargeError:
    more = " for a file of one camera" if limit == MAX_UPLOAD_BYTES else ""
    return CalibrationTooLargeError(
        f"{filename} is larger than {limit // 1024} KiB{more}", "give the camera's file alone, without images"
    )


def _told(filename: str, error: PosecastError) -> str:
    """The error message, safe for a terminal: quotes from the file may be long, or contain control characters."""
    text = f"{filename}: {error.error}"
    return "".join(letter if letter.isprintable() else "?" for letter in text[:MAX_TOLD])
