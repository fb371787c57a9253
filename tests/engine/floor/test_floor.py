from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.floor import Body, FloorEstimator, on_floor
from engine.floor.stances import MAX_STANCES
from engine.geometry import CameraSpec, Provenance
from tests.engine.bodies import SITTING
from tests.engine.floor.people import ANKLES, FOUND, HEIGHT_M, Frames, View, stander, walkers

LEVEL = CameraSpec(np.diag([1.0, -1.0, -1.0]), np.array([0.0, 1.5, 0.0]), "+y")


def watch(frames: Frames, floor: FloorEstimator | None = None, *, from_s: float = 0.0) -> FloorEstimator:
    floor = floor or FloorEstimator()
    for time, bodies in frames:
        floor.observe(from_s + time, bodies, HEIGHT_M)
    return floor


@settings(max_examples=8, deadline=None)
@given(st.floats(-5, 40), st.floats(-25, 25), st.floats(0.6, 3.0), st.integers(0, 10_000))
def test_the_floor_of_people_who_walk_about(tilt: float, roll: float, height: float, seed: int) -> None:
    """Whatever the camera's pose is."""
    view, rng = View(tilt, roll, height), np.random.default_rng(seed)
    floor = watch(walkers(view, 8, rng))
    assert floor.estimate is not None
    assert view.off_deg(floor.estimate.up) < 3.5
    assert floor.estimate.height * HEIGHT_M == pytest.approx(height, rel=0.2)


def test_the_camera_stands_on_the_floor_above_the_origin_and_looks_ahead() -> None:
    view, rng = View(18, -7, 1.9), np.random.default_rng(1)
    floor = watch(walkers(view, 8, rng))
    assert floor.estimate is not None
    camera = on_floor(LEVEL, floor.estimate, floor.estimate.height * HEIGHT_M).for_image(1280, 720)
    np.testing.assert_allclose(camera.R @ camera.R.T, np.eye(3), atol=1e-9)
    assert np.linalg.det(camera.R) == pytest.approx(1)
    np.testing.assert_allclose(camera.position[[0, 2]], 0, atol=1e-9)
    np.testing.assert_allclose(camera.R @ camera.up_vector, floor.estimate.up, atol=1e-9)
    ahead = camera.R[2]  # the optical axis in the world
    assert ahead[0] == pytest.approx(0, abs=1e-9)
    assert ahead[2] < 0
    assert (camera.tilt_down, camera.roll) == (pytest.approx(18, abs=3), pytest.approx(-7, abs=3))
    assert camera.provenance == Provenance(pose="estimated")
    assert camera.floor is not None
    assert 0 < camera.floor.tilt_deg < 8
    assert 0 < camera.floor.height < 0.5
    for _, bodies in walkers(view, 3, rng):
        for body in bodies.values():
            feet = camera.world_from_camera(body.joints)[ANKLES, 1].min()
            assert feet == pytest.approx(0.08, abs=0.35)


def test_sitters_people_on_walls_and_wrong_bodies_do_not_matter() -> None:
    view, rng = View(12, 3, 1.6), np.random.default_rng(2)
    floor = FloorEstimator()
    for time, bodies in walkers(view, 10, rng, count=2):
        bodies[10] = view.body(-1, 4, rng, base=SITTING)
        bodies[11] = view.body(1.5, 6, rng, above_m=1.4)
        bodies[12] = Body(rng.normal((0, 0, 5), 1, (19, 3)), bodies[1].found)
        bodies[13] = Body(np.full((19, 3), np.nan), bodies[1].found)
        bodies[14] = Body(np.full((19, 3), 1e30), bodies[1].found)
        floor.observe(time, bodies, HEIGHT_M)
    assert floor.estimate is not None
    assert view.off_deg(floor.estimate.up) < 4
    assert floor.estimate.height * HEIGHT_M == pytest.approx(1.6, rel=0.2)


def test_one_person_in_one_place_is_enough_but_less_certain() -> None:
    view, rng = View(10, 0, 1.5), np.random.default_rng(3)
    alone = watch(stander(view, 6, rng)).estimate
    several = watch(walkers(view, 6, rng)).estimate
    assert alone is not None
    assert several is not None
    assert view.off_deg(alone.up) < 6
    assert alone.tilt_sd_deg > 1.5 * several.tilt_sd_deg


@pytest.mark.parametrize(
    ("tilt", "base", "seconds", "reason"),
    [
        (10, SITTING, 6, "nobody stands upright"),
        (88, None, 6, "the camera looks straight down"),
        (10, None, 1, "people stood upright for too short a time"),
        (10, None, 0, "nobody has been seen yet"),
    ],
)
def test_too_little_is_said(tilt: float, base: np.ndarray | None, seconds: float, reason: str) -> None:
    view, rng = View(tilt, 0, 3.0 if tilt > 45 else 1.5), np.random.default_rng(4)
    place = 0.2 if tilt > 45 else 3.5
    floor = FloorEstimator()
    for index in range(round(seconds * 10)):
        body = view.body(0.1, place, rng) if base is None else view.body(0.1, place, rng, base=base)
        floor.observe(index / 10, {1: body}, HEIGHT_M)
    assert floor.estimate is None
    assert (floor.status.state, floor.status.reason) == ("too weak", reason)


def test_bodies_without_feet_say_nothing() -> None:
    view, rng = View(10, 0, 1.5), np.random.default_rng(5)
    found = FOUND.copy()
    found[ANKLES] = False
    floor = FloorEstimator()
    for time, bodies in walkers(view, 5, rng):
        floor.observe(time, {person: Body(body.joints, found) for person, body in bodies.items()}, HEIGHT_M)
    assert floor.status.reason == "nobody is seen from head to feet"


def test_it_settles_and_keeps_still() -> None:
    view, rng = View(15, 2, 1.7), np.random.default_rng(6)
    floor = watch(walkers(view, 60, rng))
    assert floor.status.state == "frozen"
    before = floor.estimate
    watch(walkers(view, 60, rng), floor, from_s=60)
    assert floor.estimate is before


def test_nobody_in_view_is_not_keeping_still() -> None:
    floor = watch(stander(View(10, 0, 1.5), 4, np.random.default_rng(7)))
    assert floor.status.state == "estimating"
    for index in range(1000):
        floor.observe(4 + index / 10, {}, HEIGHT_M)
    assert floor.status.state == "estimating"


def test_frozen_at_once_when_asked_and_released_later() -> None:
    view, rng = View(10, 0, 1.5), np.random.default_rng(8)
    floor = watch(walkers(view, 3, rng))
    floor.hold()
    held = floor.estimate
    assert floor.status.state == "frozen"
    watch(walkers(View(40, 20, 3), 40, rng), floor, from_s=3)
    assert floor.estimate is held, "what is being recorded keeps its world, whatever happens"
    floor.release()
    watch(walkers(View(40, 20, 3), 40, rng), floor, from_s=43)
    assert floor.estimate is not held


def test_held_before_there_is_an_estimate() -> None:
    view, rng = View(10, 0, 1.5), np.random.default_rng(9)
    floor = FloorEstimator()
    floor.hold()
    watch(walkers(view, 5, rng), floor)
    assert floor.estimate is None
    floor.release()
    watch(walkers(view, 5, rng), floor, from_s=5)
    assert floor.estimate is not None


@pytest.mark.parametrize("after", [View(35, 0, 1.5), View(10, 25, 1.5), View(10, 0, 2.6)])
def test_a_camera_that_moves_starts_again(after: View) -> None:
    before, rng = View(10, 0, 1.5), np.random.default_rng(10)
    floor = watch(walkers(before, 40, rng))
    assert floor.status.state == "frozen"
    watch(walkers(after, 40, rng), floor, from_s=40)
    assert floor.estimate is not None
    assert after.off_deg(floor.estimate.up) < 4
    assert floor.estimate.height * HEIGHT_M == pytest.approx(after.height_m, rel=0.2)


def test_a_looping_file_goes_on() -> None:
    view, rng = View(10, 0, 1.5), np.random.default_rng(11)
    floor = FloorEstimator()
    for _ in range(10):
        watch(walkers(view, 4, rng), floor)
    assert floor.status.state == "frozen"


def test_memory_is_bounded_over_hours_and_thousands_of_people() -> None:
    view, rng = View(10, 0, 1.5), np.random.default_rng(12)
    bodies = [view.body(x, z, rng) for x, z in rng.uniform((-3, 3), (3, 9), (50, 2))]
    floor = FloorEstimator()
    floor.hold()  # never settles
    for index in range(3_000):
        floor.observe(index, {index: bodies[index % 50]}, HEIGHT_M)
    assert len(floor._memory) <= MAX_STANCES
    assert len(floor._recent) <= MAX_STANCES
