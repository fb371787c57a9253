"""Sources that go and come back, as processes that are killed and files that are cut: the engine says so, goes on."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from engine.capture import open_source
from engine.capture.network import open_stream
from engine.capture.timing import Timing
from engine.types import FrameSource
from engine.video_writer import VideoWriter
from tests.engine.capture.clips import numbered
from tests.engine.capture.rtsp import RtspCamera
from tests.engine.capture.servers import free_port
from tests.engine.pipeline.live import SMALL, Live, live
from tests.fakes import WAIT_S, World
from tests.webapp.conftest import eventually

QUICK = Timing(open_s=4, read_s=0.5, opening_s=30, silence_s=2, first_retry_s=0.02, longest_retry_s=0.1)
ONCE = replace(QUICK, open_s=10, read_s=5, silence_s=8)
"""For ffmpeg as a server: it ends with its first viewer, who must not leave because the machine is busy."""
FRAMES = 50

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="network streams are read on POSIX")


@contextmanager
def watching(source: str, opening: Callable[[str], FrameSource]) -> Iterator[Live]:
    """A pipeline that really reads `source`, with a network that is not real."""
    world = World()
    parts = replace(world.parts, open_source=opening)
    with live(world, replace(SMALL, source=source), parts=parts) as run:
        run.wait_for_snapshot()
        run.listener.wait_until(lambda: run.state.switching is None)
        assert run.pipeline.health() is None
        yield run


def lost_and_found(run: Live, lose: Callable[[], object], find: Callable[[], object]) -> None:
    """It is noticed, told and shown, and is over when frames come again."""
    last = run.wait_for_next_snapshot().frame.index
    lose()
    eventually(lambda: run.pipeline.health(), WAIT_S)
    assert run.state.stats.source_problem
    find()
    eventually(lambda: run.pipeline.health() is None, WAIT_S)
    run.wait_for_snapshot(lambda snapshot: snapshot.frame.index > last + 2)
    assert run.problems
    assert run.state.stats.source_problem is None


stream = partial(open_stream, timing=QUICK)


def test_an_rtsp_camera_stalls_without_hanging_up() -> None:
    camera = RtspCamera()
    try:
        with watching(camera.url, stream) as run:
            lost_and_found(run, camera.stalled.set, camera.stalled.clear)
    finally:
        camera.stop()


def test_an_rtsp_camera_is_switched_off_and_on() -> None:
    cameras = [RtspCamera()]
    port = int(cameras[0].url.split(":")[2].split("/")[0])
    try:
        with watching(cameras[0].url, stream) as run:
            lost_and_found(run, cameras[0].stop, lambda: cameras.append(RtspCamera(port)))
    finally:
        for camera in cameras[1:] or cameras:
            camera.stop()


class Mjpeg:
    """ffmpeg as a camera: one viewer at a time, gone without a word when it is killed."""

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}/live.mjpg"
        self.start()

    def start(self) -> None:
        picture = ["-re", "-f", "lavfi", "-i", "testsrc=size=64x48:rate=25"]
        served = ["-f", "mpjpeg", "-content_type", "multipart/x-mixed-replace;boundary=ffmpeg", "-listen", "1"]
        command = [shutil.which("ffmpeg") or "ffmpeg", "-loglevel", "error", *picture, *served, self.url]
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="needs ffmpeg")
def test_a_camera_process_is_killed_and_started_again() -> None:
    camera = Mjpeg()
    try:
        with watching(camera.url, partial(open_stream, timing=ONCE)) as run:
            lost_and_found(run, camera.kill, camera.start)
    finally:
        camera.kill()


def write_clip(path: Path) -> None:
    with VideoWriter(path, FRAMES) as video:
        for number in range(FRAMES):
            video.write(numbered(number), number / FRAMES)


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_a_file_is_cut_and_emptied_while_it_plays(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"clip{suffix}"
    write_clip(path)
    whole = path.read_bytes()
    with watching(str(path), partial(open_source, realtime=True, loop=True)) as run:
        path.write_bytes(whole[: len(whole) // 2])  # what is left, or why it cannot be read: not a crash
        run.wait_for_next_snapshot()
        lost_and_found(run, lambda: path.write_bytes(b""), lambda: path.write_bytes(whole))
