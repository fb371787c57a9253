"""Files that spread a camera over several places: numbered names, stereo pairs, chains, extrinsics beside intrinsics.

In: the values of a whole file. Out: cameras by name, in the ordinary names of one camera, or None.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.errors import PosecastError
from engine.extrinsics import names
from engine.extrinsics.names import find, numbers, plain

_NUMBERED = re.compile(r"(R|Rot|rvec|T|t|tvec|K|dist|D|W|H)_(.+)")
_SHARED = (
    *names.UNIT, "up", *names.RESOLUTION, *names.WIDTH, *names.HEIGHT, *names.FX, *names.FY, *names.CX, *names.CY,
)  # fmt: skip
_PARTS_OF_POSE = ("extrinsics", "extrinsic", "extrinsic_params", "camera_extrinsics", "pose", "poses", "camera_pose")
_PARTS_OF_LENS = ("intrinsics", "intrinsic", "intrinsic_params", "camera_intrinsics", "camera_matrix", "K")
_PARTS = {
    plain(name)
    for name in (
        *_PARTS_OF_POSE, *_PARTS_OF_LENS, "calibration", "params", "parameters", "camera_params", "camera_parameters",
        "camera", "transform", "lens",
    )
}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """The cameras of a file by name, and how they are laid out."""

    kind: str
    """A key of `formats.FORMATS`, or '' for the file's usual format."""
    cameras: dict[str, dict[str, Any]]
    note: str = ""


def layout_of(values: dict[str, Any]) -> Layout | None:
    """The cameras of a file with one of these layouts; None if it has another."""
    return _numbered(values) or _stereo(values) or _camera_info(values) or _kalibr(values) or _side_by_side(values)


def merged(values: dict[str, Any]) -> dict[str, Any]:
    """{'extrinsics': {'R': …}, 'intrinsics': {'fx': …}} -> {'R': …, 'fx': …}; PosecastError where two differ."""
    out = {name: value for name, value in values.items() if not _is_part(name, value)}
    for name, value in values.items():
        if not _is_part(name, value):
            continue
        for inner, item in merged(value).items():
            if inner in out and not _alike(out[inner], item):
                raise PosecastError(f"{inner} occurs twice, once in {name}", "keep the correct one")
            out[inner] = item
    return out


def inherited(values: dict[str, Any]) -> dict[str, Any]:
    """Values that apply to all cameras of a file: unit, up axis, image size, and NeRF's lens."""
    places = [values, *(values[name] for name in ("metadata", "meta", "world") if isinstance(values.get(name), dict))]
    plains = {plain(name) for name in _SHARED}
    return {name: value for place in places for name, value in place.items() if plain(name) in plains}


def _is_part(name: str, value: Any) -> bool:
    return (
        isinstance(value, dict)
        and plain(name) in _PARTS
        and not any(isinstance(v, dict) and find(v, names.ROTATION) for v in value.values())
    )


def _alike(one: Any, other: Any) -> bool:
    try:
        return bool(np.array_equal(np.asarray(one, dtype=float), np.asarray(other, dtype=float)))
    except (TypeError, ValueError, OverflowError):
        return type(one) is type(other) and not isinstance(one, np.ndarray) and bool(one == other)


def _numbered(values: dict[str, Any]) -> Layout | None:
    """EasyMocap's R_1, Rot_1, T_1 and K_1, dist_1."""
    listed = values.get("names")
    known = {str(_whole(name)) for name in listed} if isinstance(listed, list) else set()
    cameras: dict[str, dict[str, Any]] = {}
    for key, value in values.items():
        match = _NUMBERED.fullmatch(key)
        if match and (match[2] in known or match[2].isdecimal()):
            cameras.setdefault(match[2], {})[match[1]] = value
    for camera in cameras.values():
        if "Rot" in camera and "R" in camera:
            camera["rvec"] = camera.pop("R")
        if "Rot" in camera:
            camera["R"] = camera.pop("Rot")
    shared = inherited(values)
    return Layout("easymocap", {name: shared | camera for name, camera in cameras.items()}) if cameras else None


def _whole(name: Any) -> Any:
    return int(name) if isinstance(name, float) and name.is_integer() else name


def _stereo(values: dict[str, Any]) -> Layout | None:
    """OpenCV's stereo pairs: R and T take the first camera's points to the second."""
    rotation, place = find(values, ("R",)), find(values, ("T",))
    lenses = [
        found if (found := find(values, _lens_names(side))) and np.size(found[1]) > 1 else None for side in (1, 2)
    ]
    rectified = find(values, ("R1",)) and find(values, ("P1",))
    if rotation is None or place is None or not (all(lenses) or rectified):
        return None
    note = "the file is of a stereo pair: the world is the first camera's frame"
    note += ", and rectification (R1, P1, …) is not used" if rectified else ""
    shared = inherited(values)
    first = shared | {"R": np.eye(3), "t": np.zeros(3)}
    second = shared | {"R": rotation[1], "t": place[1]}
    for camera, lens in zip((first, second), lenses, strict=True):
        if lens is not None:
            camera["K"] = lens[1]
    for side, camera in ((1, first), (2, second)):
        if bend := find(
            values, _side_names(("D", "dist", "dist_coeffs", "distortion_coefficients", "dist_coefs"), side)
        ):
            camera["dist"] = bend[1]
    return Layout("opencv", {"1": first, "2": second}, note)


def _lens_names(side: int) -> tuple[str, ...]:
    """M1, K_left, cameraMatrix1 and the like."""
    return _side_names(("M", "K", "camera_matrix", "mtx", "CM"), side)


def _side_names(stems: Sequence[str], side: int) -> tuple[str, ...]:
    return tuple(f"{stem}_{end}" for stem in stems for end in (str(side), *(("left", "L"), ("right", "R"))[side - 1]))


def _camera_info(values: dict[str, Any]) -> Layout | None:
    """ROS' camera_info as a message, whose R and P are about rectification."""
    if not {"K", "D", "R", "P"} <= values.keys() or find(values, names.TRANSLATION) is not None:
        return None
    return Layout("opencv", {"camera": {name: value for name, value in values.items() if name not in "RP"}})


def _kalibr(values: dict[str, Any]) -> Layout | None:
    """Kalibr's camchain: each camera from the one before, or from the IMU."""
    cameras = {name: value for name, value in values.items() if isinstance(value, dict) and "camera_model" in value}
    if not cameras or not all(find(camera, names.INTRINSICS) for camera in cameras.values()):
        return None
    note = "the world is the IMU's frame"
    if not all(find(camera, ("T_cam_imu", "T_imu_cam")) for camera in cameras.values()):
        note, cameras = "the world is the first camera's frame", _chained(cameras)
    return Layout("kalibr", {name: _pinhole(camera) for name, camera in cameras.items()}, note)


def _chained(cameras: dict[str, Any]) -> dict[str, Any]:
    out, pose = {}, np.eye(4)
    for index, (name, camera) in enumerate(cameras.items()):
        step = camera.get("T_cn_cnm1")
        if index and step is None:
            raise PosecastError(f"{name} has neither T_cn_cnm1 nor T_cam_imu", "export the camera chain again")
        if index:
            pose = _square("T_cn_cnm1", step) @ pose
        rest = {key: value for key, value in camera.items() if key not in ("T_cn_cnm1", "T_cam_imu")}
        out[name] = {**rest, "w2c": pose.tolist()}
    return out


def _square(name: str, value: Any) -> np.ndarray[Any, Any]:
    array = numbers(name, value, "4x4")
    if array.shape != (4, 4):
        raise names.shape_error(name, array, "4x4")
    return array


def _pinhole(camera: dict[str, Any]) -> dict[str, Any]:
    if camera["camera_model"] != "pinhole":
        raise PosecastError(f"its camera_model is {camera['camera_model']!s:.40}", "only pinhole cameras are read")
    return camera


def _side_by_side(values: dict[str, Any]) -> Layout | None:
    """{'extrinsics': {'a': {…}, 'b': {…}}, 'intrinsics': {'a': {…}, 'b': {…}}}."""
    poses, lenses = find(values, _PARTS_OF_POSE), find(values, _PARTS_OF_LENS)
    if poses is None or lenses is None or not isinstance(poses[1], dict) or not isinstance(lenses[1], dict):
        return None
    common = [name for name in poses[1] if name in lenses[1]]
    plains = {plain(name) for group in (names.ROTATION, names.TRANSLATION, names.FX) for name in group}
    if not common or any(plain(name) in plains for name in poses[1]):
        return None
    shared, cameras = inherited(values), {}
    for name in common:
        pose, lens = poses[1][name], lenses[1][name]
        cameras[name] = shared | (pose if isinstance(pose, dict) else {"extrinsics": pose})
        cameras[name] |= lens if isinstance(lens, dict) else {"K": lens}
    return Layout("", cameras)
