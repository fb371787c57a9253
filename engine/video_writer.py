"""Writes H.264 video that all browsers and players support, with the true time of each frame."""

from __future__ import annotations

import errno
from fractions import Fraction
from pathlib import Path
from types import TracebackType

import av
import cv2
import numpy as np
from av.video.frame import PictureType

from engine.errors import PosecastError
from engine.types import Image

CONTAINERS = (".mp4", ".mov", ".mkv")
TIME_BASE = Fraction(1, 90_000)
"""Seconds per tick: fine enough for all usual frame rates, including NTSC's."""
_X264: dict[str, object] = {"preset": "superfast", "crf": "21"}
"""`veryfast` takes 15 ms of processor time more for a frame of 1280 x 720, which the network then lacks; its files are
40 % smaller."""

_RECOVERABLE = {"movflags": "hybrid_fragmented", "frag_duration": "500000", "flush_packets": "1"}
"""Written in fragments of half a second, each of which is on the disk at once; becomes an ordinary MP4 at the end."""
_AT_ONCE: dict[str, object] = {"tune": "zerolatency"}
"""The encoder keeps no frames back. With a key frame each second, files are a third larger."""
_KEY_FRAME_S = 1.0
"""Seconds between key frames of a recoverable video: a player that seeks decodes no more than these."""

LONGEST_SIDE = 16384
"""Maximum pixels of a side in H.264."""

_PROBE_BYTES = 1 << 16
"""Bytes, more than what is left on a disk that could not take a whole packet."""


class VideoWriter:
    """One video file. The first frame sets its size; later ones of another size are fitted into it."""

    def __init__(self, path: Path, frame_rate: float = 30.0, *, recoverable: bool = False) -> None:
        """`recoverable`: a crash leaves an MP4 of all but the last second, and players seek in it quickly.

        PosecastError for a suffix that is not in CONTAINERS.
        """
        check_container(path)
        usual = {} if path.suffix == ".mkv" else {"movflags": "faststart"}
        self._container = av.open(str(path), "w", options=_RECOVERABLE if recoverable else usual)
        self._stream = self._container.add_stream("libx264", rate=Fraction(frame_rate).limit_denominator(1001))
        self._stream.options = _X264 | (_AT_ONCE if recoverable else {})
        self._stream.pix_fmt = "yuv420p"
        self._stream.codec_context.time_base = TIME_BASE
        self._size: tuple[int, int] | None = None
        self._last_tick = -1
        self._recoverable = recoverable
        self._next_key = 0.0
        self.failed = False
        """Whether writing has failed, so that the file will not be a valid video."""
        self._path = path
        self._frames = 0

    def write(self, image: Image, time: float) -> None:
        """Append (H, W, 3) BGR at `time` seconds; times that do not advance are moved on by one tick."""
        if self._size is None:
            self._size = _size_of(image)
            self._stream.width, self._stream.height = self._size
        tick = max(round(time / TIME_BASE), self._last_tick + 1)
        self._last_tick = tick
        # OpenCV converts in 1 ms what takes FFmpeg 9 ms; both to BT.601 in limited range.
        planes = np.asarray(cv2.cvtColor(_fit(image, self._size), cv2.COLOR_BGR2YUV_I420), np.uint8)
        frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
        frame.pts, frame.time_base = tick, TIME_BASE
        if self._recoverable and time >= self._next_key:
            frame.pict_type, self._next_key = PictureType.I, time + _KEY_FRAME_S
        self._mux(frame)
        self._frames += 1

    def close(self) -> None:
        """Flush and finish the file. Without a frame, or after a failure, the file is not valid.

        OSError if the file is incomplete: libav does not report a disk that is full at the very end.
        """
        try:
            if self._size is not None and not self.failed:
                self._mux(None)
        finally:
            self._container.close()
        if self._size is not None and not self.failed and _count(self._path, self._recoverable) != self._frames:
            with self._path.open("ab") as file:  # fails for the same reason, with an exception
                file.write(b"\0" * _PROBE_BYTES)
            raise OSError(errno.EIO, "the video is incomplete", str(self._path))

    def _mux(self, frame: av.VideoFrame | None) -> None:
        """Write a frame, or flush with None. After a failure, nothing more is written: libav would crash."""
        try:
            self._container.mux(self._stream.encode(frame))
        except Exception:
            self.failed = True
            raise

    def __enter__(self) -> VideoWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def check_container(path: Path) -> None:
    """PosecastError if H.264 cannot be written to a file with this suffix."""
    if path.suffix.lower() not in CONTAINERS:
        raise PosecastError(f"cannot write video to {path.name}", f"use a name ending in {', '.join(CONTAINERS)}")


def _count(path: Path, by_header: bool) -> int:
    """Number of frames in the file, counted without decoding; 0 if it cannot be read.

    `by_header`: as the file's last part says, which would not be there if anything before it were missing.
    """
    try:
        with av.open(f"file:{path}") as container:
            if by_header:
                return container.streams.video[0].frames
            return sum(packet.size > 0 for packet in container.demux(video=0))
    except (av.FFmpegError, OSError):
        return 0


def _even(length: int) -> int:
    """The next even length: yuv420p halves both sides."""
    return length + length % 2


def _size_of(image: Image) -> tuple[int, int]:
    """(width, height) of a video of frames like `image`; PosecastError if they are too large."""
    height, width = image.shape[:2]
    if max(height, width) > LONGEST_SIDE:
        raise PosecastError(
            f"frames of {width} x {height} are too large for H.264 video",
            f"a side has {LONGEST_SIDE} pixels at most; write an image (.png), or give a smaller source",
        )
    return _even(width), _even(height)


def _fit(image: Image, size: tuple[int, int]) -> Image:
    width, height = size
    if image.shape[1] > width or image.shape[0] > height:
        scale = min(width / image.shape[1], height / image.shape[0])
        small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)[:height, :width]
        image = np.asarray(small, np.uint8)
    right, bottom = width - image.shape[1], height - image.shape[0]
    if right == bottom == 0:
        return image
    # A difference of one pixel comes from rounding to even sides: repeat the edge. Otherwise add black bars.
    border = cv2.BORDER_REPLICATE if max(right, bottom) <= 1 else cv2.BORDER_CONSTANT
    return np.asarray(cv2.copyMakeBorder(image, 0, bottom, 0, right, border), np.uint8)
