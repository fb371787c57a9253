"""Sets of pictures of several cameras: which belong together, from files of different rates and from live cameras."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from fractions import Fraction
from itertools import count
from pathlib import Path

import numpy as np
import pytest

from engine.capture import open_source, rig_live, stage
from engine.capture.browser import Publications
from engine.capture.rig import calibrated
from engine.capture.rig_live import FIRST_PICTURE_S, SILENT_S, LiveRig
from engine.errors import PosecastError
from engine.extrinsics import Calibration
from engine.geometry import DEFAULT_CAMERA, CameraSpec
from engine.mosaic import picture_of
from engine.rig import Rig, RigCamera
from engine.types import Frame, FrameSource
from tests.engine.capture.clips import number_of, write_clip


def camera_toml(name: str, source: str, number: int, offset_s: float = 0.0) -> str:
    spec = stage.CAMERA_SPECS[number]
    return (
        f'[cameras.{name}]\nsource = "{source}"\noffset_s = {offset_s}\nsize = [1280, 720]\n'
        f"matrix = {np.asarray(spec.K).tolist()}\nrotation = {spec.R.tolist()}\ntranslation = {spec.t.tolist()}\n"
    )


def written(folder: Path, *cameras: str) -> str:
    path = folder / "rig.toml"
    path.write_text('up = "+y"\n' + "".join(cameras))
    return str(path)


def clip(path: Path, frames: int, rate: int, codec: str = "libx264") -> Path:
    return write_clip(path, [Fraction(index, rate) for index in range(frames)], codec=codec)


def sets(source: FrameSource) -> Iterator[Frame]:
    with closing(source):
        while (frame := source.read()) is not None:
            yield frame


def numbers(frame: Frame) -> list[int | None]:
    return [None if view.frame is None else number_of(view.frame.image) for view in frame.views]


@pytest.fixture
def two_rates(tmp_path: Path) -> str:
    clip(tmp_path / "left.mp4", 12, 30)
    clip(tmp_path / "right.mp4", 20, 60)
    return written(tmp_path, camera_toml("left", "left.mp4", 0), camera_toml("right", "right.mp4", 1, offset_s=0.1))


def test_the_picture_nearest_in_time_is_taken(two_rates: str) -> None:
    """The right camera began 0.1 s later, and is twice as fast."""
    found = list(sets(open_source(two_rates)))
    assert [numbers(frame) for frame in found] == [[3 + k, 2 * k] for k in range(9)]
    assert [frame.index for frame in found] == list(range(9))
    for frame in found:
        times = [view.frame.time for view in frame.views if view.frame is not None]
        assert times == pytest.approx([frame.time] * 2, abs=1e-3)
        assert number_of(frame.image) == numbers(frame)[0]


def test_a_camera_whose_file_is_over_is_missing(tmp_path: Path) -> None:
    for name, frames in (("a", 4), ("b", 9), ("c", 8)):
        clip(tmp_path / f"{name}.mp4", frames, 30)
    rig = written(tmp_path, *(camera_toml(name, f"{name}.mp4", index) for index, name in enumerate("abc")))
    found = [numbers(frame) for frame in sets(open_source(rig))]
    assert found[:4] == [[k, k, k] for k in range(4)]
    assert found[4:] == [[None, k, k] for k in range(4, 8)]
    since = [frame.views[0].missing_since for frame in sets(open_source(rig))]
    assert since[:4] == [None] * 4
    assert len(set(since[4:])) == 1, "it is missing since the first picture that it did not deliver"


def test_in_a_loop_all_begin_again_together(two_rates: str) -> None:
    with closing(open_source(two_rates, loop=True)) as source:
        found = [source.read() for _ in range(20)]
    frames = [frame for frame in found if frame is not None]
    assert [numbers(frame) for frame in frames[9:18]] == [numbers(frame) for frame in frames[:9]]
    assert np.diff([frame.time for frame in frames]).min() > 0
    second = frames[9].views[0].frame
    assert second is not None
    assert second.time == pytest.approx(frames[9].time)


def test_the_mosaic_shows_all_cameras(two_rates: str) -> None:
    frame = next(sets(open_source(two_rates)))
    mosaic = picture_of(frame)
    height, width = mosaic.shape[:2]
    tops = [mosaic[:, : width // 2], mosaic[:, width // 2 :]] if width > 2 * height else [
        mosaic[: height // 2], mosaic[height // 2 :]
    ]  # fmt: skip
    assert [number_of(each) for each in tops] == numbers(frame)


def test_a_rig_without_calibrations_is_refused(tmp_path: Path) -> None:
    clip(tmp_path / "left.mp4", 2, 30)
    rig = written(tmp_path, camera_toml("a", "left.mp4", 0), '[cameras.b]\nsource = "left2.mp4"\n')
    (tmp_path / "left2.mp4").write_bytes((tmp_path / "left.mp4").read_bytes())
    with pytest.raises(PosecastError, match="camera b has no calibration") as raised:
        open_source(rig)
    assert "calibrate rig" in raised.value.hint


def test_a_rig_of_lenses_alone_is_refused(tmp_path: Path) -> None:
    """Its cameras would all stand where one does without a file."""
    lens = "[lens]\nsize = [1280, 720]\nmatrix = [[900.0, 0.0, 640.0], [0.0, 900.0, 360.0], [0.0, 0.0, 1.0]]\n"
    (tmp_path / "lens.toml").write_text(lens)
    for name in "ab":
        clip(tmp_path / f"{name}.mp4", 2, 30)
    cameras = (f'[cameras.{name}]\nsource = "{name}.mp4"\ncalibration = "lens.toml"\n' for name in "ab")
    with pytest.raises(PosecastError, match="lens alone: it does not say the place; calibrate the rig first"):
        open_source(written(tmp_path, *cameras))


def test_a_known_place_and_a_lens_of_a_file_go_together(tmp_path: Path) -> None:
    camera = RigCamera("a", "demo:0", Calibration(replace(DEFAULT_CAMERA, K=np.diag([900.0, 900.0, 1.0])), "toml", "m"))
    spec = calibrated(camera, stage.CAMERA_SPECS[0])
    assert spec.K is not None
    assert spec.K[0, 0] == 900
    np.testing.assert_array_equal(spec.t, stage.CAMERA_SPECS[0].t)


def test_a_missing_file_names_its_camera(tmp_path: Path) -> None:
    rig = written(tmp_path, camera_toml("a", "none.mp4", 0), camera_toml("b", "none2.mp4", 1))
    with pytest.raises(PosecastError, match=r"^rig.toml: camera a: there is no file 'none.mp4'; correct .* rig.toml"):
        open_source(rig)


def test_files_that_never_meet_are_told(tmp_path: Path) -> None:
    for name in "ab":
        clip(tmp_path / f"{name}.mp4", 3, 30)
    rig = written(tmp_path, camera_toml("a", "a.mp4", 0), camera_toml("b", "b.mp4", 1, offset_s=60.0))
    with pytest.raises(PosecastError, match="no two cameras have a picture at the same moment; check offset_s"):
        list(sets(open_source(rig)))


class Camera:
    """A live camera in a test: pictures come while it is on."""

    name, live, frame_rate, frame_count, camera, problem = "fake", True, None, None, None, None

    def __init__(self, on: Callable[[], bool], clock_s: float = 0.01) -> None:
        self._on, self._every = on, clock_s
        self._closed = threading.Event()
        self._count = count()

    def read(self) -> Frame | None:
        while not self._closed.wait(self._every):
            if self._on():
                now = time.monotonic()
                return Frame(next(self._count), now, now, np.zeros((48, 64, 3), np.uint8))
        return None

    def close(self) -> None:
        self._closed.set()


def live_rig(on: dict[str, bool], clock: Callable[[], float] = time.monotonic) -> LiveRig:
    def calibration(spec: CameraSpec) -> Calibration:
        return Calibration(spec, "toml", "m")

    cameras = tuple(
        RigCamera(name, name, calibration(spec)) for name, spec in zip(on, stage.CAMERA_SPECS, strict=False)
    )
    return LiveRig(Rig(Path("rig.toml"), cameras), lambda text: Camera(lambda: on[text]), "rig.toml", clock=clock)


def until(rig: LiveRig, wanted: Callable[[Frame], bool]) -> Frame:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        frame = rig.read()
        assert frame is not None
        if wanted(frame):
            return frame
    pytest.fail("it did not come")


def present(frame: Frame) -> list[bool]:
    return [view.frame is not None for view in frame.views]


def test_a_live_camera_drops_out_and_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rig_live, "SILENT_S", 0.3)
    on = {"left": True, "right": True}
    with closing(live_rig(on)) as rig:
        both = until(rig, lambda frame: all(present(frame)))
        times = [view.frame.time for view in both.views if view.frame is not None]
        assert abs(times[0] - times[1]) < 0.06
        on["right"] = False
        alone = until(rig, lambda frame: present(frame) == [True, False])
        assert alone.views[1].problem == "it sends no pictures"
        since = alone.views[1].missing_since
        assert since is not None
        last = both.views[1].frame
        assert last is not None
        assert last.captured_at <= since <= time.monotonic()
        assert rig.problem is None
        on["right"] = True
        until(rig, lambda frame: all(present(frame)))
        on.update(left=False, right=False)
        deadline = time.monotonic() + 10
        while rig.problem is None and time.monotonic() < deadline:
            time.sleep(0.05)
        assert rig.problem is not None
        assert "left" in rig.problem


def test_pictures_that_come_a_little_late_are_no_problem() -> None:
    on, now = {"left": True, "right": True}, [100.0]
    rig = live_rig(on, clock=lambda: now[0])
    with closing(rig):
        until(rig, lambda frame: all(present(frame)))
        on.update(left=False, right=False)
        now[0] += 0.9 * SILENT_S
        assert rig.problem is None


def test_a_camera_that_has_just_been_opened_is_waited_for_before_anybody_hears() -> None:
    now = [100.0]
    cameras = tuple(
        RigCamera(name, name, Calibration(spec, "toml", "m"))
        for name, spec in zip(("left", "right"), stage.CAMERA_SPECS, strict=False)
    )
    rig = LiveRig(Rig(Path("rig.toml"), cameras), lambda _: Camera(lambda: False), "rig.toml", clock=lambda: now[0])
    with closing(rig):
        assert rig.problem is None
        now[0] += FIRST_PICTURE_S
        assert rig.problem == "left: it sends no pictures; right: it sends no pictures"


def test_phones_are_cameras_of_a_rig(tmp_path: Path) -> None:
    publications = Publications()
    boxes = [publications.mailbox(name) for name in ("left", "right")]
    rig = written(tmp_path, camera_toml("left", "browser:left", 0), camera_toml("right", "browser:right", 1))
    ended = threading.Event()

    def send() -> None:
        for box in boxes:
            box.began()
        while not ended.wait(0.02):
            for box in boxes:
                box.put(np.zeros((48, 64, 3), np.uint8), time.monotonic())

    sender = threading.Thread(target=send)
    with closing(open_source(rig, publications=publications)) as source:
        assert isinstance(source, LiveRig)
        sender.start()
        try:
            assert until(source, lambda frame: all(present(frame))).image.shape == (48, 64, 3)
        finally:
            ended.set()
            sender.join()


def test_no_thread_survives_a_live_rig() -> None:
    with closing(live_rig({"left": True, "right": True})) as rig:
        until(rig, lambda frame: True)
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("posecast-rig")]
