"""The fit of bodies in C++ against the same least squares in NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine import _native
from engine.bones import BONES, lengths_of
from engine.geometry import Array
from engine.skeleton import JOINT_COUNT, PELVIS
from tests.engine.bodies import STANDING

PEOPLE = 4


def problem(seed: int = 5) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    body = STANDING - STANDING[PELVIS] + rng.normal(0, 0.05, (PEOPLE, JOINT_COUNT, 3))
    body -= body[:, PELVIS : PELVIS + 1]
    joints = body + np.array([0.3, -0.1, 4.0])
    rays = joints[..., :2] / joints[..., 2:] + rng.normal(0, 0.01, (PEOPLE, JOINT_COUNT, 2))
    seen = rng.random((PEOPLE, JOINT_COUNT)) < 0.8
    return {
        "joints": joints, "prior": body, "prior_weight": rng.uniform(10, 400, (PEOPLE, JOINT_COUNT)),
        "rays": rays, "ray_weight": np.where(seen, rng.uniform(100, 2000, (PEOPLE, JOINT_COUNT)), 0.0),
        "bones": BONES, "lengths": lengths_of(STANDING) * rng.uniform(0.9, 1.1, (PEOPLE, len(BONES))),
        "bone_weight": rng.uniform(1e3, 3e4, len(BONES)),
        "plane": np.tile([0.0, -0.9950, 0.0998, -1.2], (PEOPLE, 1)),
        "plane_weight": np.where(np.arange(JOINT_COUNT) % 6 == 2, rng.uniform(10, 900, (PEOPLE, 1)), 0.0),
        "depth": np.full(PEOPLE, 4.1), "depth_weight": np.full(PEOPLE, 2500.0), "iterations": 3,
    }  # fmt: skip


def in_numpy(given: dict[str, Any], person: int) -> Array:
    """The residuals' Jacobian as a whole: slow, and easy to check against native/src/relaxation.h."""
    X = given["joints"][person].copy()
    of = {
        name: given[name][person]
        for name in ("prior", "prior_weight", "rays", "ray_weight", "lengths", "plane", "plane_weight")
    }
    for _ in range(given["iterations"]):
        rows: list[Array] = []
        rests: list[float] = []

        def add(
            coefficients: dict[int, Array], rest: float, weight: float, rows: Any = rows, rests: Any = rests
        ) -> None:
            row = np.zeros((JOINT_COUNT, 3))
            for joint, values in coefficients.items():
                row[joint] += values
            rows.append(row.ravel() * np.sqrt(weight))
            rests.append(rest * np.sqrt(weight))

        for joint in range(JOINT_COUNT):
            miss = X[joint, :2] - of["rays"][joint] * X[joint, 2]
            weight = of["ray_weight"][joint]
            for axis in (0, 1):
                slope = np.array([axis == 0, axis == 1, -of["rays"][joint, axis]], float)
                add({joint: slope}, miss[axis], weight / (1 + miss @ miss * weight / 9))
            above = of["plane"][:3] @ X[joint] - of["plane"][3]
            weight = of["plane_weight"][joint]
            add({joint: of["plane"][:3]}, float(above), weight / (1 + above**2 * weight / 9))
            for axis in range(3) if joint != PELVIS else ():
                unit = np.eye(3)[axis]
                rest = X[joint, axis] - X[PELVIS, axis] - of["prior"][joint, axis]
                add({joint: unit, PELVIS: -unit}, rest, of["prior_weight"][joint])
        for (a, b), length, weight in zip(given["bones"], of["lengths"], given["bone_weight"], strict=True):
            bone = X[b] - X[a]
            long = np.linalg.norm(bone)
            add({a: -bone / long, b: bone / long}, float(long - length), weight)
        add({PELVIS: np.array([0, 0, 1.0])}, X[PELVIS, 2] - given["depth"][person], given["depth_weight"][person])
        J, r = np.array(rows), np.array(rests)
        step = np.linalg.solve(J.T @ J + 1e-3 * np.eye(J.shape[1]), J.T @ r)
        X -= step.reshape(JOINT_COUNT, 3)
    return X


def test_it_is_the_same_least_squares() -> None:
    given = problem()
    moved = _native.relax(**given)
    for person in range(PEOPLE):
        np.testing.assert_allclose(moved[person], in_numpy(given, person), atol=1e-9)


def test_the_same_bits_every_time_and_one_by_one() -> None:
    given = problem()
    moved = _native.relax(**given)
    np.testing.assert_array_equal(moved, _native.relax(**given))
    alone = {name: value[1:2] if np.shape(value)[:1] == (PEOPLE,) else value for name, value in given.items()}
    np.testing.assert_array_equal(moved[1:2], _native.relax(**alone))


def test_nobody_is_nobody() -> None:
    given = {name: value[:0] if np.shape(value)[:1] == (PEOPLE,) else value for name, value in problem().items()}
    assert _native.relax(**given).shape == (0, JOINT_COUNT, 3)


def test_joints_that_coincide_stay_numbers() -> None:
    given = problem()
    given["joints"] = np.zeros_like(given["joints"]) + np.array([0, 0, 4.0])
    assert np.isfinite(_native.relax(**given)).all()


@pytest.mark.parametrize(
    "name", ["joints", "prior", "prior_weight", "rays", "ray_weight", "lengths", "plane", "depth_weight"]
)
def test_what_does_not_fit_is_refused(name: str) -> None:
    given = problem()
    with pytest.raises(ValueError, match=f"{name} does not fit, got shape"):
        _native.relax(**{**given, name: given[name][1:]})


def test_bones_must_be_pairs_of_joints() -> None:
    given = problem()
    with pytest.raises(ValueError, match="bones does not fit"):
        _native.relax(**{**given, "bones": given["bones"][1:]})
    with pytest.raises(ValueError, match="pairs of joints"):
        _native.relax(**{**given, "bones": given["bones"] + 10})
