"""`posecast batch --ray`: processes are killed, and results are those of a serial run."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

import posecast
from engine.capture.stage.clip import CLIP
from tests.webapp.commands.test_batch import scenes
from webapp.cli import main

pytestmark = [
    pytest.mark.long,
    pytest.mark.timeout(900),
    pytest.mark.skipif(importlib.util.find_spec("ray") is None, reason="Ray is not installed: posecast[ray]"),
    pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="there is no ffmpeg"),
]

SHORT, LONG_FRAMES = 24, 100
FAST = ("--height-size", "128", "--backend", "openvino", "--precision", "fp32")
CUT = 60
"""More frames than the short videos have, and fewer than the long one."""


@pytest.fixture(scope="module")
def videos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """24 short videos in three folders, with B-frames, and a long one whose frame rate varies."""
    folder = tmp_path_factory.mktemp("videos")
    for number in range(SHORT):
        path = folder / "abc"[number % 3] / f"{number // 3}.mp4"
        path.parent.mkdir(exist_ok=True)
        _cut(path, f"trim={number * 0.2}:{number * 0.2 + 0.8},setpts=PTS-STARTPTS")
    _cut(folder / "long.mp4", f"trim=end_frame={LONG_FRAMES},setpts='PTS+gt(mod(N,7),3)*0.3/FRAME_RATE/TB'")
    return folder


def _cut(path: Path, how: str) -> None:
    encoding = ("-an", "-c:v", "libx264", "-bf", "3", "-preset", "veryfast", "-fps_mode", "passthrough")
    command = ("ffmpeg", "-v", "error", "-i", CLIP, "-vf", f"{how},scale=640:-2", *encoding, path)
    subprocess.run(command, check=True)


@pytest.fixture(scope="module")
def serial(videos: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `posecast infer` makes of each, one after another."""
    folder = tmp_path_factory.mktemp("serial")
    for path in videos.rglob("*.mp4"):
        result = folder / f"{path.relative_to(videos)}.jsonl"
        result.parent.mkdir(exist_ok=True)
        assert main(["infer", str(path), "-o", str(result), *FAST]) == 0
    return folder


class Batch:
    """The command in a process of its own, which has two cores."""

    def __init__(self, videos: Path, out: Path, log: Path, pattern: str = "**/*.mp4") -> None:
        self.manifest = out / "manifest.jsonl"
        arguments = (str(videos / pattern), "-o", str(out), "--ray", "auto", "--cut-frames", str(CUT), *FAST)
        self.log = log
        with log.open("w") as file:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "webapp", "batch", *arguments], stderr=file, preexec_fn=_two_cores
            )

    def wait_for(self, what: Callable[[], object]) -> None:
        end = time.monotonic() + 300
        while not what():
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < end, self.log.read_text()
            time.sleep(0.05)

    def done(self) -> dict[str, str]:
        """The lines of videos that are done, by name."""
        if not self.manifest.exists():
            return {}
        lines = [line for line in self.manifest.read_text().splitlines() if line.endswith("}")]
        return {json.loads(line)["video"]: line for line in lines if '"state": "done"' in line}

    def tasks(self, name: str) -> list[psutil.Process]:
        """Ray's processes that run a task of this name now."""
        found = []
        for process in psutil.process_iter(["cmdline"]):
            command = process.info["cmdline"] or [""]
            if command[0].startswith(f"ray::{name}") and process.is_running():
                found.append(process)
        return found


def _two_cores() -> None:
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:2])


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "log.txt"
    print((tmp_path / "log.txt").read_text())


def test_a_worker_and_the_batch_are_killed_and_results_are_those_of_a_serial_run(
    tmp_path: Path, videos: Path, serial: Path, log: Path
) -> None:
    out = tmp_path / "out"
    first = Batch(videos, out, log)
    first.wait_for(lambda: len(first.done()) >= 2 and first.tasks("_do"))
    first.tasks("_do")[0].kill()
    first.wait_for(lambda: "is tried again at the end" in log.read_text() and len(first.done()) >= 8)
    first.process.send_signal(signal.SIGKILL)
    first.process.wait()
    done = first.done()
    assert 8 <= len(done) < SHORT + 1
    for path in out.rglob("[!.]*.mp4.jsonl"):
        assert posecast.load(path), "what looks finished is whole"
    second = Batch(videos, out, log)
    assert second.process.wait(timeout=600) == 0, log.read_text()
    assert f"{SHORT + 1 - len(done)} videos to do on openvino CPU fp32; {len(done)} were done before" in log.read_text()
    for name, line in second.done().items():
        assert line == done.get(name, line), "what was done was not done again"
        assert scenes(out / f"{name}.jsonl") == scenes(serial / f"{name}.jsonl"), name
    assert len(second.done()) == SHORT + 1
    assert not list(out.rglob(".*"))


def test_segments_of_a_killed_worker_are_sent_again(tmp_path: Path, videos: Path, serial: Path, log: Path) -> None:
    out = tmp_path / "out"
    batch = Batch(videos, out, log, "long.mp4")
    batch.wait_for(lambda: batch.tasks("_see"))
    batch.tasks("_see")[0].kill()
    assert batch.process.wait(timeout=600) == 0, log.read_text()
    assert "tried again" not in log.read_text(), "the video itself did not fail"
    assert len(scenes(out / "long.mp4.jsonl")) == LONG_FRAMES
    assert scenes(out / "long.mp4.jsonl") == scenes(serial / "long.mp4.jsonl")


def test_a_cluster_that_is_not_there_is_one_line(tmp_path: Path, videos: Path) -> None:
    command = [sys.executable, "-m", "webapp", "batch", str(videos / "long.mp4"), "-o", str(tmp_path / "out")]
    run = subprocess.run([*command, "--ray", "127.0.0.1:9", *FAST], capture_output=True, text=True, check=False)
    assert run.returncode == 2
    assert "cannot connect to Ray at 127.0.0.1:9" in run.stderr
    assert "Traceback" not in run.stderr
