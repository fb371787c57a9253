"""Reads the lens distortion of a camera in a file: a list in OpenCV's order, radial and tangential lists, or names.

In: the values of one camera. Out: coefficients in OpenCV's order; or the reason why they are not used.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.distortion import Distortion, shortest
from engine.errors import PosecastError
from engine.extrinsics import names
from engine.extrinsics.fields import Fields
from engine.extrinsics.names import numbers

_MODEL = ("distortion_model", "model", "projection", "camera_model")
_FISHEYE = ("fisheye", "is_fisheye")
_OTHER_MODELS = (
    "fisheye", "equidistant", "equi", "kannala", "omni", "omnidirectional", "sphere", "ds", "eucm", "fov", "division",
    "inverse", "modified", "skeletool",
)  # fmt: skip
"""Words in the names of models whose coefficients mean something else than OpenCV's."""
_WIDE = _OTHER_MODELS[:9]
"""Those that bend the picture even if their coefficients are all 0."""
_LIST = (
    "distCoef", "dist_coeffs", "dist_coef", "distortion", "distortion_coefficients", "D", "dist", "distortions",
    "distortion_coeffs", "distortion_params", "dist_coefs", "distCoeff",
)  # fmt: skip
_RADIAL, _TANGENTIAL = ("radial_distortion", "radial", "k"), ("tangential_distortion", "tangential", "p")
_NAMED = ("k1", "k2", "p1", "p2", "k3", "k4", "k5", "k6")
"""In OpenCV's order."""
_EXPECTED = "k1, k2, p1, p2 [, k3 [, k4, k5, k6 [, s1, s2, s3, s4]]] as in OpenCV"


@dataclass(frozen=True, slots=True)
class Distorting:
    """The distortion of a file."""

    coefficients: Distortion = ()
    unsupported: str = ""
    """The model that is not supported; empty if there is none."""


def read_distortion(fields: Fields) -> Distorting:
    """The distortion of one camera; PosecastError where the numbers cannot be coefficients."""
    other = _other_model(fields)
    if other:
        given = fields.take_all(names.DISTORTION)
        bends = other in _WIDE or any(_is_something(value) for _, value in given)
        return Distorting(unsupported=other) if bends else Distorting()
    coefficients = _coefficients(fields)
    fields.take_all(names.DISTORTION)
    return Distorting(coefficients)


def _other_model(fields: Fields) -> str:
    """The word that says that the file's model is not OpenCV's; empty if it is, or the file does not say."""
    told = " ".join(str(value).lower() for _, value in fields.take_all(_MODEL))
    words = re.split(r"[^a-z0-9]+", told)
    fisheye = fields.take(_FISHEYE)
    if fisheye is not None and fisheye[1] is True:
        words.append("fisheye")
    return next((word for word in _OTHER_MODELS if word in words), "")


def _is_something(value: Any) -> bool:
    try:
        return bool(np.any(np.array(value, dtype=float)))
    except (TypeError, ValueError, OverflowError):
        return True  # not numbers, but not empty either


def _coefficients(fields: Fields) -> Distortion:
    """The coefficients that the file has; empty if it has none."""
    listed, radial, tangential = fields.take(_LIST), fields.take(_RADIAL), fields.take(_TANGENTIAL)
    named = {name: found[1] for name in _NAMED if (found := fields.take((name,))) is not None}
    if listed is not None:
        return _from_list(*listed)
    if radial is not None:
        return _from_radial(radial, tangential)
    if named:
        values = [numbers(name, named.get(name, 0.0), "a number").ravel() for name in _NAMED]
        return _in_order(", ".join(named), [float(value[0]) if value.size else 0.0 for value in values])
    return ()


def _from_list(name: str, value: Any) -> Distortion:
    if isinstance(value, dict):
        return _coefficients(Fields(value))
    return _in_order(name, numbers(name, value, _EXPECTED).ravel())


def _from_radial(radial: tuple[str, Any], tangential: tuple[str, Any] | None) -> Distortion:
    """k1, k2 [, k3] and p1, p2 apart, as MATLAB and Human3.6M have them."""
    k = numbers(*radial, "k1, k2 [, k3]").ravel()
    p = numbers(*tangential, "p1, p2").ravel() if tangential is not None else np.zeros(2)
    if k.size > 3 or p.size not in (0, 2):
        raise PosecastError(f"{radial[0]} has {k.size} numbers", "give the distortion in OpenCV's order")
    k, p = np.pad(k, (0, 3 - k.size)), np.pad(p, (0, 2 - p.size))
    return _in_order(radial[0], (k[0], k[1], *p, k[2]))


def _in_order(name: str, values: Sequence[float] | np.ndarray[Any, Any]) -> Distortion:
    """Coefficients in OpenCV's order; one or two of them are k1 and k2."""
    given = [float(value) for value in values]
    while given and given[-1] == 0 and len(given) > 4:
        given.pop()
    length = next((count for count in (0, 4, 5, 8, 12) if len(given) <= count), len(given))
    if len(given) in (3, 10, 11):
        raise PosecastError(f"{name} has {len(given)} numbers", f"{name} must be {_EXPECTED}")
    try:
        return shortest([*given, *[0.0] * (length - len(given))])
    except ValueError as error:
        raise PosecastError(f"{name} has {len(given)} numbers", f"{name} must be {_EXPECTED}") from error
