"""Where the millimetres of several cameras come from: the demo stage, with parts of the network's keypoints put right.

    python -m bench.rig_errors [--frames 45] [--every 3] [--height-size 384] [--cameras 0 1 2]

Printed are, without smoothing: the distance of all 19 joints from the truth as measured; with left and right named as
in truth; without keypoints that are farther than 60 mm from the joint, seen at its distance; with exact keypoints where
the network found any; and what is left if each joint's usual offset in the body's axes, as other people of the stage
have it, is taken away. Then the same by person and by joint. What is put right uses the truth: these are limits of what
fusion can reach, not results.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace

import numpy as np

from bench.rig import FAR_M, decoded_sets, followed
from engine.fusion import swapped
from engine.geometry import Array
from engine.loading import load_backend
from engine.preprocess import network_size
from engine.processor import Decoded
from engine.rig_processor import Several
from engine.settings import Settings
from engine.skeleton import JOINT, JOINTS
from engine.types import Pose2D, Snapshot

SAME_PX = 25.0
"""Median distance of keypoints from somebody's joints beyond which a pose is not theirs."""
WRONG_M = 0.06

Correction = Callable[[Pose2D, Array, Array], Pose2D]
"""A pose, and the true (19, 2) pixels and (19,) metres per pixel of the person."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--frames", type=int, default=45, help="sets of pictures (default: %(default)s)")
    parser.add_argument("--every", type=int, default=3, help="one of so many of the stage's (default: %(default)s)")
    parser.add_argument("--height-size", type=int, default=384)
    parser.add_argument("--cameras", type=int, nargs="+", default=[0, 1, 2], choices=range(4))
    options = parser.parse_args()
    settings = Settings(height_size=options.height_size, smoothing=False)
    backend = load_backend(settings.model_spec, network_size(1280, 720, options.height_size), lambda *_: None)
    with closing(backend):
        sets = decoded_sets(backend, settings, options.frames, options.every)

        def errors(correct: Correction | None) -> _Errors:
            corrected = sets if correct is None else [_corrected(one, correct) for one in sets]
            return _Errors.of(followed(corrected, backend, settings, options.cameras))

        measured = errors(None)
        print(f"cameras {options.cameras}, {len(sets)} sets, mm: mean, median")
        _say("as measured", measured.distances)
        _say("left and right as in truth", errors(_named).distances)
        without = errors(_without_wrong)
        _say("without wrong keypoints", without.distances)
        _say("exact keypoints", errors(_exact).distances)
        _say("as measured, usual offsets removed", measured.without_offsets())
        _say("without wrong keypoints, usual offsets removed", without.without_offsets())
        for who in range(5):
            _say(f"person {who}", measured.distances[measured.who == who])
        for index, name in enumerate(JOINTS):
            _say(name, measured.distances[:, index])


def _say(what: str, metres: Array) -> None:
    print(f"{what:48} {1e3 * metres.mean():5.1f} {1e3 * np.median(metres):5.1f}", flush=True)


def _corrected(one: Several[Decoded], correct: Correction) -> Several[Decoded]:
    """The set with the poses of the stage's people put right."""
    assert one.frame.truth is not None
    truth, parts = one.frame.truth.joints_world.astype(float), []
    for view, part in one.parts:
        height, width = part.frame.image.shape[:2]
        camera = view.camera.for_image(width, height)
        seen = [camera.camera_from_world(joints) for joints in truth]
        people = [(camera.project(joints), joints[:, 2] / camera.fx) for joints in seen]
        parts.append((view, replace(part, poses=tuple(_of_nearest(pose, people, correct) for pose in part.poses))))
    return Several(one.frame, tuple(parts))


def _of_nearest(pose: Pose2D, people: Sequence[tuple[Array, Array]], correct: Correction) -> Pose2D:
    distances = [min(_distance(pose, pixels), _distance(swapped(pose), pixels)) for pixels, _ in people]
    nearest = int(np.argmin(distances))
    return correct(pose, *people[nearest]) if distances[nearest] < SAME_PX else pose


def _distance(pose: Pose2D, pixels: Array) -> float:
    found = pose.scores > 0
    return float(np.median(np.linalg.norm(pose.keypoints - pixels, axis=1)[found])) if found.any() else np.inf


def _named(pose: Pose2D, pixels: Array, scale: Array) -> Pose2D:
    return min(pose, swapped(pose), key=lambda each: _distance(each, pixels))


def _without_wrong(pose: Pose2D, pixels: Array, scale: Array) -> Pose2D:
    pose = _named(pose, pixels, scale)
    wrong = np.linalg.norm(pose.keypoints - pixels, axis=1) * scale > WRONG_M
    return Pose2D(pose.keypoints, np.where(wrong, 0.0, pose.scores).astype(np.float32), pose.score)


def _exact(pose: Pose2D, pixels: Array, scale: Array) -> Pose2D:
    pose = _named(pose, pixels, scale)
    found = (pose.scores > 0)[:, None]
    return Pose2D(np.where(found, pixels, pose.keypoints).astype(np.float32), pose.scores, pose.score)


@dataclass(frozen=True, slots=True, eq=False)
class _Errors:
    """Of everybody found in every set."""

    who: Array
    """(N,) which person of the stage."""
    offsets: Array
    """(N, 19, 3) metres from the truth, along the body's axes: left, up and forwards."""

    @classmethod
    def of(cls, snapshots: Sequence[Snapshot]) -> _Errors:
        who, offsets = [], []
        for snapshot in snapshots:
            assert snapshot.frame.truth is not None
            camera = snapshot.scene.camera
            bodies = [
                camera.world_from_camera(person.pose3d.joints.astype(float))
                for person in snapshot.scene.people
                if person.pose3d is not None
            ]
            for number, joints in enumerate(snapshot.frame.truth.joints_world.astype(float)):
                nearest = min((body - joints for body in bodies), key=_size, default=None)
                if nearest is not None and _size(nearest) < FAR_M:
                    who.append(number)
                    offsets.append(nearest @ _axes(joints).T)
        return cls(np.array(who), np.array(offsets))

    @property
    def distances(self) -> Array:
        """(N, 19) metres."""
        return np.asarray(np.linalg.norm(self.offsets, axis=2))

    def without_offsets(self) -> Array:
        """(N, 19) metres, less each joint's median offset of the other people."""
        left = self.offsets.copy()
        for number in np.unique(self.who):
            left[self.who == number] -= np.median(self.offsets[self.who != number], axis=0)
        return np.asarray(np.linalg.norm(left, axis=2))


def _size(offsets: Array) -> float:
    return float(np.linalg.norm(offsets, axis=1).mean())


def _axes(joints: Array) -> Array:
    """(3, 3): rows to the left, up and forwards, of a body."""
    left = sum(joints[JOINT[f"left_{part}"]] - joints[JOINT[f"right_{part}"]] for part in ("hip", "shoulder"))
    forward = np.cross(left, joints[JOINT["neck"]] - joints[JOINT["pelvis"]])
    axes = np.stack([left, np.cross(forward, left), forward])
    return np.asarray(axes / np.linalg.norm(axes, axis=1, keepdims=True))


if __name__ == "__main__":
    main()
