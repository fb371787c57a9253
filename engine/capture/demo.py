"""The demo stage as a clip: its rendered loop from one of its cameras, and the exact truth of every frame."""

from __future__ import annotations

import re
from collections.abc import Generator
from dataclasses import replace
from functools import cache, partial

from engine.capture.clip import Shot
from engine.capture.stage import CAMERA_SPECS, CAMERAS, FRAME_RATE, truth_at
from engine.capture.stage.encoding import clip_of
from engine.capture.video import VideoClip
from engine.errors import PosecastError
from engine.types import Truth

_NUMBERED = re.compile(r"demo:(.*)")


def is_demo(text: str) -> bool:
    """Whether a SOURCE is the stage: 'demo', or 'demo:0' and so on."""
    return text == "demo" or _NUMBERED.fullmatch(text) is not None


class DemoClip(VideoClip):
    """Five synthetic people before a camera that is known exactly."""

    def __init__(self, text: str = "demo") -> None:
        """`text` is a SOURCE that `is_demo`; PosecastError if there is no such camera."""
        self._number = _number(text)
        super().__init__(clip_of(self._number), text)
        self.camera = CAMERA_SPECS[self._number]

    def shots(self) -> Generator[Shot, None, None]:
        for shot in super().shots():
            yield replace(shot, truth=partial(_truth_of, shot.index, self._number))


def _number(text: str) -> int:
    numbered = _NUMBERED.fullmatch(text)
    if numbered is None:
        return 0
    if numbered[1] not in map(str, range(len(CAMERAS))):
        raise PosecastError(f"the demo has no camera {numbered[1]!r:.20}", f"use demo:0 to demo:{len(CAMERAS) - 1}")
    return int(numbered[1])


@cache
def _truth_of(index: int, number: int) -> Truth:
    """Half a millisecond to work out, so only once for each of the loop's 540 frames."""
    return truth_at(index / FRAME_RATE, CAMERAS[number])
