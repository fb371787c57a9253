"""What each backend, device and precision was seen to cost on this machine, for the panel that offers them."""

from __future__ import annotations

import threading

from engine.pipeline import Comparison, EngineState
from engine.types import BackendInfo

_ENOUGH_FRAMES = 20
"""Frames on one network before its time is believed: the first ones are slower."""


class Costs:
    """Milliseconds of the network alone, by what ran it, live or in a comparison. Observed once a second."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ms: dict[BackendInfo, float] = {}
        self._running: tuple[BackendInfo | None, int, object] = (None, 0, None)

    def observe(self, state: EngineState) -> None:
        """Note what the running network takes now."""
        backend, processed = state.backend, state.stats.processed
        with self._lock:
            kind = (state.settings.height_size, state.camera.image_size if state.camera else None)
            if (backend, kind) != (self._running[0], self._running[2]):
                if kind != self._running[2]:
                    self._ms.clear()  # another size of picture: nothing can be compared
                self._running = backend, processed, kind
                return
            if backend is not None and processed - self._running[1] >= _ENOUGH_FRAMES:
                self._ms[backend] = state.stats.stage_ms.get("infer", 0.0)
            self._observe_comparison(state.comparison)

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
