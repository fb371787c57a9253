"""Network streams: RTSP, and HTTP with MJPEG, HLS or a file. Each is read by a child process that can be killed.

An address whose video has a known length is a file: it delivers every frame once. Everything else is live.
"""

from __future__ import annotations

from fractions import Fraction

from engine.capture.address import parse_address
from engine.capture.live import LiveSource, Lost
from engine.capture.network.clip import StreamClip
from engine.capture.network.feed import StreamFeed
from engine.capture.network.process import StreamProcess
from engine.capture.playback import Playback
from engine.capture.timing import Timing
from engine.errors import PosecastError
from engine.redaction import redact
from engine.types import FrameSource


def open_stream(
    url: str,
    *,
    realtime: bool = False,
    loop: bool = False,
    start_index: int = 0,
    pixel_aspect: Fraction | None = None,
    timing: Timing = Timing(),  # noqa: B008 (frozen)
) -> FrameSource:
    """Connect to `url`; PosecastError, without secrets, if that fails. A stream that breaks later is opened again."""
    name = redact(url)
    parse_address(url)
    process = StreamProcess(url, timing, pixel_aspect)
    try:
        opened = process.opened()
    except BaseException as error:
        process.close()
        if not isinstance(error, Lost):
            raise
        raise PosecastError(f"cannot open {name}: {error}", error.hint) from error
    if opened.finite:
        clip = StreamClip(url, name, timing, process, opened, pixel_aspect)
        return Playback(clip, realtime=realtime, loop=loop, start_index=start_index)
    return LiveSource(StreamFeed(url, timing, process, pixel_aspect), name, start_index=start_index, timing=timing)
