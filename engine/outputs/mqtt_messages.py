"""What MQTT says about people: the topics and their payloads.

In: snapshots. Out: messages below one topic, `posecast` for example:

    posecast/status          online, or offline while nobody can know who is there (retained, and the last will)
    posecast/people          how many people are there (retained)
    posecast/presence        ON, OFF (retained); OFF after `PRESENCE_HOLD_S` without anybody
    posecast/person/3        JSON: where person 3 is; `{"id": 3, "present": false}` once they are gone
    posecast/event/entered   JSON: an event, by its kind

Retained is what is true until it changes. Persons and events are not: a newcomer would take them for the present.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.geometry import Camera
from engine.skeleton import PELVIS
from engine.types import Event, Person, Snapshot
from engine.wire import dumps, event_to_wire
from engine.wire.score import score

STATE_EVERY_S = 0.5
"""Seconds between two states of a person: homes are not animated, and brokers of homes are small."""
PRESENCE_HOLD_S = 3.0
"""Seconds without anybody after which presence is OFF, which is how long the tracker expects people back."""
ONLINE, OFFLINE = "online", "offline"


@dataclass(frozen=True, slots=True)
class Message:
    """One message to be published."""

    topic: str
    payload: str
    retain: bool = False
    qos: int = 0
    """1: the broker confirms it, and it is sent again until it does; 0: it may be lost."""


def status(topic: str, text: str) -> Message:
    """Whether posecast is there; the last will is `status(topic, OFFLINE)`."""
    return Message(f"{topic}/status", text, retain=True, qos=1)


def event_message(topic: str, event: Event) -> Message:
    """An event; `event_type` is its kind under the name that Home Assistant looks for."""
    payload = {"event_type": event.kind, **event_to_wire(event)}
    return Message(f"{topic}/event/{event.kind}", dumps(payload), qos=1)


class People:
    """Remembers what was said about people, so that only changes and due states are said."""

    def __init__(self, topic: str) -> None:
        self._topic = topic
        self._said: dict[str, str] = {}
        self._present: frozenset[int] = frozenset()
        self._last_state: float | None = None
        self._last_person: float | None = None

    def repeat(self) -> None:
        """Say everything again with the next snapshot, as after a new connection."""
        self._said.clear()
        self._last_state = None

    def messages(self, snapshot: Snapshot) -> list[Message]:
        """What is to be said now that `snapshot` is the newest."""
        now, people = snapshot.frame.captured_at, snapshot.scene.people
        if people:
            self._last_person = now
        held = self._last_person is not None and now - self._last_person < PRESENCE_HOLD_S
        retained = [self._retained("people", str(len(people))), self._retained("presence", "ON" if held else "OFF")]
        return [message for message in retained if message is not None] + list(self._states(snapshot, now))

    def _retained(self, name: str, payload: str) -> Message | None:
        if self._said.get(name) == payload:
            return None
        self._said[name] = payload
        return Message(f"{self._topic}/{name}", payload, retain=True, qos=1)

    def _states(self, snapshot: Snapshot, now: float) -> Iterator[Message]:
        present = frozenset(person.id for person in snapshot.scene.people)
        yield from self._gone(self._present - present)
        newcomers, self._present = present - self._present, present
        due = self._last_state is None or not 0 <= now - self._last_state < STATE_EVERY_S
        if due:
            self._last_state = now
        for person in snapshot.scene.people:
            if due or person.id in newcomers:
                payload = dumps(person_state(person, snapshot.scene.camera))
                yield Message(f"{self._topic}/person/{person.id}", payload)

    def _gone(self, ids: Iterable[int]) -> Iterator[Message]:
        for identity in sorted(ids):
            payload = dumps({"id": identity, "present": False})
            yield Message(f"{self._topic}/person/{identity}", payload, qos=1)


def person_state(person: Person, camera: Camera) -> dict[str, Any]:
    """Where a person is: `position_m`, the pelvis in the world of the camera file, and `distance_m` from the camera.

    Both are None if the person could not be placed.
    """
    placed = person.pose3d is not None and np.isfinite(person.pose3d.joints).all()
    pelvis = np.asarray(person.pose3d.joints[PELVIS], dtype=float) if person.pose3d is not None and placed else None
    state: dict[str, Any] = {
        "id": person.id,
        "present": True,
        "position_m": None if pelvis is None else camera.world_from_camera(pelvis).round(3).tolist(),
        "distance_m": None if pelvis is None else round(float(np.linalg.norm(pelvis)), 3),
        "score": round(score(person.pose2d), 3),
    }
    if person.height_m is not None:
        state["height_m"] = round(person.height_m, 3)
    if person.angles is not None:
        state["angles"] = {name: round(value, 1) for name, value in person.angles.items()}
    return state


def test_message(topic: str, wall_time: float) -> Message:
    """What a test sends: nobody is said to be there, since lights might be switched on."""
    return Message(f"{topic}/test", dumps({"wall_time": round(wall_time, 3), "label": "Posecast's test"}), qos=1)
