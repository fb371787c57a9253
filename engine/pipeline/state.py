"""The pipeline's public state: frozen records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.extrinsics import Calibration
from engine.floor import Floor
from engine.geometry import Camera
from engine.pipeline.comparison import Comparison
from engine.settings import Settings
from engine.types import BackendInfo, View


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
    """Frames that were replaced by a newer one before the network was free."""
    people: int = 0
    """Number of people in the newest snapshot."""
    stage_ms: Mapping[str, float] = field(default_factory=dict)
    """Median milliseconds per stage of the running backend."""
    latency_ms: tuple[float, float] | None = None
    """(p50, p95) milliseconds from capture to snapshot with the running backend."""
    source_problem: str | None = None
    """Why the source delivers no frames; None while it does."""
    source_hint: str | None = None
    """What to do about `source_problem`; None if there is nothing to say."""
    views: tuple[View, ...] = ()
    """The cameras of a rig in the newest set; empty for other sources. Without pictures where the source fails."""
    now: float = 0.0
    """When these were taken, seconds of time.monotonic(), as `View.missing_since`."""


@dataclass(frozen=True, slots=True)
class Switching:
    """A start or a switch in progress."""

    to: str
    step: str
    """What it does; 'finish' once the new part is in use and the old one is being closed."""
    fraction: float | None
    settings: Mapping[str, Any] = field(default_factory=dict, compare=False)
    """The settings that it puts into effect, by name."""
    cancellable: bool = field(default=False, compare=False)
    """Whether the user asked for it, and it is not in effect yet."""


@dataclass(frozen=True, slots=True, eq=False)
class EngineState:
    """The state at one moment. `settings` are those in effect, without changes that are still being loaded."""

    status: str
    """'starting' (no network yet), 'running', 'paused' or 'stopped'."""
    settings: Settings
    source: str
    """The source's name, passwords redacted."""
    backend: BackendInfo | None
    """The running backend; None until the first is ready."""
    camera: Camera | None
    """The camera for the newest frame; None before the first."""
    calibration: Calibration | None
    """The camera file in use; None for the source's own camera, or the neutral one."""
    switching: Switching | None
    comparison: Comparison | None
    """The comparison of two backends; None if none was started, or it was dismissed."""
    stats: Stats
    fallback: str | None = None
    """Why another network runs than `settings` name; None if that one runs."""
    floor: Floor = field(default_factory=Floor)
    """What is known about the floor from people."""
