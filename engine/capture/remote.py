"""A camera of a rig whose people are found where it hangs: `redis://HOST/0?name=hall`, what another server publishes.

Frames come with people in 2D and without pictures, which stay where they are. Times are brought to this machine's clock
by way of Redis's, so that cameras of several machines can be compared.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import msgspec
import numpy as np

from engine.bus import SCENE, STATE, Bus, BusAddress, ComparedClock, Listening
from engine.errors import PosecastError
from engine.geometry import CameraSpec
from engine.mosaic import blank
from engine.types import Frame, Image
from engine.wire import found_from_wire

logger = logging.getLogger(__name__)

SILENT_S = 4.0
"""Seconds without a scene after which the publisher counts as away."""
_LOOK_UP_S = 0.25
_NEWS_S = 0.005
"""A difference of clocks that has changed by more is told again."""
_SAME_VERSION = "run the same version of posecast on both machines"


class _State(msgspec.Struct):
    """The part of the publisher's state that matters here."""

    clock_s: float
    """Its clock minus that of Redis."""


class RemoteCamera:
    """A live FrameSource. `read` raises PosecastError when the publisher or Redis is away; open another one then."""

    live = True
    frame_rate: float | None = None
    frame_count: int | None = None
    camera: CameraSpec | None = None
    """Its calibration is the rig's affair: the publisher's own world is another one."""
    problem: str | None = None

    def __init__(self, address: BusAddress, clock: Callable[[], float] = time.monotonic) -> None:
        """PosecastError if Redis cannot be reached, or nobody publishes there."""
        self.name = address.shown
        self._clock = clock
        self._index = 0
        self._closed = threading.Event()
        self._blank: Image = np.zeros((0, 0, 3), np.uint8)
        self._told: float | None = None
        with ExitStack() as stack:
            bus = Bus(address)
            stack.callback(bus.close)
            state = bus.newest(STATE)
            if state is None:
                raise PosecastError(
                    f"nobody publishes as {address.name}", f"start posecast serve --publish {self.name}"
                )
            self._theirs_s = self._clock_in(state)
            self._steady, self._wall = ComparedClock(bus, clock), ComparedClock(bus)
            self._listening: Listening = stack.enter_context(bus.listen())
            self._listening.follow({SCENE, STATE})
            self._stack = stack.pop_all()

    def read(self) -> Frame | None:
        try:
            frame = self._next()
        except BaseException:
            self._stack.close()
            raise
        if frame is None:
            self._stack.close()
        return frame

    def close(self) -> None:
        """Never blocks: the thread that reads closes the connection."""
        self._closed.set()

    def _next(self) -> Frame | None:
        last = self._clock()
        while not self._closed.is_set():
            self._tell_clocks()
            message = self._listening.next(_LOOK_UP_S)
            if message is not None and message[0] == SCENE:
                return self._frame(message[1])
            if message is not None:
                self._theirs_s = self._clock_in(message[1])
            elif self._clock() - last > SILENT_S:
                raise PosecastError(f"nothing comes from {self.name}", "see whether its server runs, and its source")
        return None

    def _clock_in(self, state: bytes) -> float:
        try:
            return msgspec.json.decode(state, type=_State).clock_s
        except msgspec.MsgspecError as error:
            raise PosecastError(f"{self.name} does not tell its clock", _SAME_VERSION) from error

    def _frame(self, data: bytes) -> Frame:
        try:
            wire = msgspec.json.decode(data, type=dict[str, Any])
            width, height = wire["image_size"]
            moment, wall_time, found = float(wire["time"]), float(wire["wall_time"]), found_from_wire(wire)
        except (msgspec.MsgspecError, KeyError, TypeError, ValueError) as error:
            raise PosecastError(f"what comes from {self.name} is not a scene", _SAME_VERSION) from error
        if "cameras" in wire:
            raise PosecastError(f"{self.name} is a rig itself", "name its cameras in this rig instead")
        captured_at = wall_time - self._theirs_s + self._steady.difference().seconds
        if self._blank.shape[:2] != (height, width):
            self._blank = blank((width, height))
        index, self._index = self._index, self._index + 1
        return Frame(index, moment, captured_at, self._blank, found=found)

    def _tell_clocks(self) -> None:
        """Say how far the publisher's clock is from this machine's, and again when that has changed."""
        own = self._wall.difference()
        ahead = self._theirs_s - own.seconds
        if self._told is None or abs(ahead - self._told) > _NEWS_S:
            self._told = ahead
            logger.info(
                "%s: its clock is %.1f ms %s this machine's, within %.1f ms; times are corrected by that",
                self.name, abs(ahead) * 1e3, "ahead of" if ahead > 0 else "behind", own.uncertainty_s * 1e3,
            )  # fmt: skip
