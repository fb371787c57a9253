from __future__ import annotations

from dataclasses import replace

from engine.snapshot_slot import SnapshotSlot
from engine.types import Event, Snapshot
from tests.webapp.people import snapshot


def event(label: str) -> Event:
    return Event("entered", 1.0, 1e9, label, person=1)


def of(index: int, *labels: str) -> Snapshot:
    return replace(snapshot(index), events=tuple(event(label) for label in labels))


def labels(newer: tuple[int, Snapshot] | None) -> list[str]:
    return [] if newer is None else [event.label for event in newer[1].events]


def test_a_reader_gets_the_events_of_the_snapshots_that_it_skipped() -> None:
    slot = SnapshotSlot()
    for one in (of(1, "a"), of(2, "b"), of(3), of(4, "c", "d")):
        slot.put(one)
    assert labels(slot.wait_newer(1, 0)) == ["b", "c", "d"]
    assert labels(slot.wait_newer(3, 0)) == ["c", "d"]


def test_every_reader_gets_every_event_once() -> None:
    slot = SnapshotSlot()
    slot.put(of(0))
    seen, got = dict.fromkeys((1, 2, 5), 1), {pace: list[str]() for pace in (1, 2, 5)}
    for number in range(1, 21):
        slot.put(of(number, str(number)) if number % 3 == 0 else of(number))
        for pace in got:
            if number % pace == 0:
                newer = slot.wait_newer(seen[pace], 0)
                assert newer is not None
                got[pace] += labels(newer)
                seen[pace] = newer[0]
    assert all(each == ["3", "6", "9", "12", "15", "18"] for each in got.values())


def test_a_newcomer_gets_no_earlier_events() -> None:
    slot = SnapshotSlot()
    slot.put(of(1, "a"))
    slot.put(of(2, "b"))
    assert labels(slot.wait_newer(0, 0)) == ["b"]


def test_a_snapshot_without_skipped_events_is_passed_on_as_it_is() -> None:
    slot = SnapshotSlot()
    slot.put(of(1))
    one = of(2, "a")
    slot.put(one)
    newer = slot.wait_newer(1, 0)
    assert newer is not None
    assert newer[1] is one
