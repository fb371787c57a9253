"""Measured time of each backend, device, precision and network size on this machine, for the panel that offers them."""

from __future__ import annotations

import statistics
import threading
from collections import deque
from collections.abc import Mapping

from engine.pipeline import Comparison, EngineState
from engine.types import BackendInfo, Snapshot

_ENOUGH_FRAMES = 20
"""Frames of one network that are not counted: the first ones are slower."""
_WINDOW = 40
"""Number of newest frames that count."""

Measured = Mapping[tuple[str, str, str, int], float]
"""Milliseconds by (backend, device, precision, network height)."""


class Costs:
    """Milliseconds of the network alone by backend, measured live or in a comparison."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ms: dict[tuple[BackendInfo, int], float] = {}
        """By network and its height, for frames of `_image_size`."""
        self._height = 0
        self._image_size: tuple[int, int] | None = None
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
        height, image_size = state.settings.height_size, state.camera.image_size if state.camera else None
        with self._lock:
            if image_size != self._image_size:
                self._ms.clear()  # frames of another size cannot be compared
            if (height, image_size) != (self._height, self._image_size):
                self._height, self._image_size = height, image_size
                self._begin(self._running)
            if self._running is not None and self._newest:
                self._ms[self._running, height] = statistics.median(self._newest)
            self._observe_comparison(state.comparison)

    def _begin(self, backend: BackendInfo | None) -> None:
        self._running, self._warming = backend, 0
        self._newest.clear()

    def _observe_comparison(self, comparison: Comparison | None) -> None:
        if comparison is not None and comparison.status == "running" and comparison.frames >= _ENOUGH_FRAMES:
            for side in comparison.sides:
                if side.runs is not None:
                    self._ms[side.runs, self._height] = side.stage_ms["infer"]

    def of(self, name: str) -> dict[str, float]:
        """Milliseconds of one backend by 'device/precision', at the present network height."""
        with self._lock:
            return {
                f"{info.device}/{info.precision}": round(ms, 2)
                for (info, height), ms in self._ms.items()
                if info.name == name and height == self._height
            }

    def by_height(self) -> Measured:
        """All that was measured with frames of the present size."""
        with self._lock:
            return {(info.name, info.device, info.precision, height): ms for (info, height), ms in self._ms.items()}
