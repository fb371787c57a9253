"""A frame processor around another one, for whoever wants something done differently for some frames."""

from __future__ import annotations

from engine.geometry import CameraSpec
from engine.pipeline.parts import FrameProcessor
from engine.settings import Settings
from engine.types import Backend, Frame, Snapshot


class Around:
    """Hands everything on; override `process`."""

    def __init__(self, processor: FrameProcessor) -> None:
        self._processor = processor

    @property
    def backend(self) -> Backend:
        return self._processor.backend

    @backend.setter
    def backend(self, backend: Backend) -> None:
        self._processor.backend = backend

    def reconfigure(self, settings: Settings, camera: CameraSpec) -> None:
        self._processor.reconfigure(settings, camera)

    def restart_tracking(self) -> None:
        self._processor.restart_tracking()

    def process(self, frame: Frame) -> Snapshot:
        return self._processor.process(frame)
