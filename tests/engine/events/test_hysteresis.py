from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
import pytest

from engine.events.hysteresis import Cooldown, Latch, beyond
from engine.events.polygon import area, depth

SEEDS = range(50)


def changes(latch: Latch, conditions: Sequence[bool | None], steps: Sequence[float]) -> list[tuple[float, str]]:
    now = 0.0
    found: list[tuple[float, str]] = []
    for condition, dt in zip(conditions, steps, strict=True):
        now += dt
        change = latch.update(condition, dt)
        if change is not None:
            found.append((now, change))
    return found


@pytest.mark.parametrize("seed", SEEDS)
def test_a_latch_alternates_and_never_changes_faster_than_its_times(seed: int) -> None:
    rng = np.random.default_rng(seed)
    on_s, off_s = rng.uniform(0.2, 2, 2)
    steps = rng.uniform(0.01, 0.5, 400).tolist()
    conditions = [None if rng.random() < 0.1 else bool(rng.random() < 0.5 + 0.4 * np.sin(n / 20)) for n in range(400)]
    found = changes(Latch(on_s, off_s), conditions, steps)
    assert [change for _, change in found] == ["rose", "fell"] * (len(found) // 2) + ["rose"] * (len(found) % 2)
    for (before, _), (after, change) in itertools.pairwise(found):
        assert after - before >= (on_s if change == "rose" else off_s) - 1e-9


@pytest.mark.parametrize("rate", [2, 7, 25, 60])
def test_a_latch_takes_as_long_at_every_frame_rate(rate: int) -> None:
    dt = 1 / rate
    ((when, change),) = changes(Latch(1.0, 1.0), [True] * 3 * rate, [dt] * 3 * rate)
    assert change == "rose"
    assert 1.0 - 1e-9 <= when - dt <= 1.0 + dt + 1e-9


def test_lapses_count_against_it_and_the_unknown_does_not() -> None:
    assert changes(Latch(1.0, 1.0), [True, False] * 100, [0.1] * 200) == []
    ((when, change),) = changes(Latch(0.5, 1.0), [True, None, None, True, True, True], [0.2] * 6)
    assert (round(when, 6), change) == (1.2, "rose")


def test_one_look_alone_changes_nothing() -> None:
    assert changes(Latch(0.5, 0.5), [True, False, True, False], [0.1, 10.0, 10.0, 10.0]) == []


@pytest.mark.parametrize("seed", SEEDS)
def test_two_thresholds_do_not_chatter(seed: int) -> None:
    rng = np.random.default_rng(seed)
    was, flips = False, 0
    for value in 1.0 + rng.uniform(-0.09, 0.09, 200):
        now = beyond(value, was, 1.0, 0.8)
        flips, was = flips + (now != was), now
    assert flips <= 1


def test_a_pause_lets_one_through_for_each_key() -> None:
    pause = Cooldown(2.0)
    assert [pause.allows("a", now) for now in (0.0, 1.0, 2.0, 2.5, 4.1)] == [True, False, True, False, True]
    assert pause.allows("b", 4.2)


def test_depth_in_a_polygon_is_the_distance_from_its_edge() -> None:
    square = ((0.0, 0.0), (2.0, 0.0), (2.0, 2.0), (0.0, 2.0))
    assert [depth(p, square) for p in ((1, 1), (0.25, 1), (3, 1), (-3, -4))] == [1.0, 0.25, -1.0, -5.0]
    notched = ((0, 0), (4, 0), (4, 4), (2, 1), (0, 4))
    assert depth((2, 2), notched) < 0 < depth((1, 1), notched)
    assert area(square) == area(square[::-1]) == 4.0
    assert area(((0, 0), (1, 1), (2, 2))) == 0
