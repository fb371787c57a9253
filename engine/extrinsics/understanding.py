"""From the values of one camera in a file to a `Calibration`: units, shapes, and what had to be assumed."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.errors import PosecastError
from engine.extrinsics.calibration import Calibration
from engine.extrinsics.cameras import FileCamera
from engine.extrinsics.doubts import doubts
from engine.extrinsics.intrinsics import read_intrinsics, read_resolution
from engine.extrinsics.names import DISTORTION, ROTATION, TRANSLATION, UNIT, find, numbers, shape_error
from engine.extrinsics.rotation import read_rotation
from engine.geometry import METRES_PER_UNIT, UP_AXES, Array, CameraSpec

DEFAULT_UP = "-y"
"""Of the reference's and Panoptic's worlds; elsewhere a guess that doubts are told about."""
_USUAL_UNIT = {"reference": "cm", "panoptic": "cm"}
_UNIT_NAMES = {
    "m": ("m", "meter", "meters", "metre", "metres"),
    "cm": ("cm", "centimeter", "centimeters", "centimetre", "centimetres"),
    "mm": ("mm", "millimeter", "millimeters", "millimetre", "millimetres"),
}


def understand(camera: FileCamera) -> Calibration:
    """The camera in metres; PosecastError where a part is missing or wrong."""
    values = camera.values
    unit, unit_warnings = _unit(values, camera.format)
    up = _up(values)
    R, R_warnings = read_rotation(*_needed(values, ROTATION, "R (3x3) or a rotation vector"), up)
    t = _translation(*_needed(values, TRANSLATION, "t, 3 numbers")) * METRES_PER_UNIT[unit]
    K, K_warnings = read_intrinsics(values)
    resolution = read_resolution(values)
    if K is not None and resolution is None:
        K_warnings.append("the file does not say which image size K is for: taken to be that of the frames")
    distorted = _is_distorted(values)
    if distorted:
        K_warnings.append("the lens distortion in the file is not corrected")
    spec = CameraSpec(R, t, up, K, resolution)
    up_is_known = camera.format in _USUAL_UNIT and "up" not in values
    warnings = (*unit_warnings, *R_warnings, *K_warnings, *doubts(spec, up_is_known))
    return Calibration(spec, camera.format, unit, camera.name, distorted, warnings)


def _needed(values: dict[str, Any], names: tuple[str, ...], what: str) -> tuple[str, Any]:
    found = find(values, names)
    if found is None:
        raise PosecastError(f"no {names[0]} in it: it says {', '.join(list(values)[:12])}", f"give {what}")
    return found


def _translation(name: str, value: Any) -> Array:
    wanted = "3 numbers, the world's origin seen from the camera"
    t = numbers(name, value, wanted)
    if t.size != 3 or t.ndim > 2:
        raise shape_error(name, t, wanted)
    return t.ravel()


def _unit(values: dict[str, Any], kind: str) -> tuple[str, list[str]]:
    """The file's unit, or the usual one of its format."""
    found = find(values, UNIT)
    if found is None and kind in _USUAL_UNIT:
        return _USUAL_UNIT[kind], []
    if found is None:
        return "m", ['the file does not say its unit: t is taken for metres; write "unit": "cm" or "mm" otherwise']
    spelled = str(found[1]).strip().lower()
    for unit, names in _UNIT_NAMES.items():
        if spelled in names:
            return unit, []
    raise PosecastError(f"unit is {found[1]!r:.40}", f"unit must be one of {', '.join(METRES_PER_UNIT)}")


def _up(values: dict[str, Any]) -> str:
    up = values.get("up", DEFAULT_UP)
    if isinstance(up, str) and up in UP_AXES:
        return up
    raise PosecastError(f"up is {up!r:.40}", f"up must be one of {', '.join(UP_AXES)}: the world axis that points up")


def _is_distorted(values: dict[str, Any]) -> bool:
    found = find(values, DISTORTION)
    try:
        return found is not None and bool(np.any(np.array(found[1], dtype=float)))
    except (TypeError, ValueError, OverflowError):
        return True  # not numbers, yet something
