"""Finds out what an address delivers: a stream, MJPEG, a snapshot, a file, or a web page."""

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
"""Bytes that are enough to recognise the content."""


def open_reading(request: Request, stack: ExitStack, busy: Callable[[], object]) -> Reading:
    """Open the address. `stack` closes what is opened; `busy` is called regularly if it takes long."""
    address = parse_address(request.url)
    if not address.scheme.startswith("http"):
        return read_media(stack.enter_context(open_rtsp(address, request)), request.pixel_aspect)
    limits = request.open_s, request.read_s
    try:
        answer = stack.enter_context(Answer(address, *limits))
    except (http.client.HTTPException, ValueError):
        # Nearly HTTP, as old streaming servers speak it, or an authentication scheme that Python does not support.
        return read_media(stack.enter_context(open_url(address, request)), request.pixel_aspect)
    start = answer.peek(_START_BYTES)
    if is_motion(answer, start):
        return read_motion(answer, request.pixel_aspect)
    if is_picture(answer, start):
        return read_picture(address, answer, limits, request.pixel_aspect)
    if is_page(start):
        raise Refused("it is a web page, not a video", "find the address of the stream or picture on that page")
    container = open_http(address, request, answer, start, busy)
    return read_media(stack.enter_context(container), request.pixel_aspect)
