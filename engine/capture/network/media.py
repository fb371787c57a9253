"""Streams and files that libav reads: RTSP, HLS, transport streams, videos behind an address."""

from __future__ import annotations

import contextlib
import tempfile
import time
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import partial
from itertools import chain
from typing import IO, Any

import av

from engine.capture.address import Address
from engine.capture.diagnosis import index_at_end
from engine.capture.lens import film_mm_of_metadata
from engine.capture.network.http import Answer
from engine.capture.network.pictures import Reading, Received, Refused
from engine.capture.network.protocol import Opened, Request
from engine.capture.picture import Converter, PixelShape
from engine.capture.video import clock_jumps

_OPTIONS = {
    "protocol_whitelist": "http,https,httpproxy,tls,tcp,udp,rtp,crypto",  # addresses must not lead to local files
    "analyzeduration": "1000000",  # microseconds
}
_ENDLESS = ("rtsp", "mpjpeg")
"""Formats that are live even if they announce a length."""
_PLAYLISTS = ("hls", "dash")
"""Formats whose size does not depend on the video's length."""
_NO_OTHER_TRANSPORT = (
    av.error.HTTPUnauthorizedError, av.error.HTTPForbiddenError, av.error.HTTPNotFoundError,
    av.error.ConnectionRefusedError, av.error.ExitError, av.error.InvalidDataError,
)  # fmt: skip
"""RTSP errors that do not depend on TCP or UDP."""
MOST_FETCHED = 1 << 30
"""Maximum bytes downloaded before reading a file from a server without range requests: 1 GiB."""
_TELL_S = 2.0
_CHUNK = 1 << 20


def open_rtsp(address: Address, request: Request) -> av.container.InputContainer:
    """Open a stream over TCP, since UDP loses packets; over UDP if the camera refuses TCP, or disconnects."""
    timeout = request.open_s, request.read_s
    either = {**_OPTIONS, "rtsp_transport": "tcp+udp", "rtsp_flags": "prefer_tcp"}
    try:
        return av.open(address.full_url, options=either, timeout=timeout)
    except _NO_OTHER_TRANSPORT:
        raise
    except av.FFmpegError as refused:
        with contextlib.suppress(av.FFmpegError):
            return av.open(address.full_url, options={**_OPTIONS, "rtsp_transport": "udp"}, timeout=timeout)
        raise refused


def open_http(
    address: Address, request: Request, answer: Answer, start: bytes, busy: Callable[[], object]
) -> av.container.InputContainer:
    """Open what `answer` holds. An endless stream is read from `answer` itself, since some encoders allow one viewer.
    `busy` is called regularly during a download."""
    if index_at_end(start) and not answer.has_ranges:
        return _opened(_fetched(answer, busy))
    is_playlist = start.lstrip(b"\xef\xbb\xbf").startswith(b"#EXTM3U") or b"<MPD" in start
    if answer.length is None and not answer.has_ranges and not is_playlist:
        return _opened(_Stream(answer))
    answer.close()
    return open_url(address, request)


def open_url(address: Address, request: Request) -> av.container.InputContainer:
    """Open an address with libav, on a connection of its own."""
    return av.open(address.full_url, options=_OPTIONS, timeout=(request.open_s, request.read_s))


def read_media(container: av.container.InputContainer, pixel_aspect: Fraction | None) -> Reading:
    if not container.streams.video or container.format.name == "tty":  # libav renders text as a terminal
        raise Refused("the server does not send a video")
    stream = container.streams.video[0]
    opened = _describe(container, stream)
    stream.thread_type = "AUTO" if opened.finite else "SLICE"  # frame threads delay pictures
    pictures = _decode(container, stream, PixelShape(stream, pixel_aspect))
    return Reading(opened, _begun(pictures) if opened.finite else pictures)


def _opened(file: Any) -> av.container.InputContainer:
    """`file`: an object with `read`, and `seek` where that is possible."""
    container: av.container.InputContainer = av.open(file)
    return container


class _Stream:
    """An HTTP response as a file object for libav, without seeking."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def read(self, count: int) -> bytes:
        return self._answer.read(count)


def _fetched(answer: Answer, busy: Callable[[], object]) -> IO[bytes]:
    file: Any = tempfile.TemporaryFile()  # noqa: SIM115 (libav reads it as long as the child lives)
    told = time.monotonic()
    if answer.length is not None:
        _check_size(answer.length)
    while more := answer.read(_CHUNK):
        file.write(more)
        _check_size(file.tell())
        if time.monotonic() > told + _TELL_S:
            told = time.monotonic()
            busy()
    if answer.length is not None and file.tell() < answer.length:
        raise ConnectionError("the connection broke")
    file.seek(0)
    opened: IO[bytes] = file
    return opened


def _check_size(count: int) -> None:
    if count > MOST_FETCHED:
        raise Refused(
            "its index is at its end, and the server does not support range requests", "download the file and open it"
        )


def _describe(container: av.container.InputContainer, stream: av.VideoStream) -> Opened:
    name = container.format.name
    seconds = (container.duration or 0) / av.time_base
    rate = float(stream.average_rate) if stream.average_rate else None
    count = stream.frames or (round(seconds * rate) if rate else 0)
    has_size = container.size > 0 and name not in _PLAYLISTS
    finite = name not in _ENDLESS and (seconds > 0 or has_size)
    film_mm = film_mm_of_metadata(container.metadata)
    return Opened(rate, count or None, finite=finite, clock_jumps=clock_jumps(container), film_mm=film_mm)


def _begun(pictures: Iterator[Received]) -> Iterator[Received]:
    """The same pictures, after decoding the first: a file that opens may still be unreadable."""
    first = next(pictures, None)
    return iter(()) if first is None else chain((first,), pictures)


def _decode(container: av.container.InputContainer, stream: av.VideoStream, pixels: PixelShape) -> Iterator[Received]:
    convert = Converter()
    for packet in container.demux(stream):
        with contextlib.suppress(av.InvalidDataError):  # damaged on the way, or before the first key frame
            for picture in packet.decode():
                yield Received(partial(convert, picture, pixels.of(picture)), picture.time)
