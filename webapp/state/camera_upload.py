"""Reads a camera file that a visitor has sent, and tells what a file is that is none."""

from __future__ import annotations

import re

from engine.errors import PosecastError
from engine.extrinsics import Calibration, SeveralCamerasError, parse_calibration

_CAMERA = re.compile(rb"^\s*\[cameras\.", re.MULTILINE)
_SOURCE = re.compile(rb"^\s*source\s*=", re.MULTILINE)


def read_upload(data: bytes, filename: str, name: str | None, expected: str | None = None) -> Calibration:
    """The camera called `name` in the file; where none is asked for, and there are several, the one called `expected`.

    PosecastError if it is not understood; for the file of a rig without calibrations, what such a file is for.
    """
    try:
        return parse_calibration(data, filename, name)
    except SeveralCamerasError as error:
        if expected not in error.names:
            raise
        return parse_calibration(data, filename, expected)
    except PosecastError as error:
        if _CAMERA.search(data) and _SOURCE.search(data):
            raise PosecastError(
                f"{filename} describes the cameras of a rig, and has no calibration",
                f"keep it where Posecast runs, and start with: posecast serve --source {filename}",
            ) from error
        raise
