"""Follows a publisher on the bus, in a thread: fills the feeds of a relay, and knows since when it is away.

While Redis cannot be reached or the publisher is silent, the reader tries again, and what was last received stays.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress

import msgspec

from engine.bus import SCENE, STATE, Bus, BusAddress, BusError, ComparedClock, Listening, keep_on
from webapp.bus.messages import STATE_LASTS_S, Told
from webapp.bus.received import RelayedPictures, RelayedScenes
from webapp.monitoring.logs import event

log = logging.getLogger(__name__)

_LOOK_UP_S = 0.25
WANTED_FOR_S = 4.0
"""Pictures are asked for so long after somebody has waited for one."""


class Reader:
    """Owns the thread and what it has received."""

    def __init__(
        self,
        address: BusAddress,
        changed: Callable[[], None] = lambda: None,
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        """`changed()` is called when the state is another one."""
        self.address, self.changed = address, changed
        self.scenes = RelayedScenes()
        self.pictures = RelayedPictures(self.viewers_see, self._want)
        self._wall_clock = wall_clock
        self.told = Told()
        """What the publisher said last."""
        self._heard_at: float | None = None
        """When the publisher was heard last, by the monotonic clock; None before the first time."""
        self._heard_wall = wall_clock()
        self._lost: BusError | None = None
        self._clock_s = 0.0
        """This machine's clock minus that of Redis."""
        self._wanted: dict[str, float] = {}
        self._stopping = threading.Event()
        self._thread = threading.Thread(
            target=keep_on, args=(address, self._follow, self._note, self._stopping), name="posecast-relay", daemon=True
        )

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Stop; waits a bounded time."""
        self._stopping.set()
        self.scenes.close()
        self.pictures.close()
        if self._thread.is_alive():
            self._thread.join(2)

    def viewers_see(self) -> str:
        """What viewers see; nothing but skeletons until the publisher has said what."""
        return self.told.viewers_see

    def away(self) -> tuple[str, str] | None:
        """Why nothing comes, and what to do about it; None while the publisher is heard."""
        lost, heard_at = self._lost, self._heard_at
        since = time.strftime("%H:%M:%S", time.localtime(self._heard_wall))
        if lost is not None:
            return f"{lost.error}, since {since}; trying again", lost.hint
        if heard_at is not None and time.monotonic() - heard_at < STATE_LASTS_S:
            return None
        name = self.address.name
        if heard_at is None:
            return f"nobody publishes as {name} yet", f"start posecast serve --publish {self.address.shown}"
        return f"{name} has published nothing since {since}; waiting for it", "see whether its server runs"

    def now(self) -> float:
        """The time by the clock of the scenes' `wall_time`, seconds since 1970."""
        return self._wall_clock() - self._clock_s + (self._clock_s if self._heard_at is None else self.told.clock_s)

    def _want(self, kind: str) -> None:
        self._wanted[kind] = time.monotonic() + WANTED_FOR_S

    def _note(self, error: BusError | None) -> None:
        before, self._lost = self._lost, error
        if (before is None) == (error is None):
            return
        if error is not None:
            event(log, "relay_lost", f"{error.error}; {error.hint}", level=logging.WARNING, error=error.error)
        else:
            event(log, "relay_again", f"connected again to {self.address.shown}")
        self.changed()

    def _follow(self, bus: Bus) -> None:
        """Receive until the connection ends."""
        with bus.listen() as listening:
            listening.follow({SCENE, STATE})
            for kind in (STATE, SCENE):
                newest = bus.newest(kind)
                if newest is not None:
                    self._receive(kind, newest)
            clock = ComparedClock(bus, self._wall_clock)
            self._note(None)
            self._receive_all(bus, listening, clock)

    def _receive_all(self, bus: Bus, listening: Listening, clock: ComparedClock) -> None:
        due, was_away = 0.0, self.away() is not None
        while not self._stopping.is_set():
            now = time.monotonic()
            if now >= due:
                self._clock_s = clock.difference().seconds
                wanted = {kind for kind, until in list(self._wanted.items()) if until > now}
                bus.ask(wanted)
                listening.follow({SCENE, STATE, *wanted})
                due = now + _LOOK_UP_S
            message = listening.next(_LOOK_UP_S)
            if message is not None:
                self._receive(*message)
            if (self.away() is not None) != was_away:
                was_away = not was_away
                self.changed()

    def _receive(self, kind: str, data: bytes) -> None:
        with suppress(ValueError, KeyError, TypeError, AttributeError):  # another program's, or of another version
            if kind == SCENE:
                self.scenes.receive(data)
            elif kind == STATE:
                self._hear(msgspec.json.decode(data, type=Told))
            else:
                self.pictures.receive(kind, data)

    def _hear(self, told: Told) -> None:
        before, self.told = self.told, told
        if before.viewers_see != told.viewers_see:
            self.pictures.forget()
        self._heard_at, self._heard_wall = time.monotonic(), self._wall_clock()
        if before.state != told.state:
            self.changed()
