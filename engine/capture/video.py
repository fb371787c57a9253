"""Video files, frame-exact: every frame once, in order, with its own presentation time."""

from __future__ import annotations

import logging
from collections.abc import Generator, Iterator, Mapping
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import av

from engine.capture.clip import Shot
from engine.capture.clock import MediaClock
from engine.capture.diagnosis import unreadable, video_count
from engine.capture.lens import film_mm_of_video
from engine.capture.notices import Notices
from engine.capture.picture import Converter, PixelShape
from engine.errors import PosecastError, reason
from engine.geometry import CameraSpec, neutral_camera

logger = logging.getLogger(__name__)

_TEXT_FORMATS = ("tty", "image2")
"""Formats that are refused: libav would render text files as pictures, and read a % in a name as a number pattern."""
_FALLBACK_RATE = 25.0
"""Assumed frames per second if a file does not say (raw H.264)."""


class VideoClip:
    """A video file, read with PyAV: OpenCV gives times from the first frame on, and no reason why a file fails."""

    camera: CameraSpec | None = None

    def __init__(
        self, path: Path, name: str, *, pixel_aspect: Fraction | None = None, formats: str | None = None
    ) -> None:
        """`formats`: libav's names of the only formats that may be read, separated by commas."""
        self.name = name
        self._path = path
        self._options = {} if formats is None else {"format_whitelist": formats}
        self._pixel_aspect = pixel_aspect
        self._notices = Notices(logger)
        self._decoding: _Decoding | None = _Decoding(path, name, self._notices, self._options)
        self.frame_rate = self._decoding.frame_rate
        self.frame_count = self._decoding.frame_count
        self.camera = neutral_camera(film_mm_of_video(path, self._decoding.metadata)) if path.is_file() else None

    def shots(self) -> Generator[Shot, None, None]:
        decoding = self._decoding or _Decoding(self._path, self.name, self._notices, self._options)
        self._decoding = decoding
        convert, pixels = Converter(), PixelShape(decoding.stream, self._pixel_aspect)
        clock = MediaClock(1 / (self.frame_rate or _FALLBACK_RATE), jumps=decoding.clock_jumps)
        try:
            for index, picture in enumerate(decoding):
                yield Shot(index, clock.time(picture.time), partial(convert, picture, pixels.of(picture)))
            if clock.jumps:
                times = "once" if clock.jumps == 1 else f"{clock.jumps} times"
                self._notices.warn(f"{self.name}: its timestamps jump {times}; frames go on there at the usual pace")
        finally:
            self.close()

    def interrupt(self) -> None:
        """Do nothing: reading a file does not block."""

    def close(self) -> None:
        decoding, self._decoding = self._decoding, None
        if decoding is not None:
            decoding.close()


def clock_jumps(container: av.container.InputContainer) -> bool:
    """Whether the format is one whose clock may jump at any time."""
    discontinuous: Any = av.format.Flags.ts_discont.value
    return bool(container.format.flags & discontinuous)


class _Decoding:
    """One pass through a file. Its first picture is decoded at once: PosecastError where there is none."""

    def __init__(self, path: Path, name: str, notices: Notices, options: dict[str, str]) -> None:
        self._name = name
        self._path = path
        self._notices = notices
        self._options = options
        self._container = _open(path, name, **options)
        self._damaged = 0
        self._packets = 0
        self._start = self._end = 0.0
        try:
            self.stream = _video_stream(self._container, name)
            self._pictures = self._decode()
            self._first = next(self._pictures, None)
            if self._first is None and self._is_mp4:
                self._open_untrimmed()
            if self._first is None:
                raise PosecastError(f"{name} contains no frames", "check that it plays in a video player")
        except BaseException:
            self.close()
            raise
        rate = self.stream.average_rate or self.stream.guessed_rate
        self.frame_rate = float(rate) if rate else None
        self.frame_count = self.stream.frames or _count(self._duration, self.frame_rate)

    @property
    def _is_mp4(self) -> bool:
        return "mp4" in self._container.format.name

    def _open_untrimmed(self) -> None:
        """Open the file without its edit list, which leaves no frames, since it cuts off times before 0."""
        self._container.close()
        self._container = _open(self._path, self._name, ignore_editlist="1", **self._options)
        self.stream = _video_stream(self._container, self._name)
        self._pictures = self._decode()
        self._first = next(self._pictures, None)

    @property
    def metadata(self) -> Mapping[str, str]:
        """The metadata of the whole file."""
        return self._container.metadata

    @property
    def clock_jumps(self) -> bool:
        return clock_jumps(self._container)

    def __iter__(self) -> Iterator[av.VideoFrame]:
        assert self._first is not None
        first, self._first = self._first, None
        yield first
        yield from self._pictures

    def close(self) -> None:
        self._container.close()

    @property
    def _duration(self) -> float | None:
        """Seconds that the file says it lasts."""
        stream = self.stream
        if stream.duration is not None and stream.time_base is not None:
            return float(stream.duration * stream.time_base)
        return None if self._container.duration is None else self._container.duration / av.time_base

    def _decode(self) -> Iterator[av.VideoFrame]:
        self.stream.thread_type = "AUTO"
        try:
            for packet in self._container.demux(self.stream):
                yield from self._pictures_of(packet)
        except (av.FFmpegError, OSError) as error:
            self._warn(f"reading stopped after {self._end:.2f} s: {reason(error)}")
            return
        self._report_damage()

    def _pictures_of(self, packet: av.Packet[av.VideoStream]) -> Iterator[av.VideoFrame]:
        """One damaged packet costs its own pictures, not the rest of the file."""
        self._packets += packet.size > 0
        try:
            for picture in packet.decode():
                if picture.time is not None:
                    self._start, self._end = min(self._start, picture.time), picture.time
                yield picture
        except av.InvalidDataError:
            self._damaged += 1

    def _report_damage(self) -> None:
        if self._damaged:
            self._warn(f"{self._damaged} damaged packets were left out")
        if self._is_mp4 and self._path.is_file():
            with self._path.open("rb") as file:
                if (videos := video_count(file)) > 1:
                    self._warn(f"contains {videos} videos, one after another: only the first one is read")
        announced, duration = self.stream.frames, self._duration
        if announced and self._is_mp4:  # other formats count frames that were never there
            if self._packets < announced:
                self._warn(f"cut off after {self._packets} of {announced} frames")
        elif duration is not None and self._end - self._start < duration - 0.5:  # the last frame may rightly stand
            self._warn(f"cut off at {self._end - self._start:.2f} of {duration:.2f} s")

    def _warn(self, text: str) -> None:
        self._notices.warn(f"{self._name}: {text}")


def _open(path: Path, name: str, **options: str) -> av.container.InputContainer:
    try:
        # "file:" keeps colons in names from being taken for a protocol, the list keeps playlists off the network.
        container = av.open(f"file:{path}", options={"protocol_whitelist": "file", **options})
    except (av.FFmpegError, OSError) as error:
        raise unreadable(path, name, reason(error)) from error
    if container.format.name in _TEXT_FORMATS:
        container.close()
        raise unreadable(path, name, "it is text")
    return container


def _video_stream(container: av.container.InputContainer, name: str) -> av.VideoStream:
    """The first video stream that is not cover art."""
    for stream in container.streams.video:
        if not stream.disposition & av.stream.Disposition.attached_pic:
            if stream.codec_context is None:
                raise PosecastError(f"{name} is in a format that cannot be decoded", "convert it to H.264")
            return stream
    raise PosecastError(f"{name} contains no video", "choose a video; this file may contain sound only")


def _count(duration: float | None, rate: float | None) -> int | None:
    return round(duration * rate) if duration and rate else None
