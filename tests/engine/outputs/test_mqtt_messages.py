"""What MQTT says: changes and due states only, retained where it stays true, and the stage's truth in metres."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from engine.outputs.homeassistant import discovery, identity
from engine.outputs.mqtt_messages import OFFLINE, PRESENCE_HOLD_S, STATE_EVERY_S, People, event_message, status
from engine.skeleton import PELVIS
from engine.types import EVENT_KINDS
from tests.engine.outputs.staged import entered, joints_world, staged, unplaced


def said(people: People, time: float, ids: tuple[int, ...]) -> dict[str, Any]:
    """Payloads by topic."""
    return {message.topic: json.loads(message.payload) if message.payload[0] in "{0123456789" else message.payload
            for message in people.messages(staged(time, ids))}  # fmt: skip


def test_a_person_is_where_the_stage_says() -> None:
    people = People("home/hall")
    state = said(people, 0.5, (1, 2))["home/hall/person/2"]
    pelvis = joints_world(0.5)[1, PELVIS]
    np.testing.assert_allclose(state["position_m"], pelvis, atol=0.001)
    assert state["distance_m"] == pytest.approx(np.linalg.norm(pelvis - (0.0, 1.6, 0.0)), abs=0.001)
    assert state["present"] is True
    assert state["height_m"] == 1.75


def test_only_changes_and_due_states_are_said() -> None:
    people = People("p")
    assert said(people, 0.0, (1,)).keys() == {"p/people", "p/presence", "p/person/1"}
    assert said(people, 0.1, (1,)) == {}
    assert said(people, 0.2, (1, 2)).keys() == {"p/people", "p/person/2"}, "a newcomer does not wait"
    assert said(people, STATE_EVERY_S, (1, 2)).keys() == {"p/person/1", "p/person/2"}
    assert said(people, 0.6, (2,)) == {"p/people": 1, "p/person/1": {"id": 1, "present": False}}


def test_presence_is_held_while_people_may_come_back() -> None:
    people = People("p")
    assert said(people, 0.0, ())["p/presence"] == "OFF"
    assert said(people, 1.0, (1,))["p/presence"] == "ON"
    assert "p/presence" not in said(people, 1.0 + PRESENCE_HOLD_S - 0.1, ())
    assert said(people, 1.0 + PRESENCE_HOLD_S, ())["p/presence"] == "OFF"


def test_all_is_said_again_after_a_new_connection() -> None:
    people = People("p")
    first = said(people, 0.0, (1, 2))
    people.repeat()
    assert said(people, 0.1, (1, 2)).keys() == first.keys()


def test_what_stays_true_is_retained() -> None:
    retained = {message.topic: message.retain for message in People("p").messages(staged(0.0, (1,)))}
    assert retained == {"p/people": True, "p/presence": True, "p/person/1": False}
    assert status("p", OFFLINE).retain
    assert not event_message("p", entered()).retain


def test_who_is_not_placed_is_nowhere() -> None:
    (state,) = [
        json.loads(message.payload)
        for message in People("p").messages(unplaced(staged(0.0, (7,))))
        if message.topic == "p/person/7"
    ]
    assert state["position_m"] is None
    assert state["distance_m"] is None


def test_an_event_has_the_type_that_home_assistant_looks_for() -> None:
    message = event_message("p", entered(3))
    assert message.topic == "p/event/entered"
    assert message.qos == 1
    payload = json.loads(message.payload)
    assert payload["event_type"] == payload["kind"] == "entered"
    assert payload["person"] == 3


def test_discovery_describes_topics_that_exist() -> None:
    message = discovery("home/hall")
    assert message.topic == f"homeassistant/device/{identity('home/hall')}/config"
    assert message.retain
    device = json.loads(message.payload)
    entities = device["components"]
    assert entities["people"]["state_topic"] == "home/hall/people"
    assert entities["presence"]["state_topic"] == "home/hall/presence"
    assert entities["event"]["event_types"] == list(EVENT_KINDS)
    assert device["availability_topic"] == status("home/hall", OFFLINE).topic
    unique = [entity["unique_id"] for entity in entities.values()]
    assert len(set(unique)) == len(unique)


def test_two_topics_are_two_devices() -> None:
    assert identity("a/b") != identity("a_b")
    assert identity("a/b") == identity("a/b")
