"""Images: any depth and number of channels becomes BGR; folders and patterns in the order a person expects."""

from __future__ import annotations

import logging
import os
import struct
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest

from engine.capture import open_source
from engine.errors import PosecastError
from engine.types import Image
from tests.engine.capture.clips import number_of, numbered
from tests.engine.capture.test_video import read_all

PICTURE = numbered(0b1011)
GREY = np.ascontiguousarray(PICTURE[..., 0])


def only(path: Path) -> Image:
    frames = read_all(path)
    assert len(frames) == 1
    assert (frames[0].index, frames[0].time, frames[0].name) == (0, 0.0, path.name)
    return frames[0].image


def save(path: Path, image: np.ndarray) -> Path:
    assert cv2.imwrite(str(path), image)
    return path


@pytest.mark.parametrize(
    ("stored", "expected"),
    [
        (PICTURE, PICTURE),
        (GREY, np.dstack([GREY] * 3)),
        (GREY.astype(np.uint16) * 257, np.dstack([GREY] * 3)),
        (PICTURE.astype(np.uint16) * 257, PICTURE),
        (np.dstack([PICTURE, np.full_like(GREY, 7)]), PICTURE),
        (PICTURE[:1, :1], PICTURE[:1, :1]),
    ],
    ids=["colour", "grey", "grey 16 bit", "colour 16 bit", "alpha", "1x1"],
)
@pytest.mark.parametrize("suffix", [".png", ".tiff"])
def test_every_kind_of_pixel_becomes_bgr(tmp_path: Path, stored: np.ndarray, expected: Image, suffix: str) -> None:
    image = only(save(tmp_path / f"picture{suffix}", stored))
    assert image.dtype == np.uint8
    np.testing.assert_array_equal(image, expected)


@pytest.mark.parametrize(("orientation", "quarter_turns"), [(1, 0), (3, 2), (6, -1), (8, 1)])
def test_photographs_come_upright(tmp_path: Path, orientation: int, quarter_turns: int) -> None:
    stored = save(tmp_path / "photo.jpg", PICTURE)
    straight = only(stored)
    entry = struct.pack(">HHIHH", 0x0112, 3, 1, orientation, 0)  # TIFF tag Orientation, one SHORT
    exif = b"Exif\0\0" + b"MM\0*\0\0\0\x08" + struct.pack(">H", 1) + entry + b"\0\0\0\0"
    segment = b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif
    content = stored.read_bytes()
    stored.write_bytes(content[:2] + segment + content[2:])
    np.testing.assert_array_equal(only(stored), np.rot90(straight, quarter_turns))


def test_a_folder_is_read_in_natural_order(tmp_path: Path) -> None:
    for number in (10, 2, 1, 33):
        save(tmp_path / f"frame{number}.png", numbered(number))
    (tmp_path / "notes.txt").write_text("not a picture")
    (tmp_path / "more.png").mkdir()
    frames = read_all(tmp_path)
    assert [number_of(frame.image) for frame in frames] == [1, 2, 10, 33]
    assert [frame.name for frame in frames] == ["frame1.png", "frame2.png", "frame10.png", "frame33.png"]
    assert [(frame.index, frame.time) for frame in frames] == [(0, 0.0), (1, 1.0), (2, 2.0), (3, 3.0)]


def test_patterns_reach_into_folders(tmp_path: Path) -> None:
    for name in ("a/1.png", "a/2.png", "b/3.jpg", "b/4.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        save(tmp_path / name, numbered(int(name[2])))
    assert [number_of(frame.image) for frame in read_all(tmp_path / "*/*.png")] == [1, 2, 4]
    assert [number_of(frame.image) for frame in read_all(tmp_path / "**/[23].*")] == [2, 3]


def test_images_of_different_sizes_keep_them(tmp_path: Path) -> None:
    save(tmp_path / "1.png", PICTURE)
    save(tmp_path / "2.png", PICTURE[:20, :30])
    assert [frame.image.shape for frame in read_all(tmp_path)] == [PICTURE.shape, (20, 30, 3)]


def test_one_unreadable_image_among_many_is_left_out_and_named(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for number in (1, 2, 3):
        save(tmp_path / f"{number}.png", numbered(number))
    (tmp_path / "2.png").write_bytes((tmp_path / "2.png").read_bytes()[:90])
    with caplog.at_level(logging.WARNING, "engine.capture"):
        frames = read_all(tmp_path)
    assert [(frame.index, number_of(frame.image)) for frame in frames] == [(0, 1), (2, 3)]
    assert "2.png" in caplog.text


def test_nothing_readable_is_an_error(tmp_path: Path) -> None:
    for name in ("1.png", "2.png"):
        (tmp_path / name).write_text("no picture")
    with pytest.raises(PosecastError, match="none of the images"):
        read_all(tmp_path)
    with pytest.raises(PosecastError, match=r"1\.png"):
        open_source(str(tmp_path / "1.png"))
    cut = save(tmp_path / "cut.png", PICTURE)
    cut.write_bytes(cut.read_bytes()[:90])
    with pytest.raises(PosecastError, match=r"cut\.png"):
        open_source(str(cut))


def test_no_images_at_all_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(PosecastError, match="no images in the folder"):
        open_source(str(tmp_path))
    with pytest.raises(PosecastError, match="no images in"):
        open_source(str(tmp_path / "*.png"))


def test_a_name_with_brackets_is_a_name_first(tmp_path: Path) -> None:
    assert number_of(only(save(tmp_path / "shot[1].png", numbered(5)))) == 5


def test_hidden_and_side_files_do_not_count(tmp_path: Path) -> None:
    save(tmp_path / "1.png", numbered(1))
    for name in (".DS_Store", "Thumbs.db", "._1.png", ".2.png"):
        (tmp_path / name).write_bytes(b"\0\5\x16\7" + bytes(100))
    for folder in ("__MACOSX", "@eaDir"):
        (tmp_path / folder).mkdir()
        save(tmp_path / folder / "1.png", numbered(2))
    for text in (tmp_path, tmp_path / "*", tmp_path / "**/*.png"):
        assert [number_of(frame.image) for frame in read_all(text)] == [1]


@pytest.mark.parametrize(
    ("pattern", "numbers"),
    [
        ("img_%04d.png", [2, 10, 11]),
        ("img_%d.png", [2, 10, 11, 3]),
        ("img_%05d.png", [11]),
        ("100%%_%d.png", [7]),
    ],
)
def test_numbered_patterns_are_taken(tmp_path: Path, pattern: str, numbers: list[int]) -> None:
    for name, number in (("0010", 10), ("0002", 2), ("00011", 11), ("3", 3)):
        save(tmp_path / f"img_{name}.png", numbered(number))
    save(tmp_path / "100%_7.png", numbered(7))
    assert sorted(number_of(frame.image) for frame in read_all(tmp_path / pattern)) == sorted(numbers)


def test_a_numbered_pattern_without_images_says_so(tmp_path: Path) -> None:
    with pytest.raises(PosecastError, match=r"no images in .*img_%04d\.png"):
        open_source(str(tmp_path / "img_%04d.png"))


def test_a_folder_may_stand_for_a_film_of_any_rate(tmp_path: Path) -> None:
    for number in range(3):
        save(tmp_path / f"{number}.png", numbered(number))
    source = open_source(str(tmp_path), rate=25)
    times = []
    while (frame := source.read()) is not None:
        times.append(frame.time)
    assert times == pytest.approx([0, 0.04, 0.08])
    assert source.frame_rate == 25


@pytest.mark.parametrize(("source", "rate"), [("demo", 25), ("0", 25), ("rtsp://host/x", 25), (".", 0), (".", 1e6)])
def test_a_rate_is_for_images_and_for_people(source: str, rate: float) -> None:
    with pytest.raises(PosecastError, match="--rate"):
        open_source(source, rate=rate)


@pytest.mark.parametrize("name", [b"photo_\xe9.png", b"two\nlines.png", b"-o.png", b"%d.png", b"a*b?.png", b"a#b.png"])
def test_names_are_bytes(tmp_path: Path, name: bytes) -> None:
    """OpenCV crashes on names that are no UTF-8."""
    path = tmp_path / os.fsdecode(name)
    path.write_bytes(cv2.imencode(".png", numbered(5))[1].tobytes())
    frames = read_all(path)
    assert [number_of(frame.image) for frame in frames] == [5]
    frames[0].name.encode()  # type: ignore[union-attr]


def test_a_folder_whose_name_looks_like_a_pattern(tmp_path: Path) -> None:
    (tmp_path / "take[1]").mkdir()
    save(tmp_path / "take[1]" / "1.png", numbered(5))
    assert [number_of(frame.image) for frame in read_all(tmp_path / "take[1]" / "*.png")] == [5]


def test_pixels_of_images_have_a_shape_too(tmp_path: Path) -> None:
    source = open_source(str(save(tmp_path / "1.png", PICTURE)), pixel_aspect=Fraction(2))
    frame = source.read()
    assert frame is not None
    assert frame.image.shape == (48, 256, 3)


def test_damage_is_told_once_in_a_loop(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    for number in (1, 2):
        save(tmp_path / f"{number}.png", numbered(number))
    (tmp_path / "2.png").write_bytes(b"no picture")
    source = open_source(str(tmp_path), loop=True)
    for _ in range(5):
        assert source.read() is not None
    source.close()
    assert caplog.text.count("left out") == 1
