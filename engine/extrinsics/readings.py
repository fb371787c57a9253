"""The possible meanings of a rotation and a vector in a file: direction, translation or position, camera axes.

In: `given`, a rotation and three numbers as the file has them. Out: what they are as X_camera = R X_world + t.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from engine.errors import PosecastError
from engine.extrinsics.plausible import stands
from engine.geometry import Array

Pose = tuple[Array, Array]
_GRAPHICS = np.diag([1.0, -1.0, -1.0])
"""Between the camera axes of OpenGL and Blender (y up, looking along -z) and those used here."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """One way to read a rotation and three numbers."""

    told: str
    apply: Callable[[Array, Array], Pose]


TO_CAMERA = Meaning("from the world to the camera", lambda R, t: (R, t))
TO_CAMERA_BY_ROWS = Meaning("from the world to the camera, for row vectors as in MATLAB", lambda R, t: (R.T, t))
TURNED_FROM_POSITION = Meaning("R from the world to the camera, and the camera's position", lambda R, C: (R, -R @ C))
TO_WORLD = Meaning("the camera's pose in the world", lambda R, C: (R.T, -R.T @ C))
GRAPHICS_TO_WORLD = Meaning(
    "the camera's pose in the world, looking along -z as in Blender and OpenGL",
    lambda R, C: (_GRAPHICS @ R.T, -_GRAPHICS @ R.T @ C),
)
GRAPHICS_TO_CAMERA = Meaning(
    "from the world to a camera that looks along -z, as in OpenGL", lambda R, t: (_GRAPHICS @ R, _GRAPHICS @ t)
)


@dataclass(frozen=True, slots=True, eq=False)
class Given:
    """The values of a file, and their possible meanings, the most likely first."""

    name: str
    rotations: tuple[tuple[str, Array], ...]
    """The possible rotations: usually one; two if a quaternion may be wxyz or xyzw."""
    place: Array
    meanings: tuple[Meaning, ...]
    leading: bool = False
    """Whether the first meaning is used if several are plausible."""


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """One pose, and the meaning that it results from."""

    R: Array
    t: Array
    told: str


def choose(given: Given, ups: Sequence[str]) -> tuple[Reading, list[str]]:
    """The only reading, or the only one with a plausible camera; and warnings.

    PosecastError if several are plausible.
    """
    readings = [
        Reading(*meaning.apply(R, given.place), f"{meaning.told}{order}")
        for order, R in given.rotations
        for meaning in given.meanings
    ]
    if len(readings) == 1:
        return readings[0], []
    fits = _distinct([reading for reading in readings if stands(reading.R, reading.t, ups)])
    if len(fits) > 1 and not given.leading:
        told = ", or ".join(reading.told for reading in fits)
        raise PosecastError(f"{given.name} may be {told}", "give R (3x3) and t with X_camera = R X_world + t")
    if not fits:
        return readings[0], [
            f"{given.name}: read as {readings[0].told}; neither that nor another reading puts the camera where cameras "
            "stand: check it"
        ]
    first = fits[0]
    if (
        len(fits) == 1
        and given.leading
        and first is readings[0]
        and len(given.meanings) == 2
        and given.meanings[0] is TO_CAMERA
    ):
        return first, []  # the meaning that its name implies
    others = "".join(f"; it may also be {reading.told}" for reading in fits[1:])
    return first, [f"{given.name}: read as {first.told}, since the camera would stand where cameras do{others}"]


def _distinct(readings: list[Reading]) -> list[Reading]:
    """The readings without duplicates."""
    out: list[Reading] = []
    for one in readings:
        if not any(np.allclose(one.R, other.R) and np.allclose(one.t, other.t) for other in out):
            out.append(one)
    return out
