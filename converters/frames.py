"""Real frames to calibrate and to verify on: of the demo stage, and of a SOURCE that the user names.

The two uses never share a frame: what a model was calibrated on says little about the rest.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.capture import open_source
from engine.errors import PosecastError
from engine.types import Frame

_STRIDE = 15
"""Frames from one that is taken to the next, at most: half a second, and a film need not be read to its end. Live
sources, which have no length, are read so, too."""


@dataclass(frozen=True, slots=True, eq=False)
class Frames:
    """Frames for either use, of each source."""

    calibration: tuple[Frame, ...]
    verification: tuple[Frame, ...]


def sources(own: str | None) -> tuple[str, ...]:
    """The stage, and a SOURCE of the user's where there is one."""
    return ("demo",) if own is None else ("demo", own)


def gather(texts: tuple[str, ...], each: int) -> Frames:
    """`each` frames for either use from every source, evenly spread over it, the two uses alternating."""
    calibration: list[Frame] = []
    verification: list[Frame] = []
    for text in texts:
        frames = _spread(text, 2 * each)
        calibration += frames[::2]
        verification += frames[1::2]
    return Frames(tuple(calibration), tuple(verification))


def _spread(text: str, count: int) -> list[Frame]:
    """About `count` frames, in order; PosecastError where there are not two."""
    source = open_source(text)
    try:
        stride = _STRIDE if source.frame_count is None else min(_STRIDE, max(1, source.frame_count // count))
        frames: list[Frame] = []
        index = 0
        while len(frames) < count and (frame := source.read()) is not None:
            if index % stride == 0:
                frames.append(frame)
            index += 1
    finally:
        source.close()
    if len(frames) < 2:
        raise PosecastError(f"{source.name} gives too few frames to work with", "give a video, or several images")
    return frames
