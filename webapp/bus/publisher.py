"""Publishes on the bus: every scene, the state once a second and when it changes, pictures that relays ask for.

Each has a thread of its own, so that pictures do not delay scenes, and takes what is newest when it comes to it:
whatever the bus does, the engine never waits. While Redis cannot be reached, all try again, and `report` says so.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Any

from engine.bus import SCENE, STATE, Bus, BusAddress, BusError, ComparedClock, keep_on
from engine.wire import Wire, dumps
from webapp.bus.messages import (
    SCENE_LASTS_S,
    STATE_EVERY_S,
    STATE_LASTS_S,
    kind_of,
    pack,
    rendition_of,
)
from webapp.live.pictures import Picture, PictureFeed
from webapp.live.renditions import Rendition
from webapp.live.scenes import SceneFeed
from webapp.monitoring.logs import event

log = logging.getLogger(__name__)

_LOOK_UP_S = 0.2
_ASKED_EVERY_S = 0.25


class Publisher:
    """Owns the threads and their connections."""

    def __init__(self, address: BusAddress, scenes: SceneFeed[Any], pictures: PictureFeed) -> None:
        self._address, self._scenes, self._pictures = address, scenes, pictures
        self._state: Callable[[], Wire] = dict
        self._viewers_see: Callable[[], str] = lambda: "skeleton"
        self._problem: BusError | None = None
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._threads = [
            threading.Thread(
                target=keep_on,
                args=(address, work, self._lost, self._stopping),
                name=f"posecast-publish-{name}",
                daemon=True,
            )
            for name, work in (
                ("scenes", self._send_scenes),
                ("state", self._send_state),
                ("pictures", self._send_pictures),
            )
        ]

    def tell(self, state: Callable[[], Wire], viewers_see: Callable[[], str]) -> None:
        """Set what relays tell their viewers: `state`, `stats`, `events`, `health`. To be called before `start`."""
        self._state, self._viewers_see = state, viewers_see

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """Stop; waits a bounded time. What was published expires by itself."""
        self._stopping.set()
        for thread in self._threads:
            if thread.is_alive():
                thread.join(2)

    def report(self) -> Wire:
        """Where it publishes, and why it does not."""
        problem = self._problem
        return {
            "address": self._address.shown,
            "error": problem.error if problem else None,
            "hint": problem.hint if problem else "",
        }

    def _lost(self, error: BusError) -> None:
        with self._lock:
            known, self._problem = self._problem, error
        if known is None or known.error != error.error:
            message = f"not published: {error.error}; {error.hint}"
            event(log, "publish_lost", message, level=logging.WARNING, error=error.error, hint=error.hint)

    def _works(self) -> None:
        with self._lock:
            known, self._problem = self._problem, None
        if known is not None:
            event(log, "published_again", f"published again at {self._address.shown}")

    def _send_scenes(self, bus: Bus) -> None:
        seen = 0
        while not (self._stopping.is_set() or self._scenes.closed):
            newer = self._scenes.wait_newer(seen, _LOOK_UP_S)
            if newer is not None:
                bus.put(SCENE, self._scenes.text(*newer).encode(), SCENE_LASTS_S)
                seen = newer[0]

    def _send_state(self, bus: Bus) -> None:
        """Once a second, and at once when it changes what viewers see. The clock is that of `wall_time`."""
        due, clock, seen = 0.0, ComparedClock(bus), ""
        while not self._stopping.is_set():
            now, sees = time.monotonic(), self._viewers_see()
            if now >= due or sees != seen:
                clock_s = round(clock.difference().seconds, 4)
                told = {**self._state(), "viewers_see": sees, "clock_s": clock_s}  # a `Told`
                bus.put(STATE, dumps(told).encode(), STATE_LASTS_S)
                due, seen = now + STATE_EVERY_S, sees
                self._works()
            self._stopping.wait(_LOOK_UP_S)

    def _send_pictures(self, bus: Bus) -> None:
        sent: dict[Rendition, Picture] = {}
        asked: set[str] = set()
        due = 0.0
        while not (self._stopping.is_set() or self._pictures.closed):
            if time.monotonic() >= due:
                asked, due = bus.asked(), time.monotonic() + _ASKED_EVERY_S
            patience = _LOOK_UP_S  # for the first; the others are of the same moment
            for rendition in self._permitted(asked):
                newer = self._pictures.wait_newer(rendition, sent.get(rendition), patience)
                patience = 0.0
                if newer is not None:
                    sent[rendition] = newer
                    bus.tell(kind_of(rendition), pack(newer, blurred=rendition.blurred))
            if patience:
                self._stopping.wait(_LOOK_UP_S)

    def _permitted(self, asked: set[str]) -> list[Rendition]:
        """Of what relays ask for, what viewers may see."""
        sees = self._viewers_see()
        found = [rendition_of(kind, blurred=sees == "blurred") for kind in sorted(asked)]
        return [one for one in found if one is not None and (sees != "skeleton" or one.view == "skeleton")]
