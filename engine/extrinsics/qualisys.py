"""Qualisys' calibration files (.qca.txt): XML, millimetres, z up, intrinsics in 64ths of a pixel.

`transform` holds the camera's position, and in its rows the camera's axes in the world: x right, y up, looking
along -z.
"""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

import numpy as np

from engine.errors import PosecastError
from engine.extrinsics.names import numbers
from engine.extrinsics.scalars import scalar

_SUBPIXELS = 64.0
_DISTORTION = (
    "radialDistortion1", "radialDistortion2", "tangentalDistortion1", "tangentalDistortion2", "radialDistortion3",
)  # fmt: skip
"""As Qualisys spells them, in OpenCV's order; they have no unit, unlike lengths in the picture."""


def is_qualisys(root: ElementTree.Element) -> bool:
    """Whether it is a camera file of Qualisys."""
    return root.find("cameras/camera/transform") is not None


def read_qualisys(root: ElementTree.Element) -> dict[str, Any]:
    """{'cameras': [...]}, in the names of `names`."""
    return {"cameras": [_camera(camera) for camera in root.iterfind("cameras/camera") if _has_pose(camera)]}


def _has_pose(camera: ElementTree.Element) -> bool:
    return camera.get("active", "1") != "0" and camera.find("transform") is not None


def _camera(camera: ElementTree.Element) -> dict[str, Any]:
    pose, name = camera.find("transform"), camera.get("serial", "")
    entries = [[_number(pose, f"r{row}{column}", name) for column in "123"] for row in "123"]
    axes = numbers(f"the transform of {name}", entries, "a rotation, r11 to r33")
    position = numbers(f"the transform of {name}", [_number(pose, axis, name) for axis in "xyz"], "x, y and z")
    R = np.diag([1.0, -1.0, -1.0]) @ axes
    return {"name": name, "R": R.tolist(), "t": (-R @ position).tolist(), **_lens(camera, name)}


def _lens(camera: ElementTree.Element, name: str) -> dict[str, Any]:
    lens, view = camera.find("intrinsic"), camera.find("fov_video")
    if lens is None:
        return {}
    left, top = (0.0, 0.0) if view is None else (_number(view, "left", name), _number(view, "top", name))
    values: dict[str, Any] = {
        "fx": _number(lens, "focalLengthU", name) / _SUBPIXELS,
        "fy": _number(lens, "focalLengthV", name) / _SUBPIXELS,
        "cx": _number(lens, "centerPointU", name) / _SUBPIXELS - left,
        "cy": _number(lens, "centerPointV", name) / _SUBPIXELS - top,
        "distortion": [float(lens.get(key, "0")) if _is_number(lens.get(key, "0")) else 0.0 for key in _DISTORTION],
    }
    if view is not None:
        width, height = _number(view, "right", name) - left + 1, _number(view, "bottom", name) - top + 1
        values["resolution"] = [width, height]
    return values


def _is_number(text: str) -> bool:
    return isinstance(scalar(text), float)


def _number(element: ElementTree.Element | None, key: str, camera: str) -> float:
    value = scalar(element.get(key, "")) if element is not None else None
    if not isinstance(value, float):
        raise PosecastError(f"the camera {camera} has no number {key}", "export the calibration again")
    return value
