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

import msgspec
import numpy as np

from engine.bus import SCENE, STATE, Bus, BusAddress, Difference, Listening, difference
from engine.errors import PosecastError
from engine.geometry import CameraSpec
from engine.types import Frame, Image
from engine.wire import found_from_wire

logger = logging.getLogger(__name__)

SILENT_S = 4.0
"""Seconds without a scene after which the publisher counts as away."""
_LOOK_UP_S = 0.25
_CLOCK_EVERY_S = 30.0
_NEWS_S = 0.005
"""A difference of clocks that has changed by more is told again."""
_GREY = 24


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
        self._bus = Bus(address)
        self._ours: Difference | None = None
        """Of the monotonic clock, which nobody sets, to that of Redis."""
        self._measured_at = -np.inf
        self._told: float | None = None
        with ExitStack() as stack:
            stack.callback(self._bus.close)
            state = self._bus.newest(STATE)
            if state is None:
                raise PosecastError(
                    f"nobody publishes as {address.name}", f"start posecast serve --publish {self.name}"
                )
            self._theirs_s = msgspec.json.decode(state, type=_State).clock_s
            self._listening: Listening = stack.enter_context(self._bus.listen())
            self._listening.follow({SCENE, STATE})
            self._stack = stack.pop_all()

    def read(self) -> Frame | None:
        last = self._clock()
        while not self._closed.is_set():
            self._compare_clocks()
            message = self._listening.next(_LOOK_UP_S)
            if message is not None and message[0] == SCENE:
                return self._frame(message[1])
            if message is not None:
                self._theirs_s = msgspec.json.decode(message[1], type=_State).clock_s
            elif self._clock() - last > SILENT_S:
                raise PosecastError(f"nothing comes from {self.name}", "see whether its server runs, and its source")
        self._stack.close()
        return None

    def close(self) -> None:
        self._closed.set()

    def _frame(self, data: bytes) -> Frame:
        wire = msgspec.json.decode(data)
        if "cameras" in wire:
            raise PosecastError(f"{self.name} is a rig itself", "name its cameras in this rig instead")
        assert self._ours is not None
        captured_at = wire["wall_time"] - self._theirs_s + self._ours.seconds
        width, height = wire["image_size"]
        if self._blank.shape[:2] != (height, width):
            self._blank = np.full((height, width, 3), _GREY, np.uint8)
        index, self._index = self._index, self._index + 1
        return Frame(index, float(wire["time"]), captured_at, self._blank, found=found_from_wire(wire))

    def _compare_clocks(self) -> None:
        """Measure this machine's clock now and then, and say how far the publisher's is from it."""
        if self._clock() - self._measured_at < _CLOCK_EVERY_S:
            return
        self._ours, self._measured_at = difference(self._bus, self._clock), self._clock()
        ahead = self._theirs_s - difference(self._bus).seconds
        if self._told is None or abs(ahead - self._told) > _NEWS_S:
            self._told = ahead
            logger.info(
                "%s: its clock is %.1f ms %s this machine's, within %.1f ms; times are corrected by that",
                self.name, abs(ahead) * 1e3, "ahead of" if ahead > 0 else "behind", self._ours.uncertainty_s * 1e3,
            )  # fmt: skip
