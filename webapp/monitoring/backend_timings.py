"""Measured time of each backend, device and precision on this machine, for the panel that offers them."""

from __future__ import annotations

import statistics
import threading
from collections import deque

from engine.pipeline import Comparison, EngineState
from engine.types import BackendInfo, Snapshot

_ENOUGH_FRAMES = 20
"""Frames of one network that are not counted: the first ones are slower."""
_WINDOW = 120
"""Number of newest frames that count."""


class Costs:
    """Milliseconds of the network alone by backend, measured live or in a comparison."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ms: dict[BackendInfo, float] = {}
        self._kind: object = None
        self._running: BackendInfo | None = None
        self._warming = 0
        """Frames of the running network that were not counted so far."""
        self._newest: deque[float] = deque(maxlen=_WINDOW)

    def worked(self, snapshot: Snapshot) -> None:
        """Note the time of a live frame. A replayed frame must not be passed: it may come from another machine."""
        with self._lock:
            if snapshot.backend != self._running:
                self._begin(snapshot.backend)
            if self._warming < _ENOUGH_FRAMES:
                self._warming += 1
            elif "infer" in snapshot.stage_ms:
                self._newest.append(snapshot.stage_ms["infer"])

    def observe(self, state: EngineState) -> None:
        """Update the medians. To be called once a second."""
        kind = (state.settings.height_size, state.camera.image_size if state.camera else None)
        with self._lock:
            if kind != self._kind:
                self._kind = kind
                self._ms.clear()  # frames of another size cannot be compared
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
        """Milliseconds of one backend by 'device/precision'."""
        with self._lock:
            return {
                f"{info.device}/{info.precision}": round(ms, 2) for info, ms in self._ms.items() if info.name == name
            }
