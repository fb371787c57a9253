"""Forward kinematics: a body and its joint angles -> where every joint is in the world."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from engine.capture.stage.body import Body
from engine.geometry import Array
from engine.skeleton import JOINTS

SIDES = (("left", 1.0), ("right", -1.0))
"""Name and sign of x, for a person that faces the viewer's way (+z)."""


@dataclass(frozen=True, slots=True)
class Limb:
    """Angles of an arm or a leg, radians; all zero hangs straight down."""

    flex: float = 0.0
    """Forward."""
    abduct: float = 0.0
    """Abduction, away from the body."""
    twist: float = 0.0
    """Rotation about the limb's own axis."""
    bend: float = 0.0
    """Flexion of the elbow or the knee."""


@dataclass(frozen=True, slots=True)
class Pose:
    """Angles in radians; all zero stands upright, facing +z."""

    left_arm: Limb
    right_arm: Limb
    left_leg: Limb
    right_leg: Limb
    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0
    twist: float = 0.0
    """Rotation of the chest relative to the pelvis."""
    head: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """Yaw, pitch, roll of the head relative to the chest."""
    hop: float = 0.0
    """Metres between the floor and the lowest point of the body."""


@dataclass(frozen=True, slots=True, eq=False)
class Figure:
    """A posed body in the world."""

    body: Body
    points: Mapping[str, Array]
    """Each (3,) metres, world frame: the 19 joints, and head, left/right hand, toe and heel."""
    head_rotation: Array
    """(3, 3) world_from_head."""

    @property
    def joints(self) -> Array:
        """(19, 3) metres, world frame."""
        return np.stack([self.points[name] for name in JOINTS])


def about_x(angle: float) -> Array:
    c, s = math.cos(angle), math.sin(angle)
    return np.array([[1.0, 0.0, 0.0], [0.0, c, -s], [0.0, s, c]])


def about_y(angle: float) -> Array:
    c, s = math.cos(angle), math.sin(angle)
    return np.array([[c, 0.0, s], [0.0, 1.0, 0.0], [-s, 0.0, c]])


def about_z(angle: float) -> Array:
    c, s = math.cos(angle), math.sin(angle)
    return np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])


def stand(body: Body, pose: Pose, x: float, z: float, yaw: float) -> Figure:
    """The figure with its pelvis over (x, z), turned by `yaw`, its lowest point on the floor (or `hop` above)."""
    pelvis_turn = about_y(yaw + pose.yaw) @ about_z(pose.roll) @ about_x(pose.pitch)
    chest_turn = pelvis_turn @ about_y(pose.twist)
    head_turn = chest_turn @ about_y(pose.head[0]) @ about_x(pose.head[1]) @ about_z(pose.head[2])
    half_torso = np.array([0.0, body.torso / 2, 0.0])
    points = {"pelvis": np.zeros(3), "neck": pelvis_turn @ half_torso + chest_turn @ half_torso}
    _head(points, body, chest_turn, head_turn)
    for side, sign in SIDES:
        _arm(points, body, chest_turn, pose.left_arm if side == "left" else pose.right_arm, side, sign)
        _leg(points, body, pelvis_turn, pose.left_leg if side == "left" else pose.right_leg, side, sign)
    lowest = min(point[1] for point in points.values())
    offset = np.array([x, pose.hop - lowest, z])
    return Figure(body, {name: point + offset for name, point in points.items()}, head_turn)


def _head(points: dict[str, Array], body: Body, chest_turn: Array, head_turn: Array) -> None:
    radius = body.head / 2
    centre = points["neck"] + chest_turn @ (0.0, body.neck, 0.0) + head_turn @ (0.0, radius, 0.0)
    points["head"] = centre
    points["nose"] = centre + head_turn @ (0.0, -0.08 * radius, 0.98 * radius)
    for side, sign in SIDES:
        points[f"{side}_eye"] = centre + head_turn @ (sign * 0.36 * radius, 0.22 * radius, 0.84 * radius)
        points[f"{side}_ear"] = centre + head_turn @ (sign * 0.78 * radius, 0.05 * radius, 0.0)


def _arm(points: dict[str, Array], body: Body, chest_turn: Array, arm: Limb, side: str, sign: float) -> None:
    shoulder = points["neck"] + chest_turn @ (sign * body.shoulder_width, -0.012 * body.height, 0.0)
    upper = chest_turn @ _hang(arm, sign)
    elbow = shoulder + upper @ (0.0, -body.upper_arm, 0.0)
    down = upper @ about_x(-arm.bend) @ (0.0, -1.0, 0.0)
    points[f"{side}_shoulder"] = shoulder
    points[f"{side}_elbow"] = elbow
    points[f"{side}_wrist"] = elbow + down * body.forearm
    points[f"{side}_hand"] = elbow + down * (body.forearm + 0.05 * body.height)


def _leg(points: dict[str, Array], body: Body, pelvis_turn: Array, leg: Limb, side: str, sign: float) -> None:
    hip = points["pelvis"] + pelvis_turn @ (sign * body.hip_width, -0.01 * body.height, 0.0)
    upper = pelvis_turn @ _hang(leg, sign)
    knee = hip + upper @ (0.0, -body.thigh, 0.0)
    lower = upper @ about_x(leg.bend)
    ankle = knee + lower @ (0.0, -body.shin, 0.0)
    points[f"{side}_hip"] = hip
    points[f"{side}_knee"] = knee
    points[f"{side}_ankle"] = ankle
    points[f"{side}_toe"] = ankle + lower @ (0.0, -0.03 * body.height, 0.085 * body.height)
    points[f"{side}_heel"] = ankle + lower @ (0.0, -0.035 * body.height, -0.02 * body.height)


def _hang(limb: Limb, sign: float) -> Array:
    """(3, 3) rotation of the upper limb relative to the trunk."""
    return about_x(-limb.flex) @ about_z(sign * limb.abduct) @ about_y(-sign * limb.twist)
