"""One body, all along: the step between lifting and smoothing (docs/algorithm.md, section 5).

    fit = BodyFit()
    people = fit.update(people, camera, frame.time, known, options)   # as the lifter places them -> one body each

In: people as single frames give them. Out: the same with bodies whose bones keep their lengths, on the rays of their
keypoints, led on from the frames before.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from engine.bones import BONES
from engine.fitting import depth, lengths, prior, sight, solver
from engine.fitting.memory import Found, Memory, Rows
from engine.geometry import Array, Camera
from engine.lifting.bodies import MIN_CONFIDENCE
from engine.skeleton import JOINT_COUNT, PELVIS
from engine.types import Person, Pose3D

__all__ = ["BodyFit", "FitOptions"]

RESTART_AFTER_S = 0.6
"""Seconds unseen after which a person's movement is forgotten; lengths are not."""
DEPTH_NOISE = 0.05
"""Standard deviation of the depth from the size in the picture, as a fraction."""
STATURE = 0.95
"""Height of the lifter's bodies, by their trunk and legs, over the height they stand for: it shortens what it is unsure
of. Kept, so that people stay at the lifter's distances."""
NEAREST_M = 0.1
"""Minimum distance of the pelvis for a body to be fitted."""


@dataclass(frozen=True, slots=True)
class FitOptions:
    """The user's options for bodies; may change between two frames."""

    fit: bool = True
    assumed_height_m: float = 1.80
    """Height that the given poses assume for people, metres."""
    person_heights_m: Mapping[int, float] = field(default_factory=dict)
    """True heights of single people by id, metres."""

    def height_of(self, person_id: int) -> float:
        """Metres."""
        return self.person_heights_m.get(person_id, self.assumed_height_m)


class BodyFit:
    """The bodies of all people of one stream, by id."""

    def __init__(self) -> None:
        blanks = (lengths.BLANK, sight.BLANK, prior.BLANK, depth.BLANK)
        self._memory = Memory(seen_at=-np.inf, **{name: value for blank in blanks for name, value in blank.items()})

    def update(
        self, people: Sequence[Person], camera: Camera, time: float, known: Collection[int], options: FitOptions
    ) -> tuple[Person, ...]:
        """The people of the frame at `time` [s]; `known` are the ids that may come back, others are forgotten."""
        self._memory.keep(known)
        fitted = {}
        able = [person for person in people if options.fit and _can_be_fitted(person)]
        if able:
            fitted = {
                person.id: joints for person, joints in zip(able, self._fit(able, camera, time, options), strict=True)
            }
        return tuple(_as_tall_as(person, fitted.get(person.id), options) for person in people)

    def _fit(self, people: Sequence[Person], camera: Camera, time: float, options: FitOptions) -> Array:
        """(P, 19, 3) metres, camera frame, for people of the assumed height."""
        memory, rows = self._memory, self._memory.rows([person.id for person in people])
        dt = time - memory["seen_at"][rows]
        fresh = ~((dt > 0) & (dt <= RESTART_AFTER_S))
        dt = np.where(fresh, 0.0, dt)
        memory["seen_at"][rows] = time

        joints = np.stack([_finite_pose(person).joints for person in people]).astype(float)
        errors = np.maximum(np.stack([_errors(person) for person in people]).astype(float), prior.LEAST_ERROR_M)
        keypoints = np.stack([person.pose2d.keypoints for person in people]).astype(float)
        scores = np.stack([person.pose2d.scores for person in people]).astype(float)
        found = scores > MIN_CONFIDENCE

        lengths.learn_from_bodies(memory, rows, joints, errors)
        of_bones = lengths.lengths_per_height(memory, rows) * (options.assumed_height_m * STATURE)
        body = prior.expected(memory, rows, joints, of_bones, dt, fresh)
        rays, presence = sight.sight(memory, rows, camera.rays(keypoints), found, dt, fresh)
        noise = sight.ray_noise(keypoints, found, camera.fx) * joints[:, PELVIS, 2, None]
        trust = presence * np.where(found, np.minimum(scores, 1.0), sight.UNSEEN_SCORE)
        translation = self._place(rows, solver.placed(body, rays, trust), dt, fresh)
        joints = solver.relaxed(
            body + translation[:, None], body, errors, rays, trust / noise**2, of_bones, translation[:, 2]
        )
        lengths.learn_from_sight(memory, rows, _across(rays, joints, found), of_bones)
        return joints

    def _place(self, rows: Rows, translation: Array, dt: Array, fresh: Found) -> Array:
        """(P, 3) translations of this frame -> the same lines of sight at filtered depths."""
        memory, measured = self._memory, np.maximum(translation[:, 2], NEAREST_M)
        sigma = DEPTH_NOISE * measured
        depth.predict(memory, rows, dt)
        depth.begin(memory, rows[fresh], measured[fresh], sigma[fresh])
        depth.measure(memory, rows, measured, sigma, ~fresh)
        return translation * (memory["depth"][rows] / measured)[:, None]


def _can_be_fitted(person: Person) -> bool:
    pose = person.pose3d
    return pose is not None and bool(np.isfinite(pose.joints).all()) and bool(pose.joints[PELVIS, 2] >= NEAREST_M)


def _finite_pose(person: Person) -> Pose3D:
    assert person.pose3d is not None
    return person.pose3d


def _errors(person: Person) -> Array:
    errors = _finite_pose(person).errors
    return np.full(JOINT_COUNT, prior.UNKNOWN_ERROR_M) if errors is None else errors


def _across(rays: Array, joints: Array, found: Found) -> Array:
    """(P, B) metres: how long bones look, NaN where an end was not found."""
    a, b = BONES.T
    middle = (joints[:, a, 2] + joints[:, b, 2]) / 2
    seen = np.where(found[:, a] & found[:, b], middle, np.nan)
    return np.asarray(np.linalg.norm(rays[:, a] - rays[:, b], axis=-1) * seen)


def _as_tall_as(person: Person, joints: Array | None, options: FitOptions) -> Person:
    """The person, with fitted joints if there are any, scaled about the camera, which leaves the image unchanged."""
    height_m = options.height_of(person.id)
    pose = person.pose3d
    if pose is not None:
        factor = height_m / options.assumed_height_m
        shown = pose.joints if joints is None else joints
        errors = None if pose.errors is None else (pose.errors * factor).astype(np.float32)
        pose = Pose3D((shown * factor).astype(np.float32), errors)
    return replace(person, pose3d=pose, height_m=height_m)
