"""Reads the lens of a camera in a file: intrinsics, the image size they are for, distortion; and warnings."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.extrinsics.field_of_view import field_of_view_doubts
from engine.extrinsics.fields import Fields
from engine.extrinsics.intrinsics import read_intrinsics, read_resolution
from engine.extrinsics.names import DISTORTION
from engine.geometry import Array

OFF_CENTRE = 0.15
"""Maximum distance of the principal point from the image centre, as a share of the sides."""
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
    """The lens; PosecastError if the file contradicts itself, or its values are not in pixels."""
    resolution = read_resolution(fields)
    K, warnings = read_intrinsics(fields, resolution)
    if K is not None and resolution is not None and _is_swapped(K, resolution):
        warnings.append(f"the image size {resolution[0]} x {resolution[1]} is read as height and width, as K has it")
        resolution = resolution[1], resolution[0]
    if K is not None and resolution is None:
        warnings.append("the file does not say which image size K is for: taken to be that of the frames")
    if K is not None and resolution is not None:
        warnings += field_of_view_doubts("the file's focal length", K[0, 0], K[1, 1], resolution)
        warnings += centre_doubts(K, resolution)
    distorted = _is_distorted(fields)
    if distorted:
        warnings.append("the lens distortion in the file is not corrected")
    return Lens(K, resolution, distorted, tuple(warnings))


def centre_doubts(K: Array, size: tuple[int, int]) -> list[str]:
    """A warning where the principal point is not near the middle of the images."""
    if off_centre(K, size) <= OFF_CENTRE:
        return []
    cx, cy = (f"{value:.0f}" for value in K[:2, 2])
    return [f"the principal point {cx}, {cy} is far from the middle of {size[0]} x {size[1]} images: is K for others?"]


def off_centre(K: Array, size: tuple[int, int]) -> float:
    """How far the principal point is from the middle of the image, in widths and heights of it."""
    return float(np.abs(K[:2, 2] / size - 0.5).max())


def _is_swapped(K: Array, size: tuple[int, int]) -> bool:
    return off_centre(K, size) > OFF_CENTRE and off_centre(K, (size[1], size[0])) <= OFF_CENTRE


def _is_distorted(fields: Fields) -> bool:
    coefficients = [value for _, value in fields.take_all(DISTORTION)]
    model, fisheye = fields.take(_MODEL), fields.take(_FISHEYE)
    bent = model is not None and any(word in str(model[1]).lower() for word in _BENT)
    return bent or (fisheye is not None and fisheye[1] is True) or any(_is_something(value) for value in coefficients)


def _is_something(value: object) -> bool:
    try:
        return bool(np.any(np.array(value, dtype=float)))
    except (TypeError, ValueError, OverflowError):
        return True  # not numbers, but not empty either
