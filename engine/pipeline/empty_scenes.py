"""Reports once if a network finds nobody and its input may be the reason: see `engine.input_hint`."""

from __future__ import annotations

from engine.input_hint import FRAMES, doubt
from engine.pipeline.events import Announcer, ProblemEvent
from engine.types import BackendInfo, Snapshot


class EmptyScenes:
    """Counts a network's first frames without people. Used by the worker's thread."""

    def __init__(self, announcer: Announcer) -> None:
        self._announcer = announcer
        self._network: tuple[str, BackendInfo] | None = None
        self._frames = 0
        self._settled = False

    def see(self, snapshot: Snapshot, model: str) -> None:
        """Count a snapshot of the network `model`; announces a `ProblemEvent` if there is a hint."""
        if snapshot.replayed:
            return
        network = (model, snapshot.backend)
        if network != self._network:
            self._network, self._frames, self._settled = network, 0, False
        self._frames += 1
        self._settled = self._settled or bool(snapshot.scene.people)
        if self._settled or self._frames < FRAMES:
            return
        self._settled = True
        doubted = doubt(snapshot.backend, self._frames)
        if doubted is not None:
            self._announcer.announce(ProblemEvent(doubted.error, doubted.hint))
