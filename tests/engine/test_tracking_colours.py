"""Colours of people: no two alike, kept while somebody may return, visible on every floor, different to everybody."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from engine import overlay
from engine.tracking.colours import COLOUR_COUNT, Colours

STATIC = Path(__file__).parents[2] / "webapp" / "static"
LEAST_CONTRAST = 3.0
LEAST_DISTANCE = 0.075
"""In OKLab, between any two colours and for everybody; 0.02 is just noticeable side by side."""
VISIONS = {
    "usual": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]]
    ),
}
"""On linear RGB: Machado, Oliveira and Fernandes 2009, severity 1."""
LMS_FROM_RGB = np.array(
    [[0.41222147, 0.53633254, 0.05144599], [0.2119035, 0.68069955, 0.10739696], [0.08830246, 0.28171884, 0.6299787]]
)
OKLAB_FROM_LMS = np.array(
    [[0.21045426, 0.79361779, -0.00407205], [1.9779985, -2.42859221, 0.45059371], [0.02590404, 0.78277177, -0.80867577]]
)


def test_newcomers_get_the_colour_that_was_used_least_recently() -> None:
    colours = Colours()
    assert colours.assign([1, 2]) == [0, 1]
    assert colours.assign([2]) == [1]
    assert colours.assign([2, 3]) == [1, 2]
    assert colours.assign([1, 2, 3]) == [0, 1, 2], "who returns has their own colour"
    for person_id in range(4, 4 + COLOUR_COUNT - 3):
        colours.assign([1, 2, 3, person_id])
    assert colours.assign([1, 2, 3, 99]) == [0, 1, 2, 3], "all were used: that of id 4 is the oldest"


def test_two_and_twelve_do_not_look_alike() -> None:
    colours = Colours()
    for person_id in range(1, 13):
        colours.assign(sorted({2, person_id}))
    assert len(set(colours.assign([2, 12]))) == 2


@given(st.lists(st.sets(st.integers(1, 60), max_size=COLOUR_COUNT), max_size=30))
def test_no_two_people_in_view_share_a_colour_while_there_are_enough(frames: list[set[int]]) -> None:
    colours = Colours()
    for present in frames:
        for _ in range(2):
            assigned = colours.assign(sorted(present))
            assert set(assigned) <= set(range(COLOUR_COUNT))
            assert assigned == colours.assign(sorted(present)), "nobody changes colour while in view"


def test_a_newcomer_differs_from_everybody_in_view() -> None:
    colours = Colours()
    for first in range(50):
        assert len(set(colours.assign(range(first, first + COLOUR_COUNT)))) == COLOUR_COUNT


def test_a_crowd_shares_colours_evenly() -> None:
    assigned = Colours().assign(range(1, 2 * COLOUR_COUNT + 1))
    assert [assigned.count(colour) for colour in range(COLOUR_COUNT)] == [2] * COLOUR_COUNT


def _linear(code: str) -> NDArray[np.float64]:
    value = np.array([int(code[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def _contrast(a: str, b: str, shade: float = 1.0) -> float:
    shaded = "#" + "".join(f"{round(int(a[at : at + 2], 16) * shade):02x}" for at in (1, 3, 5))
    low, high = sorted(float(_linear(code) @ (0.2126, 0.7152, 0.0722)) + 0.05 for code in (shaded, b))
    return high / low


def _palettes() -> dict[str, list[str]]:
    text = (STATIC / "js" / "palette.js").read_text(encoding="utf-8")
    return {name: re.findall("#[0-9a-f]{6}", part) for name, part in re.findall(r"(dark|light): \[([^\]]+)", text)}


def _floors(theme: str) -> list[str]:
    """Sky and ground of the 3D view; the first set in the style sheet is the light theme's."""
    style = (STATIC / "css" / "base.css").read_text(encoding="utf-8")
    found = re.findall(r"--scene-(?:sky|ground): (#[0-9a-f]{6})", style)
    return found[:2] if theme == "light" else found[2:4]


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_everybody_is_visible_on_the_floor(theme: str) -> None:
    assert len(_floors(theme)) == 2
    for code, ground in itertools.product(_palettes()[theme], _floors(theme)):
        for shade in (1.0, overlay.RIGHT_SHADE):
            assert _contrast(code, ground, shade) >= LEAST_CONTRAST, (code, ground, shade)


@pytest.mark.parametrize("vision", VISIONS)
@pytest.mark.parametrize("theme", ["dark", "light"])
def test_any_two_colours_differ_to_everybody(theme: str, vision: str) -> None:
    seen = [np.clip(VISIONS[vision] @ _linear(code), 0, 1) for code in _palettes()[theme]]
    for a, b in itertools.combinations([OKLAB_FROM_LMS @ np.cbrt(LMS_FROM_RGB @ colour) for colour in seen], 2):
        assert np.linalg.norm(a - b) >= LEAST_DISTANCE


def test_overlay_and_page_have_the_same_colours() -> None:
    assert tuple(_palettes()["dark"]) == overlay.PALETTE
    assert len(overlay.PALETTE) == len(_palettes()["light"]) == COLOUR_COUNT
