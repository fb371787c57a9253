"""Pictures over HTTP: MJPEG, as parts of one endless response, and snapshots, requested repeatedly."""

from __future__ import annotations

import time
from collections.abc import Iterator
from fractions import Fraction
from functools import partial
from itertools import chain

from engine.capture.address import Address
from engine.capture.image_reader import decode_image
from engine.capture.network.http import Answer
from engine.capture.network.jpegs import MOST_BYTES, JpegFinder
from engine.capture.network.pictures import Reading, Received, Refused
from engine.capture.network.protocol import Opened
from engine.capture.picture import square_pixels
from engine.errors import PosecastError
from engine.types import Image

POLL_S = 0.1
"""Minimum seconds between two snapshots: cameras make them on demand, and few make more than ten a second."""
_FAILURES = 3
"""Number of successive snapshots that a busy camera may fail to deliver."""
_LIVE = Opened(None, None, finite=False)
_PART_HEADERS = (b"content-type:", b"content-length:")
_JPEG = b"\xff\xd8\xff"


def is_motion(answer: Answer, start: bytes) -> bool:
    """Whether an answer that begins with `start` is MJPEG, going by its content where the type tells nothing."""
    begun = start.lstrip().lower()
    is_part = begun.startswith(_PART_HEADERS) or (begun.startswith(b"--") and b"\ncontent-" in begun)
    return answer.kind.startswith("multipart/") or is_part


def is_picture(answer: Answer, start: bytes) -> bool:
    return answer.kind.startswith("image/") or start.startswith((_JPEG, b"\x89PNG"))


def read_motion(answer: Answer, pixel_aspect: Fraction | None) -> Reading:
    """MJPEG."""
    return Reading(_LIVE, (_received(content, pixel_aspect) for content in _parts(answer, JpegFinder())))


def read_picture(
    address: Address, answer: Answer, limits: tuple[float, float], pixel_aspect: Fraction | None
) -> Reading:
    """A snapshot, or concatenated JPEG pictures that are announced as a single one."""
    if answer.length is None:
        content, found, finder = _two(answer)
        if len(found) > 1:
            parts = chain(found, _parts(answer, finder))
            return Reading(_LIVE, (_received(part, pixel_aspect) for part in parts))
    else:
        content = _one(answer)
    answer.close()
    if _decode(content, pixel_aspect) is None:
        raise Refused("the server sends a picture that cannot be read")
    return Reading(_LIVE, _poll(address, limits, content, pixel_aspect))


def _poll(
    address: Address, limits: tuple[float, float], content: bytes, pixel_aspect: Fraction | None
) -> Iterator[Received]:
    """`content`, then further snapshots."""
    failures = 0
    while True:
        began = time.monotonic()
        yield _received(content, pixel_aspect)
        time.sleep(max(0.0, began + POLL_S - time.monotonic()))
        try:
            with Answer(address, *limits) as answer:
                content = _one(answer)
            failures = 0
        except OSError:
            failures += 1
            if failures == _FAILURES:
                raise


def _parts(answer: Answer, finder: JpegFinder) -> Iterator[bytes]:
    while more := answer.read():
        yield from finder.feed(more)


def _two(answer: Answer) -> tuple[bytes, list[bytes], JpegFinder]:
    """(bytes received, JPEG pictures in them, finder), up to the second picture or the end. Servers may keep the
    connection open after the only one."""
    found: list[bytes] = []
    content, finder = b"", JpegFinder()
    try:
        while len(found) < 2 and (more := answer.read()):
            content += _bounded(more, len(content))
            found += finder.feed(more)
    except TimeoutError:
        if not found:
            raise
    return content, found, finder


def _one(answer: Answer) -> bytes:
    """The bytes of one picture of any format, up to the announced length, the end of a JPEG, or the end."""
    content, finder = b"", JpegFinder()
    while (answer.length is None or len(content) < answer.length) and (more := answer.read()):
        content += _bounded(more, len(content))
        if answer.length is None and any(True for _ in finder.feed(more)):
            break
    return content


def _bounded(more: bytes, length: int) -> bytes:
    if length + len(more) > MOST_BYTES:
        raise Refused("the server sends more than a picture can have")
    return more


def _received(content: bytes, pixel_aspect: Fraction | None) -> Received:
    return Received(partial(_decode, content, pixel_aspect), None)


def _decode(content: bytes, pixel_aspect: Fraction | None) -> Image | None:
    try:
        image = decode_image(content, "the picture")
    except PosecastError as error:
        raise Refused(error.error) from error
    return None if image is None else square_pixels(image, pixel_aspect)
