"""The focal length that pictures say about themselves: EXIF of images, QuickTime's tags of videos."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image as pillow  # noqa: N813 (a module)

from engine.capture import open_source
from engine.capture.lens import QUICKTIME_KEY, film_mm_of_image
from engine.capture.quicktime import track_metadata
from engine.types import FrameSource

PIXELS = np.full((48, 64, 3), 90, np.uint8)
FOCAL, FILM, ZOOM, WIDTH, HEIGHT = 0x920A, 0xA405, 0xA404, 0xA002, 0xA003


def photo(path: Path, tags: dict[int, Any], *, make: str = "Apple", orientation: int = 1) -> Path:
    exif = pillow.Exif()
    exif[0x010F], exif[0x0112] = make, orientation
    exif.get_ifd(0x8769).update(tags)
    pillow.fromarray(PIXELS).save(path, exif=exif.tobytes())
    return path


def video(path: Path, **metadata: str) -> Path:
    with av.open(str(path), "w", options={"movflags": "use_metadata_tags"}) as container:
        container.metadata.update(metadata)
        stream = container.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for packet in (*stream.encode(av.VideoFrame.from_ndarray(PIXELS, format="bgr24")), *stream.encode()):
            container.mux(packet)
    return path


def box(kind: bytes, *parts: bytes) -> bytes:
    content = b"".join(parts)
    return struct.pack(">I", 8 + len(content)) + kind + content


def with_track_tag(path: Path, value: bytes, kind: int, *, versioned: bool = False) -> Path:
    """The video with QuickTime's tag in its track, where phones write it."""
    data = box(b"data", struct.pack(">II", kind, 0), value)
    meta = box(
        b"meta",
        bytes(4) if versioned else b"",
        box(b"hdlr", bytes(8), b"mdta", bytes(13)),
        box(b"keys", struct.pack(">II", 0, 1), box(b"mdta", QUICKTIME_KEY.encode())),
        box(b"ilst", box(struct.pack(">I", 1), data)),
    )
    content = path.read_bytes()
    at = content.index(b"moov") - 4
    moov = content[at:]
    track = moov.index(b"trak") - 4
    length = int.from_bytes(moov[track : track + 4], "big")
    longer = box(b"moov", moov[8:track], box(b"trak", moov[track + 8 : track + length], meta), moov[track + length :])
    path.write_bytes(content[:at] + longer)
    return path


def lens_of(path: Path) -> tuple[float, str]:
    """35 mm equivalent of the camera in use, and where it comes from."""
    source: FrameSource = open_source(str(path))
    frame = source.read()
    source.close()
    assert frame is not None
    height, width = frame.image.shape[:2]
    if source.camera is None:
        return 0.0, "default"
    camera = source.camera.for_image(width, height)
    return camera.fx * np.hypot(36, 24) / np.hypot(width, height), camera.provenance.intrinsics


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.webp", "a.tif", "a.avif"])
@pytest.mark.parametrize("orientation", [1, 6])
def test_photos_say_their_lens(name: str, orientation: int, tmp_path: Path) -> None:
    lens = lens_of(photo(tmp_path / name, {FILM: 26, FOCAL: 4.25}, orientation=orientation))
    assert lens == (pytest.approx(26), "metadata")


@pytest.mark.parametrize("tags", [{}, {FILM: 0}, {FILM: 60000}, {FILM: 177, FOCAL: 3.99}])
def test_what_is_unknown_or_implausible_is_not_used(tags: dict[int, Any], tmp_path: Path) -> None:
    assert lens_of(photo(tmp_path / "a.jpg", tags)) == (0.0, "default")


@pytest.mark.parametrize(("make", "film"), [("Apple", 55), ("Other", 110)])
def test_digital_zoom_is_part_of_apples_value_alone(make: str, film: float, tmp_path: Path) -> None:
    tags = {FILM: 55, FOCAL: 3.99, ZOOM: 2.0}
    assert lens_of(photo(tmp_path / "a.jpg", tags, make=make))[0] == pytest.approx(film)


def test_a_cut_out_part_has_a_narrower_view(tmp_path: Path) -> None:
    scaled = photo(tmp_path / "scaled.jpg", {FILM: 26, WIDTH: 640, HEIGHT: 480})
    cut = photo(tmp_path / "cut.jpg", {FILM: 26, WIDTH: 128, HEIGHT: 48})
    turned = photo(tmp_path / "turned.jpg", {FILM: 26, WIDTH: 480, HEIGHT: 640})
    assert lens_of(scaled)[0] == lens_of(turned)[0] == pytest.approx(26)
    assert lens_of(cut)[0] == pytest.approx(26 * np.hypot(128, 48) / np.hypot(64, 48))


def test_damaged_metadata_is_no_error(tmp_path: Path) -> None:
    content = photo(tmp_path / "a.jpg", {FILM: 26}).read_bytes()
    at = content.index(b"Exif")
    assert film_mm_of_image(content[: at + 6] + b"\xff" * 20 + content[at + 26 :], (64, 48)) is None
    assert film_mm_of_image(b"no image", (64, 48)) is None


@pytest.mark.parametrize("name", ["a.mov", "a.mp4"])
def test_videos_say_their_lens(name: str, tmp_path: Path) -> None:
    assert lens_of(video(tmp_path / name, **{QUICKTIME_KEY: "28"})) == (pytest.approx(28), "metadata")
    assert lens_of(video(tmp_path / name)) == (0.0, "default")
    assert lens_of(video(tmp_path / name, **{QUICKTIME_KEY: "wide"})) == (0.0, "default")


@pytest.mark.parametrize(
    ("value", "kind"),
    [(b"26", 1), (b"\0\0\0\x1a", 21), (b"\x1a", 21), (b"\0\0\0\x1a", 67), (struct.pack(">f", 26), 23)],
)
@pytest.mark.parametrize("versioned", [False, True])
def test_the_lens_is_found_in_a_track(value: bytes, kind: int, versioned: bool, tmp_path: Path) -> None:
    path = with_track_tag(video(tmp_path / "a.mov"), value, kind, versioned=versioned)
    assert lens_of(path) == (pytest.approx(26), "metadata")


@pytest.mark.parametrize("cut", [1, 9, 40, 90])
def test_a_damaged_index_is_no_error(cut: int, tmp_path: Path) -> None:
    path = with_track_tag(video(tmp_path / "a.mov"), b"26", 1)
    path.write_bytes(path.read_bytes()[:-cut])
    track_metadata(path)
