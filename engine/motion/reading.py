"""Reads a file of scenes (JSONL) into arrays, without keeping the scenes."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from engine.errors import PosecastError
from engine.motion.recording import Floats, Recording, Track, by_id
from engine.skeleton import JOINT_COUNT
from engine.wire import Camera, Person, Scene, SceneClock, read_scenes

_SHAPE = (JOINT_COUNT, 3)
_FARTHEST = 1e6
"""Metres or pixels; nobody is farther away."""
_NOWHERE = np.full(_SHAPE, np.nan, np.float32)


@dataclass(slots=True)
class _Rows:
    """The rows of one person, which grow."""

    name: str | None = None
    rows: array[int] = field(default_factory=lambda: array("q"))
    joints: bytearray = field(default_factory=bytearray)
    keypoints: bytearray = field(default_factory=bytearray)

    def add(self, row: int, person: Person) -> None:
        self.name = self.name or _name(person)
        self.rows.append(row)
        self.joints += (_NOWHERE if person.joints_3d is None else person.joints_3d.astype(np.float32)).tobytes()
        self.keypoints += person.keypoints_2d.astype(np.float32).tobytes()


def read(path: Path, progress: Callable[[float], None] | None = None) -> Recording:
    """The recording in `path`; `progress` is called with the fraction that is read, 0 to 1.

    Raises PosecastError if the file cannot be read, a line is not a scene, there are no scenes, or their times do not
    increase.
    """
    times, wall_times, frames = array("d"), array("d"), array("q")
    people: dict[int, _Rows] = {}
    clock = SceneClock()
    first: Scene | None = None
    for scene in read_scenes(path, progress):
        first = first or scene
        _check(path, scene, first, times)
        for person in scene.people:
            people.setdefault(person.id, _Rows()).add(len(times), person)
        times.append(scene.time)
        wall_times.append(clock.seconds(scene.wall_time, scene.time))
        frames.append(scene.frame)
    if first is None:
        raise PosecastError(f"{path} contains no scenes", "record again, or choose another file")
    return Recording(
        source=path.name,
        times=np.frombuffer(times, np.float64) - first.time,
        frames=np.frombuffer(frames, np.int64),
        tracks=by_id([_track(identity, rows) for identity, rows in people.items()]),
        up=first.up,
        image_size=first.image_size,
        started=first.wall_time,
        camera=_as_json(first.camera) if first.camera is not None else {},
        wall_times=np.frombuffer(wall_times, np.float64),
    )


def _as_json(camera: Camera) -> Mapping[str, Any]:
    return {**asdict(camera), "R": camera.R.tolist(), "t": camera.t.tolist()}


def _check(path: Path, scene: Scene, first: Scene, times: array[float]) -> None:
    """PosecastError where the scene does not continue those before."""
    where = f"{path}, scene {len(times) + 1}"
    if any(not _plausible(person) for person in scene.people):
        raise PosecastError(f"{where} has a person with coordinates beyond {_FARTHEST:g}", "delete that line")
    if times and scene.time <= times[-1]:
        raise PosecastError(
            f"{where}: the time goes from {times[-1]:g} s to {scene.time:g} s",
            "times must increase; where the source was changed while recording, split the file there",
        )
    if scene.up != first.up:
        raise PosecastError(
            f"{where}: the axis that points up changes from {first.up} to {scene.up}",
            "split the file where the camera was changed",
        )


def _plausible(person: Person) -> bool:
    """Whether no coordinate would be lost in single precision."""
    joints = person.joints_3d
    return not (np.abs(person.keypoints_2d) > _FARTHEST).any() and (
        joints is None or not (np.abs(joints) > _FARTHEST).any()
    )


def _name(person: Person) -> str | None:
    name = person.extra.get("name")
    return name if isinstance(name, str) and name else None


def _track(identity: int, rows: _Rows) -> Track:
    return Track(identity, rows.name, np.frombuffer(rows.rows, np.int64), _array(rows.joints), _array(rows.keypoints))


def _array(values: bytearray) -> Floats:
    return np.frombuffer(values, np.float32).reshape(-1, *_SHAPE)
