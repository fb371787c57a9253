"""The child that reads one stream: `python -m engine.capture.network.child SOCKET MEMORY` (inherited descriptors).

A stream may block a decoder forever, or crash it; a child can be killed. It ends by itself when the program does.
"""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import sys
import threading
import time
from collections.abc import Iterator
from multiprocessing.connection import Connection

import cv2

from engine.capture.network.pictures import Received, Refused
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
from engine.capture.network.reading import open_reading
from engine.capture.network.reasons import reason_of


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the program handles Ctrl-C and then ends this child
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
        reading = open_reading(request, stack, lambda: connection.send(Busy()))
        connection.send(reading.opened)
        start: Start = connection.recv()
        _send_pictures(connection, memory, reading.pictures, start.every)
        connection.send(Ended())


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
    """Collect the slots that are free again, until the program closes the connection or dies."""
    try:
        while True:
            free.put(connection.recv())
    except (EOFError, OSError):
        os._exit(0)  # works from this thread, whatever the decoder is blocked in


if __name__ == "__main__":
    main()
