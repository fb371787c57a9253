"""Reading request bodies: JSON objects as `bodies` declares them, or an error that names the key."""

from __future__ import annotations

import json
import math
from typing import Any, TypeVar, get_type_hints

import msgspec
from flask import request

from engine.errors import PosecastError
from engine.fields import checked as checked_value
from webapp.routes.request_types import Body

B = TypeVar("B", bound=Body)

_EXAMPLE = 'send an object such as {"source": "demo"}'


def json_object() -> dict[str, Any]:
    """The body as a JSON object, whatever its Content-Type says."""
    try:
        # NaN and infinity are not JSON, and comparisons with NaN let it through every range check.
        value = json.loads(
            request.get_data(), parse_constant=_no_constant, parse_float=_finite, object_pairs_hook=_each_once
        )
        json.dumps(value, ensure_ascii=False).encode()  # half a surrogate pair, escaped, cannot be encoded
    except (ValueError, RecursionError) as error:
        raise PosecastError("the body is not JSON", _EXAMPLE) from error
    if not isinstance(value, dict):
        raise PosecastError("the body is not a JSON object", _EXAMPLE)
    return value


def checked(kind: type[B]) -> B:
    """The request's body as an instance of `kind`."""
    return _read(json_object(), kind, "")


def _read(body: dict[str, Any], kind: type[B], place: str) -> B:
    """`body` as an instance of `kind`; `place` is its path in the whole, as messages show it."""
    types = get_type_hints(kind, include_extras=True)
    keys = f"keys are: {', '.join(place + key for key in types)}"
    for key in body:
        if key not in types:
            raise PosecastError(f"unknown key {place + key!r}", keys)
    for field in msgspec.structs.fields(kind):
        if field.required and field.name not in body:
            raise PosecastError(f"the key {place + field.name!r} is missing", keys)
    return kind(**{key: _value(place + key, value, types[key]) for key, value in body.items()})


def _value(name: str, value: Any, kind: Any) -> Any:
    if isinstance(kind, type) and issubclass(kind, Body):
        return _read(checked_value(name, value, dict), kind, f"{name}.")
    return checked_value(name, value, kind)


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is too large")
    return number


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object; ValueError if it has a key twice, of which other programs may read the first."""
    values = dict(pairs)
    if len(values) != len(pairs):
        raise ValueError("a key occurs twice")
    return values
