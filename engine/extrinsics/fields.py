"""The values that a file has for one camera, and which of them were used: unused camera names are reported."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from engine.errors import PosecastError
from engine.extrinsics import names
from engine.extrinsics.names import UNIT, find, plain

_UNIT_AT_END = re.compile(
    r"(.+?)[_\- ]*[_\- (\[](mm|cm|m|millimet(?:er|re)s?|centimet(?:er|re)s?|met(?:er|re)s?)[)\]]?"
)
_LONGEST_NAME = 40
"""Maximum characters of a name with a unit; the pattern's time grows with a power of the length."""
_LIKE_A_CAMERA = re.compile(
    r"focal|intrin|extrin|princip|cent(?:er|re)|rot|transl|quat|euler|orient|position|locat|pose|fov|fieldofview|skew"
    r"|scale|axis|axes|handed|convention|roll|pitch|yaw|tilt|pan$|matrix|sensor|crop|binning|mirror|flip|camera.*angle|^[rt]vecs?$"
)
_NO_MATTER = {
    "rectificationmatrix", "projectionmatrix", "distortionmodel", "cameramodel", "essentialmatrix", "sensorid",
    "fundamentalmatrix", "cameraname", "rostopic", "sensorname",
}  # fmt: skip
_SETTLED = (names.FX, names.FY, names.CX, names.CY, names.TRANSLATION, names.POSITION, names.ROTATION, names.INTRINSICS)


class Fields:
    """The values of one camera by the names that they have in the file."""

    def __init__(self, values: dict[str, Any]) -> None:
        self.values = _with_units_apart(values)
        self._used: set[str] = set()
        _refuse_twins(self.values)

    def take(self, wanted: tuple[str, ...]) -> tuple[str, Any] | None:
        """(name in the file, value) of the first of the names that was not taken yet; None if there is none."""
        found = find({name: value for name, value in self.values.items() if name not in self._used}, wanted)
        if found is not None:
            self._used.add(found[0])
        return found

    def take_all(self, wanted: tuple[str, ...]) -> list[tuple[str, Any]]:
        """(name in the file, value) of each of the names that the file has."""
        plains = {plain(name) for name in wanted}
        found = [(name, value) for name, value in self.values.items() if plain(name) in plains and value is not None]
        self._used.update(name for name, _ in found)
        return found

    def has(self, wanted: tuple[str, ...]) -> bool:
        return find(self.values, wanted) is not None

    def told(self) -> str:
        """The names in the file, for messages."""
        return ", ".join(list(self.values)[:12])

    def left(self) -> list[str]:
        """Names that look like a camera's, were not used, and have a value."""
        known = {plain(name) for group in _SETTLED for name in group}
        return [
            name
            for name, value in self.values.items()
            if name not in self._used and plain(name) not in _NO_MATTER and not _says_nothing(value)
            if plain(name) in known or _LIKE_A_CAMERA.search(plain(name))
        ]


def _with_units_apart(values: dict[str, Any]) -> dict[str, Any]:
    """'tvec_mm': ... is 'tvec': ... and 'unit': 'mm'; a lower-case k of nine numbers is K."""
    places = {plain(name) for name in (*names.TRANSLATION, *names.POSITION)}
    out: dict[str, Any] = {}
    for name, value in values.items():
        match = _UNIT_AT_END.fullmatch(name) if len(name) <= _LONGEST_NAME else None
        if match and plain(match[1]) in places and match[1] not in values:
            said = find(values, UNIT)
            if said is not None and str(said[1]).lower() != match[2].lower():
                raise PosecastError(f"unit is {said[1]!r:.40}, but {name} means {match[2]}", "keep the correct one")
            out |= {match[1]: value, "unit": match[2]}
        elif name == "k" and "K" not in values and np.size(np.asarray(value, dtype=object)) == 9:
            out["K"] = value
        else:
            out[name] = value
    return out


def _refuse_twins(values: dict[str, Any]) -> None:
    """'fx' and 'Fx' with different values are two readings; t and T may well be translation and position."""
    seen: dict[str, str] = {}
    for name, value in values.items():
        other = seen.setdefault(plain(name), name)
        if other != name and value is not None and _is_one(plain(name)) and not _same(values[other], value):
            raise PosecastError(f"{other} and {name} have different values", "keep the correct one")


def _is_one(name: str) -> bool:
    """Whether both capitalisations mean the same; t and T, h and H may not."""
    return len(name) > 1 or name == "r"


def _same(one: Any, other: Any) -> bool:
    try:
        return bool(np.array_equal(np.asarray(one), np.asarray(other)))
    except (TypeError, ValueError, OverflowError):
        return False


def _says_nothing(value: Any) -> bool:
    """Whether the value is null, zeros, or an empty text."""
    if isinstance(value, dict):
        return all(_says_nothing(item) for item in value.values())
    if isinstance(value, (list, tuple)):
        return all(_says_nothing(item) for item in value)
    if isinstance(value, np.ndarray):
        return not value.any()
    return value in (None, "", 0, False)
