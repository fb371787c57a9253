"""Mirrored maps hold mirrored people, and what both pictures show is averaged in the place of the first."""

from __future__ import annotations

import numpy as np

from bench import drawn_maps
from engine.decoding import decode
from engine.fusion import swapped
from engine.mirroring import mirrored, seen_both_ways
from engine.types import Image, Maps

WIDTH = 57


def two_people() -> Maps:
    return Maps(None, *drawn_maps.people(np.random.default_rng(3), 32, WIDTH, 2))


def test_mirrored_maps_hold_mirrored_people() -> None:
    people, back = decode(two_people(), (1, 1)), decode(mirrored(two_people()), (1, 1))
    assert len(people) == len(back) == 2
    for person in people:
        expected = swapped(person)
        expected.keypoints[:, 0] = 8 * WIDTH - expected.keypoints[:, 0]
        nearest = min(back, key=lambda one: np.nanmax(np.abs(one.keypoints - expected.keypoints)))
        np.testing.assert_allclose(nearest.keypoints, expected.keypoints, atol=2.1)  # a pixel of the upsampled maps
        np.testing.assert_allclose(nearest.scores, expected.scores, atol=0.01)


def test_twice_mirrored_is_as_before() -> None:
    maps = two_people()
    again = mirrored(mirrored(maps))
    np.testing.assert_array_equal(again.heatmaps, maps.heatmaps)
    np.testing.assert_array_equal(again.pafs, maps.pafs)


def test_a_network_that_knows_no_sides_sees_the_same_both_ways() -> None:
    """One whose maps of a mirrored picture are the mirrored maps."""
    maps, picture = two_people(), np.zeros((32 * 8, WIDTH * 8, 3), np.uint8)
    picture[:, 0] = 255

    def infer(image: Image) -> Maps:
        assert image.flags.c_contiguous
        return maps if image[0, 0, 0] == 255 else mirrored(maps)

    both = seen_both_ways(picture, infer)
    np.testing.assert_allclose(both.heatmaps, maps.heatmaps, atol=1e-6)
    np.testing.assert_allclose(both.pafs, maps.pafs, atol=1e-6)
    assert both.heatmaps.flags.c_contiguous
