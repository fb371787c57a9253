"""What a relay has received, as those who send it to viewers expect it: scenes with all their events, and pictures."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec

from engine.slot import Slot
from engine.snapshot_slot import REMEMBERED
from engine.wire import dumps
from webapp.bus.messages import kind_of, unpack
from webapp.live.pictures import Picture
from webapp.live.renditions import Rendition


@dataclass(frozen=True, slots=True)
class RelayedScene:
    """A scene as text, and its events."""

    json: str
    events: tuple[Any, ...]


class RelayedScenes:
    """A `SceneFeed`: the newest wins, and no viewer misses an event. As `SnapshotSlot`, for what is JSON already."""

    def __init__(self) -> None:
        self._slot: Slot[RelayedScene] = Slot()
        self._events: deque[tuple[int, Any]] = deque(maxlen=REMEMBERED)
        self._lock = threading.Lock()
        self._count = 0

    def receive(self, data: bytes) -> None:
        """ValueError for what is not a scene."""
        events = tuple(msgspec.json.decode(data, type=_Events).events)
        with self._lock:
            self._count += 1
            self._events.extend((self._count, event) for event in events)
            self._slot.put(RelayedScene(data.decode(), events))

    @property
    def closed(self) -> bool:
        return self._slot.closed

    def close(self) -> None:
        self._slot.close()

    def wait_newer(self, seen: int, timeout: float) -> tuple[int, RelayedScene] | None:
        newer = self._slot.wait_newer(seen, timeout)
        return None if newer is None else (newer[0], self.caught_up(seen, *newer))

    def caught_up(self, seen: int, version: int, scene: RelayedScene) -> RelayedScene:
        if seen == 0:
            return scene
        with self._lock:
            events = tuple(event for at, event in self._events if seen < at <= version)
        if len(events) == len(scene.events):
            return scene
        return RelayedScene(dumps({**msgspec.json.decode(scene.json), "events": events}), events)

    def text(self, version: int, scene: RelayedScene) -> str:
        return scene.json

    def newest(self) -> str | None:
        scene = self._slot.newest()
        return None if scene is None else scene.json


class _Events(msgspec.Struct):
    """The part of a scene that a relay looks at."""

    events: tuple[Any, ...] = ()


class RelayedPictures:
    """A `PictureFeed`. What somebody waits for is asked for, and goes on to be for a while after."""

    def __init__(self, viewers_see: Callable[[], str], wanted: Callable[[str], None]) -> None:
        """`wanted(kind)` is called, quickly, whenever somebody waits for pictures of that kind."""
        self._viewers_see, self._wanted = viewers_see, wanted
        self._slots: dict[str, Slot[tuple[Picture, bool]]] = {}
        self._lock = threading.Lock()
        self._count = 0
        self.closed = False
        self.cameras: tuple[str, ...] = ()
        """A relay has pictures as they were published: of all cameras."""

    def receive(self, kind: str, data: bytes) -> None:
        """ValueError for what is not a picture."""
        self._count += 1
        self._slot(kind).put(unpack(data, self._count))

    def close(self) -> None:
        self.closed = True
        with self._lock:
            for slot in self._slots.values():
                slot.close()

    def forget(self) -> None:
        """What viewers see has changed: nothing from before is shown any more."""
        with self._lock:
            self._slots.clear()

    def wait_newer(self, rendition: Rendition, seen: Picture | None, timeout: float) -> Picture | None:
        kind = kind_of(rendition)
        self._wanted(kind)
        newer = self._slot(kind).wait_newer(0, 0)
        if newer is None or (seen is not None and newer[1][0].version <= seen.version):
            newer = self._slot(kind).wait_newer(newer[0] if newer else 0, timeout)
        if newer is None:
            return None
        picture, blurred = newer[1]
        hidden = self._viewers_see() == "blurred" and rendition.view != "skeleton" and not blurred
        return None if hidden else picture

    def _slot(self, kind: str) -> Slot[tuple[Picture, bool]]:
        with self._lock:
            return self._slots.setdefault(kind, Slot())
