"""What an address holds, found out by asking: a stream, MJPEG, a snapshot, a file, or a web page."""

from __future__ import annotations

import http.client
from collections.abc import Callable
from contextlib import ExitStack

from engine.capture.address import parse_address
from engine.capture.diagnosis import is_page
from engine.capture.network.http import Answer
from engine.capture.network.media import open_http, open_rtsp, open_url, read_media
from engine.capture.network.motion import is_motion, is_picture, read_motion, read_picture
from engine.capture.network.pictures import Reading, Refused
from engine.capture.network.protocol import Request

_START_BYTES = 512
"""Enough to tell what an answer holds."""


def open_reading(request: Request, stack: ExitStack, busy: Callable[[], object]) -> Reading:
    """`stack` closes what is opened; `busy` is called now and then where it takes long."""
    address = parse_address(request.url)
    if not address.scheme.startswith("http"):
        return read_media(stack.enter_context(open_rtsp(address, request)), request.pixel_aspect)
    limits = request.open_s, request.read_s
    try:
        answer = stack.enter_context(Answer(address, *limits))
    except (http.client.HTTPException, ValueError):
        # Not quite HTTP, as old streaming servers speak it, or a kind of password that Python does not know.
        return read_media(stack.enter_context(open_url(address, request)), request.pixel_aspect)
    start = answer.peek(_START_BYTES)
    if is_motion(answer, start):
        return read_motion(answer, request.pixel_aspect)
    if is_picture(answer, start):
        return read_picture(address, answer, limits, request.pixel_aspect)
    if is_page(start):
        raise Refused("this is a web page, and no video", "look on it for the address of the stream or the picture")
    container = open_http(address, request, answer, start, busy)
    return read_media(stack.enter_context(container), request.pixel_aspect)
