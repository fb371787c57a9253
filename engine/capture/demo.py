"""The demo stage as a clip: its rendered loop, and the exact truth of every frame."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from functools import cache, partial

from engine.capture.clip import Shot
from engine.capture.stage import CAMERA_SPEC, FRAME_RATE, truth_at
from engine.capture.stage.clip import CLIP
from engine.capture.video import VideoClip
from engine.types import Truth


class DemoClip(VideoClip):
    """Five synthetic people before a camera that is known exactly."""

    def __init__(self) -> None:
        super().__init__(CLIP, "demo")
        self.camera = CAMERA_SPEC

    def shots(self) -> Generator[Shot, None, None]:
        for shot in super().shots():
            yield replace(shot, truth=partial(_truth_of, shot.index))


@cache
def _truth_of(index: int) -> Truth:
    """Half a millisecond to work out, so only once for each of the loop's 540 frames."""
    return truth_at(index / FRAME_RATE)
