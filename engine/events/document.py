"""Rules and zones as one document: which rules are on, their numbers, and the zones.

    {"rules": {"fall": {"on": true, "within_s": 1.5, "seconds": 1.5}, …},
     "zones": [{"name": "Sofa", "corners": [[-1.2, -3.0], [0.4, -3.0], [0.4, -2.1]], "colour": 0}]}

Rules and numbers that a document leaves out keep their values; `zones` is replaced as a whole.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any, get_type_hints

from engine.errors import PosecastError
from engine.events.polygon import Point, area
from engine.events.rules import RULES
from engine.events.zones import Zone
from engine.fields import checked, schema
from engine.files import cannot_read

MOST_ZONES, MOST_CORNERS = 32, 32
LONGEST_NAME = 40
FARTHEST_M = 200.0
"""Maximum distance of a corner from the world's origin, along each axis."""
SMALLEST_M2 = 0.01
COLOURS = 8
_HINT = "docs/events.md describes the document"


@dataclass(frozen=True, slots=True)
class EventRules:
    """The rules' options by the rules' names, all of them, and the zones."""

    options: Mapping[str, Any]
    zones: tuple[Zone, ...] = ()

    def changed(self, document: Any) -> EventRules:
        """With what a document says; PosecastError where it is not valid, and then nothing of it counts."""
        for key in _object("the document", document):
            if key not in ("rules", "zones"):
                raise PosecastError(f"unknown key {key!r:.40}", "keys are: rules, zones")
        options = dict(self.options)
        for name, values in _object("rules", document.get("rules", {})).items():
            if name not in options:
                raise PosecastError(f"there is no rule {name!r:.40}", f"the rules are {', '.join(RULES)}")
            options[name] = _with(name, options[name], _object(f"the rule {name}", values))
        zones = _zones(document["zones"]) if "zones" in document else self.zones
        return EventRules(options, zones)

    def document(self) -> dict[str, Any]:
        """As JSON-ready data, complete."""
        rules = {name: asdict(options) for name, options in self.options.items()}
        zones = [
            {"name": zone.name, "corners": [list(c) for c in zone.corners], "colour": zone.colour}
            for zone in self.zones
        ]
        return {"rules": rules, "zones": zones}


def default_rules() -> EventRules:
    """As they are until somebody changes them; without zones."""
    return EventRules({name: kind.options() for name, kind in RULES.items()})


def load_rules(path: str | Path) -> EventRules:
    """The rules of a file; PosecastError if it cannot be read or is not valid."""
    try:
        document = json.loads(Path(path).read_bytes())
    except OSError as error:
        raise cannot_read(path, error) from error
    except ValueError as error:
        raise PosecastError(f"{path} is not JSON: {error!s:.100}", _HINT) from error
    try:
        return default_rules().changed(document)
    except PosecastError as error:
        raise PosecastError(f"{path}: {error.error}", error.hint) from error


def describe() -> list[dict[str, Any]]:
    """The rules with their titles and the JSON Schemas of their numbers, for the page."""
    return [
        {
            "name": name,
            "title": kind.title,
            "fields": {field: schema(hint) for field, hint in _hints(kind.options).items()},
        }
        for name, kind in RULES.items()
    ]


def _hints(options: type[Any]) -> dict[str, Any]:
    return get_type_hints(options, include_extras=True)


def _with(rule: str, options: Any, values: Mapping[str, Any]) -> Any:
    known = {field.name for field in fields(options)}
    for name in values:
        if name not in known:
            raise PosecastError(f"the rule {rule} has no {name!r:.40}", f"it has {', '.join(sorted(known))}")
    hints = _hints(type(options))
    return replace(options, **{name: checked(f"{rule}.{name}", value, hints[name]) for name, value in values.items()})


def _object(name: str, value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise PosecastError(f"{name} is {value!r:.60}", f"{name} must be an object")
    return value


def _zones(value: Any) -> tuple[Zone, ...]:
    if not isinstance(value, list) or len(value) > MOST_ZONES:
        raise PosecastError("zones must be a list", f"of at most {MOST_ZONES} zones")
    zones = tuple(_zone(f"zone {number}", each) for number, each in enumerate(value, start=1))
    names = [zone.name for zone in zones]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise PosecastError(f"two zones are called {twice}", "give each zone a name of its own")
    return zones


def _zone(which: str, value: Any) -> Zone:
    entry = _object(which, value)
    unknown = set(entry) - {"name", "corners", "colour"}
    if unknown:
        raise PosecastError(f"{which} has no {min(map(str, unknown)):.40}", "a zone has name, corners and colour")
    name, colour = entry.get("name"), entry.get("colour", 0)
    if not isinstance(name, str) or not name.isprintable() or not 0 < len(name.strip()) <= LONGEST_NAME:
        raise PosecastError(f"the name of {which} is {name!r:.60}", f"give it one of 1 to {LONGEST_NAME} characters")
    if type(colour) is not int or not 0 <= colour < COLOURS:
        raise PosecastError(f"the colour of {name} is {colour!r:.40}", f"it is a number from 0 to {COLOURS - 1}")
    return Zone(name.strip(), _corners(name, entry.get("corners")), colour)


def _corners(name: str, value: Any) -> tuple[Point, ...]:
    if not isinstance(value, list) or not 3 <= len(value) <= MOST_CORNERS:
        raise PosecastError(f"the corners of {name} are not a list of 3 to {MOST_CORNERS}", "each is [x, z] in metres")
    corners = tuple(_corner(name, each) for each in value)
    if area(corners) < SMALLEST_M2:
        raise PosecastError(f"the zone {name} has no area", "move its corners apart")
    return corners


def _corner(name: str, value: Any) -> Point:
    good = isinstance(value, list) and len(value) == 2
    if not good or not all(type(one) in (int, float) and abs(one) <= FARTHEST_M for one in value):
        raise PosecastError(
            f"a corner of {name} is {value!r:.60}", f"a corner is [x, z] in metres, each at most {FARTHEST_M:g}"
        )
    return float(value[0]), float(value[1])
