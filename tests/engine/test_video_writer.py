"""Video written by us reads back: size, count, times, colours."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from engine.errors import PosecastError
from engine.picture_writer import PictureWriter
from engine.video_writer import VideoWriter


def _image(width: int, height: int, blue: int) -> np.ndarray:
    image = np.zeros((height, width, 3), np.uint8)
    image[..., 0] = blue
    return image


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv"])
def test_frames_come_back_with_their_times(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"video{suffix}"
    times = [0.0, 0.04, 0.09, 0.5, 0.5]
    with VideoWriter(path, 25) as writer:
        for index, time in enumerate(times):
            writer.write(_image(64, 48, 50 * index), time)
    with av.open(str(path)) as container:
        frames = list(container.decode(video=0))
    assert [frame.time for frame in frames[:4]] == pytest.approx(times[:4], abs=2e-3)
    assert frames[4].time > frames[3].time - 1e-9
    assert [frame.to_ndarray(format="bgr24")[..., 0].mean() for frame in frames] == pytest.approx(
        [0, 50, 100, 150, 200], abs=6
    )


def test_odd_sides_are_evened_and_other_sizes_fitted(tmp_path: Path) -> None:
    path = tmp_path / "video.mp4"
    with VideoWriter(path) as writer:
        writer.write(_image(65, 47, 255), 0.0)
        writer.write(_image(200, 100, 255), 0.1)
        writer.write(_image(20, 10, 255), 0.2)
    with av.open(str(path)) as container:
        frames = [frame.to_ndarray(format="bgr24") for frame in container.decode(video=0)]
    assert [frame.shape for frame in frames] == [(48, 66, 3)] * 3
    assert frames[1][10, 60, 0] > 200
    assert frames[2][40, 60, 0] < 50


def test_unknown_containers_are_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(PosecastError, match=r"overlay\.avi.*\.mp4"):
        VideoWriter(tmp_path / "overlay.avi")


def test_frames_too_large_for_h264_are_refused_in_one_line(tmp_path: Path) -> None:
    with VideoWriter(tmp_path / "video.mp4") as writer, pytest.raises(PosecastError, match="20000 x 16 are too large"):
        writer.write(_image(20000, 16, 255), 0.0)


def test_pictures_too_large_for_their_format_are_refused(tmp_path: Path) -> None:
    with pytest.raises(PosecastError, match=r"\.webp cannot hold 20000 x 16"):
        PictureWriter(tmp_path / "overlay.webp").write(_image(20000, 16, 255), 0.0)
