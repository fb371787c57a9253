"""The child that reads one stream: `python -m engine.capture.network.child SOCKET MEMORY` (inherited descriptors).

A stream may block a decoder for ever, or crash it; a child can be killed. It ends by itself when the program does.
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
from itertools import chain
from multiprocessing.connection import Connection

import av

from engine.capture.network.protocol import SLOT_BYTES, Ended, Failed, Opened, Picture, PictureMemory, Request, Start
from engine.capture.picture import Converter
from engine.redaction import redact

_OPTIONS = {
    "rtsp_transport": "tcp",  # UDP loses packets, and most firewalls
    "protocol_whitelist": "http,https,httpproxy,tls,tcp,udp,rtp,crypto",  # no address leads to a file
    "analyzeduration": "1000000",  # microseconds
}
_ENDLESS = ("rtsp", "mpjpeg")
"""Formats that are live, whatever length cameras make up."""
_PLAYLISTS = ("hls", "dash")
"""Formats whose size says nothing about the video."""
_REASONS: tuple[tuple[type[av.FFmpegError], str], ...] = (
    (av.error.HTTPUnauthorizedError, "it wants a user name and a password, or others (401)"),
    (av.error.HTTPForbiddenError, "it does not let us in (403)"),
    (av.error.HTTPNotFoundError, "there is nothing at this address (404)"),
    (av.error.HTTPServerError, "the server has a fault (5xx)"),
    (av.error.ConnectionRefusedError, "connection refused"),
    (av.error.InvalidDataError, "what comes is no video"),
    (av.error.EOFError, "the stream ended"),
    (av.error.OSError, "it cannot be reached, or the connection broke (input/output error)"),
)


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the program's affair, which then ends this child
    connection = Connection(int(sys.argv[1]))
    memory = PictureMemory(int(sys.argv[2]))
    with contextlib.suppress(BrokenPipeError, ConnectionResetError, EOFError):
        request: Request = connection.recv()
        try:
            _read(connection, memory, request)
        except av.FFmpegError as error:
            connection.send(Failed(_reason(error, request)))
        except Exception as error:  # noqa: BLE001 (the program logs it)
            connection.send(Failed(redact(f"{type(error).__name__}: {error}")))


def _read(connection: Connection, memory: PictureMemory, request: Request) -> None:
    with av.open(request.url, options=_OPTIONS, timeout=(request.open_s, request.read_s)) as container:
        if not container.streams.video or container.format.name == "tty":  # text, drawn as a terminal would
            connection.send(Failed("what comes is no video"))
            return
        stream = container.streams.video[0]
        opened = _describe(container, stream)
        stream.thread_type = "AUTO" if opened.finite else "SLICE"  # frame threads hold pictures back
        pictures = _decode(container, stream)
        if opened.finite:
            pictures = _begun(pictures)  # a file that opens may still turn out to be unreadable
        connection.send(opened)
        start: Start = connection.recv()
        _send_pictures(connection, memory, pictures, start.every)
        connection.send(Ended())


def _describe(container: av.container.InputContainer, stream: av.VideoStream) -> Opened:
    name = container.format.name
    seconds = (container.duration or 0) / av.time_base
    rate = float(stream.average_rate) if stream.average_rate else None
    count = stream.frames or (round(seconds * rate) if rate else 0)
    has_size = container.size > 0 and name not in _PLAYLISTS
    return Opened(rate, count or None, finite=name not in _ENDLESS and (seconds > 0 or has_size))


def _begun(pictures: Iterator[av.VideoFrame]) -> Iterator[av.VideoFrame]:
    """The same pictures, the first of them decoded already."""
    first = next(pictures, None)
    return iter(()) if first is None else chain((first,), pictures)


def _decode(container: av.container.InputContainer, stream: av.VideoStream) -> Iterator[av.VideoFrame]:
    for packet in container.demux(stream):
        with contextlib.suppress(av.InvalidDataError):  # damaged on the way, or before the first key frame
            yield from packet.decode()


def _send_pictures(
    connection: Connection, memory: PictureMemory, pictures: Iterator[av.VideoFrame], every: bool
) -> None:
    free: queue.SimpleQueue[int] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(connection, free), daemon=True).start()
    convert = Converter()
    for index, picture in enumerate(pictures):
        if picture.width * picture.height * 3 > SLOT_BYTES:
            connection.send(Failed(f"its pictures are too large ({picture.width} x {picture.height})"))
            return
        captured_at = time.monotonic()
        with contextlib.suppress(queue.Empty):
            slot = free.get(block=every)
            image = convert(picture)
            memory.write(slot, image)
            decode_ms = (time.monotonic() - captured_at) * 1e3
            height, width = image.shape[:2]
            connection.send(Picture(index, slot, height, width, picture.time, captured_at, decode_ms))


def _listen(connection: Connection, free: queue.SimpleQueue[int]) -> None:
    """Slots that are free again, until the program closes the connection or dies."""
    try:
        while True:
            free.put(connection.recv())
    except (EOFError, OSError):
        os._exit(0)  # from a thread, and whatever the decoder is stuck in


def _reason(error: av.FFmpegError, request: Request) -> str:
    if isinstance(error, av.error.ExitError):  # our own time limit interrupted it
        return f"no answer within {request.read_s:g} s"
    for kind, reason in _REASONS:
        if isinstance(error, kind):
            return reason
    return redact(error.strerror or "it cannot be read")


if __name__ == "__main__":
    main()
