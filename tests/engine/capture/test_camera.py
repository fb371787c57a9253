"""Cameras, as far as they can be tried without one: OpenCV plays a file in its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.capture import CameraInfo, list_cameras, open_source
from engine.capture.camera import CameraFeed, camera_device
from engine.capture.live import Lost, open_live
from engine.capture.timing import Timing
from engine.errors import PosecastError
from tests.engine.capture.clips import number_of, steady, write_clip


@pytest.mark.parametrize(
    ("text", "index"), [("0", 0), ("12", 12), ("/dev/video2", 2), ("clip0", None), ("1.5", None), ("-1", None)]
)
def test_what_is_a_camera(text: str, index: int | None) -> None:
    assert camera_device(text) == index


def test_cameras_are_listed_without_their_metadata_nodes(tmp_path: Path) -> None:
    for node, index, name in (("video10", "0", "Capture card"), ("video0", "0", "Webcam"), ("video1", "1", "Webcam")):
        (tmp_path / node).mkdir()
        (tmp_path / node / "index").write_text(f"{index}\n")
        (tmp_path / node / "name").write_text(f"{name}\n")
    (tmp_path / "v4l-subdev0").mkdir()
    assert list_cameras(tmp_path) == (CameraInfo(0, "Webcam"), CameraInfo(10, "Capture card"))
    assert list_cameras(tmp_path / "absent") == ()


def test_a_camera_that_is_not_there_is_an_error() -> None:
    with pytest.raises(PosecastError, match="camera 987"):
        open_source("987")


def test_frames_come_through_opencv_and_a_lost_camera_is_opened_again(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "a.avi", steady(20), codec="mjpeg", ticks=30)
    timing = Timing(first_retry_s=0.01, longest_retry_s=0.01)
    source = open_live(CameraFeed(str(clip)), "camera", timing=timing)
    indices = []
    while len(indices) < 3 or indices[-1] < 20:  # the file has ended by then, and was opened again
        frame = source.read()
        assert frame is not None
        indices.append(frame.index)
        assert number_of(frame.image) == frame.index % 20
    source.close()
    assert source.read() is None
    assert indices == sorted(set(indices))


def test_a_device_that_does_not_open() -> None:
    with pytest.raises(Lost, match="cannot be opened"):
        CameraFeed("/nowhere").open()


def test_links_of_udev_are_cameras_wherever_they_lead(tmp_path: Path) -> None:
    by_id = "/dev/v4l/by-id/usb-046d_HD_Webcam-video-index0"
    assert camera_device(by_id) == by_id
    assert camera_device("/dev/v4l/by-path/pci-0000:00:14.0-usb-0:1:1.0-video-index0") is not None
    link = tmp_path / "front door"
    link.symlink_to("/dev/video987")
    assert camera_device(str(link)) == str(link)
    for source in (by_id, str(link)):
        with pytest.raises(PosecastError, match=f"no camera {source}; cameras here: "):
            open_source(source)
    with pytest.raises(Lost, match="not plugged in"):
        CameraFeed(by_id).open()
