"""Reads the lens of a camera in a file: intrinsics, the image size they are for, distortion; and warnings."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.distortion import Distortion, distorted, reach, undistorted
from engine.extrinsics.distortions import read_distortion
from engine.extrinsics.field_of_view import field_of_view_doubts
from engine.extrinsics.fields import Fields
from engine.extrinsics.intrinsics import read_intrinsics, read_resolution
from engine.geometry import Array

OFF_CENTRE = 0.15
"""Maximum distance of the principal point from the image centre, as a share of the sides."""


@dataclass(frozen=True, slots=True, eq=False)
class Lens:
    K: Array | None
    """(3, 3) pixels of `resolution`, None where the file has none."""
    resolution: tuple[int, int] | None
    distorted: bool
    distortion: Distortion
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
    found = read_distortion(fields)
    if found.unsupported:
        warnings.append(f"the lens distortion in the file ({found.unsupported}) is not corrected")
    elif found.coefficients and K is None:
        warnings.append("the lens distortion in the file is not corrected: the file has no intrinsics")
    elif found.coefficients and K is not None and resolution is not None:
        warnings += fold_doubts(K, found.coefficients, resolution)
    is_distorted = bool(found.coefficients or found.unsupported)
    return Lens(K, resolution, is_distorted, () if K is None else found.coefficients, tuple(warnings))


def fold_doubts(K: Array, distortion: Distortion, size: tuple[int, int]) -> list[str]:
    """A warning where the distortion does not describe the picture up to its corners."""
    corners = np.array([(x, y) for x in (0, size[0]) for y in (0, size[1])], dtype=float)
    wanted = (corners - K[:2, 2]) / (K[0, 0], K[1, 1])
    misses = np.abs(distorted(undistorted(wanted, distortion), distortion) - wanted)
    if (misses.max(axis=1) * K[0, 0] < 1).all():
        return []
    return [
        f"the lens distortion in the file folds the picture beyond {reach(distortion):.2f} focal lengths from its "
        "middle, before its corners: check the coefficients"
    ]


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
