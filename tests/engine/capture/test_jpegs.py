"""JPEG pictures are found by their own structure."""

from __future__ import annotations

import struct

import cv2
import pytest

from engine.capture.network.jpegs import JpegFinder
from tests.engine.capture.clips import numbered

PICTURES = [cv2.imencode(".jpg", numbered(number))[1].tobytes() for number in range(4)]


def found(content: bytes, piece: int) -> list[bytes]:
    finder = JpegFinder()
    return [one for at in range(0, len(content), piece) for one in finder.feed(content[at : at + piece])]


@pytest.mark.parametrize("piece", [1, 2, 7, 1000, 10**6])
def test_however_the_bytes_come(piece: int) -> None:
    content = b"HTTP\r\n\r\n--b\r\n\xff\xff\xd8" + b"\r\n--b\r\n".join(PICTURES) + b"--b--\xff"
    assert found(content, piece) == PICTURES


def test_one_without_its_end_is_whole_when_the_next_begins() -> None:
    first, second = found(PICTURES[0][:-2] + b"\r\n--b\r\n" + PICTURES[1], 100)
    assert first.startswith(PICTURES[0][:-2])
    assert second == PICTURES[1]


def test_a_thumbnail_within_does_not_end_the_picture() -> None:
    thumbnail = PICTURES[1]
    segment = b"\xff\xe1" + struct.pack(">H", 2 + len(thumbnail)) + thumbnail
    nested = PICTURES[0][:2] + segment + PICTURES[0][2:]
    assert found(nested + PICTURES[2], 13) == [nested, PICTURES[2]]


def test_progressive_pictures_have_several_scans() -> None:
    progressive = cv2.imencode(".jpg", numbered(9), [cv2.IMWRITE_JPEG_PROGRESSIVE, 1])[1].tobytes()
    assert progressive.count(b"\xff\xda") > 1
    assert found(progressive * 2, 50) == [progressive] * 2


def test_bytes_without_pictures_are_not_kept() -> None:
    finder = JpegFinder()
    for _ in range(100):
        assert list(finder.feed(b"x" * 10_000)) == []
    assert len(finder._bytes) < 10
