"""Scenes and video of a recording stay in step to the frame, and a crash takes at most the last second of both."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import av
import pytest

from engine.snapshot_slot import SnapshotSlot
from tests.webapp.conftest import eventually
from tests.webapp.recording.numbered import number_in, numbered
from webapp.live.scenes import Scenes
from webapp.recording.library import Library
from webapp.recording.recorder import Recorder
from webapp.recording.recordings import VIDEO, Recordings

ROOT = Path(__file__).parents[3]


def scenes_of(recordings: Recordings) -> list[dict[str, float]]:
    (name,) = recordings.names()
    return [json.loads(line) for line in recordings.path(name).read_text().splitlines()]


def pictures_of(recordings: Recordings) -> list[tuple[int, float]]:
    """(number, seconds) of each picture of the video."""
    (name,) = recordings.names()
    with av.open(str(recordings.path(name, VIDEO))) as container:
        decoded = container.decode(video=0)
        return [(number_in(frame.to_ndarray(format="bgr24")), float(frame.time)) for frame in decoded]


def test_each_picture_is_that_of_its_scene(tmp_path: Path) -> None:
    """Also where frames come irregularly, pause, and are missed."""
    moments = [index * 0.04 + (0.013 if index % 3 else 0.0) + (5.0 if index > 40 else 0.0) for index in range(90)]
    snapshots = SnapshotSlot()
    recordings = Recordings(tmp_path)
    wall = Scenes(snapshots, lambda: 25.0, clock=lambda: 0.0, wall_clock=lambda: 1.8e9)
    recorder = Recorder(recordings, wall, 2**40, lambda *_: None, lambda: None)
    recorder.start(video=True)
    for count, index in enumerate(index for index in range(90) if index % 7 != 5):
        snapshots.put(numbered(index, moments[index]))
        eventually(lambda count=count: recorder.status()["scenes"] > count)  # type: ignore[index]
    recorder.stop()
    scenes, pictures = scenes_of(recordings), pictures_of(recordings)
    assert [number for number, _ in pictures] == [scene["frame"] for scene in scenes]
    for scene, (_, seconds) in zip(scenes, pictures, strict=True):
        assert seconds == pytest.approx(scene["wall_time"] - scenes[0]["wall_time"], abs=1e-4)
    library = Library(recordings)
    assert library.index(recordings.names()[0]).seconds == pytest.approx(pictures[-1][1], abs=1e-4)
    library.close()


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_a_killed_server_keeps_all_but_the_last_second(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "tests.webapp.recording.numbered", str(tmp_path)],
        cwd=ROOT, stdout=subprocess.PIPE, text=True,
    ) as child:  # fmt: skip
        assert child.stdout is not None
        recorded = next(count for line in child.stdout if (count := int(line)) >= 75)
        child.send_signal(signal.SIGKILL)
    recordings = Recordings(tmp_path)
    recordings.prepare()
    scenes, pictures = scenes_of(recordings), pictures_of(recordings)
    last = scenes[recorded - 1]["wall_time"] - scenes[0]["wall_time"]
    assert last > 2
    assert pictures[-1][1] > last - 1.0
    assert [number for number, _ in pictures] == [scene["frame"] for scene in scenes[: len(pictures)]]
    assert not list(tmp_path.glob("*.part*"))
