"""The pinhole camera and the only changes of axes and units.

Camera frame: x right, y down, z away from the camera, metres. World frame: whatever the extrinsics say, metres;
`up` names the world axis that points up. Pixels are of the frame a camera was made for, (0, 0) the corner of the
image and (width, height) the opposite one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from engine import framing
from engine.distortion import Distortion, distorted, turned, undistorted

Array = NDArray[np.floating[Any]]

UP_AXES = ("+x", "-x", "+y", "-y", "+z", "-z")
METRES_PER_UNIT = {"m": 1.0, "cm": 0.01, "mm": 0.001}
DEFAULT_FX_PER_SIDE = 0.8
"""Default focal length over the longer side of the frame: a 64 degree field of view, as of a common webcam."""
FILM_DIAGONAL_MM = math.hypot(36.0, 24.0)
"""Diagonal of a 35 mm film frame, by which "35 mm equivalent" focal lengths are defined (CIPA DCG-001)."""
NEUTRAL_HEIGHT_M = 1.5
"""Height of the neutral camera above the floor: a phone in the hand, or a webcam on a stand."""


PoseSource = Literal["file", "estimated", "default"]
IntrinsicsSource = Literal["file", "option", "metadata", "default"]


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where the parts of a camera come from."""

    pose: PoseSource = "default"
    intrinsics: IntrinsicsSource = "default"
    revision: int = 0
    """Counts the changes of one source's camera."""


@dataclass(frozen=True, slots=True)
class FloorTrust:
    """How well the world's plane at height 0 is known to be the floor that people stand on: standard deviations."""

    tilt_deg: float
    height: float
    """Fraction of the camera's height above the floor."""


@dataclass(frozen=True, slots=True, eq=False)
class Camera:
    """A calibrated camera for frames of one size: intrinsics in pixels, `X_cam = R @ X_world + t` in metres."""

    image_size: tuple[int, int]
    """(width, height) of the frame."""
    fx: float
    fy: float
    cx: float
    cy: float
    R: Array
    """(3, 3) rotation, camera_from_world."""
    t: Array
    """(3,) metres, camera frame."""
    up: str = "-y"
    provenance: Provenance = Provenance()
    floor: FloorTrust | None = None
    """None: nobody knows where the floor is."""
    distortion: Distortion = ()
    """Of the lens, in OpenCV's order (`engine.distortion`); empty: none."""

    @property
    def K(self) -> Array:  # noqa: N802 - the field's name
        """(3, 3) intrinsics in pixels of the frame."""
        return intrinsics(self.fx, self.fy, self.cx, self.cy)

    def camera_from_world(self, points: Array) -> Array:
        """(..., 3) metres, world frame -> (..., 3) metres, camera frame: X_cam = R X_world + t."""
        return points @ self.R.T + self.t

    def world_from_camera(self, points: Array) -> Array:
        """(..., 3) metres, camera frame -> (..., 3) metres, world frame: X_world = R^T (X_cam - t)."""
        return (points - self.t) @ self.R

    def project(self, points: Array) -> Array:
        """(..., 3) metres, camera frame -> (..., 2) pixels; NaN for points that the camera cannot see.

        Those are behind it, or beyond the widest rays of its lens.
        """
        z = np.where(points[..., 2:] > 0, points[..., 2:], np.nan)
        across: Array = points[..., :2] / z
        if self.distortion:
            across = distorted(across, self.distortion)
        return across * (self.fx, self.fy) + (self.cx, self.cy)

    def rays(self, pixels: Array) -> Array:
        """(..., 2) pixels -> (..., 2) x/z and y/z in the camera frame, the inverse of `project` at z = 1."""
        across = (pixels - (self.cx, self.cy)) / (self.fx, self.fy)
        return undistorted(across, self.distortion) if self.distortion else across

    @property
    def position(self) -> Array:
        """(3,) metres, world frame: where the camera stands, -R^T t."""
        return -self.R.T @ self.t

    @property
    def up_vector(self) -> Array:
        """(3,) unit vector, world frame, pointing up."""
        return axis_vector(self.up)

    @property
    def height(self) -> float:
        """Metres above the world's origin plane, along `up`."""
        return float(self.position @ self.up_vector)

    @property
    def tilt_down(self) -> float:
        """Degrees that the optical axis points below the horizon."""
        forward_in_world = self.R[2]
        return float(np.degrees(np.arcsin(np.clip(-forward_in_world @ self.up_vector, -1, 1))))

    @property
    def roll(self) -> float:
        """Degrees that the camera is turned clockwise about its optical axis, -180 to 180: 0 is upright."""
        right, down = self.R[0] @ self.up_vector, self.R[1] @ self.up_vector
        return float(np.degrees(np.arctan2(-right, -down)))


@dataclass(frozen=True, slots=True, eq=False)
class CameraSpec:
    """What is known about a camera before its frame size is: extrinsics, and intrinsics where a file gave them."""

    R: Array
    """(3, 3) rotation, camera_from_world."""
    t: Array
    """(3,) metres."""
    up: str
    K: Array | None = None
    """(3, 3) intrinsics in pixels of `resolution`, or None."""
    resolution: tuple[int, int] | None = None
    """(width, height) that K was calibrated at; None: taken to be the frame's own."""
    fx: float | None = None
    """Focal length in pixels of the frame, which overrides that of K; None: not overridden."""
    fx_size: tuple[int, int] | None = None
    """(width, height) of the frames that `fx` is for; None: it is for frames of any size."""
    fx_per_width: float | None = None
    """Focal length over the frame's width, for a camera that defines it so; None: not defined."""
    film_mm: float | None = None
    """35 mm equivalent focal length that the pictures' own metadata says; None: not said."""
    provenance: Provenance = Provenance()
    floor: FloorTrust | None = None
    """None: nobody knows where the floor is."""
    distortion: Distortion = ()
    """Of the lens that K describes, in OpenCV's order (`engine.distortion`); empty: none."""

    def for_image(self, width: int, height: int) -> Camera:
        """The camera for frames of (width, height) pixels.

        `fx` overrides K, K overrides `fx_per_width`, that overrides `film_mm`, and that 0.8 x the longer side. Where
        `fx` overrides K, the principal point, the pixel aspect and the distortion of K stay. A K of a picture that
        frames like these cannot come of is not used.
        """
        turn, K = self._framed((width, height))
        distortion = () if K is None else self._distortion_of((width, height), turn)
        axes = framing.turned_axes(turn)
        R, t = axes @ self.R, axes @ self.t
        focal, source = self._focal(K, (width, height))
        provenance = replace(self.provenance, intrinsics=source)
        if K is None:
            K = intrinsics(focal, focal, width / 2, height / 2)
        fy = float(K[1, 1]) * focal / float(K[0, 0])
        centre = (float(K[0, 2]), float(K[1, 2]))
        return Camera((width, height), focal, fy, *centre, R, t, self.up, provenance, self.floor, distortion)

    def _focal(self, K: Array | None, size: tuple[int, int]) -> tuple[float, IntrinsicsSource]:
        """The focal length along x for frames of `size`, and where it comes from; K is for these frames."""
        if self.fx is not None:
            scale = 1.0 if self.fx_size is None else max(size) / max(self.fx_size)
            return self.fx * scale, "option"
        if K is not None:
            given = self.provenance.intrinsics
            return float(K[0, 0]), "file" if given == "default" else given
        if self.fx_per_width is not None:
            return self.fx_per_width * size[0], "default"
        if self.film_mm is not None:
            return self.film_mm / FILM_DIAGONAL_MM * math.hypot(*size), "metadata"
        return DEFAULT_FX_PER_SIDE * max(size), "default"

    def _framed(self, frame: tuple[int, int]) -> tuple[int, Array | None]:
        """Quarter turns clockwise from the calibrated picture to the frames', and K for these."""
        if self.K is None or self.resolution is None:
            return 0, self.K
        turn = 0
        if framing.is_turned(self.resolution, frame):
            as_given = Camera(frame, 1.0, 1.0, 0.0, 0.0, self.R, self.t, self.up)
            turn = framing.quarter_turn(as_given.roll)
        return turn, framing.framed(self.K, self.resolution, frame, turn)

    def _distortion_of(self, frame: tuple[int, int], turn: int) -> Distortion:
        is_turned = self.resolution is not None and framing.is_turned(self.resolution, frame)
        return turned(self.distortion, turn) if is_turned else self.distortion


def same_camera(one: CameraSpec, other: CameraSpec) -> bool:
    """Whether two cameras are equal, whatever their revisions."""
    pairs = [
        (getattr(one, field.name), getattr(other, field.name)) for field in fields(CameraSpec)
        if field.name != "provenance"
    ]  # fmt: skip
    provenances = (replace(each.provenance, revision=0) for each in (one, other))
    return all(np.array_equal(first, second) for first, second in (*pairs, tuple(provenances)))


def intrinsics(fx: float, fy: float, cx: float, cy: float) -> Array:
    """Focal lengths and principal point in pixels -> the matrix K, (3, 3)."""
    return np.array([[fx, 0.0, cx], [0.0, fy, cy], [0.0, 0.0, 1.0]])


def axis_vector(up: str) -> Array:
    """'+x' .. '-z' -> (3,) unit vector."""
    vector = np.zeros(3)
    vector["xyz".index(up[1])] = 1.0 if up[0] == "+" else -1.0
    return vector


def nearest_rotation(matrix: Array) -> Array:
    """(3, 3) -> (3, 3): the rotation nearest to it (Frobenius), U diag(1, 1, det U V^T) V^T of its SVD."""
    U, _, Vt = np.linalg.svd(matrix)
    return np.asarray(U @ np.diag([1.0, 1.0, np.linalg.det(U @ Vt)]) @ Vt)


def rotation_from_vector(vector: Array) -> Array:
    """(3,) axis times angle in radians -> (3, 3) rotation (Rodrigues): I + sin(a) K + (1 - cos(a)) K^2."""
    angle = float(np.linalg.norm(vector))
    x, y, z = vector / angle if angle > 0 else np.zeros(3)
    K = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    return np.asarray(np.eye(3) + np.sin(angle) * K + (1 - np.cos(angle)) * K @ K)


def rotation_between(start: Array, end: Array) -> Array:
    """(3,) and (3,) unit vectors -> (3, 3): the smallest rotation that takes `start` to `end`."""
    axis, cosine = np.cross(start, end), float(start @ end)
    if np.linalg.norm(axis) > 0:
        return rotation_from_vector(axis / np.linalg.norm(axis) * np.arctan2(np.linalg.norm(axis), cosine))
    if cosine > 0:
        return np.eye(3)
    sideways = np.cross(start, np.eye(3)[np.abs(start).argmin()])
    return rotation_from_vector(sideways / np.linalg.norm(sideways) * np.pi)


DEFAULT_CAMERA = CameraSpec(np.diag([1.0, -1.0, -1.0]), np.array([0.0, NEUTRAL_HEIGHT_M, 0.0]), "+y")
"""The neutral camera, used without a camera file: level above the origin, which lies on the floor, looking along -z."""


def neutral_camera(film_mm: float | None) -> CameraSpec | None:
    """The neutral camera with the lens that the pictures' metadata says; None if it says nothing."""
    return None if film_mm is None else replace(DEFAULT_CAMERA, film_mm=film_mm)


def _reference_camera() -> CameraSpec:
    R = np.array(
        [
            [0.1656794936, 0.0336560618, -0.9856051821],
            [-0.09224101321, 0.9955650135, 0.01849052095],
            [0.9818563545, 0.08784972047, 0.1680491765],
        ]
    )
    t = np.array([17.76193366, 126.741365, 286.3860507]) * METRES_PER_UNIT["cm"]
    return CameraSpec(R, t, "-y", fx_per_width=0.8, provenance=Provenance("file"))


REFERENCE_CAMERA = _reference_camera()
"""The reference demo's camera: 1.52 m above the floor, 2.74 m from the origin, looking 5 degrees down."""
