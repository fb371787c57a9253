"""The pipeline's state as others see it: frozen records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.extrinsics import Calibration
from engine.geometry import Camera
from engine.pipeline.comparison import Comparison
from engine.settings import Settings
from engine.types import BackendInfo


@dataclass(frozen=True, slots=True)
class Stats:
    """Counts since the start; rates and milliseconds over the last seconds."""

    fps: float = 0.0
    """Snapshots per second."""
    captured: int = 0
    """Frames read from sources."""
    processed: int = 0
    """Snapshots made."""
    dropped: int = 0
    """Frames that a newer one replaced before the network was free."""
    people: int = 0
    """In the newest snapshot."""
    stage_ms: Mapping[str, float] = field(default_factory=dict)
    """Median per stage, of the backend that runs now."""
    latency_ms: tuple[float, float] | None = None
    """(p50, p95) from capture to snapshot, of the backend that runs now."""
    source_problem: str | None = None
    """Why the source gives no frames, None while it does."""


@dataclass(frozen=True, slots=True)
class Switching:
    """A start or a switch on its way."""

    to: str
    step: str
    fraction: float | None


@dataclass(frozen=True, slots=True, eq=False)
class EngineState:
    """Everything at one moment. `settings` are those in effect: what is still being loaded is not in them."""

    status: str
    """'starting' (no network yet), 'running', 'paused' or 'stopped'."""
    settings: Settings
    source: str
    """Its name, passwords redacted."""
    backend: BackendInfo | None
    """What runs; None until the first is ready."""
    camera: Camera | None
    """For the newest frame; None before the first."""
    calibration: Calibration | None
    """The camera file in use; None: the source's own camera, or the default."""
    switching: Switching | None
    comparison: Comparison | None
    """The comparison of two backends; None where none was begun, or it was dismissed."""
    stats: Stats
    fallback: str | None = None
    """Why another network runs than `settings` name; None where that one runs."""
