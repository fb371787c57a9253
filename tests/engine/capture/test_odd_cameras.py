"""Cameras over HTTP are read as browsers and players read them, whatever they get wrong."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing
from itertools import islice, pairwise
from pathlib import Path
from urllib.parse import quote

import pytest

from engine.capture import open_source
from engine.capture.network import open_stream
from engine.capture.network.protocol import Request
from engine.capture.network.reading import open_reading
from engine.errors import PosecastError
from tests.engine.capture.clips import number_of, steady, write_clip
from tests.engine.capture.odd_camera import SNAPSHOTS, STREAMS, OddCamera, odd_camera
from tests.engine.capture.servers import serving_files
from tests.engine.capture.test_network import ONCE, QUICK, _read


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[OddCamera, str]]:
    with odd_camera() as served:
        yield served


@pytest.mark.parametrize("kind", STREAMS)
def test_motion_jpeg_of_every_kind_gives_its_pictures(served: tuple[OddCamera, str], kind: str) -> None:
    with ExitStack() as stack:
        reading = open_reading(Request(f"http://{served[1]}/{kind}", 10, 5), stack, lambda: None)
        images = [received.decode() for received in islice(reading.pictures, 4)]
    assert not reading.opened.finite
    assert [None if image is None else number_of(image) for image in images] == [0, 1, 2, 3]


@pytest.mark.parametrize("kind", SNAPSHOTS)
def test_snapshots_of_every_kind_are_polled(served: tuple[OddCamera, str], kind: str) -> None:
    with ExitStack() as stack:
        reading = open_reading(Request(f"http://{served[1]}/{kind}", 10, 0.2), stack, lambda: None)
        images = [received.decode() for received in islice(reading.pictures, 3)]
    assert not reading.opened.finite
    assert all(image is not None for image in images)


@pytest.mark.parametrize("kind", ["snap"])
def test_snapshots_are_asked_for_again_and_again(served: tuple[OddCamera, str], kind: str) -> None:
    with closing(open_stream(f"http://{served[1]}/{kind}", timing=QUICK)) as source:
        frames = [_read(source) for _ in range(3)]
    assert source.live
    assert all(0.05 < b.time - a.time < 10 for a, b in pairwise(frames)), "timed by the clock"
    numbers = [number_of(frame.image) for frame in frames]
    assert numbers == sorted(numbers)


def test_a_web_page_is_told_from_a_camera(served: tuple[OddCamera, str]) -> None:
    with pytest.raises(PosecastError, match="it is a web page") as caught:
        open_stream(f"http://{served[1]}/page", timing=QUICK)
    assert "address of the stream" in caught.value.hint


@pytest.mark.parametrize("written", ["p@s%23w%2Frd", quote("p@s#w/rd", safe="")])
def test_a_password_of_all_signs_and_digest(served: tuple[OddCamera, str], written: str) -> None:
    with closing(open_stream(f"HTTP://me:{written}@{served[1]}/digest", timing=ONCE)) as source:
        _read(source)


@pytest.mark.parametrize("url", ["http://me:p@s#w@{}/plain", "rtsp://me:p#w@{}/x", "http://me:123#4@{}/plain"])
def test_a_password_that_ends_early_says_which_sign_to_write(served: tuple[OddCamera, str], url: str) -> None:
    with pytest.raises(PosecastError, match="write # as %23") as caught:
        open_source(url.format(served[1]))
    assert "p@s" not in str(caught.value)
    assert "123" not in str(caught.value).replace(served[1], "")


def test_a_video_whose_index_is_at_its_end_is_read_without_ranges(tmp_path: Path) -> None:
    write_clip(tmp_path / "end.mp4", steady(20))
    with serving_files(tmp_path) as address, closing(open_stream(f"{address}/end.mp4", timing=ONCE)) as source:
        assert (source.live, source.frame_count) == (False, 20)
        assert [number_of(_read(source).image) for _ in range(20)] == list(range(20))


def test_names_that_need_encoding_are_found(tmp_path: Path) -> None:
    write_clip(tmp_path / "my ümlaut clip.mkv", steady(3))
    with serving_files(tmp_path) as address, ExitStack() as stack:
        source = stack.enter_context(closing(open_stream(f"{address}/my ümlaut clip.mkv", timing=ONCE)))
        assert number_of(_read(source).image) == 0


def test_nothing_is_left_of_a_snapshot_camera(served: tuple[OddCamera, str]) -> None:
    source = open_stream(f"http://{served[1]}/snap", timing=QUICK)
    _read(source)
    source.close()
    assert source.read() is None
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("posecast")]
