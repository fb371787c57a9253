"""Home Assistant's discovery over MQTT: one retained message that describes posecast as a device with its entities.

https://www.home-assistant.io/integrations/mqtt/#device-discovery-payload (Home Assistant 2024.11 or newer).
"""

from __future__ import annotations

import hashlib
import re
from importlib import metadata
from typing import Any

from engine.outputs.mqtt_messages import OFFLINE, ONLINE, Message
from engine.types import EVENT_KINDS
from engine.wire import dumps

PREFIX = "homeassistant"
"""Where Home Assistant listens, unless it was told otherwise."""


def identity(topic: str) -> str:
    """The device's identifier: the topic as Home Assistant allows it, and a hash, since `a/b` and `a_b` look the same
    then. It stays the same from run to run, so that the device keeps its name and its room."""
    plain = re.sub(r"[^A-Za-z0-9]+", "_", topic).strip("_")
    return f"{plain}_{hashlib.sha256(topic.encode()).hexdigest()[:6]}"


def discovery(topic: str, prefix: str = PREFIX) -> Message:
    """The description of the device whose topics are below `topic`."""
    return Message(f"{prefix}/device/{identity(topic)}/config", dumps(_device(topic)), retain=True, qos=1)


def _device(topic: str) -> dict[str, Any]:
    version = metadata.version("posecast")
    name = "Posecast" if topic == "posecast" else f"Posecast {topic}"
    return {
        "device": {
            "identifiers": [identity(topic)],
            "name": name,
            "manufacturer": "Posecast",
            "sw_version": version,
        },
        "origin": {"name": "Posecast", "sw_version": version},
        "availability_topic": f"{topic}/status",
        "payload_available": ONLINE,
        "payload_not_available": OFFLINE,
        "components": _entities(topic),
    }


def _entities(topic: str) -> dict[str, dict[str, Any]]:
    entities: dict[str, dict[str, Any]] = {
        "people": {
            "platform": "sensor",
            "name": "People",
            "state_topic": f"{topic}/people",
            "state_class": "measurement",
            "icon": "mdi:account-group",
        },
        "presence": {
            "platform": "binary_sensor",
            "name": "Presence",
            "device_class": "occupancy",
            "state_topic": f"{topic}/presence",
        },
        "event": {
            "platform": "event",
            "name": "Event",
            "state_topic": f"{topic}/event/+",
            "event_types": list(EVENT_KINDS),
            "icon": "mdi:human-greeting",
        },
    }
    return {key: {**entity, "unique_id": f"{identity(topic)}_{key}"} for key, entity in entities.items()}
