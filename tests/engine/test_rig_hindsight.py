"""Sets of files are published in hindsight: all of them, in order, and as they were seen."""

from __future__ import annotations

from collections.abc import Generator

import numpy as np
import pytest

from engine import rig_hindsight
from engine.processor import Decoded
from engine.rig_hindsight import AHEAD_S, STRETCH_S, fused_in_hindsight
from engine.rig_processor import FusedSet, Several
from tests.engine.test_rig_processor import processor, set_at, wire_of

SETS = 14


class Decoding:
    """Sets as the network sees them; tells how many were asked for, and whether it was closed."""

    def __init__(self, count: int = SETS) -> None:
        self.asked, self.closed, self._count = 0, False, count

    def sets(self) -> Generator[Several[Decoded], None, None]:
        try:
            for index in range(self._count):
                self.asked += 1
                yield set_at(index)
        finally:
            self.closed = True


def revised(decoding: Decoding, *, pictures: bool = False) -> list[FusedSet]:
    return list(fused_in_hindsight(decoding.sets(), processor(), pictures=pictures))


def test_every_set_comes_once_and_in_order() -> None:
    one, live = processor(), processor()
    decoding = Decoding()
    for index, fused in enumerate(fused_in_hindsight(decoding.sets(), one, pictures=False)):
        wire, before = wire_of(one.snapshot_of(fused)), wire_of(live.follow(set_at(index)))
        assert wire["frame"] == index
        assert [person["id"] for person in wire["people"]] == [person["id"] for person in before["people"]]
        for person, was in zip(wire["people"], before["people"], strict=True):
            assert person["keypoints_2d"] == was["keypoints_2d"]
            assert np.linalg.norm(np.subtract(person["joints_3d"], was["joints_3d"]), axis=1).max() < 0.15
        late = decoding.asked - 1 - index
        assert late / 15 <= STRETCH_S + AHEAD_S + 1 / 15
    assert index == SETS - 1
    assert decoding.closed


def test_pictures_are_held_only_where_they_are_drawn() -> None:
    (first, *_), (blank, *_) = (revised(Decoding(3), pictures=pictures) for pictures in (True, False))
    assert first.frame.views[1].frame is not None
    assert first.frame.views[1].frame.image.max() == 10
    assert blank.frame.image.shape == first.frame.image.shape
    assert not any(blank.frame.image.strides)


def test_too_many_pictures_shorten_the_look_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rig_hindsight, "MOST_BYTES", 4 * 3 * 1280 * 720 * 3)
    decoding = Decoding()
    found = fused_in_hindsight(decoding.sets(), processor(), pictures=True)
    for index, fused in enumerate(found):
        assert fused.frame.index == index
        assert decoding.asked - index <= 5


def test_a_clip_that_begins_again_is_not_one_movement() -> None:
    def twice() -> Generator[Several[Decoded], None, None]:
        yield from (set_at(index) for index in (0, 1, 2, 0, 1, 2))

    found = list(fused_in_hindsight(twice(), processor(), pictures=False))
    assert [fused.frame.index for fused in found] == [0, 1, 2, 0, 1, 2]


def test_closing_it_closes_the_network() -> None:
    decoding = Decoding()
    found = fused_in_hindsight(decoding.sets(), processor(), pictures=False)
    next(found)
    found.close()
    assert decoding.closed
