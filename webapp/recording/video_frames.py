"""Reads the video of a recording picture by picture, from the start or from a later second."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

import av

from engine.aspect import SQUARE
from engine.capture.picture import Converter
from engine.errors import reason
from engine.types import Image

log = logging.getLogger(__name__)

_ROUNDING_S = 0.002
"""Older recordings took the times of pictures and scenes from two clocks, each rounded."""


class VideoFrames:
    """The pictures of a video, which belong to one scene each; none without a video, or after its end."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._container = av.open(f"file:{path}") if path.is_file() else None
        self._convert = Converter()
        self._pictures: Iterator[av.VideoFrame] | None = None

    def next(self, seconds: float) -> Image | None:
        """The first picture at `seconds` or later; from then on one after the other, whatever their time."""
        if self._container is None:
            return None
        try:
            if self._pictures is None:
                self._pictures = self._from(self._container, seconds)
            picture = next(self._pictures, None)
        except (av.FFmpegError, OSError) as error:
            log.warning("the video %s cannot be read on: %s", self._path.name, reason(error))
            picture = None
        if picture is None:
            self.close()
            return None
        return self._convert(picture, SQUARE)

    def close(self) -> None:
        container, self._container = self._container, None
        if container is not None:
            container.close()

    def _from(self, container: av.container.InputContainer, seconds: float) -> Iterator[av.VideoFrame]:
        container.streams.video[0].thread_type = "AUTO"
        if seconds > 0:
            container.seek(round(seconds * av.time_base))
        for picture in container.decode(video=0):
            if picture.time is None or picture.time >= seconds - _ROUNDING_S:
                yield picture

    def __enter__(self) -> VideoFrames:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
