"""A scene as JSON and back: the one place that knows what a scene looks like outside the program.

`scene_to_wire` makes JSON-ready data of a `Snapshot`; `parse_scene` and `read_scenes` make the public `Scene` of that.
`SCHEMA` is the file that describes it, and `csv_lines` gives the same as a table.
"""

from __future__ import annotations

from pathlib import Path

from engine.wire.csv_table import CSV_COLUMNS, csv_lines
from engine.wire.decode import backend_from_wire, parse_scene, scene_from_wire
from engine.wire.encode import VERSION, Wire, dumps, scene_to_wire, timings_to_wire
from engine.wire.jsonl import read_scenes
from engine.wire.scene import Person, Scene

SCHEMA = Path(__file__).with_name("scene.schema.json")
"""JSON Schema of a scene. It allows for fields that it does not name."""

__all__ = [
    "CSV_COLUMNS",
    "SCHEMA",
    "VERSION",
    "Person",
    "Scene",
    "Wire",
    "backend_from_wire",
    "csv_lines",
    "dumps",
    "parse_scene",
    "read_scenes",
    "scene_from_wire",
    "scene_to_wire",
    "timings_to_wire",
]
