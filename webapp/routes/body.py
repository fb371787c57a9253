"""Reading request bodies: JSON objects with known keys of known types, or an error that names the key."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from flask import request

from engine.errors import PosecastError

Kinds = Mapping[str, type | tuple[type, ...]]
_NAMES = {str: "a text", bool: "true or false", int: "a whole number", float: "a number", dict: "an object"}


def json_object() -> dict[str, Any]:
    """The body as a JSON object, whatever its Content-Type says."""
    try:
        # NaN and infinity are no JSON, and comparisons with NaN let it through every range check.
        value = json.loads(
            request.get_data(), parse_constant=_no_constant, parse_float=_finite, object_pairs_hook=_each_once
        )
        json.dumps(value, ensure_ascii=False).encode()  # half a surrogate pair, escaped, can be said nowhere
    except (ValueError, RecursionError) as error:
        raise PosecastError("the body is not JSON", 'send an object such as {"source": "demo"}') from error
    if not isinstance(value, dict):
        raise PosecastError("the body is not a JSON object", 'send an object such as {"source": "demo"}')
    return value


def checked(required: Kinds, optional: Kinds | None = None) -> dict[str, Any]:
    """The body's object with exactly the `required` keys and any of the `optional` ones."""
    return checked_object(json_object(), required, optional)


def checked_object(
    body: dict[str, Any], required: Kinds, optional: Kinds | None = None, place: str = ""
) -> dict[str, Any]:
    """`body`, where it is as `checked` says; `place` is where it stands in the whole, as messages say it."""
    known = {**required, **(optional or {})}
    keys = f"keys are: {', '.join(place + key for key in known)}"
    for key in body:
        if key not in known:
            raise PosecastError(f"unknown key {place + key!r}", keys)
    for key, kind in known.items():
        if key in required and key not in body:
            raise PosecastError(f"the key {place + key!r} is missing", keys)
        # bool is an int to Python, and to nobody else.
        if key in body and (not isinstance(body[key], kind) or (isinstance(body[key], bool) and kind is not bool)):
            wanted = _NAMES[kind if isinstance(kind, type) else kind[0]]
            raise PosecastError(f"{place}{key} is {body[key]!r}", f"{place}{key} must be {wanted}")
    return body


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is too large")
    return number


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object; ValueError where a key is there twice, of which others may read the first."""
    values = dict(pairs)
    if len(values) != len(pairs):
        raise ValueError("a key is there twice")
    return values
