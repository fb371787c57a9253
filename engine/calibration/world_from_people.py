"""Up, floor and metres for a rig, by the people in it.

In: joints in the first camera's frame, in any unit. Out: a `World`: y up, the floor at 0, the origin between the
people, the first camera looking along -z. Up is the normal of the floor where feet have been, or else how people stand.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from engine.errors import PosecastError
from engine.floor.solve import ANKLE_HEIGHT
from engine.floor.standing import Body, Standing, standing
from engine.geometry import Array
from engine.skeleton import JOINT, NECK, PELVIS

PER_HEIGHT = 0.779
"""Trunk, thigh and shin over a person's height (Drillis and Contini, 1966)."""
LEAST_STANDING = 10
"""Moments of somebody standing upright without which up is not known."""
_SPREAD = 0.5
"""Extent of the feet on the floor, in heights of a person and across both directions, that tells its tilt."""
_ON_FLOOR = 0.25
"""Share of somebody's lowest places of a foot that are on the floor."""
_AGREE = float(np.cos(np.radians(12)))
"""Cosine of the largest angle between the floor's normal and how people stand."""
_ROUNDS = 5
_SIDES = ("left", "right")


@dataclass(frozen=True, slots=True, eq=False)
class World:
    """The world, seen from the first camera's frame."""

    metres: float
    """Metres per unit of the rig."""
    axes: Array
    """(3, 3) world_from_first: its rows are the world's x, y and z."""
    origin: Array
    """(3,) in the first camera's frame, in units of the rig: on the floor, between the people."""
    by_feet: bool
    """Whether the floor's tilt is told by where feet have been; otherwise by how people stand."""
    heights_m: tuple[float, ...]
    """Of the people, the tallest first."""
    paths: tuple[Array, ...]
    """For each person, (M, 2) metres: x and z on the floor; NaN where not seen."""

    def camera(self, R: Array, t: Array) -> tuple[Array, Array]:
        """(R, t) camera_from_first in units of the rig -> (R, t) camera_from_world in metres."""
        return R @ self.axes.T, self.metres * (R @ self.origin + t)


def world_from_people(joints: Array, height_m: float) -> World:
    """(M, G, 19, 3) joints of G people, the tallest of whom is `height_m` tall; PosecastError if nobody stands."""
    joints = _with_pelvis(joints)
    statures = np.array([_stature(joints[:, person]) for person in range(joints.shape[1])])
    known = np.isfinite(statures)
    if not known.any():
        raise PosecastError("nobody is seen from the neck to the ankles", "let somebody walk about in full view")
    unit = float(np.nanmax(statures))
    stood = _standing(joints[:, known], statures[known])
    if len(stood) < LEAST_STANDING:
        raise PosecastError("nobody stands upright for long enough", "let somebody stand and walk in full view")
    by_body = np.median([one.up for one in stood], axis=0)
    up, feet, by_feet = _up(_feet(joints[:, known], statures[known]), by_body / np.linalg.norm(by_body), unit)
    level = float(np.median(feet @ up))
    forward = np.array([0.0, 0.0, 1.0]) - up[2] * up
    forward /= np.linalg.norm(forward)
    axes = np.stack([np.cross(forward, up), up, -forward])
    middle = np.median(feet, axis=0)
    origin = middle + (level - middle @ up) * up
    metres = height_m / unit
    on_floor = metres * (joints[:, :, PELVIS] - origin) @ axes.T
    paths = tuple(on_floor[:, person, ::2] for person in range(joints.shape[1]))
    heights = sorted((metres * statures[known]).tolist(), reverse=True)
    return World(metres, axes, origin, by_feet, tuple(heights), paths)


def _with_pelvis(joints: Array) -> Array:
    """The middle of the hips is the pelvis, which no camera finds."""
    filled = joints.copy()
    filled[..., PELVIS, :] = (joints[..., JOINT["left_hip"], :] + joints[..., JOINT["right_hip"], :]) / 2
    return filled


def _stature(joints: Array) -> float:
    """(M, 19, 3) -> the height of one person by the lengths of trunk, thighs and shins; NaN if never seen."""
    chain = [(NECK, PELVIS)]
    legs = [
        (JOINT[f"{side}_{a}"], JOINT[f"{side}_{b}"]) for side in _SIDES for a, b in (("hip", "knee"), ("knee", "ankle"))
    ]
    lengths = [np.linalg.norm(joints[:, a] - joints[:, b], axis=-1) for a, b in (*chain, *legs)]
    medians = [
        float(np.median(one[np.isfinite(one)])) if np.isfinite(one).sum() >= LEAST_STANDING else np.nan
        for one in lengths
    ]
    return (medians[0] + sum(medians[1:]) / 2) / PER_HEIGHT


def _standing(joints: Array, statures: Array) -> list[Standing]:
    """What everybody who stands tells, in units of the rig; `foot` is the sole's place."""
    stood = []
    for person, stature in enumerate(statures.tolist()):
        for body in joints[:, person]:
            found = np.isfinite(body).all(axis=-1)
            filled = np.where(found[:, None], body, body[NECK])
            told = standing(Body(filled, found), stature) if found[PELVIS] and found[NECK] else ""
            if isinstance(told, Standing):
                foot = told.foot * stature - ANKLE_HEIGHT * stature * told.up
                stood.append(replace(told, foot=foot))
    return stood


def _feet(joints: Array, statures: Array) -> list[Array]:
    """(N, 3) soles of each person who stands."""
    each = (_standing(joints[:, [person]], statures[[person]]) for person in range(len(statures)))
    return [np.array([one.foot for one in stood]) for stood in each if stood]


def _up(feet: list[Array], by_body: Array, unit: float) -> tuple[Array, Array, bool]:
    """The floor's normal, the feet that are on it, and whether they tell it.

    They are the lowest of each person; people's own uprightness counts as much as the feet.
    """
    up, lowest, told = by_body, _lowest(feet, by_body), False
    for _ in range(_ROUNDS):
        _, extents, axes = np.linalg.svd(lowest - lowest.mean(axis=0), full_matrices=False)
        normal = axes[2] * np.sign(axes[2] @ by_body)
        told = extents[1] * np.sqrt(12 / len(lowest)) > _SPREAD * unit and normal @ by_body > _AGREE
        if not told:
            return by_body, lowest, False
        up = (normal + by_body) / np.linalg.norm(normal + by_body)
        lowest = _lowest(feet, up)
    return up, lowest, told


def _lowest(feet: list[Array], up: Array) -> Array:
    """(N, 3) those that are not lifted."""
    return np.concatenate([own[own @ up <= np.quantile(own @ up, _ON_FLOOR)] for own in feet])
