"""What each backend, device and precision was seen to cost on this machine, for the panel that offers them."""

from __future__ import annotations

import statistics
import threading
from collections import deque

from engine.pipeline import Comparison, EngineState
from engine.types import BackendInfo, Snapshot

_ENOUGH_FRAMES = 20
"""Frames on one network before its time is believed: the first ones are slower."""
_WINDOW = 120
"""Newest frames that count."""


class Costs:
    """Milliseconds of the network alone, by what ran it, live or in a comparison."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ms: dict[BackendInfo, float] = {}
        self._kind: object = None
        self._running: BackendInfo | None = None
        self._warming = 0
        """Frames of the running network that did not count, so far."""
        self._newest: deque[float] = deque(maxlen=_WINDOW)

    def worked(self, snapshot: Snapshot) -> None:
        """Note what a frame took. Not one that is replayed: what it says was so another day, perhaps elsewhere."""
        with self._lock:
            if snapshot.backend != self._running:
                self._begin(snapshot.backend)
            if self._warming < _ENOUGH_FRAMES:
                self._warming += 1
            elif "infer" in snapshot.stage_ms:
                self._newest.append(snapshot.stage_ms["infer"])

    def observe(self, state: EngineState) -> None:
        """Note what is known by now. Once a second."""
        kind = (state.settings.height_size, state.camera.image_size if state.camera else None)
        with self._lock:
            if kind != self._kind:
                self._kind = kind
                self._ms.clear()  # another size of picture: nothing can be compared
                self._begin(self._running)
            if self._running is not None and self._newest:
                self._ms[self._running] = statistics.median(self._newest)
            self._observe_comparison(state.comparison)

    def _begin(self, backend: BackendInfo | None) -> None:
        self._running, self._warming = backend, 0
        self._newest.clear()

    def _observe_comparison(self, comparison: Comparison | None) -> None:
        if comparison is not None and comparison.status == "running" and comparison.frames >= _ENOUGH_FRAMES:
            for side in comparison.sides:
                if side.runs is not None:
                    self._ms[side.runs] = side.stage_ms["infer"]

    def of(self, name: str) -> dict[str, float]:
        """'device/precision' -> milliseconds, for one backend."""
        with self._lock:
            return {
                f"{info.device}/{info.precision}": round(ms, 2) for info, ms in self._ms.items() if info.name == name
            }
