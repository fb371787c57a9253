"""The public form of a scene: the wire format's content as numpy arrays.

The order of the 19 joints is that of CMU Panoptic (`engine.skeleton.JOINTS`); metres, seconds and pixels.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.types import Event

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Person:
    """One person of a scene."""

    id: int
    """Stays the same while the person is tracked."""
    score: float
    """Mean confidence of the keypoints found, 0..1."""
    keypoints_2d: Array
    """(19, 3): x and y in pixels of the frame, confidence 0..1. NaN, NaN, 0 if not found; the pelvis never is."""
    joints_3d: Array | None
    """(19, 3) metres, world frame of the extrinsics; `Scene.up` names its up axis. None without 3D."""
    joints_camera: Array | None
    """(19, 3) metres, camera frame: x right, y down, z forward. None without 3D."""
    colour: int | None = None
    """Index into the palette of the page and the overlay, from 0; None in scenes of older versions."""
    height_m: float | None = None
    """Metres; None if the JSON does not say."""
    height_kind: str | None = None
    """Where the height comes from: 'assumed', 'relative', 'measured' or 'given'."""
    extra: Mapping[str, Any] = field(default_factory=dict)
    """Further fields of the person, as in the JSON."""


@dataclass(frozen=True, slots=True, eq=False)
class Camera:
    """The camera of a scene: `joints_camera = R @ joints_3d + t`, pixels (fx x / z + cx, fy y / z + cy).

    Where there is `distortion`, the lens bends x / z and y / z before that.
    """

    source: str
    """Where its pose comes from: 'file' (or chosen by hand), 'estimated' from people, or 'default'."""
    intrinsics: str
    """Where its focal length comes from: 'file', 'option', 'metadata' of the pictures, or 'default'."""
    revision: int
    """Counts the changes of the source's camera."""
    R: Array
    """(3, 3) rotation, camera_from_world."""
    t: Array
    """(3,) metres."""
    fx: float
    fy: float
    cx: float
    cy: float
    """Intrinsics, pixels of the frame."""
    height_m: float
    """Metres above the world's origin plane."""
    tilt_deg: float
    """Degrees below the horizon."""
    roll_deg: float
    """Degrees clockwise about the optical axis; 0 is upright."""
    distortion: tuple[float, ...] = ()
    """Of the lens, in OpenCV's order: k1 k2 p1 p2 k3 …; empty: none."""


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """All people in one frame."""

    frame: int
    """Index of the frame in its source, from 0; dropped frames leave gaps."""
    time: float
    """Seconds of media time for files, seconds since the source opened for live ones."""
    wall_time: float
    """Seconds since 1970."""
    image_size: tuple[int, int]
    """Width and height of the frame, pixels."""
    people: tuple[Person, ...]
    up: str
    """The world axis that points up: '+y', '-y', …"""
    fps: float
    """Scenes per second at the time."""
    backend: str
    device: str
    precision: str
    timings_ms: Mapping[str, float]
    """Milliseconds per stage: capture, preprocess, infer, decode, lift, fit, track."""
    camera: Camera | None = None
    """The camera; None in scenes of older versions."""
    events: tuple[Event, ...] = ()
    """What happened, as the rules report it; empty in scenes of older versions."""
    extra: Mapping[str, Any] = field(default_factory=dict)
    """Further fields of the scene, as in the JSON."""
