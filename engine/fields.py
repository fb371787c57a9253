"""Declarations of external values: an annotation has type, range, unit and description, from which the rest follows.

    min_score: Annotated[float, number(0, 1, "People with a lower mean confidence are left out.")] = 0.0

`checked` converts one value or says in a sentence what it must be, `schema` gives its JSON Schema. Both read the same
`msgspec.Meta`, which the functions below make.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from msgspec import Meta

from engine.errors import PosecastError

EXPECTED = "x-expected"
"""Key of a schema: what the value must be, in words, if its type and range do not say it."""
UNIT = "x-unit"
SLIDER = "x-slider"
"""Key of a schema: `minimum`, `maximum` and `step` of a slider, if the whole range is too wide for one."""
_UNITS = {"m": " metres", "Hz": " hertz", "px": " pixels", "s": " seconds", "°": " degrees", "s/m": " per m/s", "": ""}
_TYPES = {"boolean": "true or false", "string": "a text", "object": "an object"}


def number(
    low: float,
    high: float,
    about: str,
    *,
    unit: str = "",
    multiple_of: int | None = None,
    slider: tuple[float, float, float] | None = None,
) -> Meta:
    """For an int or float from `low` to `high`, both allowed; `slider`: minimum, maximum and step."""
    extra: dict[str, Any] = {UNIT: unit} if unit else {}
    if slider is not None:
        extra[SLIDER] = dict(zip(("minimum", "maximum", "step"), slider, strict=True))
    return Meta(ge=low, le=high, multiple_of=multiple_of, description=about, extra_json_schema=extra)


def choice(options: Iterable[str], about: str) -> Meta:
    """For a str that is one of `options`."""
    names = tuple(options)
    return Meta(
        pattern=rf"\A(?:{'|'.join(map(_literal, names))})\Z", description=about, extra_json_schema={"enum": names}
    )


def text(expected: str, about: str) -> Meta:
    """For a str that is not empty; `expected` says what it must be."""
    return Meta(min_length=1, description=about, extra_json_schema={EXPECTED: expected})


def about(description: str, expected: str | None = None, **more: Any) -> Meta:
    """For any other type; `more` is added to its JSON Schema."""
    return Meta(description=description, extra_json_schema={**({EXPECTED: expected} if expected else {}), **more})


def checked(name: str, value: Any, kind: Any) -> Any:
    """`value` as an instance of the annotated type `kind`; PosecastError that says what `name` must be."""
    # JSON knows only texts as keys.
    texts = isinstance(value, Mapping) and all(isinstance(key, str) for key in value)
    try:
        return msgspec.convert(value, kind, str_keys=texts)
    except msgspec.ValidationError as error:
        raise PosecastError(f"{name} is {value!r:.80}", f"{name} must be {expected(kind)}") from error


def schema(kind: Any) -> dict[str, Any]:
    """JSON Schema of an annotated type: one flat object, in which null is one of the types."""
    found = msgspec.json.schema(kind)
    branches = found.pop("anyOf", None)
    if branches is not None:
        (main,) = (branch for branch in branches if branch != {"type": "null"})
        found = {**main, **found, "type": [main["type"], "null"]}
    if "enum" in found:
        found.pop("pattern")
        found["enum"] = [*found["enum"], *([None] if branches is not None else [])]
    return found


def expected(kind: Any) -> str:
    """What a value of the annotated type must be, in words."""
    return _words(schema(kind))


def _words(found: Mapping[str, Any]) -> str:
    types = found["type"] if isinstance(found["type"], list) else [found["type"]]
    null = ", or null" if "null" in types else ""
    if EXPECTED in found:
        return f"{found[EXPECTED]}{null}"
    if "enum" in found:
        return f"one of {', '.join(name for name in found['enum'] if name is not None)}{null}"
    if types[0] in ("integer", "number"):
        return f"{bounds(found)}{null}"
    return f"{_TYPES[types[0]]}{null}"


def bounds(found: Mapping[str, Any]) -> str:
    """The range in a number's schema, in words: 'a multiple of 8, 128 to 1024', '0.3 to 2.8 metres'."""
    if "minimum" not in found:
        return "a whole number" if found["type"] == "integer" else "a number"
    span = f"{found['minimum']:.10g} to {found['maximum']:.10g}{_UNITS[found.get(UNIT, '')]}"
    if "multipleOf" in found:
        return f"a multiple of {found['multipleOf']}, {span}"
    return f"a whole number, {span}" if found["type"] == "integer" else span


def _literal(option: str) -> str:
    return option.replace("+", r"\+")
