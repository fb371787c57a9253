"""Snapshots of the demo stage's truth: the people, the camera, and what a perfect network finds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from engine.capture.stage import CAMERA, truth_at
from engine.geometry import Array, Camera
from engine.types import BackendInfo, Event, Frame, Person, Pose3D, Scene, Snapshot
from tests.engine.bodies import seen

WALL_TIME = 1795358400.0
"""Wall time at the stage's time 0."""
CAPTURED_AT = 1000.0
"""Time of capture at the stage's time 0, seconds of time.monotonic()."""


def joints_world(time: float) -> Array:
    """(P, 19, 3) metres, world frame of the stage: y up."""
    return np.asarray(truth_at(time).joints_world, dtype=float)


def staged(
    time: float = 0.0, ids: tuple[int, ...] = (1, 2, 3, 4, 5), events: tuple[Event, ...] = (), camera: Camera = CAMERA
) -> Snapshot:
    """The stage at `time`: its people in their order have `ids`, and those behind the last id are not there."""
    joints = truth_at(time).joints_camera
    people = tuple(
        Person(identity, seen(joints[index].astype(float), CAMERA), Pose3D(joints[index]), height_m=1.75)
        for index, identity in enumerate(ids)
    )
    image = np.zeros((CAMERA.image_size[1], CAMERA.image_size[0], 3), np.uint8)
    frame = Frame(round(time * 30), time, CAPTURED_AT + time, image)
    return Snapshot(
        Scene(frame.index, time, people, camera), frame, BackendInfo("stage", "none", "none"), events=events
    )


def unplaced(snapshot: Snapshot) -> Snapshot:
    """The same with nobody in 3D."""
    people = tuple(replace(person, pose3d=None) for person in snapshot.scene.people)
    return replace(snapshot, scene=replace(snapshot.scene, people=people))


def entered(person: int = 3, time: float = 1.0) -> Event:
    """Somebody came in."""
    return Event("entered", time, WALL_TIME + time, f"Person {person} entered", person=person)
