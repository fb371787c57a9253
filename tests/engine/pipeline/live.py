"""Runs a pipeline on fakes, with methods that wait for its effects."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from engine.pipeline import Pipeline, ProblemEvent
from engine.settings import Settings
from engine.types import Snapshot
from tests.fakes import QUICK, WAIT_S, FakeBackend, FakeSource, Listener, World

SMALL = Settings(height_size=128, backend="openvino")
"""The smallest network: its maps are quick to decode."""


@dataclass
class Live:
    world: World
    pipeline: Pipeline
    listener: Listener

    def start_fed(self) -> tuple[FakeSource, FakeBackend]:
        """With a source that waits to be fed: its first frame loads the network, its second makes a snapshot."""
        source = self.world.wait_for_source(1)
        source.feed()
        self.wait_until_settled()
        source.feed()
        self.wait_for_snapshot(lambda snapshot: snapshot.frame.index == 1)
        return source, self.world.backends[0]

    def wait_for_frame(self, index: int) -> None:
        """Frame `index` has come through to the worker; those who only show it have it a moment before."""
        seen = 0
        while (newer := self.pipeline._feed.captured.wait_newer(seen, WAIT_S)) is not None:
            seen, captured = newer
            if captured.frame.index >= index:
                return
        raise AssertionError(f"frame {index} did not come")

    def wait_for_snapshot(self, wanted: Callable[[Snapshot], object] = lambda snapshot: True) -> Snapshot:
        """A snapshot that is `wanted`: the newest one, or one to come."""
        seen = 0
        while (newer := self.pipeline.snapshots.wait_newer(seen, WAIT_S)) is not None:
            seen, snapshot = newer
            if wanted(snapshot):
                return snapshot
        raise AssertionError("no such snapshot came")

    def wait_for_next_snapshot(self) -> Snapshot:
        """One that is not there yet; of a source that goes on by itself."""
        newest = self.pipeline.snapshots.newest()
        return self.wait_for_snapshot(lambda snapshot: snapshot is not newest)

    def wait_until_settled(self) -> None:
        """No switch runs, and a network does."""
        self.listener.wait_until(lambda: self.state.switching is None and self.state.backend is not None)

    def wait_for_problem(self, text: str) -> ProblemEvent:
        found = self.listener.wait_for(lambda event: isinstance(event, ProblemEvent) and text in event.error)
        assert isinstance(found, ProblemEvent)
        return found

    @property
    def state(self):
        return self.pipeline.state()

    @property
    def problems(self) -> list[str]:
        return [event.error for event in self.listener.events if isinstance(event, ProblemEvent)]


@contextmanager
def live(world: World | None = None, settings: Settings = SMALL, **options) -> Iterator[Live]:
    """A started pipeline; closed at the end, when nothing must be left open, running, or used wrongly."""
    world = world or World()
    pipeline = Pipeline(settings, clock=world.clock, **{"parts": world.parts, "timing": QUICK, **options})
    listener = Listener()
    pipeline.subscribe(listener)
    pipeline.start()
    try:
        yield Live(world, pipeline, listener)
    finally:
        world.load_go.set()
        for backend in world.backends:
            backend.go.set()
        pipeline.close()
    assert world.violations == []
    assert world.unclosed == []
    assert posecast_threads() == []


def posecast_threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("posecast-")]
