from __future__ import annotations

import numpy as np
from scipy.spatial.transform import Rotation

from engine.motion.quaternions import angles_between, continuous, from_matrices, to_matrices

MATRICES = np.concatenate(
    [
        Rotation.random(200, random_state=1).as_matrix(),
        [np.diag([1.0, -1, -1]), np.diag([-1.0, 1, -1]), np.diag([-1.0, -1, 1]), np.eye(3)],
    ]
)


def test_quaternions_are_the_matrices() -> None:
    q = from_matrices(MATRICES)
    np.testing.assert_allclose(to_matrices(q), MATRICES, atol=1e-12)


def test_signs_are_continuous() -> None:
    q = from_matrices(MATRICES)
    assert ((q[1:] * q[:-1]).sum(axis=1) >= -1e-12).all()
    assert q[0, 3] >= 0
    np.testing.assert_array_equal(continuous(q), q)


def test_angles() -> None:
    q = Rotation.from_rotvec([[0, 0, 0], [0.3, 0, 0], [0, np.pi, 0]]).as_quat()
    np.testing.assert_allclose(angles_between(q, q[0]), [0, 0.3, np.pi], atol=1e-7)
