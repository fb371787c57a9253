"""Sends scenes, statistics, state and events to the sockets, each client at its own pace.

One thread takes the newest snapshot, which is serialised once. A client has at most one unacknowledged scene; when it
acknowledges, it gets the newest. Sending only queues, so that no client can delay the thread. The heartbeat sends
statistics, and drops clients that have not acknowledged for 10 s.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Generic, Protocol, TypeVar

from engine.wire import Wire
from webapp.live.scenes import SceneFeed

log = logging.getLogger(__name__)

SILENT_AFTER = 10.0
"""Seconds without an acknowledgement after which a client counts as gone."""
_LOOK_UP = 0.1
"""Longest wait, seconds: bounds the delay of `state` and of a newcomer's first scene."""


S = TypeVar("S")


class Sockets(Protocol):
    """The transport, as the broadcaster sees it; sockets.py has the real one."""

    def ready(self, sid: str) -> bool:
        """Whether the client's connection is complete, so that it will see what is sent."""
        ...

    def emit(self, event: str, data: Wire, to: str | None = None) -> None:
        """Queue an event for one client, or for all."""
        ...

    def emit_scene(self, text: str, to: str, acknowledged: Callable[..., None]) -> None:
        """Queue a scene that is JSON already."""
        ...

    def drop(self, sid: str) -> None: ...

    def sweep(self) -> None:
        """Drop connections that never became clients."""
        ...


@dataclass(slots=True)
class _Client:
    ready: bool = False
    version: int = 0
    """Version of the newest scene that was sent."""
    waiting_since: float | None = None
    """When the unacknowledged scene was sent; None if there is none."""


class Broadcaster(Generic[S]):
    """Owns the thread, the clients, and what each of them has seen."""

    def __init__(self, scenes: SceneFeed[S], sockets: Sockets, clock: Callable[[], float] = time.monotonic) -> None:
        self._scenes, self._sockets, self._clock = scenes, sockets, clock
        self._state: Callable[[], Wire] = dict
        self._stats: Callable[[], Wire] = dict
        self._clients: dict[str, _Client] = {}
        self._newest: tuple[int, S] | None = None
        self._lock = threading.Lock()
        self._state_changed = threading.Event()
        self._stopping = threading.Event()
        self._on_snapshot: list[Callable[[int, S], None]] = []
        self._on_published: list[Callable[[S], None]] = []
        self._thread = threading.Thread(target=self._run, name="posecast-broadcast", daemon=True)

    def __len__(self) -> int:
        return len(self._clients)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Stop the thread; bounded."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(timeout=5)

    def tell(self, state: Callable[[], Wire], stats: Callable[[], Wire]) -> None:
        """Set the functions that make the `state` and `stats` events. To be called before `start`."""
        self._state, self._stats = state, stats

    def each_snapshot(self, action: Callable[[int, S], None]) -> None:
        """Have the quick `action(version, snapshot)` called for every snapshot. To be called before `start`."""
        self._on_snapshot.append(action)

    def each_published(self, action: Callable[[S], None]) -> None:
        """Have the quick `action(snapshot)` called when it has been sent. To be called before `start`."""
        self._on_published.append(action)

    def join(self, sid: str) -> None:
        """A client connected; it gets the state and the newest scene as soon as its connection is complete."""
        with self._lock:
            self._clients[sid] = _Client()

    def leave(self, sid: str) -> None:
        with self._lock:
            self._clients.pop(sid, None)

    def state_changed(self) -> None:
        """Send the state to every client soon."""
        self._state_changed.set()

    def progress(self, task: str, step: str, fraction: float | None, message: str) -> None:
        self._sockets.emit("progress", {"task": task, "step": step, "fraction": fraction, "message": message})

    def problem(self, error: str, hint: str) -> None:
        self._sockets.emit("problem", {"error": error, "hint": hint})

    def _run(self) -> None:
        while not self._stopping.is_set() and not self._scenes.closed:
            try:
                self.step()
            except Exception:  # noqa: PERF203 - one bad scene must not end the broadcast
                log.exception("error while sending to the dashboard's clients")
                self._stopping.wait(_LOOK_UP)

    def step(self) -> None:
        """One turn of the thread: wait briefly for a snapshot, then send what is due."""
        newer = self._scenes.wait_newer(self._newest[0] if self._newest else 0, _LOOK_UP)
        if newer is not None:
            self._newest = newer
            for action in self._on_snapshot:
                action(*newer)
        self._send_state()
        for sid in list(self._clients):
            self._send_if_free(sid)
        if newer is not None:
            for published in self._on_published:
                published(newer[1])

    def _send_state(self) -> None:
        """Send the state to every client when it changed, and to newcomers otherwise."""
        newcomers = self._newcomers()
        if self._state_changed.is_set():
            self._state_changed.clear()
            self._sockets.emit("state", self._state())
        elif newcomers:
            state = self._state()
            for sid in newcomers:
                self._sockets.emit("state", state, to=sid)

    def _newcomers(self) -> list[str]:
        with self._lock:
            waiting = [sid for sid, client in self._clients.items() if not client.ready]
        arrived = [sid for sid in waiting if self._sockets.ready(sid)]
        with self._lock:
            for sid in arrived:
                if sid in self._clients:
                    self._clients[sid].ready = True
        return arrived

    def _send_if_free(self, sid: str) -> None:
        with self._lock:
            client, newest = self._clients.get(sid), self._newest
            if client is None or newest is None or not client.ready:
                return
            if client.waiting_since is not None or client.version >= newest[0]:
                return
            version, snapshot = newest
            snapshot = self._scenes.caught_up(client.version, version, snapshot)
            client.version, client.waiting_since = version, self._clock()
        self._sockets.emit_scene(self._scenes.text(version, snapshot), sid, partial(self._acknowledged, sid))

    def _acknowledged(self, sid: str, *_: object) -> None:
        with self._lock:
            client = self._clients.get(sid)
            if client is None:
                return
            client.waiting_since = None
        self._send_if_free(sid)

    def send_stats(self) -> None:
        """Send statistics to every client."""
        if self._clients:
            self._sockets.emit("stats", self._stats())

    def drop_silent(self) -> None:
        """Drop clients that have not acknowledged a scene for `SILENT_AFTER` seconds."""
        limit = self._clock() - SILENT_AFTER
        with self._lock:
            silent = [
                sid
                for sid, client in self._clients.items()
                if client.waiting_since is not None and client.waiting_since < limit
            ]
        for sid in silent:
            self.leave(sid)
            self._sockets.drop(sid)
