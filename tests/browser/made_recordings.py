"""Recordings made for tests of the page: people who sway, and a video whose brightness tells its frame."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np

from engine.geometry import DEFAULT_CAMERA
from engine.video_writer import VideoWriter
from engine.wire import dumps, scene_to_wire
from tests.webapp.people import SIZE, person, snapshot
from webapp.describe import camera_file
from webapp.recording.recordings import CAMERA, SCENES, VIDEO

START = 1_795_914_620.0
"""Wall time of the first scene."""
LEVELS, LEVEL = 8, 28
"""Frames until the brightness repeats, and the step of it from frame to frame."""
_POSES = 40


def make_recording(
    folder: Path, name: str, *, seconds: float, rate: int = 10, people: int = 1, video: bool = False
) -> None:
    """Write scenes (and a video) that look recorded; the last scene is at `seconds`."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}{SCENES}"
    path.with_suffix(CAMERA).write_text(camera_file(DEFAULT_CAMERA.for_image(*SIZE)))
    poses = [_people(pose, people) for pose in range(_POSES)]
    with path.open("w", encoding="utf-8") as file:
        for index in range(round(seconds * rate) + 1):
            time, wall_time = index / rate, START + index / rate
            head = f'{{"version":1,"frame":{index},"time":{time:.3f},"wall_time":{wall_time:.3f}'
            file.write(f"{head},{poses[index % _POSES]}\n")
    if video:
        with VideoWriter(path.with_suffix(VIDEO)) as writer:
            for index in range(round(seconds * rate) + 1):
                level = 16 + LEVEL * (index % LEVELS)
                writer.write(np.full((SIZE[1], SIZE[0], 3), level, np.uint8), index / rate)


def _people(pose: int, people: int) -> str:
    """A scene without its beginning, as JSON: everybody to one side, and back."""
    sway = 0.3 * math.sin(2 * math.pi * pose / _POSES)
    crowd = tuple(person(1 + i, x=sway + 0.5 * i - 0.25 * (people - 1)) for i in range(people))
    wire = scene_to_wire(snapshot(people=crowd), fps=10.0, wall_time=START)
    rest = {key: value for key, value in wire.items() if key not in ("version", "frame", "time", "wall_time")}
    return json.dumps(json.loads(dumps(rest)), separators=(",", ":"))[1:]
