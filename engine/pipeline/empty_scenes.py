"""Says once of a network that it finds nobody, where its input may be the reason: see `engine.nobody`."""

from __future__ import annotations

from engine.nobody import FRAMES, doubt
from engine.pipeline.events import Announcer, ProblemEvent
from engine.types import BackendInfo, Snapshot


class EmptyScenes:
    """Counts the frames without people from the first of a network on. Used by the worker's thread."""

    def __init__(self, announcer: Announcer) -> None:
        self._announcer = announcer
        self._network: tuple[str, BackendInfo] | None = None
        self._frames = 0
        self._settled = False

    def see(self, snapshot: Snapshot, model: str) -> None:
        """A snapshot of the network that `model` names; announces a `ProblemEvent` when there is reason to."""
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
