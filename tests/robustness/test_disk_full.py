"""A disk that fills up: a clear sentence, nothing half-written under a real name, and what was there stays."""

from __future__ import annotations

import json
import sys
import threading
from pathlib import Path

import av
import pytest

from engine.snapshot_slot import SnapshotSlot
from tests.robustness.small_disk import fill, mounted, run_limited
from tests.webapp.conftest import eventually
from tests.webapp.people import snapshot
from webapp.cli import main
from webapp.live.scenes import Scenes
from webapp.recording import writing as recording
from webapp.recording.recorder import Recorder
from webapp.recording.recordings import Recordings
from webapp.state.store import Store

FAST = ("--height-size", "128", "--backend", "openvino", "--precision", "fp32")

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="limits and mounts of POSIX")


COMMANDS = {
    "people.jsonl": (8, ["infer", "demo", "-o", "people.jsonl", "--max-frames", "6", *FAST]),
    "overlay.mp4": (64, ["infer", "demo", "-o", "p.jsonl", "--video", "overlay.mp4", "--max-frames", "6", *FAST]),
    "model.onnx": (64, ["convert", "bundled", "--to", "onnx", "-o", "model.onnx"]),
}
"""By what cannot be written: kilobytes that there are, and the command."""


@pytest.mark.parametrize("unwritten", ["overlay.mp4"])
def test_commands_write_nothing_rather_than_a_half(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], unwritten: str
) -> None:
    kilobytes, arguments = COMMANDS[unwritten]
    with mounted(tmp_path / "disk", kilobytes) as disk:
        (disk / unwritten).write_text("the user's own\n")
        monkeypatch.chdir(disk)
        status = main(arguments)
        check(disk, unwritten, status, capfd.readouterr().err)
        monkeypatch.chdir(tmp_path)


@pytest.mark.long
@pytest.mark.parametrize("unwritten", COMMANDS)
def test_so_do_they_where_files_may_not_grow(tmp_path: Path, unwritten: str) -> None:
    """For those who may not mount a disk."""
    kilobytes, arguments = COMMANDS[unwritten]
    (tmp_path / unwritten).write_text("the user's own\n")
    ended = run_limited(arguments, kilobytes, tmp_path)
    check(tmp_path, unwritten, ended.returncode, ended.stderr)


def check(folder: Path, unwritten: str, status: int, said: str) -> None:
    assert status == 2, said
    assert said.splitlines()[-1].startswith("posecast: cannot write ")
    assert "the disk is full; make room" in said
    assert "Traceback" not in said
    assert {path.name: path.read_text() for path in folder.iterdir()} == {unwritten: "the user's own\n"}


def test_settings_stay_as_they_were(tmp_path: Path) -> None:
    with mounted(tmp_path / "disk", 64) as disk:
        store = Store(disk / "settings.json")
        store.update({"smoothing": False})
        filler = fill(disk)
        with pytest.raises(OSError, match="No space left"):
            store.update({"fx": 900, "source": "x" * 8000})
        assert store.load()[0].smoothing is False
        assert sorted(path.name for path in disk.iterdir()) == ["filler", "settings.json"]
        filler.unlink()
        store.update({"fx": 900})
        assert store.load()[0].fx == 900


class Recording:
    """A recorder on a disk of its own, and a slot to show scenes in."""

    def __init__(self, folder: Path) -> None:
        self.snapshots = SnapshotSlot()
        self.problems: list[tuple[str, str]] = []
        self.ended = threading.Event()
        self.recordings = Recordings(folder)
        self.recorder = Recorder(
            self.recordings,
            Scenes(self.snapshots, lambda: 25.0),
            2**40,
            lambda error, hint: self.problems.append((error, hint)),
            lambda: None,
        )

    def show(self, count: int) -> None:
        """Record `count` scenes, each before the next one is made."""
        for _ in range(count):
            status = self.recorder.status()
            before = status["scenes"] if status else 0
            self.snapshots.put(snapshot())
            eventually(lambda before=before: not (now := self.recorder.status()) or now["scenes"] > before)

    def lines(self) -> list[object]:
        (name,) = self.recordings.names()
        return [json.loads(line) for line in self.recordings.path(name).read_text().splitlines()]


@pytest.mark.parametrize("video", [False, True], ids=["scenes", "with video"])
def test_a_recording_keeps_its_whole_scenes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, video: bool) -> None:
    monkeypatch.setattr(recording, "SPARE_BYTES", 0)
    with mounted(tmp_path / "disk", 1024) as disk:
        run = Recording(disk)
        run.recorder.start(video=video)
        run.show(5)
        filler = fill(disk)
        while run.recorder.status() is not None:
            run.show(1)
        eventually(lambda: run.problems)
        assert run.problems == [("recording stopped: No space left on device", "what was recorded until then is kept")]
        filler.unlink()
        assert len(run.lines()) >= 1
        assert not list(disk.glob("*.part*"))
        for video_file in disk.glob("*.mp4"):  # what was left of a last block may have been enough for it
            assert _frames(video_file) >= len(run.lines())


def test_a_recording_ends_well_before_the_disk_is_full(tmp_path: Path) -> None:
    with mounted(tmp_path / "disk", (recording.SPARE_BYTES >> 10) + 512) as disk:
        run = Recording(disk)
        run.recorder.start(video=True)
        run.show(3)
        (disk / "somebody else's").write_bytes(b"\0" * 600 * 1024)
        run.show(1)
        eventually(lambda: run.problems)
        assert run.problems == [("recording stopped: the disk is almost full", "make room where the recordings lie")]
        assert len(run.lines()) == 3
        (only,) = disk.glob("*.mp4")
        assert _frames(only) == 3


def _frames(path: Path) -> int:
    with av.open(str(path)) as container:
        return sum(1 for _ in container.decode(video=0))
