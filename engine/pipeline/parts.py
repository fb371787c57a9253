"""What the pipeline is made of, as functions that a test may replace.

The real ones are imported when they are first called: a server answers before a network's library has loaded.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

from engine.extrinsics import Calibration
from engine.geometry import CameraSpec
from engine.pipeline.refusals import Report
from engine.settings import Settings
from engine.types import Backend, Frame, FrameSource, ModelSpec, Progress, Snapshot


class FrameProcessor(Protocol):
    """What the worker asks of `engine.processor.Processor`."""

    backend: Backend

    def reconfigure(self, settings: Settings, camera: CameraSpec) -> None: ...
    def restart_tracking(self) -> None: ...
    def process(self, frame: Frame) -> Snapshot: ...


class SourceOpener(Protocol):
    """Opens the source that `text` means; `pixel_aspect` is given only where it is set."""

    def __call__(self, text: str, *, pixel_aspect: Fraction | None = None) -> FrameSource: ...


def _open_source(text: str, *, pixel_aspect: Fraction | None = None) -> FrameSource:
    from engine.capture import open_source

    return open_source(text, realtime=True, loop=True, pixel_aspect=pixel_aspect)


def _load_backend(spec: ModelSpec, size: tuple[int, int], progress: Progress) -> Backend:
    from engine.loading import load_backend

    return load_backend(spec, size, progress)


def _available() -> Sequence[Report]:
    from engine.inference import available

    return available()


def _alternatives(spec: ModelSpec) -> Sequence[ModelSpec]:
    from engine.loading import alternatives

    return alternatives(spec)


def _load_calibration(text: str) -> Calibration:
    from engine.extrinsics import load_calibration

    return load_calibration(text)


def _processor(backend: Backend, settings: Settings, camera: CameraSpec) -> FrameProcessor:
    from engine.processor import Processor

    return Processor(backend, settings, camera)


@dataclass(frozen=True, slots=True)
class Parts:
    """The functions that open, load and process."""

    open_source: SourceOpener = _open_source
    load_backend: Callable[[ModelSpec, tuple[int, int], Progress], Backend] = _load_backend
    available: Callable[[], Sequence[Report]] = _available
    load_calibration: Callable[[str], Calibration] = _load_calibration
    processor: Callable[[Backend, Settings, CameraSpec], FrameProcessor] = _processor
    alternatives: Callable[[ModelSpec], Sequence[ModelSpec]] = _alternatives
