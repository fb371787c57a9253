"""The times of real containers whose clocks jump, wrap, start anywhere, or are not there."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.engine.capture.clips import number_of, steady, write_clip
from tests.engine.capture.test_video import _ffmpeg, read_all

RATE = 30


def check(path: Path, numbers: list[int]) -> None:
    """Every frame, one thirtieth of a second apart, from 0."""
    frames = read_all(path)
    assert [number_of(frame.image) for frame in frames] == numbers
    assert [frame.time for frame in frames] == pytest.approx(np.arange(len(numbers)) / RATE, abs=0.002)


@pytest.mark.parametrize(
    ("name", "codec"),
    [("a.ts", "libx264"), ("a.mkv", "libx264"), ("a.mpg", "mpeg2video"), ("a.h264", "libx264"), ("a.mjpeg", "mjpeg")],
)
def test_a_file_after_another_in_one(tmp_path: Path, name: str, codec: str) -> None:
    """A concatenated file, as from `cat a.ts a.ts`: timestamps fall back in the middle."""
    rate = 25 if name.endswith(("mjpeg", "h264")) else RATE  # raw streams have no rate: 25 a second are taken
    whole = write_clip(tmp_path / name, steady(20), codec=codec, ticks=30)
    whole.write_bytes(whole.read_bytes() * 2)
    frames = read_all(whole)
    assert [number_of(frame.image) for frame in frames] == [*range(20), *range(20)]
    assert [frame.time for frame in frames] == pytest.approx(np.arange(40) / rate, abs=0.01)


@pytest.mark.parametrize("offset", [5000, 95443, -5])
def test_recordings_of_different_times_in_one(tmp_path: Path, offset: int) -> None:
    """Ahead, about where 33 bits of a 90 kHz clock wrap, and back."""
    first = write_clip(tmp_path / "1.ts", [5 + time for time in steady(20)])
    second = write_clip(tmp_path / "2.ts", [5 + offset + time for time in steady(20)])
    first.write_bytes(first.read_bytes() + second.read_bytes())
    check(first, [*range(20), *range(20)])


def test_a_clock_that_wraps_in_the_middle(tmp_path: Path) -> None:
    plain, wrapping = write_clip(tmp_path / "a.mkv", steady(20)), tmp_path / "b.ts"
    options = ["-c", "copy", "-output_ts_offset", "95443.3", "-muxdelay", "0"]
    subprocess.run(_ffmpeg("-i", plain, *options, wrapping), check=True)
    check(wrapping, list(range(20)))


@pytest.mark.parametrize("name", ["a.mkv", "a.mp4"])
def test_a_clock_that_begins_before_0(tmp_path: Path, name: str) -> None:
    plain, negative = write_clip(tmp_path / "plain.mkv", steady(20)), tmp_path / name
    options = ["-c", "copy", "-output_ts_offset", "-3", "-avoid_negative_ts", "disabled"]
    subprocess.run(_ffmpeg("-i", plain, *options, negative), check=True)
    check(negative, list(range(20)))


def _said_in(action: Callable[[], object], caplog: pytest.LogCaptureFixture) -> str:
    caplog.clear()
    action()
    return caplog.text


def test_a_jump_is_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    clip = write_clip(tmp_path / "a.ts", steady(20))
    assert _said_in(lambda: read_all(clip), caplog) == ""
    clip.write_bytes(clip.read_bytes() * 2)
    assert "timestamps jump once" in _said_in(lambda: read_all(clip), caplog)
