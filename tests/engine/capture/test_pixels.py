"""Frames have square pixels, and are rotated and mirrored by the file's metadata, in every form of it."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from engine.aspect import parse_pixel_aspect, square_size
from engine.capture import open_source
from engine.types import Frame
from tests.engine.capture.clips import SIZE, number_of, rotate_header, steady, transform_header, write_clip
from tests.engine.capture.test_video import read_all

WIDTH, HEIGHT = SIZE
WIDE, TALL = (HEIGHT, 2 * WIDTH, 3), (2 * HEIGHT, WIDTH, 3)


def clip(path: Path, ratio: Fraction | None, count: int = 5, codec: str = "libx264") -> Path:
    return write_clip(path, steady(count), pixel_aspect=ratio, codec=codec, ticks=30)


def shapes(frames: list[Frame]) -> list[tuple[int, ...]]:
    return [frame.image.shape for frame in frames]


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("a.mp4", "libx264"), ("a.mov", "libx264"), ("a.mkv", "libx264"), ("a.ts", "libx264"), ("a.flv", "libx264"),
        ("a.mp4", "libx265"), ("a.avi", "mpeg4"),
    ],
)  # fmt: skip
def test_wide_pixels_become_square_in_every_container(tmp_path: Path, name: str, codec: str) -> None:
    frames = read_all(clip(tmp_path / name, Fraction(2), codec=codec))
    assert shapes(frames) == [WIDE] * 5
    assert [number_of(frame.image) for frame in frames] == list(range(5))


@pytest.mark.parametrize(
    ("ratio", "shape"),
    [(Fraction(1, 2), TALL), (Fraction(16, 11), (48, 186, 3)), (Fraction(1), (48, 128, 3)), (None, (48, 128, 3))],
)
def test_one_side_grows_and_none_shrinks(tmp_path: Path, ratio: Fraction | None, shape: tuple[int, ...]) -> None:
    assert shapes(read_all(clip(tmp_path / "a.mkv", ratio))) == [shape] * 5


def test_the_shape_may_change_on_the_way(tmp_path: Path) -> None:
    first, second = clip(tmp_path / "1.ts", Fraction(1)), clip(tmp_path / "2.ts", Fraction(2))
    joined = tmp_path / "joined.ts"
    joined.write_bytes(first.read_bytes() + second.read_bytes())
    assert shapes(read_all(joined)) == [(HEIGHT, WIDTH, 3)] * 5 + [WIDE] * 5


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_pixels_are_squared_before_the_picture_is_turned(tmp_path: Path, degrees: int) -> None:
    path = clip(tmp_path / "a.mp4", Fraction(2))
    lying = read_all(path)[0].image
    rotate_header(path, degrees)
    np.testing.assert_array_equal(read_all(path)[0].image, np.rot90(lying, -degrees // 90))


@pytest.mark.parametrize(
    ("matrix", "change"),
    [
        ((-1, 0, 0, 1), lambda image: image[:, ::-1]),
        ((1, 0, 0, -1), lambda image: image[::-1]),
        ((0, 1, 1, 0), lambda image: image.transpose(1, 0, 2)),
        ((0, -1, -1, 0), lambda image: image[::-1, ::-1].transpose(1, 0, 2)),
    ],
    ids=["mirrored", "upside down", "transposed", "the other diagonal"],
)
def test_mirrored_videos_come_as_they_are_shown(tmp_path: Path, matrix: tuple[int, ...], change: object) -> None:
    path = clip(tmp_path / "a.mp4", None)
    plain = read_all(path)[0].image
    transform_header(path, *matrix)
    np.testing.assert_array_equal(read_all(path)[0].image, change(plain))  # type: ignore[operator]


@pytest.mark.parametrize("said", [None, Fraction(1), Fraction(2)])
def test_the_users_value_overrides_the_file(tmp_path: Path, said: Fraction | None) -> None:
    source = open_source(str(clip(tmp_path / "a.mp4", said)), pixel_aspect=Fraction(1, 2))
    frame = source.read()
    source.close()
    assert frame is not None
    assert frame.image.shape == TALL


def test_a_ratio_that_no_pixel_has_counts_as_square(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert shapes(read_all(clip(tmp_path / "a.mkv", Fraction(20)))) == [(HEIGHT, WIDTH, 3)] * 5
    assert "--pixel-aspect" in caplog.text


@pytest.mark.parametrize(
    ("text", "ratio"),
    [("2:1", 2), ("64/45", Fraction(64, 45)), ("1.5", Fraction(3, 2)), ("12:11", Fraction(12, 11)), (" 1:1 ", 1)],
)
def test_ratios_as_people_write_them(text: str, ratio: Fraction) -> None:
    assert parse_pixel_aspect(text) == ratio


@pytest.mark.parametrize("text", ["", "wide", "0", "0:1", "1:0", "-2:1", "100:1", "1:2:3", "nan", "2:"])
def test_what_is_no_ratio(text: str) -> None:
    assert parse_pixel_aspect(text) is None


def test_the_square_picture_is_the_one_that_players_show() -> None:
    assert square_size(720, 576, Fraction(64, 45)) == (1024, 576)
    assert square_size(320, 360, Fraction(2)) == (640, 360)
    assert square_size(704, 288, Fraction(6, 11)) == (704, 528)
