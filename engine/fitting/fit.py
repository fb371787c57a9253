"""The fit of all people of a stream, frame by frame."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

import numpy as np

from engine.bones import BONES
from engine.fitting import depth, ground, lengths, prior, sight, solver
from engine.fitting.ground import Feet, Ground
from engine.fitting.heights import STATURE, Heights
from engine.fitting.memory import Found, Memory, Rows
from engine.fitting.options import FitOptions
from engine.fitting.seen import NEAREST_M, Seen, can_be_fitted, seen
from engine.geometry import Array, Camera
from engine.skeleton import JOINT_COUNT, PELVIS
from engine.types import Person, Pose3D

RESTART_AFTER_S = 0.6
"""Seconds unseen after which a person's movement is forgotten; lengths are not."""
DEPTH_NOISE = 0.05
"""Standard deviation of the depth from the size in the picture, as a fraction."""
PLANE_ERROR_M = 0.02
"""Standard deviation of the height of a standing ankle where the body is put onto its feet."""
GROUND_FRAMES = 5.0
"""Frames that the sizes learnt on another floor count as."""


class BodyFit:
    """The bodies of all people of one stream, by id."""

    def __init__(self) -> None:
        blanks = (lengths.BLANK, sight.BLANK, prior.BLANK, depth.BLANK, ground.BLANK)
        self._memory = Memory(seen_at=-np.inf, **{name: value for blank in blanks for name, value in blank.items()})
        self._ground: Ground | None = None

    def update(
        self, people: Sequence[Person], camera: Camera, time: float, known: Collection[int], options: FitOptions
    ) -> tuple[Person, ...]:
        """The people of the frame at `time` [s], of the assumed height; `known` are the ids that may come back."""
        self._memory.keep(known)
        self._stand_on(ground.ground_under(camera, options.floor_offset_m) if options.fit else None)
        able = [person for person in people if options.fit and can_be_fitted(person)]
        joints = self._fit(able, camera, time, options) if able else ()
        fitted = {person.id: found for person, found in zip(able, joints, strict=True)}
        return tuple(_with_joints(person, fitted.get(person.id)) for person in people)

    def sized(self, people: Sequence[Person], camera: Camera, options: FitOptions) -> tuple[Person, ...]:
        """The same people as tall as they are, as far as that is known; the last step, after smoothing."""
        metric = options.metric or camera.provenance.pose == "file"
        heights = Heights(self._memory, self._ground, options, metric=metric)
        return tuple(heights.applied(person) for person in people)

    def _stand_on(self, now: Ground | None) -> None:
        """Sizes that were learnt on another floor, or a worse estimate of it, count little."""
        before, self._ground = self._ground, now
        if before is not None and now is not None and before.is_like(now):
            return
        frames = self._memory["scale_frames"]
        frames[:] = np.minimum(frames, GROUND_FRAMES)

    def _fit(self, people: Sequence[Person], camera: Camera, time: float, options: FitOptions) -> Array:
        """(P, 19, 3) metres, camera frame, for people of the assumed height."""
        memory, rows = self._memory, self._memory.rows([person.id for person in people])
        dt = time - memory["seen_at"][rows]
        fresh = ~((dt > 0) & (dt <= RESTART_AFTER_S))
        dt = np.where(fresh, 0.0, dt)
        memory["seen_at"][rows] = time
        now = seen(people)

        lengths.learn_from_bodies(memory, rows, now.joints, now.errors)
        of_bones = lengths.lengths_per_height(memory, rows) * (options.assumed_height_m * STATURE)
        body = prior.expected(memory, rows, now.joints, of_bones, dt, fresh)
        rays, presence = sight.sight(memory, rows, camera.rays(now.keypoints), now.found, dt, fresh)
        trust = presence * np.where(now.found, np.minimum(now.scores, 1.0), sight.UNSEEN_SCORE)

        translation = solver.placed(body, rays, trust)
        translation[:, 2] = np.maximum(translation[:, 2], NEAREST_M)
        feet, plane = self._feet(people, rows, now, rays, body, of_bones, translation[:, 2], options)
        depths = self._depths(rows, translation[:, 2], body, feet, dt, fresh)
        noise = sight.ray_noise(now.keypoints, now.found, camera.fx) * now.joints[:, PELVIS, 2, None]
        problem = solver.Problem(
            body, now.errors, rays, trust / noise**2, of_bones,
            translation * (depths / translation[:, 2])[:, None], plane, _stands(feet, len(people)),
        )  # fmt: skip
        joints = solver.relaxed(problem)
        lengths.learn_from_sight(memory, rows, _across(rays, joints, now.found), of_bones)
        return joints

    def _feet(
        self, people: Sequence[Person], rows: Rows, now: Seen, rays: Array, body: Array, of_bones: Array,
        sized: Array, options: FitOptions,
    ) -> tuple[Feet | None, Array]:  # fmt: skip
        """Where feet meet the floor, in the scale of the bodies, and the floor in that scale; learns the sizes."""
        if self._ground is None:
            return None, np.zeros((len(people), 4))
        memory, height_m = self._memory, options.assumed_height_m
        feet = ground.feet_on(self._ground, rays, now.found, height_m)
        ground.learn_scale(memory, rows, self._ground, feet, body, of_bones, sized, now.found)
        scale = np.exp(memory["scale"][rows])
        told = feet.valid & (memory["scale_frames"][rows] > 0)
        told &= np.array([person.id not in options.person_heights_m for person in people])
        plane = ground.plane_in(self._ground, scale, height_m)
        return Feet(feet.ankle, feet.depth / scale, feet.error, told), plane

    def _depths(self, rows: Rows, sized: Array, body: Array, feet: Feet | None, dt: Array, fresh: Found) -> Array:
        """(P,) filtered depths of pelvises from those by size and by feet."""
        memory, sigma = self._memory, DEPTH_NOISE * sized
        depth.predict(memory, rows, dt)
        depth.begin(memory, rows[fresh], sized[fresh], sigma[fresh])
        depth.measure(memory, rows, sized, sigma, ~fresh)
        if feet is not None:
            by_feet = feet.depth - body[np.arange(len(body)), feet.ankle, 2]
            depth.measure(memory, rows, by_feet, feet.error * feet.depth, feet.valid & (by_feet > NEAREST_M))
        return np.maximum(memory["depth"][rows], NEAREST_M)


def _with_joints(person: Person, joints: Array | None) -> Person:
    if joints is None or person.pose3d is None:
        return person
    return replace(person, pose3d=Pose3D(joints.astype(np.float32), person.pose3d.errors))


def _stands(feet: Feet | None, people: int) -> Array:
    """(P, 19) weights of the floor: on the lower ankle."""
    weights = np.zeros((people, JOINT_COUNT))
    if feet is not None:
        weights[np.arange(people), feet.ankle] = feet.valid / PLANE_ERROR_M**2
    return weights


def _across(rays: Array, joints: Array, found: Found) -> Array:
    """(P, B) metres: how long bones look, NaN where an end was not found."""
    a, b = BONES.T
    middle = (joints[:, a, 2] + joints[:, b, 2]) / 2
    visible = np.where(found[:, a] & found[:, b], middle, np.nan)
    return np.asarray(np.linalg.norm(rays[:, a] - rays[:, b], axis=-1) * visible)
