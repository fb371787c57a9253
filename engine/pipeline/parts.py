"""The replaceable parts of the pipeline, as functions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Protocol

from engine.capture import open_source
from engine.capture.browser import Publications
from engine.extrinsics import Calibration, SourceCamera, load_calibration
from engine.geometry import CameraSpec
from engine.inference import available
from engine.loading import alternatives, load_backend
from engine.pipeline.refusals import Report
from engine.rig_processor import RigProcessor
from engine.settings import Settings
from engine.types import Backend, Frame, FrameSource, ModelSpec, Progress, Snapshot


class FrameProcessor(Protocol):
    """The part of `engine.processor.Processor` that the worker uses."""

    backend: Backend

    def reconfigure(self, settings: Settings, camera: CameraSpec) -> None: ...
    def restart_tracking(self) -> None: ...
    def process(self, frame: Frame) -> Snapshot: ...


class SourceOpener(Protocol):
    """Opens the source that `text` means; `pixel_aspect` is given only where it is set."""

    def __call__(self, text: str, *, pixel_aspect: Fraction | None = None) -> FrameSource: ...


def open_live(
    text: str,
    *,
    pixel_aspect: Fraction | None = None,
    uploads: Path | None = None,
    publications: Publications | None = None,
) -> FrameSource:
    """Open any source for live use: at its own speed, files in a loop. `uploads` is the folder of `upload:NAME`,
    `publications` has the pictures of `browser:NAME`."""
    return open_source(
        text, realtime=True, loop=True, pixel_aspect=pixel_aspect, uploads=uploads, publications=publications
    )


@dataclass(frozen=True, slots=True)
class Parts:
    """The functions that open, load and process."""

    open_source: SourceOpener = open_live
    load_backend: Callable[[ModelSpec, tuple[int, int], Progress], Backend] = load_backend
    available: Callable[[], Sequence[Report]] = available
    load_calibration: Callable[[str], Calibration] = load_calibration
    camera_of: Callable[[str], SourceCamera] = lambda _source: SourceCamera()
    """What is known about the camera of a source, before it is opened."""
    processor: Callable[[Backend, Settings, CameraSpec], FrameProcessor] = RigProcessor
    alternatives: Callable[[ModelSpec], Sequence[ModelSpec]] = alternatives
