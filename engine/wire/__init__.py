"""The wire format of a scene, the only place that defines it: to JSON and back, and as a CSV table.

`scene_to_wire` turns a `Snapshot` into JSON-ready data; `parse_scene` and `read_scenes` turn that into a `Scene`.
`SCHEMA` is the path of its JSON Schema; `csv_lines` makes the CSV table.
"""

from __future__ import annotations

from pathlib import Path

from engine.wire.csv_table import CSV_COLUMNS, csv_lines
from engine.wire.decode import (
    backend_from_wire,
    camera_from_wire,
    events_from_wire,
    found_from_wire,
    parse_scene,
    scene_from_wire,
)
from engine.wire.encode import VERSION, Wire, dumps, event_to_wire, scene_to_wire, timings_to_wire
from engine.wire.jsonl import read_scenes
from engine.wire.scene import Camera, Person, Scene
from engine.wire.scene_clock import SceneClock

SCHEMA = Path(__file__).with_name("scene.schema.json")
"""JSON Schema of a scene. It allows additional fields."""

__all__ = [
    "CSV_COLUMNS",
    "SCHEMA",
    "VERSION",
    "Camera",
    "Person",
    "Scene",
    "SceneClock",
    "Wire",
    "backend_from_wire",
    "camera_from_wire",
    "csv_lines",
    "dumps",
    "event_to_wire",
    "events_from_wire",
    "found_from_wire",
    "parse_scene",
    "read_scenes",
    "scene_from_wire",
    "scene_to_wire",
    "timings_to_wire",
]
