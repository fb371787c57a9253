"""The message types of ROS 2 Jazzy, and those of hri_msgs (REP 155): JSON-ready data becomes typed messages."""

from __future__ import annotations

from typing import Any

import numpy as np
from rosbags.interfaces import Nodetype
from rosbags.typesys import Stores, get_types_from_msg, get_typestore

_KEYPOINTS = {
    "NOSE": 0, "NECK": 1, "RIGHT_SHOULDER": 2, "RIGHT_ELBOW": 3, "RIGHT_WRIST": 4, "LEFT_SHOULDER": 5, "LEFT_ELBOW": 6,
    "LEFT_WRIST": 7, "RIGHT_HIP": 8, "RIGHT_KNEE": 9, "RIGHT_ANKLE": 10, "LEFT_HIP": 11, "LEFT_KNEE": 12,
    "LEFT_ANKLE": 13, "LEFT_EYE": 14, "RIGHT_EYE": 15, "LEFT_EAR": 16, "RIGHT_EAR": 17,
}  # fmt: skip
_HRI = {
    "hri_msgs/msg/NormalizedPointOfInterest2D": "float32 x\nfloat32 y\nfloat32 c\n",
    "hri_msgs/msg/IdsList": "std_msgs/Header header\nstring[] ids\n",
    "hri_msgs/msg/Skeleton2D": "std_msgs/Header header\n"
    + "".join(f"uint8 {name}={index}\n" for name, index in _KEYPOINTS.items())
    + "NormalizedPointOfInterest2D[18] skeleton\n",
}

STORE = get_typestore(Stores.ROS2_JAZZY)
for _name, _text in _HRI.items():
    STORE.register(get_types_from_msg(_text, _name))


def message(name: str, data: dict[str, Any]) -> Any:
    """A typed message. Like rosbridge, it refuses fields that the type lacks, and fills in those that are missing."""
    known = dict(STORE.fielddefs[name][1])
    unknown = data.keys() - known.keys()
    assert not unknown, f"{name} has no {sorted(unknown)}"
    return STORE.types[name](**{field: _value(kind, data.get(field)) for field, kind in known.items()})


def round_trip(name: str, data: dict[str, Any]) -> Any:
    """The message after it went through CDR, the encoding of ROS 2's network and bags."""
    return STORE.deserialize_cdr(STORE.serialize_cdr(message(name, data), name), name)


def _value(kind: Any, value: Any) -> Any:
    node, detail = kind
    if node == Nodetype.NAME:
        return message(detail, value or {})
    if node == Nodetype.BASE:
        base = detail[0]
        if value is None:
            return "" if base == "string" else False if base == "bool" else 0
        assert isinstance(value, str) == (base == "string"), f"{value!r} for {base}"
        assert not base.startswith(("int", "uint")) or isinstance(value, int), f"{value!r} for {base}"
        return value
    (element, length) = detail
    values = [] if value is None else value
    assert not length or node == Nodetype.SEQUENCE or len(values) == length, f"{len(values)} of {length}"
    items = [_value(element, item) for item in values]
    if element[0] == Nodetype.BASE and element[1][0] != "string":
        return np.array(items, dtype=np.dtype(element[1][0].replace("octet", "uint8")))
    return items


def constants(name: str) -> dict[str, Any]:
    """The constants of a type, by name."""
    return {constant: value for constant, _, value in STORE.fielddefs[name][0]}
