from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from engine.snapshot_slot import SnapshotSlot
from engine.types import Event, Snapshot
from tests.webapp.people import person, snapshot
from webapp.live import scenes as scenes_module
from webapp.live.broadcast import SILENT_AFTER, Broadcaster
from webapp.live.scenes import Scenes


class FakeSockets:
    """Remembers what was sent; acknowledges when the test says so."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str | None, Any]] = []
        self.acknowledge: dict[str, Callable[..., None]] = {}
        self.dropped: list[str] = []
        self.not_ready: set[str] = set()

    def ready(self, sid: str) -> bool:
        return sid not in self.not_ready

    def emit(self, event: str, data: dict[str, Any], to: str | None = None) -> None:
        self.sent.append((event, to, data))

    def emit_scene(self, text: str, to: str, acknowledged: Callable[..., None]) -> None:
        self.sent.append(("scene", to, json.loads(text)))
        self.acknowledge[to] = acknowledged

    def drop(self, sid: str) -> None:
        self.dropped.append(sid)

    def sweep(self) -> None:
        pass

    def scenes_of(self, sid: str) -> list[int]:
        """The frames."""
        return [scene["frame"] for scene in self.sent_to(sid)]

    def sent_to(self, sid: str) -> list[Any]:
        return [data for event, to, data in self.sent if event == "scene" and to == sid]

    def events(self, name: str) -> list[tuple[str | None, Any]]:
        return [(to, data) for event, to, data in self.sent if event == name]


class World:
    """A broadcaster whose clock and turns the test holds."""

    def __init__(self) -> None:
        self.now = 100.0
        self.slot = SnapshotSlot()
        self.sockets = FakeSockets()
        self.latencies: list[float] = []
        scenes = Scenes(self.slot, lambda: 25.0, lambda: self.now, lambda: 1e9)
        self.broadcaster = Broadcaster(scenes, self.sockets, clock=lambda: self.now)
        self.broadcaster.tell(lambda: {"status": "running"}, lambda: {"fps": 25})
        self.broadcaster.each_published(lambda shown: self.latencies.append(self.now - shown.frame.captured_at))

    def show(self, index: int) -> None:
        self.slot.put(snapshot(index, (person(),), captured_at=self.now - 0.05))
        self.broadcaster.step()


@pytest.fixture
def world() -> World:
    return World()


def test_a_newcomer_gets_state_and_newest_scene_when_its_connection_is_complete(world: World) -> None:
    world.show(7)
    world.sockets.not_ready.add("a")
    world.broadcaster.join("a")
    world.broadcaster.step()
    assert world.sockets.sent == [] or world.sockets.events("state") == []
    world.sockets.not_ready.clear()
    world.broadcaster.step()
    assert world.sockets.events("state") == [("a", {"status": "running"})]
    assert world.sockets.scenes_of("a") == [7]


def test_one_scene_in_flight_then_the_newest(world: World) -> None:
    world.broadcaster.join("a")
    for index in range(5):
        world.show(index)
    assert world.sockets.scenes_of("a") == [0]
    world.sockets.acknowledge["a"]()
    assert world.sockets.scenes_of("a") == [0, 4]
    world.sockets.acknowledge["a"]("whatever", "a client answers")
    assert world.sockets.scenes_of("a") == [0, 4]
    world.show(5)
    assert world.sockets.scenes_of("a") == [0, 4, 5]


def test_a_slow_client_delays_no_other(world: World) -> None:
    world.broadcaster.join("slow")
    world.broadcaster.join("quick")
    for index in range(4):
        world.show(index)
        world.sockets.acknowledge["quick"]()
    assert world.sockets.scenes_of("quick") == [0, 1, 2, 3]
    assert world.sockets.scenes_of("slow") == [0]


def test_a_silent_client_is_dropped_and_its_late_answer_ignored(world: World) -> None:
    world.broadcaster.join("a")
    world.show(0)
    world.now += SILENT_AFTER - 1
    world.broadcaster.drop_silent()
    assert world.sockets.dropped == []
    world.now += 2
    world.broadcaster.drop_silent()
    assert world.sockets.dropped == ["a"]
    assert len(world.broadcaster) == 0
    world.show(1)
    world.sockets.acknowledge["a"]()
    assert world.sockets.scenes_of("a") == [0]


def test_who_waits_for_a_scene_is_not_silent(world: World) -> None:
    world.broadcaster.join("a")
    world.show(0)
    world.sockets.acknowledge["a"]()
    world.now += 100
    world.broadcaster.drop_silent()
    assert world.sockets.dropped == []


def test_stats_are_sent_only_where_there_are_clients(world: World) -> None:
    world.broadcaster.send_stats()
    assert world.sockets.events("stats") == []
    world.broadcaster.join("a")
    world.broadcaster.send_stats()
    assert world.sockets.events("stats") == [(None, {"fps": 25})]


def test_state_goes_to_everybody_when_it_changed(world: World) -> None:
    world.broadcaster.join("a")
    world.broadcaster.step()
    world.broadcaster.state_changed()
    world.broadcaster.state_changed()
    world.broadcaster.step()
    world.broadcaster.step()
    assert [to for to, _ in world.sockets.events("state")] == ["a", None]


def test_events_are_passed_on(world: World) -> None:
    world.broadcaster.progress("backend", "compile", 0.5, "compiling")
    world.broadcaster.problem("it broke", "mend it")
    assert world.sockets.events("progress") == [
        (None, {"task": "backend", "step": "compile", "fraction": 0.5, "message": "compiling"})
    ]
    assert world.sockets.events("problem") == [(None, {"error": "it broke", "hint": "mend it"})]


def test_a_scene_is_serialised_once_for_all(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []
    real = scenes_module.scene_to_wire

    def counted(snapshot: Snapshot, **times: float) -> dict[str, Any]:
        calls.append(snapshot.frame.index)
        return real(snapshot, **times)

    monkeypatch.setattr(scenes_module, "scene_to_wire", counted)
    for number in range(10):
        world.broadcaster.join(str(number))
    world.show(3)
    assert [world.sockets.scenes_of(str(number)) for number in range(10)] == [[3]] * 10
    assert calls == [3]


def test_latency_is_measured_from_capture_to_publication(world: World) -> None:
    world.show(0)
    assert world.latencies == [pytest.approx(0.05)]


def test_rate_and_time_of_day_of_a_scene() -> None:
    slot = SnapshotSlot()
    scenes = Scenes(slot, lambda: 12.5, lambda: 50.0, lambda: 1000.0)
    assert scenes.newest() is None
    slot.put(snapshot(1, captured_at=50.0 - 0.03))
    scene = json.loads(scenes.newest() or "")
    assert scene["fps"] == 12.5
    assert scene["wall_time"] == pytest.approx(1000 - 0.03)


def test_a_slow_client_gets_the_events_of_the_scenes_that_it_skipped(world: World) -> None:
    for name in ("slow", "quick"):
        world.broadcaster.join(name)
    world.show(0)
    for index in (1, 2, 3):
        happened = (Event("entered", 0.0, 1e9, "Person 1 came in", person=1),) if index == 2 else ()
        world.sockets.acknowledge["quick"]()
        world.slot.put(replace(snapshot(index), events=happened))
        world.broadcaster.step()
    world.sockets.acknowledge["slow"]()
    got = {name: [len(scene["events"]) for scene in world.sockets.sent_to(name)] for name in ("slow", "quick")}
    assert got == {"slow": [0, 1], "quick": [0, 0, 1, 0]}
