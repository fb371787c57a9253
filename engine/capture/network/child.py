"""The child that reads one stream: `python -m engine.capture.network.child SOCKET MEMORY` (inherited descriptors).

A stream may block a decoder for ever, or crash it; a child can be killed. It ends by itself when the program does.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import queue
import signal
import sys
import threading
import time
from collections.abc import Iterator
from multiprocessing.connection import Connection

import cv2

from engine.capture.address import parse_address
from engine.capture.diagnosis import is_page
from engine.capture.network.http import Answer
from engine.capture.network.media import open_http, open_rtsp, open_url, read_media
from engine.capture.network.motion import is_motion, is_picture, read_motion, read_picture
from engine.capture.network.pictures import Reading, Received, Refused
from engine.capture.network.protocol import (
    SLOT_BYTES,
    Busy,
    Ended,
    Failed,
    Picture,
    PictureMemory,
    Request,
    Start,
)
from engine.capture.network.reasons import reason_of

_START_BYTES = 512
"""Enough to tell what an answer holds."""


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the program's affair, which then ends this child
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    connection = Connection(int(sys.argv[1]))
    memory = PictureMemory(int(sys.argv[2]))
    with contextlib.suppress(BrokenPipeError, ConnectionResetError, EOFError):
        request: Request = connection.recv()
        try:
            _read(connection, memory, request)
        except Exception as error:  # noqa: BLE001 (the program logs it)
            connection.send(Failed(reason_of(error, request), getattr(error, "hint", None)))


def _read(connection: Connection, memory: PictureMemory, request: Request) -> None:
    with contextlib.ExitStack() as stack:
        reading = _open(connection, request, stack)
        connection.send(reading.opened)
        start: Start = connection.recv()
        _send_pictures(connection, memory, reading.pictures, start.every)
        connection.send(Ended())


def _open(connection: Connection, request: Request, stack: contextlib.ExitStack) -> Reading:
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
    container = open_http(address, request, answer, start, lambda: connection.send(Busy()))
    return read_media(stack.enter_context(container), request.pixel_aspect)


def _send_pictures(connection: Connection, memory: PictureMemory, pictures: Iterator[Received], every: bool) -> None:
    free: queue.SimpleQueue[int] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(connection, free), daemon=True).start()
    for index, received in enumerate(pictures):
        captured_at = time.monotonic()
        try:
            slot = free.get(block=every)
        except queue.Empty:
            continue
        image = received.decode()
        if image is None:
            free.put(slot)
            continue
        height, width = image.shape[:2]
        if image.size > SLOT_BYTES:
            raise Refused(f"its pictures are too large ({width} x {height})")
        memory.write(slot, image)
        decode_ms = (time.monotonic() - captured_at) * 1e3
        connection.send(Picture(index, slot, height, width, received.time, captured_at, decode_ms))


def _listen(connection: Connection, free: queue.SimpleQueue[int]) -> None:
    """Slots that are free again, until the program closes the connection or dies."""
    try:
        while True:
            free.put(connection.recv())
    except (EOFError, OSError):
        os._exit(0)  # from a thread, and whatever the decoder is stuck in


if __name__ == "__main__":
    main()
