"""A server with as many people as asked for, and no network: `python -m bench.crowd --people 10 --fps 15`.

The people are those of the demo stage, each at a moment of its own, in rows of five.
"""

from __future__ import annotations

import argparse

import numpy as np

from bench.serving import serve
from engine.capture.stage import LOOP_S, truth_at
from engine.geometry import Camera, CameraSpec
from engine.pipeline import Parts
from engine.settings import Settings
from engine.types import (
    Backend,
    BackendInfo,
    Frame,
    Image,
    Maps,
    ModelSpec,
    Person,
    Pose2D,
    Pose3D,
    Progress,
    Scene,
    Snapshot,
)

ROW_M = 1.5
"""Metres from a row to the one behind it."""
_APART_S = LOOP_S / 7


class NoNetwork:
    """A backend that is never called: `Crowd` makes the people."""

    info = BackendInfo("openvino", "CPU", "fp32")
    fixed_size: tuple[int, int] | None = None

    def infer(self, image: Image) -> Maps:
        raise AssertionError("the crowd needs no network")

    def close(self) -> None:
        pass


class Crowd:
    """A frame processor that finds `people` in every frame."""

    def __init__(self, backend: Backend, settings: Settings, camera: CameraSpec, people: int) -> None:
        self.backend = backend
        self._count = people
        self.reconfigure(settings, camera)

    def reconfigure(self, settings: Settings, camera: CameraSpec) -> None:
        self._spec = camera

    def restart_tracking(self) -> None:
        pass

    def process(self, frame: Frame) -> Snapshot:
        height, width = frame.image.shape[:2]
        camera = self._spec.for_image(width, height)
        people = tuple(_person(number, frame.time, camera) for number in range(self._count))
        return Snapshot(Scene(frame.index, frame.time, people, camera), frame, self.backend.info)


def _person(number: int, time: float, camera: Camera) -> Person:
    cast = truth_at(time + number * _APART_S).joints_camera
    row, place = divmod(number, len(cast))
    joints = cast[place] + np.array([0, 0, row * ROW_M], np.float32)
    scores = np.ones(len(joints), np.float32)
    pose2d = Pose2D(camera.project(joints).astype(np.float32), scores, float(len(joints)))
    return Person(number + 1, pose2d, Pose3D(joints))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=10)
    parser.add_argument("--fps", type=float, default=15)
    options = parser.parse_args()

    def load(spec: ModelSpec, size: tuple[int, int], progress: Progress) -> Backend:
        return NoNetwork()

    def crowd(backend: Backend, settings: Settings, camera: CameraSpec) -> Crowd:
        return Crowd(backend, settings, camera, options.people)

    serve(Settings(), options.fps, Parts(load_backend=load, processor=crowd))


if __name__ == "__main__":
    main()
