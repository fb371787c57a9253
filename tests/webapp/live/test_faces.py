"""Heads stay covered while the network misses their owners for a moment."""

from __future__ import annotations

import math

import pytest

from tests.webapp.people import person, snapshot
from webapp.live.faces import HOLD_S, Faces


def test_who_is_missed_for_a_moment_stays_covered_ever_wider() -> None:
    faces = Faces()
    (first,) = faces.see(snapshot(0, (person(4),), captured_at=10.0))
    (held,) = faces.see(snapshot(1, (), captured_at=10.0 + HOLD_S / 2))
    assert (held.x, held.y) == (first.x, first.y)
    assert held.radius == pytest.approx(1.5 * first.radius)
    (still,) = faces.see(snapshot(2, (), captured_at=10.0 + HOLD_S - 0.01))
    assert still.radius > held.radius
    assert faces.see(snapshot(3, (), captured_at=10.0 + HOLD_S + 0.01)) == ()


def test_another_id_leaves_the_old_place_covered() -> None:
    faces = Faces()
    faces.see(snapshot(0, (person(4),), captured_at=10.0))
    assert len(faces.see(snapshot(1, (person(5, x=0.5),), captured_at=10.1))) == 2


def test_everyone_in_the_picture_is_covered_at_once_and_once() -> None:
    faces = Faces()
    shown = snapshot(0, (person(1), person(2, x=0.8)), captured_at=5.0)
    assert faces.see(shown) == faces.see(shown)
    assert len(faces.see(shown)) == 2
    assert all(math.isfinite(circle.x + circle.y + circle.radius) for circle in faces.see(shown))


def test_an_older_picture_is_covered_as_well() -> None:
    """Threads of viewers may draw a snapshot after the broadcaster has told the next one."""
    faces = Faces()
    faces.see(snapshot(1, (person(2, x=0.8),), captured_at=10.1))
    assert len(faces.see(snapshot(0, (person(1),), captured_at=10.0))) == 2
    assert len(faces.see(snapshot(2, (), captured_at=10.2))) == 2
