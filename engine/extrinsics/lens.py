"""What a file says of a camera's lens: intrinsics, the size they are for, distortion, and what is wrong with these."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from engine.extrinsics.fields import Fields
from engine.extrinsics.intrinsics import read_intrinsics, read_resolution
from engine.extrinsics.names import DISTORTION
from engine.geometry import Array

MAX_FIELD_OF_VIEW_DEG = 150.0
"""No lens that pictures straight lines straight sees more."""
_FISHEYE = ("fisheye", "is_fisheye")
_MODEL = ("distortion_model", "model", "projection")
_BENT = ("equidistant", "fisheye", "kannala_brandt", "omni", "double_sphere")


@dataclass(frozen=True, slots=True, eq=False)
class Lens:
    K: Array | None
    """(3, 3) pixels of `resolution`, None where the file has none."""
    resolution: tuple[int, int] | None
    distorted: bool
    warnings: tuple[str, ...]


def read_lens(fields: Fields) -> Lens:
    """The lens; PosecastError where the file contradicts itself, or says something that is not in pixels."""
    resolution = read_resolution(fields)
    K, warnings = read_intrinsics(fields, resolution)
    if K is not None and resolution is None:
        warnings.append("the file does not say which image size K is for: taken to be that of the frames")
    if K is not None and resolution is not None:
        warnings += field_of_view_doubts("the file's focal length", K[0, 0], K[1, 1], resolution)
    distorted = _is_distorted(fields)
    if distorted:
        warnings.append("the lens distortion in the file is not corrected")
    return Lens(K, resolution, distorted, tuple(warnings))


def field_of_view(focal: float, side: int) -> float:
    """Degrees that `side` pixels see at a focal length in pixels."""
    return math.degrees(2 * math.atan(side / 2 / focal))


def field_of_view_doubts(what: str, fx: float, fy: float, size: tuple[int, int]) -> list[str]:
    """A warning where it sees more than lenses do."""
    angle = max(field_of_view(fx, size[0]), field_of_view(fy, size[1]))
    if angle <= MAX_FIELD_OF_VIEW_DEG:
        return []
    return [f"{what} means a field of view of {angle:.0f} degrees: is it in pixels of {size[0]} x {size[1]} images?"]


def _is_distorted(fields: Fields) -> bool:
    coefficients = [value for _, value in fields.take_all(DISTORTION)]
    model, fisheye = fields.take(_MODEL), fields.take(_FISHEYE)
    bent = model is not None and any(word in str(model[1]).lower() for word in _BENT)
    return bent or (fisheye is not None and fisheye[1] is True) or any(_is_something(value) for value in coefficients)


def _is_something(value: object) -> bool:
    try:
        return bool(np.any(np.array(value, dtype=float)))
    except (TypeError, ValueError, OverflowError):
        return True  # not numbers, yet something
