"""Pictures that are put together: HEIC of tiles, AVIF that is turned, and animations."""

from __future__ import annotations

import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image as pillow  # noqa: N813 (a module)

from engine.capture import open_source
from engine.errors import PosecastError
from engine.types import Image
from tests.engine.capture.clips import number_of, numbered
from tests.engine.capture.heic import write_grid
from tests.engine.capture.test_images import only
from tests.engine.capture.test_video import read_all


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    return write_grid(tmp_path / "photo.heic", _picture(), 128)


def _picture() -> Image:
    """256 x 256, another colour in each tile."""
    colours = np.array([[(200, 60, 40), (40, 200, 60)], [(60, 40, 200), (220, 220, 220)]], np.uint8)
    return np.asarray(cv2.resize(colours, (256, 256), interpolation=cv2.INTER_NEAREST), np.uint8)


def test_a_photo_of_tiles_is_read_whole(photo: Path) -> None:
    np.testing.assert_allclose(only(photo).astype(int), _picture(), atol=12)
    disguised = photo.rename(photo.with_suffix(".jpg"))
    assert only(disguised).shape == (256, 256, 3), "the content tells"


def test_a_photo_that_is_cut_off_is_refused(photo: Path) -> None:
    photo.write_bytes(photo.read_bytes()[:-20])
    with pytest.raises(PosecastError, match=r"photo\.heic is cut off: 20 bytes"):
        open_source(str(photo))


def test_without_a_decoder_it_says_which_package_is_missing(photo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pi_heif", None)
    with pytest.raises(PosecastError, match="install the package pi-heif"):
        open_source(str(photo))


@pytest.mark.parametrize(("orientation", "quarter_turns"), [(1, 0), (3, 2), (6, -1), (8, 1)])
def test_avif_comes_upright(tmp_path: Path, orientation: int, quarter_turns: int) -> None:
    exif = pillow.Exif()
    exif[0x0112] = orientation
    pillow.fromarray(numbered(11)[..., ::-1]).save(tmp_path / "a.avif", exif=exif.tobytes(), quality=100)
    image = only(tmp_path / "a.avif")
    np.testing.assert_allclose(image.astype(int), np.rot90(numbered(11), quarter_turns), atol=40)


@pytest.mark.parametrize("suffix", [".webp", ".avif", ".png", ".gif"])
def test_animations_give_every_frame_at_its_time(tmp_path: Path, suffix: str) -> None:
    first, *others = (pillow.fromarray(numbered(number)[..., ::-1]) for number in range(4))
    path = tmp_path / f"a{suffix}"
    first.save(path, save_all=True, append_images=others, duration=100)
    frames = read_all(path)
    assert [number_of(frame.image) for frame in frames] == [0, 1, 2, 3]
    assert [frame.time for frame in frames] == pytest.approx([0, 0.1, 0.2, 0.3], abs=1e-3)


def test_what_a_still_does_not_show_is_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    pages = [pillow.fromarray(numbered(number)[..., ::-1]) for number in (5, 6)]
    pages[0].save(tmp_path / "pages.tif", save_all=True, append_images=pages[1:])
    assert number_of(only(tmp_path / "pages.tif")) == 5
    assert "contains 2 pages: only the first one is read" in caplog.text


def test_a_jpeg_that_is_cut_off_is_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    content = cv2.imencode(".jpg", _picture())[1].tobytes()
    (tmp_path / "half.jpg").write_bytes(content[: len(content) // 2])
    with pytest.raises(PosecastError, match=r"half\.jpg is cut off"):
        open_source(str(tmp_path / "half.jpg"))
    (tmp_path / "end.jpg").write_bytes(content[:-2])
    assert only(tmp_path / "end.jpg").shape == (256, 256, 3)
    assert "end.jpg is cut off" in caplog.text


def test_cmyk_comes_as_it_is_seen(tmp_path: Path) -> None:
    pillow.fromarray(numbered(11)[..., ::-1]).convert("CMYK").save(tmp_path / "a.jpg", quality=100)
    np.testing.assert_allclose(only(tmp_path / "a.jpg").astype(int), numbered(11), atol=12)
